"""Runs the SQL and templates that people wrote on an empty warehouse: what fails there would fail every night.

In: a workspace. Out: the problems of its metrics, facts, milestones, page views and page templates, all in one go.
Errors that depend on data, such as text that is not a number, are found only by the night itself. Caller:
commands.check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_project.core.errors import Problem
from dagster_project.pipeline.assess_facts import gather
from dagster_project.pipeline.assess_milestones import decide
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.render_definitions import put_definitions
from dagster_project.pipeline.render_views import failing_views
from dagster_project.pipeline.score import failing_metrics, served_versions
from dagster_project.publish.template_check import mistakes
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    from dagster_project.spec.loading import Workspace

SOME_DAY = dt.date(2000, 1, 1)
"""Any day will do: the warehouse is empty."""


def dry_run(workspace: Workspace) -> list[Problem]:
    """Every problem that the database or a template has with the workspace's files, by file and line."""
    night = Night(workspace, SOME_DAY, dt.datetime(2000, 1, 2, tzinfo=dt.UTC))
    with Warehouse.open(None) as warehouse:
        set_spans(warehouse, [Span(SOME_DAY, 1)], served_versions(warehouse), None, SOME_DAY)
        found = failing_metrics(workspace.metrics, warehouse)
        found += _failing_practice(night, warehouse)
        put_definitions(workspace, warehouse)
        found += failing_views(workspace.marts, warehouse)
    found += mistakes(workspace.pages, workspace.parts, {mart.id for mart in workspace.marts})
    return sorted(found, key=lambda p: (p.file, p.line or 0, p.key, p.message))


def _failing_practice(night: Night, warehouse: Warehouse) -> Iterator[Problem]:
    """Facts that the database refuses, and milestones whose rule it refuses although their facts exist."""
    facts = gather(night, warehouse)
    files = {fact.id: fact.file for fact in night.workspace.facts}
    for name, reason in facts.broken.items():
        yield Problem(files[name], None, "", reason)
    for rubric in night.workspace.rubrics:
        for verdict in decide(rubric, facts, night.workspace.attestations, warehouse):
            if verdict.raw_state == "error" and not verdict.evidence.startswith("fact "):
                yield Problem("reports/rubrics", None, f"{rubric.id}: {verdict.milestone}", verdict.evidence)
