"""The verdict of a monitor on one day, and how rare a day must be to raise an alarm.

A monitor watches one daily series of one model. A model has a yearly budget of false alarms, shared by its
monitors: each may raise alpha = budget / (365 tests) of them a day. An alarm needs several days in a row, so
one odd day raises none; `limit` returns how many standard deviations out each day must lie for such a row to
be as rare as alpha. Callers: alarm_spread, alarm_usage, pipeline.watch_judges, pipeline.watch_fold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core.types import Bools, Floats, Numbers

BUDGET = 0.1
"""False alarms that all monitors of one model together may raise in a year."""
DAYS_A_YEAR = 365.0
IN_A_ROW = 2
"""Firing days in a row that open an alarm: a change is seen within two days, and one odd day is not mistaken
for it."""
SEEN = 0.985
"""Chance that a day fires after a change of the size `detectable`. Both of two days then fire 97 times in
100, which leaves room for the uncertainty of the reference's own sd."""
_CARRIED, _FADING = 0.5, 0.45
"""The part of a shock that may still show on the next day if days are independent, and what their correlation
adds."""
_FARTHEST = 12.0
"""No limit is looked for beyond this many standard deviations."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One day judged for all S monitors; arrays [S], in the unit of the series unless stated otherwise."""

    expected: Floats
    low: Floats
    high: Floats
    """The limits are low and high; infinite on a side that raises no alarm."""
    z: Floats
    """Standard deviations from the expected value; with several baselines, from the nearest."""
    fires: Bools
    """Beyond the limit in the alarming direction, and at least as far as the smallest effect that matters."""
    clears: Bools
    """Safely back: less than half way to the limit."""
    drifts: Bools
    """Beyond the limits of the fixed reference but within those of the recent weeks: a slow change, and no
    alarm."""
    known: Bools
    """Whether the day could be judged at all; if not, nothing above is true and `why` gives the reason."""
    why: list[str]
    """Why the day could not be judged; '' if it was."""
    detectable: Floats
    """The smallest lasting change, starting now, that is seen within two days 95 times in 100; nan if none
    is."""


def alpha(tests: Numbers, budget: float = BUDGET) -> Floats:
    """Return the false alarms a day that each monitor may raise; `tests` [S] counts its model's monitors."""
    return np.asarray(budget / (DAYS_A_YEAR * np.maximum(np.asarray(tests, dtype=np.float64), 1.0)))


def day_chance(rate: Numbers, correlation: Numbers | float, in_a_row: int = IN_A_ROW) -> Floats:
    """Return the chance p [S] of a day beyond the limit for which two in a row occur at `rate` a day.

    Two neighbouring days are bivariate normal with `correlation` [S]; P(both > h) = Phi(-h) - 2 T(h, a) with
    Owen's T (1956) and a = sqrt((1 - r) / (1 + r)). For a single day, p is the rate. Longer rows are treated
    as two days, which errs on the safe side.
    """
    from scipy.special import ndtr, owens_t

    rate, r = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (rate, correlation)))
    if in_a_row == 1:
        return rate.astype(np.float64)
    slope = np.sqrt((1 - r) / (1 + r))
    low, high = np.zeros(rate.shape), np.full(rate.shape, _FARTHEST)
    for _ in range(40):
        middle = (low + high) / 2
        common = ndtr(-middle) - 2 * owens_t(middle, slope) > rate
        low, high = np.where(common, middle, low), np.where(common, high, middle)
    return np.asarray(ndtr(-(low + high) / 2))


def carry_over(correlation: Floats) -> Floats:
    """Return the part of a day's shock that the next day may still show; a lasting change shows more."""
    return _CARRIED + _FADING * correlation


def limit(chance: Numbers | float, df: Numbers | float, excess: Numbers | float = 0.0) -> Floats:
    """Return the number of sd [S] that a day exceeds with probability `chance`, by Student's t.

    `df` are the degrees of freedom of the sd. Positive `excess` kurtosis makes the tails as heavy as those of
    the t distribution with the same kurtosis, 4 + 6 / excess degrees of freedom, scaled to the same sd. Where
    the tails are heavy and the sd is estimated too, the reciprocals of both degrees of freedom add up.
    """
    from scipy.special import stdtrit

    chance, df, excess = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (chance, df, excess)))
    fewer = np.maximum(excess, 0.0) / (4 * np.maximum(excess, 0.0) + 6)
    together = 1 / (1 / np.maximum(df, 1.0) + fewer)
    return np.asarray(-stdtrit(together, chance) * np.sqrt(1 - 2 * fewer))


def reasons(cases: Sequence[tuple[Bools, Sequence[str] | str]], monitors: int) -> list[str]:
    """Return for each monitor the text of the first case that holds; '' if none does."""
    found = [""] * monitors
    for holds, texts in reversed(cases):
        for i in np.flatnonzero(holds).tolist():
            found[i] = texts if isinstance(texts, str) else texts[i]
    return found
