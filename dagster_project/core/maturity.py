"""Maturity from milestones: states, levels, scores, next step. Callers: pipeline.assess, assess_milestones.

The state of one milestone, by the first rule that fits:
    its rule failed to run               error (set by the caller)
    its condition to apply is false      not applicable
    no data, or no valid attestation     not reported
    its rule passes / warns / neither    pass / warning / fail
A waiver that has not expired turns fail and warning into waived; the raw state is kept beside it, and only
the waived score counts it. Not reported is never fail, and neither is ever a pass.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from dagster_project.core.types import State

WITH_VERDICT: frozenset[State] = frozenset({"pass", "fail", "warning"})
_WAIVABLE: frozenset[State] = frozenset({"fail", "warning"})


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one milestone: `raw` according to the evidence, `state` after waivers."""

    milestone: str
    pillar: str
    level: int
    raw: State
    state: State


@dataclass(frozen=True, slots=True)
class Maturity:
    """The standing of one pillar, or of the whole (pillar '')."""

    pillar: str
    level: int | None
    """None if no milestone applies."""
    score: float | None
    """Share of the applicable milestones that pass, 0 to 1."""
    waived_score: float | None
    """The same with waived milestones counted as passed."""
    coverage: float | None
    """Share of the applicable milestones that have a verdict."""
    passed: int
    applicable: int
    next_step: str | None
    """Id of the first unmet milestone on the way to the next level; None at the top."""


def decide(
    value: float | None,
    passes: bool | None,
    warns: bool | None = False,
    applies: bool | None = True,
) -> State:
    """Return the state of a milestone decided from data; None (null in SQL): the data do not say."""
    if applies is False:
        return "not applicable"
    if value is None or passes is None or applies is None:
        return "not reported"
    if passes:
        return "pass"
    return "warning" if warns else "fail"


def attested(reached: bool | None, signed: dt.date | None, expires_days: int, today: dt.date) -> State:
    """Return the state of a milestone that people attest.

    `reached` is None if nobody made a statement. A statement dated after `today` does not hold yet. One is
    valid on the day it is signed and for the `expires_days` days that follow; after that the milestone is not
    reported.
    """
    if reached is None or signed is None or signed > today:
        return "not reported"
    if today > expiry(signed, expires_days):
        return "not reported"
    return "pass" if reached else "fail"


def expiry(signed: dt.date, expires_days: int) -> dt.date:
    """Return the last day on which a statement signed on `signed` is valid."""
    return signed + dt.timedelta(days=expires_days)


def waive(raw: State, expires: dt.date | None, today: dt.date) -> State:
    """Return the state after a waiver that is valid through `expires` (None: no waiver)."""
    return "waived" if raw in _WAIVABLE and expires is not None and today <= expires else raw


def level(results: Iterable[Result]) -> int | None:
    """Return the highest level L for which every applicable milestone of levels 1 to L passes, by raw state.

    A level without applicable milestones is skipped, never reached by itself: L is a level with a pass of its
    own, or 0 below the first. None if nothing applies.
    """
    applicable = _applicable(results)
    if not applicable:
        return None
    unmet = [r.level for r in applicable if r.raw != "pass"]
    barrier = min(unmet, default=max(r.level for r in applicable) + 1)
    return max((r.level for r in applicable if r.level < barrier), default=0)


def next_step(results: Iterable[Result]) -> Result | None:
    """Return the first unmet milestone, by raw state, of the lowest level that has one; keep their order."""
    unmet = [r for r in _applicable(results) if r.raw != "pass"]
    return min(unmet, key=lambda r: r.level, default=None)


def standing(pillar: str, results: tuple[Result, ...]) -> Maturity:
    """Return level, scores, coverage and next step for the milestones of one pillar."""
    applicable = _applicable(results)
    step = next_step(applicable)
    passed = sum(r.raw == "pass" for r in applicable)
    return Maturity(
        pillar=pillar,
        level=level(applicable),
        score=_share(passed, len(applicable)),
        waived_score=_share(sum(r.state in ("pass", "waived") for r in applicable), len(applicable)),
        coverage=_share(sum(r.raw in WITH_VERDICT for r in applicable), len(applicable)),
        passed=passed,
        applicable=len(applicable),
        next_step=step.milestone if step else None,
    )


def assess(results: tuple[Result, ...]) -> tuple[Maturity, ...]:
    """Return the whole (pillar ''), then each pillar in order of first appearance.

    The level and next step of the whole are those of its weakest pillar; its scores and coverage are over all
    milestones, equally weighted.
    """
    names = tuple(dict.fromkeys(r.pillar for r in results))
    pillars = tuple(standing(name, tuple(r for r in results if r.pillar == name)) for name in names)
    return (_whole(results, pillars), *pillars)


def _whole(results: tuple[Result, ...], pillars: tuple[Maturity, ...]) -> Maturity:
    total = standing("", results)
    levels = [(p.level, p) for p in pillars if p.level is not None]
    weakest = min((value for value, _ in levels), default=None)
    steps = (p.next_step for value, p in levels if value == weakest and p.next_step is not None)
    return Maturity(
        pillar="",
        level=weakest,
        score=total.score,
        waived_score=total.waived_score,
        coverage=total.coverage,
        passed=total.passed,
        applicable=total.applicable,
        next_step=next(steps, total.next_step),
    )


def _applicable(results: Iterable[Result]) -> tuple[Result, ...]:
    return tuple(r for r in results if r.raw != "not applicable")


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
