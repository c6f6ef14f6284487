"""A small organization for tests of catalog and maturity: workspace files written, daily rows inserted by SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml

from dagster_project.pipeline.assess import assess_maturity
from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse

FIRST = dt.date(2025, 3, 1)
LAST = dt.date(2025, 6, 30)
Files = Mapping[str, object]


def declared(model_id: str, **changes: object) -> dict[str, object]:
    """A model with everything declared; a change to None leaves the field out."""
    model: dict[str, object] = {
        "id": model_id, "purpose": "Which order to check.", "team": f"Team {model_id}", "owner": "Team lead",
        "executive": "Chief operating officer", "users": "Clerks", "out_of_scope": "Credit", "limits": "Europe only",
        "fallback": "Check all", "appeal": "By mail", "runbook": "docs/runbook.md", "personal_data": False,
        "next_review": "2026-01-01", "since": str(FIRST), "risk_tier": {"level": "high", "reason": "Money"},
        "stage": "production", "pattern": "rest", "task": "binary", "threshold": 0.5, "baseline": "Check every tenth",
        "label_delay_days": 1, "reference": {"start": str(FIRST), "end": "2025-03-28"},
        "value": {"per_outcome": {"tp": 5.0}, "plan_per_month": 100.0, "cost": {"per_day": 1.0},
                  "sign_off": {"state": "agreed", "role": "Controller", "date": "2025-03-05"}},
        "experiment": {"id": f"{model_id}-ab", "control": "1", "treatment": "2", "start": "2025-04-01",
                       "end": "2025-05-01", "treatment_share": 0.5},
    }  # fmt: skip
    return {key: value for key, value in (model | changes).items() if value is not None}


def write_workspace(root: Path, models: Sequence[Mapping[str, object]], files: Files | None = None) -> Path:
    """Write the workspace's files: settings, one catalog file, and others by path (text, or data for YAML)."""
    targets = {"targets": [{"metric": "error_share", "good": 0.01, "poor": 0.05}]}
    everything: dict[str, object] = {
        "data/workspace.yml": {"name": "Test"},
        "data/catalog/all.yml": {"models": list(models)},
        "data/targets.yml": targets,
    } | dict(files or {})
    for path, content in everything.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return root


def night_of(root: Path, as_of: dt.date = LAST) -> Night:
    """A night of the workspace as its files are now."""
    return Night(load_workspace(root), as_of, dt.datetime(2030, 1, 1, tzinfo=dt.UTC))


@contextmanager
def warehouse_with(*models: str, first: dt.date = FIRST, last: dt.date = LAST) -> Iterator[Warehouse]:
    """A warehouse in memory in which the models did everything right on every day."""
    with Warehouse.open(None) as warehouse:
        for model in models:
            serve(warehouse, model, first=first, last=last)
            label(warehouse, model, first=first, last=last)
            train(warehouse, model, first=first)
        yield warehouse


def serve(
    warehouse: Warehouse, model: str, *, version: str = "1", first: dt.date = FIRST, last: dt.date = LAST
) -> None:
    """Insert daily rows of a model that answers 100 requests a day with latency, a feature and a named consumer."""
    key = {"model": model, "version": version, "first": first, "last": last}
    days = "FROM (SELECT unnest(generate_series($first::DATE, $last::DATE, INTERVAL 1 DAY))::DATE AS day)"
    inserts = {
        "traffic (source, model_id, version, day, segment, requests, records, errors, scored, late, timed)": (
            "'log', $model, $version, day, '', 100, 100, 0, 100, 0, 100"
        ),
        "consumer (source, model_id, version, day, consumer, requests, records, errors)": (
            "'log', $model, $version, day, 'shop', 100, 100, 0"
        ),
        "feature_hist (source, model_id, version, day, segment, feature, grid_from, bin, n, s1, s2, invalid)": (
            "'log', $model, $version, day, '', 'amount', $first, 0, 100, 0, 0, 0"
        ),
    }
    for table, values in inserts.items():
        warehouse.run(f"INSERT INTO daily.{table} SELECT {values} {days}", key)
    warehouse.run(
        "INSERT INTO ops.ledger (source, path, file_id, kind, day, rows_read, accepted, rejected, duplicate, late)"
        f" SELECT 'log', $model || $version || day, 'f', 'requests', day, 100, 100, 0, 0, 0 {days}",
        {**key, "first": first},
    )


def label(warehouse: Warehouse, model: str, *, first: dt.date = FIRST, last: dt.date = LAST) -> None:
    """Insert ten labels a day, each one day after its request; the last one is known on `last`."""
    warehouse.run(
        "INSERT INTO daily.outcome_binary (source, model_id, version, day, segment, label_day, bucket, tp, fp, fn, tn)"
        " SELECT 'log', $model, '1', day, '', day + 1, 0, 4, 1, 1, 4 FROM"
        " (SELECT unnest(generate_series($first::DATE, $last::DATE - 1, INTERVAL 1 DAY))::DATE AS day)",
        {"model": model, "first": first, "last": last},
    )


def train(warehouse: Warehouse, model: str, *, version: str = "1", first: dt.date = FIRST) -> None:
    """Insert a full training run two days before the first request, a passed test run, a deployment, two commits."""
    key = {
        "model": model,
        "version": version,
        "at": dt.datetime.combine(first, dt.time(12), dt.UTC) - dt.timedelta(2),
    }
    warehouse.run(
        "INSERT INTO fact.training_runs BY NAME SELECT 'run-' || $model || $version AS run_id, $model AS model_id,"
        " $version AS version, $at AS started_at, $at AS ended_at, 'schedule' AS trigger, 'o1' AS orchestrator_run_id,"
        " 'abc123' AS code_sha, false AS code_dirty, 's3://models/1' AS artifact_uri, 'aa' AS artifact_sha256,"
        " 's3://data/1' AS data_uri, 'bb' AS data_sha256, 1000 AS data_rows, 'cc' AS dependencies_sha256,"
        " 'git:def456' AS prediction_code, '{\"auc\": 0.7}' AS metrics, '{\"auc\": 0.5}' AS baseline_metrics",
        key,
    )
    warehouse.run(
        "INSERT INTO fact.deployments BY NAME SELECT 'd-' || $model || $version AS deployment_id, $model AS model_id,"
        " $version AS version, $at + INTERVAL 1 DAY AS started_at, 0.1 AS traffic_share, 'service' AS actor_kind,"
        " 'production' AS environment, 'validated' AS gate, '0' AS previous_version",
        key,
    )
    warehouse.run(
        "INSERT INTO fact.ci_runs BY NAME SELECT 'ci-' || $model AS run_id, $model AS model_id, $at AS finished_at,"
        " 'passed' AS state",
        {"model": model, "at": key["at"]},
    )
    warehouse.run(
        "INSERT INTO fact.commits BY NAME SELECT author AS sha, $model AS model_id, $at AS committed_at, author,"
        " 'c' AS approver FROM (VALUES ('a'), ('b')) AS people(author)",
        {"model": model, "at": key["at"]},
    )


def assess(night: Night, warehouse: Warehouse) -> dict[str, str]:
    """Run both stages; return the states of the playbook's milestones on the night's day, by milestone."""
    refresh(night, warehouse)
    assess_maturity(night, warehouse)
    return states(warehouse, night.as_of)


def states(warehouse: Warehouse, day: dt.date) -> dict[str, str]:
    """States of the playbook's milestones on a day."""
    rows = warehouse.frame(
        "SELECT milestone, state FROM mart.milestone WHERE rubric = 'playbook' AND day = $day", {"day": day}
    )
    return dict(rows.iter_rows())


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """Milestones whose state has changed, with the new state."""
    return {name: state for name, state in after.items() if before[name] != state}
