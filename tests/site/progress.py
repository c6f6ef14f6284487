"""Maturity and checklist of the synthetic warehouse, for the built-in rubrics and questions. Called by `fixture`."""

from __future__ import annotations

import datetime as dt

from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, HOSTILE, insert

STATES = ("pass", "fail", "warning", "not reported", "not applicable", "waived", "error")
ANSWERS = (("done", "data"), ("in progress", "people"), ("open", "nobody"), ("not applicable", "people"))


def fill_progress(w: Warehouse, workspace: Workspace) -> None:
    """Insert milestones and items so that every state and every status occurs."""
    levels: list[tuple[object, ...]] = []
    milestones: list[tuple[object, ...]] = []
    for rubric in workspace.rubrics:
        for i, pillar in enumerate(("", *(p.id for p in rubric.pillars))):
            for k, back in enumerate((60, 30, 0)):
                day, level = AS_OF - dt.timedelta(days=back), min(i % 3 + k, 4)
                levels.append((rubric.id, "organization", pillar, day, level, level / 5, 0.5, 0.8, 3, 6))
        for i, m in enumerate(rubric.milestones):
            state = STATES[i % len(STATES)]
            raw, value = "fail" if state == "waived" else state, None if state == "not reported" else 0.6
            since, proof = AS_OF - dt.timedelta(days=i), f"3 of 5 models {HOSTILE}"
            row = (
                rubric.id,
                "organization",
                m.id,
                AS_OF,
                state,
                raw,
                value,
                "value >= 0.9",
                proof,
                m.method,
                since,
            )
            milestones.append(row)
    insert(
        w,
        "mart.maturity",
        "rubric subject pillar day level score waived_score coverage passed applicable",
        levels,
    )
    columns = "rubric subject milestone day state raw_state value threshold evidence method since"
    insert(w, "mart.milestone", columns, milestones)
    _checklist(w, workspace)


def _checklist(w: Warehouse, workspace: Workspace) -> None:
    rows: list[tuple[object, ...]] = []
    for section in workspace.sections:
        for i, q in enumerate(section.questions):
            status, by = ANSWERS[i % len(ANSWERS)]
            answer = None if by == "nobody" else HOSTILE if i == 1 else "5 of 5 models have an owner."
            due, late = AS_OF - dt.timedelta(days=3), status == "open"
            place = ("data/playbook.yml", 10 + i)
            given = (answer, "MLOps lead", due, "javascript:alert(1)", AS_OF, late, q.help, q.link)
            rows.append((section.id, q.id, q.question, status, by, *given, *place))
    columns = "section item question status decided_by answer owner due evidence reviewed overdue help page file line"
    insert(w, "mart.checklist", columns, rows)
