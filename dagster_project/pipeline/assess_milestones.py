"""Milestones decided, day by day: by SQL over named facts or by what people attest; waivers beside the raw state.

Flows in: a rubric, the night's `Facts` (with `fact_row` in the warehouse) and the attestations. Flows out: `Verdict`s,
one per milestone, subject and day. Called by `assess`. An expression that fails gives a state, never a crash.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from dagster_project.core import maturity
from dagster_project.core.formatting import format_day
from dagster_project.core.types import State
from dagster_project.pipeline.assess_facts import Fact, Facts, Place, try_query
from dagster_project.pipeline.assess_wording import names_in, sentence, threshold_in_words
from dagster_project.spec.rubric import ORGANIZATION, Attestation, Attestations, Milestone, Rubric, Waiver
from dagster_project.store.warehouse import Warehouse

Subject = str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of one milestone for one subject on one day."""

    rubric: str
    subject: Subject
    milestone: str
    day: dt.date
    state: State
    raw_state: State
    """The state without any waiver."""
    value: float | None
    threshold: str
    evidence: str
    method: str
    since: dt.date | None = None
    """First reported day of the unbroken run of this state."""
    expires: dt.date | None = None
    """When the statement or waiver behind the state ends."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the SQL of a data milestone yielded; None is NULL."""

    value: float | None
    passes: bool | None
    warns: bool | None
    applies: bool | None


def decide(rubric: Rubric, facts: Facts, stated: Attestations, warehouse: Warehouse) -> list[Verdict]:
    """A verdict on every milestone of a rubric, for every subject of its scope and every day of the history."""
    subjects = subjects_of(rubric, facts, stated)
    verdicts: list[Verdict] = []
    for milestone in rubric.milestones:
        if milestone.method == "attest":
            found = _by_people(rubric, milestone, subjects, facts.days, stated.attestations)
        else:
            found = _by_data(rubric, milestone, subjects, facts, warehouse)
        waivers = [w for w in stated.waivers if (w.rubric, w.milestone) == (rubric.id, milestone.id)]
        verdicts += since_when([_waived(rubric, verdict, waivers) for verdict in found])
    return verdicts


def subjects_of(rubric: Rubric, facts: Facts, stated: Attestations) -> list[Subject]:
    """The organization, or every 'team:<name>' or 'model:<id>' that a fact or a statement on the rubric names."""
    if rubric.scope == ORGANIZATION:
        return [ORGANIZATION]
    seen = {subject for subject, _ in facts.found if subject.startswith(f"{rubric.scope}:")}
    return sorted(seen | {rubric.subject_of(a.subject) for a in stated.attestations if a.rubric == rubric.id})


def since_when(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """The verdicts of one milestone by subject and day, each with the first day of its state's unbroken run."""
    dated: list[Verdict] = []
    for verdict in sorted(verdicts, key=lambda v: (v.subject, v.day)):
        last = dated[-1] if dated and dated[-1].subject == verdict.subject else None
        goes_on = last is not None and last.state == verdict.state
        dated.append(replace(verdict, since=last.since if last and goes_on else verdict.day))
    return dated


def _by_data(
    rubric: Rubric, milestone: Milestone, subjects: Sequence[Subject], facts: Facts, warehouse: Warehouse
) -> list[Verdict]:
    """Let DuckDB evaluate the rule on every row of facts; if the rule fails, 'error' is the state of every day."""
    answers = evaluate(
        milestone.value or "NULL", milestone.passes, milestone.warns, milestone.applies, facts, warehouse
    )
    verdicts = []
    for subject in subjects:
        for day in facts.days:
            known = facts.on(subject, day)
            answer = (
                answers
                if isinstance(answers, str)
                else answers.get((subject, day), Answer(None, None, None, None))
            )
            state: State = "error" if isinstance(answer, str) else state_of(answer)
            verdicts.append(
                Verdict(
                    rubric=rubric.id,
                    subject=subject,
                    milestone=milestone.id,
                    day=day,
                    state=state,
                    raw_state=state,
                    value=None if isinstance(answer, str) else answer.value,
                    threshold=threshold_in_words(milestone.passes or "", milestone.unit),
                    evidence=answer
                    if isinstance(answer, str)
                    else _evidence(milestone, state, known, facts.titles),
                    method=milestone.method,
                )
            )
    return verdicts


def evaluate(
    value: str, passes: str | None, warns: str | None, applies: str | None, facts: Facts, warehouse: Warehouse
) -> dict[Place, Answer] | str:
    """The answers of SQL expressions over `fact_row` by subject and day, or why they cannot be evaluated.

    The expressions are the workspace's own, like its .sql files; each is put in brackets on lines of its own.
    """
    sql = f"""
        SELECT subject, day, value, (
          {passes or "NULL"}
        )::BOOLEAN AS passes, (
          {warns or "NULL"}
        )::BOOLEAN AS warns, (
          {applies or "true"}
        )::BOOLEAN AS applies
        FROM (SELECT *, (
          {value}
        )::DOUBLE AS value FROM fact_row)
        ORDER BY subject, day
    """  # noqa: S608
    found = try_query(warehouse, sql)
    if isinstance(found, str):
        rule = " ".join(part for part in (value, passes, warns, applies) if part)
        broken = names_in(rule, facts.broken)
        return f"fact {broken[0]}: {facts.broken[broken[0]]}" if broken else found
    return {(subject, day): Answer(_finite(number), *flags) for subject, day, number, *flags in found.rows}


def state_of(answer: Answer) -> State:
    """The state that the rule's answer means."""
    return maturity.decide(answer.value, answer.passes, answer.warns, answer.applies)


def _evidence(
    milestone: Milestone, state: State, known: Mapping[str, Fact], titles: Mapping[str, str]
) -> str:
    """The evidence in a sentence; without data, what would have to be reported."""
    used = [known[name] for name in names_in(milestone.value or "", known)]
    if state == "not applicable":
        return "Does not apply here."
    if state == "not reported":
        lacking = [
            titles[fact.name][:1].lower() + titles[fact.name][1:] for fact in used if fact.value is None
        ]
        return f"No data yet on {' or '.join(lacking)}." if lacking else "No data: nothing was reported."
    told = sentence(milestone.evidence or "", known)
    return " ".join(part for part in (told, *(fact.detail for fact in used)) if part)


def _by_people(
    rubric: Rubric,
    milestone: Milestone,
    subjects: Sequence[Subject],
    days: Sequence[dt.date],
    attestations: Iterable[Attestation],
) -> list[Verdict]:
    """Each day's verdict by the newest statement up to that day; if two have one date, the last in the file counts."""
    about: dict[Subject, list[Attestation]] = {subject: [] for subject in subjects}
    for a in attestations:
        if (a.rubric, a.milestone) == (rubric.id, milestone.id):
            about[rubric.subject_of(a.subject)].append(a)
    return [
        _stated(rubric, milestone, subject, day, [a for a in about[subject] if a.date <= day])
        for subject in subjects
        for day in days
    ]


def _stated(
    rubric: Rubric, milestone: Milestone, subject: Subject, day: dt.date, known: Sequence[Attestation]
) -> Verdict:
    newest = max(reversed(known), key=lambda a: a.date, default=None)
    reached, signed = (newest.reached, newest.date) if newest else (None, None)
    state = maturity.attested(reached, signed, milestone.expires_days, day)
    return Verdict(
        rubric=rubric.id,
        subject=subject,
        milestone=milestone.id,
        day=day,
        state=state,
        raw_state=state,
        value=None,
        threshold=f"attested within {milestone.expires_days} days",
        evidence=_testimony(newest, state),
        method="attest",
        expires=maturity.expiry(newest.date, milestone.expires_days) if newest else None,
    )


def _testimony(newest: Attestation | None, state: State) -> str:
    """Who said what and when; an expired statement is named as such."""
    if newest is None:
        return "Nobody has attested it."
    if state == "not reported":
        return f"The statement of {newest.role}, {format_day(newest.date)}, has expired."
    said = "Attested by" if newest.reached else "Stated as not reached by"
    return f"{said} {newest.role}, {format_day(newest.date)}: {newest.evidence}"


def _waived(rubric: Rubric, verdict: Verdict, waivers: Iterable[Waiver]) -> Verdict:
    """The verdict with the longest waiver that applies to its day, if any; the raw state is kept beside it."""
    begun = (w for w in waivers if w.since is None or w.since <= verdict.day)
    own = (w for w in begun if rubric.subject_of(w.subject) == verdict.subject)
    longest = max(own, key=lambda w: w.expires, default=None)
    state = maturity.waive(verdict.raw_state, longest.expires if longest else None, verdict.day)
    if longest is None or state != "waived":
        return verdict
    leave = f"Waived for {longest.owner}, approved by {longest.approved_by}: {longest.reason.rstrip('.')}."
    return replace(verdict, state=state, evidence=f"{leave} {verdict.evidence}", expires=longest.expires)


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
