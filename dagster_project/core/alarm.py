"""What every monitor's judgement of a day looks like, and how rare a day must be to be an alarm.

A monitor is one daily series of one model. A model has a budget of false alarms a year, shared by its monitors:
each may raise alpha = budget / (365 tests) of them a day. An alarm needs days in a row, so that one odd day is none;
`limit` says how far, in standard deviations, each of them must lie for the row to be as rare as alpha.
Callers: alarm_spread, alarm_usage, and the pipeline that keeps their memory from one day to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core.types import Bools, Floats, Numbers

BUDGET = 0.1
"""False alarms of one model in a year, all its monitors together."""
DAYS_A_YEAR = 365.0
IN_A_ROW = 2
"""Firing days in a row that open an alarm: the change is seen within two days, one odd day is not taken for it."""
SEEN = 0.985
"""Chance that one day of a change of the size `detectable` fires: both of two days then do 97 times in 100, which
leaves room for a reference that does not know its sd exactly."""
_ECHO, _FADING = 0.5, 0.45
"""Part of the day before that a shock may leave where days are independent, and more of it by their correlation."""
_FARTHEST = 12.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """One day judged for all monitors; arrays [S], in the series' own units where nothing else is said."""

    expected: Floats
    low: Floats
    high: Floats
    """Outside low to high is beyond the limits; infinite on a side that does not alarm."""
    z: Floats
    """Standard deviations from what was expected; of several baselines, from the nearest."""
    fires: Bools
    """Beyond the limit in the alarming direction, and by the least effect that matters at least."""
    clears: Bools
    """Safely back: less than half way to the limit."""
    drifts: Bools
    """Beyond the limits of the fixed reference, but not of the recent weeks: it came slowly, and is no alarm."""
    known: Bools
    """Whether the day could be judged at all; where not, nothing above is true and `why` says the reason."""
    why: list[str]
    """'' or why the day could not be judged."""
    detectable: Floats
    """The smallest lasting change from now on that is seen within two days, 95 times in 100; nan: none is."""


def alpha(tests: Numbers, budget: float = BUDGET) -> Floats:
    """Return the false alarms a day that each of a model's `tests` [S] monitors may raise."""
    return np.asarray(budget / (DAYS_A_YEAR * np.maximum(np.asarray(tests, dtype=np.float64), 1.0)))


def day_chance(rate: Numbers, correlation: Numbers | float, in_a_row: int = IN_A_ROW) -> Floats:
    """Return the chance p [S] of one day beyond the limit for which rows of two such days come at `rate` a day.

    Two neighbouring days are bivariate normal with `correlation` [S]; P(both > h) = Phi(-h) - 2 T(h, a) with
    Owen's T (1956) and a = sqrt((1 - r) / (1 + r)). One day: p is the rate. Longer rows are taken as two, which is
    on the safe side.
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


def echo(correlation: Floats) -> Floats:
    """Return the part of a day's shock that the next day may still show: what lasts is more."""
    return _ECHO + _FADING * correlation


def limit(chance: Numbers | float, df: Numbers | float, excess: Numbers | float = 0.0) -> Floats:
    """Return the number of sd [S] that a day exceeds with `chance`: Student's t.

    `df` are the degrees of freedom of the sd. Positive `excess` kurtosis makes tails heavier: those of the t
    distribution with the same kurtosis, 4 + 6 / excess degrees of freedom, scaled to the same sd. Both are at work
    at once, heavy tails and a sd that is not known exactly: their reciprocals add up.
    """
    from scipy.special import stdtrit

    chance, df, excess = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (chance, df, excess)))
    fewer = np.maximum(excess, 0.0) / (4 * np.maximum(excess, 0.0) + 6)
    together = 1 / (1 / np.maximum(df, 1.0) + fewer)
    return np.asarray(-stdtrit(together, chance) * np.sqrt(1 - 2 * fewer))


def reasons(cases: Sequence[tuple[Bools, Sequence[str] | str]], monitors: int) -> list[str]:
    """Return for each monitor the text of the first case that holds, '' where none does."""
    found = [""] * monitors
    for holds, texts in reversed(cases):
        for i in np.flatnonzero(holds).tolist():
            found[i] = texts if isinstance(texts, str) else texts[i]
    return found
