"""What a judge of days is made from, what it is told about one day, and how verdicts are made without statistics.

In: arrays over a rule's monitors [S]. A judge has no state that changes: its memory is floats [S, M] that the fold
keeps in the signals. Callers: pipeline.watch_judges, pipeline.watch_arrays, pipeline.watch_fold.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dagster_project.core.alarm import Verdict
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.spec.rule import Rule

WEEK = 7
Judged = tuple[Verdict, Floats]


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """What a judge is made from: a rule and what is fixed about its monitors [S]."""

    rule: Rule
    direction: Ints
    """1: a rise alarms, -1: a fall, 0: both."""
    bounds: Floats
    """The declared value at which a target is missed, or the rule's threshold; nan if there is none."""
    back: Floats
    """The value at which it is safely met again."""
    reference: Floats
    """Values of the reference days [S, R]; columns begin on a Monday."""
    reference_n: Floats
    tests: Floats
    """How many monitors of the same model share its budget."""
    budget: float
    warm: Ints
    """Ordinal of the last reference day."""
    holidays: frozenset[dt.date]

    def skips(self, day: dt.date) -> bool:
        """Whether the rule does not judge this day."""
        return self.rule.skips_holidays and day in self.holidays


@dataclass(frozen=True, slots=True)
class Today:
    """One day as all monitors of a rule see it."""

    day: dt.date
    observed: Floats
    n: Floats
    note: list[str]
    past: Floats
    """Earlier days [S, H], the newest last; nan where not known."""
    comparable: Bools
    """Which of them may be compared with: no holiday, no alarm."""
    open: Bools
    memory: Floats


class Judge(Protocol):
    """Judges one day after another."""

    @property
    def memory(self) -> int:
        """How many floats it remembers per monitor."""
        ...

    def judge(self, today: Today) -> Judged:
        """The verdict, and the memory after this day."""
        ...


def limit_verdict(today: Today, expected: Floats, low: Floats, high: Floats, fires: Bools) -> Verdict:
    """A verdict without statistics: what does not fire is calm; what has no value or bound is not known."""
    known = np.isfinite(today.observed) & ~(np.isnan(low) | np.isnan(high))
    none = np.full(len(known), np.nan)
    why = ["" if k else note or "no value" for note, k in zip(today.note, known.tolist(), strict=True)]
    return Verdict(
        expected=expected, low=low, high=high, z=none, fires=fires & known, clears=~fires & known,
        drifts=np.zeros(len(known), dtype=np.bool_), known=known, why=why, detectable=none,
    )  # fmt: skip


def without(verdict: Verdict, at: Bools, why: list[str], note: list[str]) -> Verdict:
    """The verdict without the monitors `at`, whose reason is `why`; others not known give their note as the reason."""
    known = verdict.known & ~at
    words = [
        w if a else "" if k else n or v
        for w, a, k, n, v in zip(why, at.tolist(), known.tolist(), note, verdict.why, strict=True)
    ]
    hidden = [
        np.where(known, a, np.nan)
        for a in (verdict.expected, verdict.low, verdict.high, verdict.z, verdict.detectable)
    ]
    return Verdict(
        expected=hidden[0], low=hidden[1], high=hidden[2], z=hidden[3], detectable=hidden[4],
        fires=verdict.fires & known, clears=verdict.clears & known, drifts=verdict.drifts & known,
        known=known, why=words,
    )  # fmt: skip


def weekdays_before(day: dt.date, days: int) -> Ints:
    """Weekdays (Monday 0) of the days before a day, oldest first."""
    return np.asarray((day.weekday() - np.arange(days, 0, -1)) % WEEK, dtype=np.int64)
