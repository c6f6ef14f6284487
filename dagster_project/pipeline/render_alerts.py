"""Puts rules, silences, answers, known events and who answers for which metric into `catalog.*` for the alert pages.

In: the workspace's objects. Out: rows, all replaced at once. Called by `pipeline.render_definitions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dagster_project.pipeline.watch_people import owner_of
from dagster_project.spec.catalog import undeclared
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    from dagster_project.spec.loading import Workspace
    from dagster_project.spec.rule import RuleFile

Row = dict[str, Any]


def put_alert_definitions(workspace: Workspace, warehouse: Warehouse) -> None:
    """Replace what the pages about alerts read from the workspace; call inside a transaction."""
    warehouse.fill("catalog.rule", [_rule(file) for file in workspace.rules])
    warehouse.fill(
        "catalog.silence",
        [
            {"model_id": s.model, "rule": s.rule, "feature": s.feature, "since": s.since, "until": s.until,
             "reason": s.reason, "silenced_by": s.by, "file": placed.file, "line": placed.line}
            for placed in workspace.silences
            for s in [placed.value]
        ],
    )  # fmt: skip
    warehouse.fill(
        "catalog.answer",
        [
            {"position": i, "alert": a.alert, "model_id": a.model, "rule": a.rule, "feature": a.feature,
             "opened": a.opened, "given": a.at, "file": placed.file, "line": placed.line}
            for i, placed in enumerate(workspace.alert_answers)
            for a in [placed.value]
        ],
    )  # fmt: skip
    events = enumerate(sorted(workspace.events, key=lambda event: event.day))
    warehouse.fill("catalog.event", [{"position": i, **e.model_dump()} for i, e in events])
    _put_owners(workspace, warehouse)


def _rule(file: RuleFile) -> Row:
    rule = file.rule
    same = (
        "title", "meaning", "method", "metrics", "severity", "ask", "runbook", "least_effect", "least_share",
        "open_after", "close_after", "enabled",
    )  # fmt: skip
    return {"rule": file.id, "file": file.file} | {name: getattr(rule, name) for name in same}


def _put_owners(workspace: Workspace, warehouse: Warehouse) -> None:
    """Every model with every metric and rule, so that each figure shows who answers for it, or that nobody does."""
    declared = {placed.value.id: placed.value for placed in workspace.models}
    seen = [m for (m,) in warehouse.rows("SELECT model_id FROM catalog.model ORDER BY ALL")]
    subjects = [metric.id for metric in workspace.metrics]
    subjects += [f"rule:{rule.id}" for rule in workspace.rules if not rule.rule.metrics]
    rows = [
        {"model_id": model.id, "subject": subject, "owner": owner_of(model, subject, workspace.owners)}
        for model in (declared.get(m) or undeclared(m) for m in seen)
        for subject in subjects
    ]
    warehouse.fill("catalog.owner", rows)
