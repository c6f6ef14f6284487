"""Maturity: what the data and people say about how models are run, day by day.

Flows in: `daily.*`, `catalog.*`, `fact.*`, the workspace's facts, rubrics, sections, answers and attestations.
Flows out: `mart.fact`, `mart.milestone`, `mart.maturity` (all with their history) and `mart.checklist`, all rebuilt.
Called by the nightly job, after the figures.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dagster_project.core.maturity import Result, assess
from dagster_project.pipeline.assess_checklist import ChecklistItem, checklist
from dagster_project.pipeline.assess_facts import Fact, Facts, gather
from dagster_project.pipeline.assess_milestones import Verdict, decide
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.release import unchanged
from dagster_project.spec.rubric import Rubric
from dagster_project.store.warehouse import Warehouse

LEVEL = ("pillar", "level", "score", "coverage", "passed", "applicable", "waived_score", "next_step")
"""Fields of `core.maturity`'s result for a pillar, and columns of `mart.maturity`."""
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a night's assessment found."""

    days: int
    facts: int
    broken_facts: int
    """Facts whose SQL could not be run."""
    milestones: int
    passed: int
    """Milestones that pass on the night's day, by the raw state."""
    items_done: int
    """Checklist items that are done."""


def assess_maturity(night: Night, warehouse: Warehouse) -> Assessment | None:
    """Assess every rubric on every day of the history, and answer the checklist as of the night's day.

    None if the published release was made from the same inputs, so that the tables already hold the result.
    """
    if unchanged(night, warehouse) is not None:
        return None
    facts = gather(night, warehouse)
    decided = {
        r.id: decide(r, facts, night.workspace.attestations, warehouse) for r in night.workspace.rubrics
    }
    verdicts = [verdict for of_rubric in decided.values() for verdict in of_rubric]
    items = checklist(night, facts, warehouse)
    levels = [row for rubric in night.workspace.rubrics for row in _level_rows(rubric, decided[rubric.id])]
    _write(warehouse, facts, verdicts, levels, items)
    newest = [verdict for verdict in verdicts if verdict.day == night.as_of]
    return Assessment(
        days=len(facts.days),
        facts=len(night.workspace.facts) - len(facts.broken),
        broken_facts=len(facts.broken),
        milestones=len(newest),
        passed=sum(verdict.raw_state == "pass" for verdict in newest),
        items_done=sum(item.status == "done" for item in items),
    )


def _level_rows(rubric: Rubric, verdicts: Iterable[Verdict]) -> list[Row]:
    """Rows of `mart.maturity`: the whole and each pillar, by subject and day."""
    placed: dict[tuple[str, dt.date], list[Verdict]] = {}
    for verdict in verdicts:
        placed.setdefault((verdict.subject, verdict.day), []).append(verdict)
    milestones = {milestone.id: milestone for milestone in rubric.milestones}
    rows: list[Row] = []
    for (subject, day), found in sorted(placed.items()):
        results = tuple(
            Result(
                v.milestone,
                milestones[v.milestone].pillar,
                milestones[v.milestone].level,
                v.raw_state,
                v.state,
            )
            for v in found
        )
        place = {"rubric": rubric.id, "subject": subject, "day": day}
        rows += [place | {name: getattr(standing, name) for name in LEVEL} for standing in assess(results)]
    return rows


def _write(
    warehouse: Warehouse,
    facts: Facts,
    verdicts: Sequence[Verdict],
    levels: Sequence[Row],
    items: Sequence[ChecklistItem],
) -> None:
    """Replace the four tables in one transaction."""
    rows = [fact for _, named in sorted(facts.found.items()) for _, fact in sorted(named.items())]
    with warehouse.transaction():
        warehouse.fill("mart.fact", [_row(fact) for fact in rows])
        warehouse.fill("mart.milestone", [_row(verdict) for verdict in verdicts])
        warehouse.fill("mart.maturity", levels)
        warehouse.fill("mart.checklist", [_row(item) for item in items])


def _row(record: Fact | Verdict | ChecklistItem) -> Row:
    """A record by its fields' names; `asdict` would copy each value deeply."""
    return {field.name: getattr(record, field.name) for field in dataclasses.fields(record)}
