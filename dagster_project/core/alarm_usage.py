"""Judge whether a model is used less than expected: sudden drops and slow declines of daily counts.

A weekday is expected to bring the median of its last eight comparable days, times the recent level
(`baseline`). Days that are no guide (holidays, incidents, days of an open alarm, missing data) are not
comparable. The caller checks first that data arrived: a day without data is not a day without use. The
baseline ends before the days it judges (`DROP_LAG`, `DECLINE_LAG`), and while an alarm is open the caller
keeps the old one; otherwise a lasting drop would close its own alarm. Caller: pipeline.watch_judges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core import alarm, alarm_days
from dagster_project.core.alarm import Verdict
from dagster_project.core.types import Bools, Floats, Ints, Numbers

WEEK = 7
COMPARABLE = 8
"""Comparable days that the expectation of a weekday rests on."""
LEVEL_DAYS = 28
FEWEST_DAYS = 28
"""With fewer comparable days nothing is judged: warming up."""
DROP_LAG, DECLINE_LAG = 7, 28
"""Days, today included, that the baseline leaves out: the ones that are judged."""
PAST_DAYS = 84
"""Days of history that `baseline` needs: eight comparable weeks and some to spare."""
DROP_LIMIT, EACH_LIMIT, LEAST_DROP = 4.0, 2.5, 0.15
"""How many sd below the expectation two days together must lie, and each of them, and the share they must
lose."""
CLAIMED = 100.0
"""mu / (1 + mu cv^2) from which two days are enough; below it, seven days are summed as well."""
RARE = 1e-5
"""Below this chance of so few requests in seven days, or of none in one, there is an alarm."""
SAFE = 1.5
"""A series less than this many sd below the expectation clears."""
_WEIGHT, _DECLINE_LIMIT, LEAST_DECLINE = 0.2, 4.0, 0.2
_MEDIAN = np.pi / 2
"""Variance of a median over that of a mean."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What each weekday is expected to bring; arrays [S]."""

    weekday: Floats
    """[S, 7]: requests of a Monday to a Sunday; nan where no such day is comparable."""
    cv2: Floats
    """Relative variance from day to day beyond counting noise."""
    correlation: Floats
    """Of neighbouring days."""
    unsure: Floats
    """Relative variance of the expectation of one weekday."""
    why: list[str]
    """Why nothing can be judged; '' if something can."""


def baseline(past: Numbers, comparable: Bools, weekdays: Ints) -> Baseline:
    """Fit to counts [S, D] of D days in order, at most `PAST_DAYS`; `comparable` [S, D]: which days count."""
    past = np.asarray(past, dtype=np.float64)
    use = np.asarray(comparable) & np.isfinite(past)
    weekdays = np.asarray(weekdays)
    medians, weeks = _medians(past, use, weekdays)
    level = _level(past, use, medians[:, weekdays])
    expected = medians * level[:, None]
    relative, correlation = _relative_variance(past, use, medians[:, weekdays])
    counting = 1 / np.maximum(_mean(expected[:, weekdays], use), 1e-9)
    days = use.sum(axis=1)
    few = [f"warming up: {d} of {FEWEST_DAYS} comparable days" for d in days.tolist()]
    why = alarm.reasons(
        [(days < FEWEST_DAYS, few), (~(_mean(medians[:, weekdays], use) > 0), "no use yet")], len(past)
    )
    return Baseline(
        weekday=expected,
        cv2=np.maximum(relative - counting, 0.0),
        correlation=correlation,
        unsure=relative * (_MEDIAN / np.maximum(weeks, 1.0)),
        why=why,
    )


def frozen_where_open(open_: Bools, old: Baseline, new: Baseline) -> Baseline:
    """Return the old baseline where an episode is open, the new one elsewhere."""
    return Baseline(
        weekday=np.where(open_[:, None], old.weekday, new.weekday),
        cv2=np.where(open_, old.cv2, new.cv2),
        correlation=np.where(open_, old.correlation, new.correlation),
        unsure=np.where(open_, old.unsure, new.unsure),
        why=[a if o else b for o, a, b in zip(open_.tolist(), old.why, new.why, strict=True)],
    )


def drop(base: Baseline, week: Numbers, weekdays: Ints) -> Verdict:
    """Judge today, the last of seven days of counts [S, 7]; nan marks an unknown day.

    Today fires if it and the last known day before it, together, are 4 sd and 15 % below the expectation, and
    each of them 2.5 sd (a day after a holiday is thus not judged alone). Today must also lose more than the
    carry-over of the day before, because one bad day fades. A little-used model also fires if seven days bring so
    few requests as chance would once in 100,000 (negative binomial). A day without any request fires at once
    where that is as rare. `low` is the limit of the mean of two days. One firing day opens an alarm: the rule
    itself already demands two days.
    """
    week = np.asarray(week, dtype=np.float64)
    expected = base.weekday[:, np.asarray(weekdays)]
    today, mu = week[:, -1], expected[:, -1]
    known, why = _judged(base, today, mu)
    rate = _mean(base.weekday, np.isfinite(base.weekday))
    claimed = rate / (1 + rate * base.cv2) >= CLAIMED
    last, due = _last_two(week, expected)
    seven, two, before, alone = (
        _Sum.of(base, *counts)
        for counts in ((week, expected), (last, due), (last[:, :1], due[:, :1]), (last[:, 1:], due[:, 1:]))
    )
    dropped = (two.z < -DROP_LIMIT) & (two.count <= (1 - LEAST_DROP) * two.expected)
    dropped &= (before.z < -EACH_LIMIT) & (alone.z < -EACH_LIMIT)
    dropped &= alone.lost >= alarm.carry_over(base.correlation) * before.lost
    none = (today == 0) & (_chance_of_none(mu, base.cv2) < RARE)
    z = np.where(claimed, two.z, np.minimum(two.z, seven.z))
    fires = known & (dropped | none | (~claimed & (seven.chance < RARE)))
    low = mu * (1 - np.minimum(np.maximum(two.reach(DROP_LIMIT), LEAST_DROP), 1.0))
    return Verdict(
        expected=np.where(known, mu, np.nan),
        low=np.where(known, low, np.nan),
        high=np.where(known, np.inf, np.nan),
        z=np.where(known, z, np.nan),
        fires=fires,
        clears=known & ~fires & (z > -SAFE),
        drifts=np.zeros(len(week), dtype=np.bool_),
        known=known,
        why=why,
        detectable=np.where(known, _detectable(base, two, alone, mu), np.nan),
    )


def decline(base: Baseline, month: Numbers, weekdays: Ints) -> Verdict:
    """Judge the level that use has slowly reached on the last of 28 days of counts [S, 28]; nan: unknown.

    It fires if the exponentially weighted mean (0.2 a day) of counts over expectations is 4 sd and 20 % below
    1. Here `detectable` is the smallest lasting fall that is found at all; how soon depends on its pace.
    """
    month = np.asarray(month, dtype=np.float64)
    expected = base.weekday[:, np.asarray(weekdays)]
    known, why = _judged(base, month[:, -1], expected[:, -1])
    level = _smoothed(month, expected)
    rate = np.maximum(expected[:, -1], 1e-9)
    carried = base.correlation * (1 - _WEIGHT)
    noise = (1 / rate + base.cv2) * _WEIGHT / (2 - _WEIGHT) * (1 + carried) / (1 - carried)
    sd = np.sqrt(noise + base.unsure / WEEK + _level_variance(base, rate))
    z = (level - 1) / sd
    reach = np.maximum(_DECLINE_LIMIT * sd, LEAST_DECLINE)
    return Verdict(
        expected=np.where(known, expected[:, -1], np.nan),
        low=np.where(known, np.maximum(rate * (1 - reach), 0.0), np.nan),
        high=np.where(known, np.inf, np.nan),
        z=np.where(known, z, np.nan),
        fires=known & (level < 1 - reach),
        clears=known & (z > -SAFE),
        drifts=np.zeros(len(month), dtype=np.bool_),
        known=known,
        why=why,
        detectable=np.where(known & (reach < 1), rate * np.minimum(reach + 2 * np.sqrt(noise), 1.0), np.nan),
    )


@dataclass(frozen=True, slots=True)
class _Sum:
    """Several days summed; arrays [S]."""

    count: Floats
    expected: Floats
    variance: Floats

    @classmethod
    def of(cls, base: Baseline, counts: Floats, expected: Floats) -> _Sum:
        """Sum the days [S, d] that are known."""
        use = np.isfinite(counts) & np.isfinite(expected)
        mu = np.where(use, expected, 0.0)
        total = mu.sum(axis=1)
        neighbours = (mu[:, 1:] * mu[:, :-1]).sum(axis=1)
        day = (mu**2).sum(axis=1) + 2 * base.correlation * neighbours
        unsure = base.unsure * (mu**2).sum(axis=1) + _level_variance(base, np.maximum(total, 1e-9)) * total**2
        return cls(np.where(use, counts, 0.0).sum(axis=1), total, total + base.cv2 * day + unsure)

    @property
    def z(self) -> Floats:
        """Standard deviations from the expectation."""
        return np.asarray((self.count - self.expected) / np.sqrt(np.maximum(self.variance, 1e-9)))

    @property
    def lost(self) -> Floats:
        """The share of the expectation that did not arrive; 0 where nothing was expected."""
        return np.where(self.expected > 0, 1 - self.count / np.maximum(self.expected, 1e-9), 0.0)

    @property
    def chance(self) -> Floats:
        """Chance of so few requests or fewer: negative binomial of this mean and variance."""
        from scipy.special import betainc

        mean = np.maximum(self.expected, 1e-9)
        size = np.clip(mean**2 / np.maximum(self.variance - mean, 1e-9), 1e-6, 1e7)
        return np.asarray(betainc(size, np.maximum(self.count, 0.0) + 1, size / (size + mean)))

    def reach(self, limit: float) -> Floats:
        """Return `limit` sd as a share of the expectation."""
        return np.asarray(limit * np.sqrt(self.variance) / np.maximum(self.expected, 1e-9))


def _last_two(week: Floats, expected: Floats) -> tuple[Floats, Floats]:
    """Counts and expectations [S, 2] of today and of the last known day before it; nan where there is none."""
    known = np.isfinite(week[:, :-1]) & np.isfinite(expected[:, :-1])
    place = (known * np.arange(1, known.shape[1] + 1)).max(axis=1) - 1
    at = np.column_stack([place, np.full(len(week), week.shape[1] - 1)])
    count, due = np.take_along_axis(week, at, axis=1), np.take_along_axis(expected, at, axis=1)
    count[place < 0, 0] = np.nan
    return count, due


def _detectable(base: Baseline, two: _Sum, one: _Sum, mu: Floats) -> Floats:
    """The drop in daily requests that two days show 95 times in 100; all if only silence is seen."""
    from scipy.special import ndtri

    sure, each = float(ndtri(0.95)), float(ndtri(alarm.SEEN))
    share = np.maximum(two.reach(DROP_LIMIT + sure), LEAST_DROP + two.reach(sure))
    share = np.maximum(share, one.reach(EACH_LIMIT + each))
    silence = np.where(_chance_of_none(mu, base.cv2) < RARE, mu, np.nan)
    return np.where(share <= 1, share * mu, silence)


def _chance_of_none(mu: Floats, cv2: Floats) -> Floats:
    """Chance of a day without any request: negative binomial."""
    size = 1 / np.maximum(cv2, 1e-9)
    return np.asarray(np.exp(-size * np.log1p(mu / size)))


def _level_variance(base: Baseline, counts: Floats) -> Floats:
    """Relative variance of the recent level, a mean over 28 days."""
    dependent = (1 + base.correlation) / (1 - base.correlation)
    return np.asarray((1 / counts + base.cv2 * dependent) / LEVEL_DAYS)


def _judged(base: Baseline, today: Floats, mu: Floats) -> tuple[Bools, list[str]]:
    unfit = np.array([bool(text) for text in base.why], dtype=np.bool_)
    why = alarm.reasons(
        [(unfit, base.why), (~np.isfinite(today), "no value"), (~np.isfinite(mu), "no comparable weekday")],
        len(today),
    )
    return np.array([not text for text in why], dtype=np.bool_), why


def _medians(past: Floats, use: Bools, weekdays: Ints) -> tuple[Floats, Floats]:
    """Median of each weekday's last eight comparable days [S, 7], and the fewest such days of any [S]."""
    at = alarm_days.by_weekday(weekdays)
    beyond = np.zeros((len(past), 1))
    mine = np.column_stack([use, beyond.astype(np.bool_)])[:, at]
    mine &= np.cumsum(mine, axis=2) <= COMPARABLE
    counts = mine.sum(axis=2)
    own = np.where(mine, np.column_stack([past, beyond])[:, at], np.nan)
    medians = alarm_days.median(own.reshape(-1, at.shape[1])).reshape(-1, WEEK)
    return medians, np.where(counts > 0, counts, COMPARABLE).min(axis=1)


def _level(past: Floats, use: Bools, medians: Floats) -> Floats:
    """Counts of the last 28 days over those that the medians predict; 1 where they predict nothing."""
    recent = use[:, -LEVEL_DAYS:] & np.isfinite(medians[:, -LEVEL_DAYS:])
    actual = np.where(recent, past[:, -LEVEL_DAYS:], 0.0).sum(axis=1)
    due = np.where(recent, medians[:, -LEVEL_DAYS:], 0.0).sum(axis=1)
    return np.where(due > 0, actual / np.where(due > 0, due, 1.0), 1.0)


def _relative_variance(past: Floats, use: Bools, medians: Floats) -> tuple[Floats, Floats]:
    """Variance of counts over medians, and the upper end of the correlation of neighbouring days."""
    use = use & (medians > 0)
    ratio = np.where(use, past / np.where(use, medians, 1.0), np.nan)
    left = np.where(use, ratio - _mean(ratio, use)[:, None], 0.0)
    days = use.sum(axis=1)
    squares = (left**2).sum(axis=1)
    pairs = np.maximum((use[:, 1:] & use[:, :-1]).sum(axis=1), 1)
    raw = (left[:, 1:] * left[:, :-1]).sum(axis=1) / np.where(squares > 0, squares, 1.0) * days / pairs
    raw = np.clip(raw, -0.9, 0.9)
    correlation = np.clip(
        raw + (1 + 3 * raw) / np.maximum(days, 1) + 1 / np.sqrt(np.maximum(days, 1)), 0.0, 0.9
    )
    return squares / np.maximum(days - WEEK - 1, 1), correlation


def _smoothed(counts: Floats, expected: Floats) -> Floats:
    """The exponentially weighted mean of counts over expectations at the last day."""
    use = np.isfinite(counts) & (expected > 0)
    weights = np.where(use, (1 - _WEIGHT) ** np.arange(counts.shape[1])[::-1], 0.0)
    ratio = np.where(use, counts / np.where(use, expected, 1.0), 0.0)
    return np.asarray((weights * ratio).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9))


def _mean(values: Floats, use: Bools) -> Floats:
    return np.asarray(np.where(use, values, 0.0).sum(axis=1) / np.maximum(use.sum(axis=1), 1))
