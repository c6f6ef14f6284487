"""Maturity: what the data and people say about how models are run, day by day.

Flows in: `daily.*`, `catalog.*`, `fact.*`, the workspace's facts, rubrics, sections, answers and attestations.
Flows out: `mart.fact`, `mart.milestone`, `mart.maturity` (all with their history) and `mart.checklist`, made anew.
Called by the nightly job, after the figures.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dagster_project.core.maturity import Maturity, Result, assess
from dagster_project.pipeline.mature_checklist import ChecklistItem, checklist
from dagster_project.pipeline.mature_facts import Fact, Facts, gather
from dagster_project.pipeline.mature_milestones import Verdict, decide
from dagster_project.pipeline.night import Night
from dagster_project.spec.rubric import Rubric
from dagster_project.store.warehouse import Warehouse

LEVEL_COLUMNS = (
    "rubric", "subject", "pillar", "day", "level", "score", "coverage", "passed", "applicable", "waived_score",
    "next_step",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matured:
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


def mature(night: Night, warehouse: Warehouse) -> Matured:
    """Assess every rubric and answer the checklist as of the night's day and of every day of the history."""
    facts = gather(night, warehouse)
    decided = {
        r.id: decide(r, facts, night.workspace.attestations, warehouse) for r in night.workspace.rubrics
    }
    verdicts = [verdict for of_rubric in decided.values() for verdict in of_rubric]
    items = checklist(night, facts, warehouse)
    levels = [row for rubric in night.workspace.rubrics for row in level_rows(rubric, decided[rubric.id])]
    _write(warehouse, facts, verdicts, levels, items)
    newest = [verdict for verdict in verdicts if verdict.day == night.as_of]
    return Matured(
        days=len(facts.days),
        facts=len(night.workspace.facts) - len(facts.broken),
        broken_facts=len(facts.broken),
        milestones=len(newest),
        passed=sum(verdict.raw_state == "pass" for verdict in newest),
        items_done=sum(item.status == "done" for item in items),
    )


def level_rows(rubric: Rubric, verdicts: Iterable[Verdict]) -> list[tuple[Any, ...]]:
    """Rows of `mart.maturity`: the whole and each pillar, by subject and day."""
    placed: dict[tuple[str, Any], list[Verdict]] = {}
    for verdict in verdicts:
        placed.setdefault((verdict.subject, verdict.day), []).append(verdict)
    milestones = {milestone.id: milestone for milestone in rubric.milestones}
    rows: list[tuple[Any, ...]] = []
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
        rows += [(rubric.id, subject, m.pillar, day, *_figures(m)) for m in assess(results)]
    return rows


def _figures(found: Maturity) -> tuple[Any, ...]:
    return (
        found.level, found.score, found.coverage, found.passed, found.applicable, found.waived_score, found.next_step,
    )  # fmt: skip


def _write(
    warehouse: Warehouse,
    facts: Facts,
    verdicts: Sequence[Verdict],
    levels: Sequence[tuple[Any, ...]],
    items: Sequence[ChecklistItem],
) -> None:
    """Replace the four tables in one transaction."""
    rows = [fact for _, named in sorted(facts.found.items()) for _, fact in sorted(named.items())]
    with warehouse.transaction():
        _replace(warehouse, "mart.fact", _columns(Fact), [_row(fact) for fact in rows])
        _replace(warehouse, "mart.milestone", _columns(Verdict), [_row(verdict) for verdict in verdicts])
        _replace(warehouse, "mart.maturity", LEVEL_COLUMNS, levels)
        _replace(warehouse, "mart.checklist", _columns(ChecklistItem), [_row(item) for item in items])


def _replace(
    warehouse: Warehouse, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    import polars as pl

    frame = pl.DataFrame(list(rows), schema=list(columns), orient="row", infer_schema_length=None)
    warehouse.replace(table, frame)


def _columns(kind: type[Any]) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def _row(record: Any) -> tuple[Any, ...]:
    """The fields of a slotted dataclass, in order; `astuple` would copy each value deeply."""
    return tuple(getattr(record, field.name) for field in dataclasses.fields(record))
