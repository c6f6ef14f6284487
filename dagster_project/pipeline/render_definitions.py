"""What the workspace defines, put into `catalog.*` and `ops.state` so that page views can read it.

In: the workspace's objects (metrics, targets, sources, rubrics, sections, features, rules, objectives) and the night's
days. Out: rows, all replaced at once. Called by `pipeline.render`, before the page views are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.core.naming import slug
from dagster_project.pipeline.ingest_mapping import mapping_of
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.render_alerts import put_alert_definitions
from dagster_project.pipeline.verify import recomputed
from dagster_project.spec.base import Input
from dagster_project.store.spans import views_read
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    from dagster_project.spec.loading import Workspace


def put_definitions(workspace: Workspace, warehouse: Warehouse) -> None:
    """Replace every definition table with what the workspace says now; call inside a transaction."""
    _put_metrics(workspace, warehouse)
    _put_targets(workspace, warehouse)
    _put_sources(workspace, warehouse)
    _put_rubrics(workspace, warehouse)
    _put_features(workspace, warehouse)
    _put_promises(workspace, warehouse)
    put_alert_definitions(workspace, warehouse)


def put_state(night: Night, warehouse: Warehouse, digest: str, code_version: str) -> None:
    """Write the night's days and the organization's settings as `ops.state` rows that the views look up."""
    import polars as pl

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
    warehouse.put("ops.state", pl.DataFrame({"key": list(state), "value": list(state.values())}))


def _put_metrics(workspace: Workspace, warehouse: Warehouse) -> None:
    same = (
        "title", "family", "unit", "better", "definition", "formula", "source", "apply", "minimum", "pillar", "weight",
    )  # fmt: skip
    second = recomputed(workspace)
    rows = []
    for metric in workspace.metrics:
        levels = metric.head.thresholds
        own = {
            "metric": metric.id, "slug": slug(metric.id.replace("_", "-")), "file": metric.file,
            "sql": metric.sql.strip(), "good": levels.good if levels else None, "poor": levels.poor if levels else None,
            "reads": views_read(metric.sql), "is_recomputed": metric.id in second,
        }  # fmt: skip
        rows.append(_fields(metric.head, *same) | own)
    warehouse.fill("catalog.metric", rows)


def _put_targets(workspace: Workspace, warehouse: Warehouse) -> None:
    same = ("metric", "models", "teams", "patterns", "features", "good", "poor", "reason")
    targets = enumerate(workspace.targets)
    warehouse.fill("catalog.target", [{"position": i} | _fields(target, *same) for i, target in targets])


def _put_sources(workspace: Workspace, warehouse: Warehouse) -> None:
    rows = [
        _fields(s, "source", "kind", "title", "files") | {"mapping": mapping_of(workspace, s)}
        for s in workspace.sources
    ]
    warehouse.fill("catalog.source", rows)


def _put_rubrics(workspace: Workspace, warehouse: Warehouse) -> None:
    """Rubrics with their levels, pillars and milestones, and the sections of the checklist."""
    rubrics = workspace.rubrics
    warehouse.fill(
        "catalog.rubric", [{"rubric": r.id} | _fields(r, "title", "scope", "source") for r in rubrics]
    )
    warehouse.fill(
        "catalog.rubric_level",
        [{"rubric": r.id} | _fields(one, "level", "title", "meaning") for r in rubrics for one in r.levels],
    )
    warehouse.fill(
        "catalog.rubric_pillar",
        [
            {"rubric": r.id, "pillar": p.id, "position": i} | _fields(p, "title", "meaning")
            for r in rubrics
            for i, p in enumerate(r.pillars)
        ],
    )
    same = ("title", "pillar", "level", "method", "why", "item", "unit", "next_step")
    warehouse.fill(
        "catalog.rubric_milestone",
        [
            {"rubric": r.id, "milestone": m.id, "position": i} | _fields(m, *same)
            for r in rubrics
            for i, m in enumerate(r.milestones)
        ],
    )
    sections = [
        {"section": s.id, "position": s.order} | _fields(s, "title", "meaning") for s in workspace.sections
    ]
    warehouse.fill("catalog.section", sections)


def _put_features(workspace: Workspace, warehouse: Warehouse) -> None:
    rows = [
        {"model_id": placed.value.id, "feature": name}
        | _fields(feature, "type", "min", "max", "allowed", "unit")
        for placed in workspace.models
        for name, feature in placed.value.features.items()
    ]
    warehouse.fill("catalog.feature", rows)


def _put_promises(workspace: Workspace, warehouse: Warehouse) -> None:
    """Declared rules and objectives."""
    models = [placed.value for placed in workspace.models]
    rules = [
        {
            "model_id": model.id, "rule": rule.name, "kind": "truth" if rule.truth else "rule", "words": str(rule),
            "reason": rule.reason, "position": i,
        }
        for model in models
        for i, rule in enumerate(model.rules)
    ]  # fmt: skip
    warehouse.fill("catalog.value_rule", rules)
    objectives = [
        {"model_id": model.id} | _fields(model.objective, "latency_ms", "share", "availability")
        for model in models
        if model.objective
    ]
    warehouse.fill("catalog.objective", objectives)


def _fields(thing: Input, *names: str) -> dict[str, object]:
    """The fields of a declaration by name; columns have the same names."""
    return {name: getattr(thing, name) for name in names}
