"""The set-up as a whole: files, facts, and that it is done once."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from dagster_project.demo.build import DemoResult, build_demo
from dagster_project.demo.models import FIRST_DAY, LAST_DAY, MODELS
from tests.demo.conftest import FIRST, LAST

Build = tuple[Path, DemoResult]


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_logs_are_by_day_or_by_month(small_build: Build) -> None:
    """Each log has the files its dialect says, and the retired model has its own."""
    root, result = small_build
    names = {p.name: [f.name for f in sorted(p.iterdir())] for p in (root / "data/logs").iterdir()}
    assert names["late-arrival"] == [f"{FIRST + dt.timedelta(days=i)}.jsonl.gz" for i in range(5)]
    assert names["cancellation-risk"] == ["2013-03.csv.gz", "2013-04.csv.gz"]
    assert names["gain-in-air"] == ["2013-03.jsonl", "2013-04.jsonl"]
    assert len(names["air-time"]) == len(names["arrival-delay-live"]) == len(names["arrival-delay-plan"]) == 5
    assert sum(len(files) for files in names.values()) == result.files


def test_no_outcome_is_from_after_the_last_day(small_build: Build) -> None:
    """Labels that had not come when the replay ends are not in the logs, and all that had are."""
    root, result = small_build
    arrivals = pl.read_csv(root / "data/logs/arrivals/*.csv.gz")
    closings = pl.read_parquet(root / "data/logs/closings/*.parquet")
    assert arrivals.height + closings.height == result.outcomes
    assert arrivals["Gate In (UTC)"].max() < "2013-04-04 04:00:00"  # type: ignore[operator]
    assert closings["closed_at"].max() == dt.datetime(2013, 4, 4, 3, 59, tzinfo=dt.UTC)
    assert closings.filter(pl.col("model") == "cancellation-risk").height > 4000


def test_facts_name_what_was_done(small_build: Build) -> None:
    """A training run a version, with artifact, data, code and dependencies; the canary is on record."""
    root, _ = small_build
    runs = lines(root / "data/facts/training_runs.jsonl")
    assert len(runs) == len(MODELS) + 1
    for run in runs:
        kept = root / str(run["artifact_uri"])
        assert json.loads(kept.read_text(encoding="utf-8"))["version"] == run["version"]
        assert all(run[key] for key in ("artifact_sha256", "data_sha256", "dependencies_sha256", "code_link"))
        assert run["metrics"] != run["baseline_metrics"]
    deployed = lines(root / "data/facts/deployments.jsonl")
    canary = [row for row in deployed if row["kind"] == "canary"]
    assert [(row["version"], row["traffic_share"], row["ended_at"]) for row in canary] == [("v2", 0.1, None)]
    assert {row["kind"] for row in deployed} == {"full", "canary"}  # retirement and May are still to come


def test_a_second_call_finds_everything_made(small_build: Build) -> None:
    """Nothing is done again, and the answer is the same."""
    root, result = small_build
    before = contents(root)
    again = build_demo(root, first_day=FIRST, last_day=LAST)
    assert not again.made
    assert (again.requests, again.outcomes, again.files) == (result.requests, result.outcomes, result.files)
    assert contents(root) == before


def test_a_lost_file_is_made_again_with_the_same_bytes(small_build: Build) -> None:
    """What does not hang on the clock has the same bytes; strangers' files stay where they are."""
    root, _ = small_build
    before = contents(root)
    (root / "data/logs/closings/2013-04-01.parquet").unlink()
    stranger = root / "data/logs/stranger.csv"
    stranger.write_text("not ours\n", encoding="utf-8")
    assert build_demo(root, first_day=FIRST, last_day=LAST).made
    after = contents(root)
    assert after.pop("data/logs/stranger.csv") == b"not ours\n"
    stranger.unlink()
    assert after.keys() == before.keys()
    timeless = ("arrivals/", "closings/", "arrival-delay-plan/", "data/facts/", "data/demo/artifacts/")
    same = [name for name in before if any(part in name for part in timeless)]
    assert len(same) > 20
    assert [name for name in same if before[name] != after[name]] == []


@pytest.mark.slow
def test_the_year_has_exact_counts(tmp_path: Path) -> None:
    """Requests of models that decide at scheduling are the month's flights; 7,734 cancellations are positives."""
    result = build_demo(tmp_path, first_day=FIRST_DAY, last_day=LAST_DAY)
    logs = tmp_path / "data/logs"
    plan = pl.read_parquet(logs / "arrival-delay-plan/*.parquet")
    risk = pl.read_csv(logs / "cancellation-risk/*.csv.gz", infer_schema_length=None)
    flights = [24951, 28834, 28330, 28796, 28243, 29425, 29327, 27574, 28889, 27268, 28135]
    by_month = plan.group_by(pl.col("RUN_TS").dt.month().alias("month")).agg(
        pl.len(), pl.col("BATCH_ROWS").sum().alias("records")
    )
    assert by_month.sort("month")["len"].to_list()[1:] == flights
    assert by_month.sort("month")["records"].to_list()[1:] == flights
    runs = risk.group_by(pl.col("Run at (NY)").str.slice(0, 2).alias("month")).agg(
        pl.len(), pl.col("Rows in run").sum()
    )
    assert runs.sort("month")["len"].to_list()[1:] == flights
    assert runs.sort("month")["Rows in run"].to_list()[1:] == flights
    closings = pl.read_parquet(logs / "closings/*.parquet").filter(pl.col("model") == "cancellation-risk")
    positives = closings.filter(pl.col("actual_value") == 1)["row_key"]
    assert positives.filter(positives.str.slice(-4, 2) != "01").len() == 7_734
    arrived = pl.read_csv(logs / "arrivals/*.csv.gz")["Prediction Ref"].str.split(":").list.last()
    assert set(arrived) & set(positives.str.split(":").list.last()) == set()
    assert result.requests == 1_719_793


@pytest.mark.slow
def test_the_year_has_the_known_quality(data: object) -> None:
    """Live figures of each model lie where they should: one good stream, one rare class, one without skill."""
    from dagster_project.demo.features import decisions
    from dagster_project.demo.flights import FlightData
    from dagster_project.demo.labels import labelled
    from dagster_project.demo.scoring import Scorer
    from dagster_project.demo.training import measure, predict, train

    assert isinstance(data, FlightData)
    bands = {
        "late-arrival": ("roc_auc", 0.63, 0.67),
        "cancellation-risk": ("roc_auc", 0.71, 0.75),
        "arrival-delay-live": ("r2", 0.78, 0.87),
        "air-time": ("r2", 0.96, 0.98),
        "arrival-delay-plan": ("r2", 0.01, 0.05),
        "gain-in-air": ("r2", -0.05, 0.02),
    }
    for model in MODELS:
        decided = decisions(data, model.moment)
        trained = train(decided, model, model.versions[0])
        live = labelled(decided.filter(pl.col("day") >= FIRST_DAY), model)
        found = measure(live, predict(Scorer(trained.artifact), live, model), binary=model.binary)
        metric, low, high = bands[model.id]
        assert low <= found[metric] <= high, (model.id, found)
