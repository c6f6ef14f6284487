"""The playbook's checklist: each question with the answer from the data, from people, or from nobody yet.

Flows in: the workspace's sections and answers, and the night's `Facts`. Flows out: `ChecklistItem`s for
`mart.checklist`. Called by `assess`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from dagster_project.pipeline.assess_facts import Facts
from dagster_project.pipeline.assess_milestones import Answer as DataAnswer
from dagster_project.pipeline.assess_milestones import evaluate
from dagster_project.pipeline.assess_wording import sentence
from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import Placed
from dagster_project.spec.playbook import Answer, Question, Section
from dagster_project.spec.rubric import ORGANIZATION
from dagster_project.store.warehouse import Warehouse

ANSWERS_FILE = "data/playbook.yml"
"""Where to write an answer that nobody has given yet."""
SETTLED = ("done", "not applicable")


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One question as the page shows it; the fields are the columns of `mart.checklist`."""

    section: str
    item: str
    question: str
    status: str
    decided_by: str
    answer: str | None
    owner: str | None
    due: dt.date | None
    evidence: str | None
    reviewed: dt.date | None
    overdue: bool
    help: str | None
    page: str | None
    file: str
    line: int | None


def checklist(night: Night, facts: Facts, warehouse: Warehouse) -> list[ChecklistItem]:
    """Every question of every section, in the order of the files."""
    answers = {placed.value.item: placed for placed in night.workspace.answers}
    return [
        _item(
            section,
            question,
            answers.get(question.id),
            _data_answer(question, facts, warehouse),
            facts,
            night,
        )
        for section in night.workspace.sections
        for question in section.questions
    ]


def _data_answer(question: Question, facts: Facts, warehouse: Warehouse) -> DataAnswer | str | None:
    """What the data say on the night's day; None if they cannot say, a message if the expression failed."""
    if question.value is None:
        return None
    answers = evaluate(question.value, question.done or "value IS NOT NULL", None, None, facts, warehouse)
    if isinstance(answers, str):
        return answers
    answer = answers.get((ORGANIZATION, facts.days[-1]))
    return answer if answer and answer.value is not None else None


def _item(
    section: Section,
    question: Question,
    placed: Placed[Answer] | None,
    found: DataAnswer | str | None,
    facts: Facts,
    night: Night,
) -> ChecklistItem:
    """What people say, overridden by what the data say; only people can call an item not applicable."""
    item = _by_people(section, question, placed, night)
    if isinstance(found, str):
        return replace(item, evidence=f"The data could not answer: {found}")
    if found is None or item.status == "not applicable":
        return item
    status = "done" if found.passes else ("in progress" if item.status == "in progress" else "open")
    told = sentence(question.answer or "", facts.on(ORGANIZATION, night.as_of))
    declared = f"As declared: {item.answer}" if told and item.answer else item.answer
    answer = " ".join(part for part in (told, declared) if part) or None
    overdue = _overdue(item.due, status, night.as_of)
    return replace(item, status=status, decided_by="data", answer=answer, overdue=overdue)


def _by_people(
    section: Section, question: Question, placed: Placed[Answer] | None, night: Night
) -> ChecklistItem:
    """The item as the answers file has it; a review dated after the night's day has not happened yet."""
    said = placed.value if placed else Answer(item=question.id)
    file, line = _place(question.id, placed, night)
    return ChecklistItem(
        section=section.id,
        item=question.id,
        question=question.question,
        status=said.status,
        decided_by="people" if placed else "nobody",
        answer=said.answer,
        owner=said.owner,
        due=said.due,
        evidence=said.evidence,
        reviewed=said.reviewed if said.reviewed and said.reviewed <= night.as_of else None,
        overdue=_overdue(said.due, said.status, night.as_of),
        help=question.help,
        page=question.link,
        file=file,
        line=line,
    )


def _place(item: str, placed: Placed[Answer] | None, night: Night) -> tuple[str, int | None]:
    """File and line of the answer, or of the question if nobody has answered."""
    if placed:
        return placed.file, placed.line
    return night.workspace.question_places.get(item, (ANSWERS_FILE, None))


def _overdue(due: dt.date | None, status: str, as_of: dt.date) -> bool:
    return due is not None and due < as_of and status not in SETTLED
