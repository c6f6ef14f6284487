"""What the workspace defines, put into `catalog.*` and `ops.state` so that page views can read it.

In: the workspace's objects (metrics, targets, sources, rubrics, sections, features, rules, objectives) and the night's
days. Out: rows, all replaced at once. Called by `pipeline.render`, before the page views are made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dagster_project.core.naming import slug
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.render_alerts import put_alert_definitions
from dagster_project.pipeline.verify import recomputed
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.spec.loading import Workspace

TEXT, WHOLE, NUMBER, TEXTS, FLAG = "text", "whole", "number", "texts", "flag"
"""Kinds of a column's values; they say which polars type an empty or all-NULL column gets."""

Row = tuple[object, ...]


def put_definitions(workspace: Workspace, warehouse: Warehouse) -> None:
    """Replace every definition table by what the workspace says now; call inside a transaction."""
    _put_metrics(workspace, warehouse)
    _put_targets(workspace, warehouse)
    _put_sources(workspace, warehouse)
    _put_rubrics(workspace, warehouse)
    _put_features(workspace, warehouse)
    _put_promises(workspace, warehouse)
    put_alert_definitions(workspace, warehouse)


def put_state(night: Night, warehouse: Warehouse, digest: str, code_version: str) -> None:
    """Write the night's days and the organization's settings as `ops.state` rows the views look up."""
    settings = night.workspace.settings
    state = {
        "as_of": night.as_of.isoformat(),
        "running_day": night.running_day.isoformat() if night.running_day else "",
        "window": str(settings.main_window),
        "organization": settings.name,
        "about": settings.about or "",
        "timezone": settings.timezone,
        "currency": settings.currency,
        "repository_url": settings.repository_url,
        "input_digest": digest,
        "code_version": code_version,
    }
    keys = list(state)
    marks = ", ".join("?" for _ in keys)
    rows = _frame({"key": TEXT, "value": TEXT}, [(key, state[key]) for key in keys])
    warehouse.replace("ops.state", rows, f"key in ({marks})", keys)


def _put_metrics(workspace: Workspace, warehouse: Warehouse) -> None:
    columns = {
        "metric": TEXT, "slug": TEXT, "title": TEXT, "family": TEXT, "unit": TEXT, "better": TEXT, "definition": TEXT,
        "formula": TEXT, "source": TEXT, "apply": TEXT, "minimum": WHOLE, "good": NUMBER, "poor": NUMBER,
        "pillar": TEXT, "weight": NUMBER, "file": TEXT, "sql": TEXT, "is_recomputed": FLAG,
    }  # fmt: skip
    rows: list[Row] = []
    second = recomputed(workspace)
    for statement in workspace.metrics:
        head = statement.head
        levels = head.thresholds
        rows.append((
            statement.id, slug(statement.id.replace("_", "-")), head.title, head.family, head.unit, head.better,
            head.definition, head.formula,
            head.source, head.apply, head.minimum, levels.good if levels else None,
            levels.poor if levels else None, head.pillar, head.weight, statement.file, statement.sql.strip(),
            statement.id in second,
        ))  # fmt: skip
    warehouse.replace("catalog.metric", _frame(columns, rows))


def _put_targets(workspace: Workspace, warehouse: Warehouse) -> None:
    columns = {
        "position": WHOLE, "metric": TEXT, "models": TEXTS, "teams": TEXTS, "patterns": TEXTS,
        "features": TEXTS, "good": NUMBER, "poor": NUMBER, "reason": TEXT,
    }  # fmt: skip
    rows = [
        (
            position, t.metric, list(t.models), list(t.teams), list(t.patterns), list(t.features), t.good,
            t.poor, t.reason,
        )
        for position, t in enumerate(workspace.targets)
    ]  # fmt: skip
    warehouse.replace("catalog.target", _frame(columns, rows))


def _put_sources(workspace: Workspace, warehouse: Warehouse) -> None:
    columns = {"source": TEXT, "kind": TEXT, "title": TEXT, "files": TEXTS}
    rows = [(s.source, s.kind, s.title, list(s.files)) for s in workspace.sources]
    warehouse.replace("catalog.source", _frame(columns, rows))


def _put_rubrics(workspace: Workspace, warehouse: Warehouse) -> None:
    rubrics = workspace.rubrics
    warehouse.replace(
        "catalog.rubric",
        _frame(
            {"rubric": TEXT, "title": TEXT, "scope": TEXT, "source": TEXT},
            [(r.id, r.title, r.scope, r.source) for r in rubrics],
        ),
    )
    warehouse.replace(
        "catalog.rubric_level",
        _frame(
            {"rubric": TEXT, "level": WHOLE, "title": TEXT, "meaning": TEXT},
            [(r.id, level.level, level.title, level.meaning) for r in rubrics for level in r.levels],
        ),
    )
    warehouse.replace(
        "catalog.rubric_pillar",
        _frame(
            {"rubric": TEXT, "pillar": TEXT, "title": TEXT, "meaning": TEXT, "position": WHOLE},
            [(r.id, p.id, p.title, p.meaning, i) for r in rubrics for i, p in enumerate(r.pillars)],
        ),
    )
    _put_milestones(workspace, warehouse)
    warehouse.replace(
        "catalog.section",
        _frame(
            {"section": TEXT, "title": TEXT, "meaning": TEXT, "position": WHOLE},
            [(s.id, s.title, s.meaning, s.order) for s in workspace.sections],
        ),
    )


def _put_milestones(workspace: Workspace, warehouse: Warehouse) -> None:
    columns = {
        "rubric": TEXT, "milestone": TEXT, "title": TEXT, "pillar": TEXT, "level": WHOLE, "method": TEXT,
        "why": TEXT, "item": TEXT, "unit": TEXT, "next_step": TEXT, "position": WHOLE,
    }  # fmt: skip
    rows = [
        (r.id, m.id, m.title, m.pillar, m.level, m.method, m.why, m.item, m.unit, m.next_step, position)
        for r in workspace.rubrics
        for position, m in enumerate(r.milestones)
    ]
    warehouse.replace("catalog.rubric_milestone", _frame(columns, rows))


def _put_features(workspace: Workspace, warehouse: Warehouse) -> None:
    columns = {
        "model_id": TEXT, "feature": TEXT, "type": TEXT, "min": NUMBER, "max": NUMBER, "allowed": TEXTS,
        "unit": TEXT,
    }  # fmt: skip
    rows = [
        (
            placed.value.id, name, feature.type, feature.min, feature.max,
            list(feature.allowed) if feature.allowed is not None else None, feature.unit,
        )
        for placed in workspace.models
        for name, feature in placed.value.features.items()
    ]  # fmt: skip
    warehouse.replace("catalog.feature", _frame(columns, rows))


def _put_promises(workspace: Workspace, warehouse: Warehouse) -> None:
    """Declared rules and objectives."""
    models = [placed.value for placed in workspace.models]
    columns = {"model_id": TEXT, "rule": TEXT, "kind": TEXT, "words": TEXT, "reason": TEXT, "position": WHOLE}
    rules = [
        (m.id, r.name, "truth" if r.truth else "rule", str(r), r.reason, i)
        for m in models
        for i, r in enumerate(m.rules)
    ]
    warehouse.replace("catalog.value_rule", _frame(columns, rules))
    limits = {"model_id": TEXT, "latency_ms": NUMBER, "share": NUMBER, "availability": NUMBER}
    promised = [(m.id, m.objective) for m in models if m.objective]
    rows = [(name, o.latency_ms, o.share, o.availability) for name, o in promised]
    warehouse.replace("catalog.objective", _frame(limits, rows))


def _frame(columns: dict[str, str], rows: Iterable[Row]) -> pl.DataFrame:
    """Rows as a frame with the columns' declared kinds, so that a column of NULLs keeps its type."""
    import polars as pl

    types = {
        TEXT: pl.String(), WHOLE: pl.Int64(), NUMBER: pl.Float64(), TEXTS: pl.List(pl.String()), FLAG: pl.Boolean(),
    }  # fmt: skip
    return pl.DataFrame(
        list(rows), schema={name: types[kind] for name, kind in columns.items()}, orient="row", strict=False
    )
