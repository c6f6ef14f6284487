"""Judge whether today lies outside the reference days and the recent weeks: drift, quality, latency.

A series is put on a scale on which its days are nearly normal (`alarm_scale`), weekday effects are removed,
and the residuals have a centre, a sd and a correlation from day to day: `reference`, fitted once. `judge`
compares a day with that and with a level that follows the recent weeks. A change is sudden only if it is
outside the limits of both; outside the reference alone it came slowly, as seasons do, and is no alarm.
`learn` updates the recent weeks.

The rows of a day matter. For shares the sampling variance is known; for other kinds, a day with fewer rows
than the reference gets the widest limits that its sampling could need. Caller: pipeline.watch_judges.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core import alarm, alarm_days, alarm_scale
from dagster_project.core.alarm import Verdict
from dagster_project.core.alarm_days import Described
from dagster_project.core.alarm_scale import Kind
from dagster_project.core.types import Bools, Floats, Ints, Numbers

FEWEST_DAYS = 60
_LEVEL, _ERROR = 1 / 14, 1 / 28
"""Weight of one day in the level of the recent weeks, and in the level's error."""
_HIDDEN = 1.5
"""Standard errors by which the correlation of a distance is raised: a size shows less correlation than the
signed quantity behind it."""
_ROUNDING = 1e-9
"""Spread that rounding alone leaves between equal days, as a share of their value."""
_FOLDED = 5 / 3
"""The sd of a wandering mean over that of its size: after a change, a distance varies with the larger of the
two."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the reference days of each monitor lie on the scale of its kind; arrays [S]."""

    kind: Kind
    power: Floats
    centre: Floats
    weekday: Floats
    """[S, 7]: what each weekday adds (Monday first), shrunk as far as the reference's evidence is weak."""
    sd: Floats
    """From day to day, without weekday effects and the known sampling variance."""
    magnitude_sd: Floats
    """The whole sd of distances in their own unit; of squared distances, in that of their root."""
    correlation: Floats
    """Of neighbouring days, at the upper end of what the reference supports."""
    widening: Floats
    """Factor on the sd of a day for the uncertainty of the reference itself."""
    rows: Floats
    """The usual number of rows of a day."""
    limit: Floats
    limit_both: Floats
    """The limits, in sd, of a monitor that alarms in one direction and of one that alarms in both."""
    why: list[str]
    """Why there are no limits; '' if there are."""


@dataclass(frozen=True, slots=True)
class Recent:
    """The memory of the recent weeks, without weekday effects; arrays [S]."""

    level: Floats
    error: Floats
    """Mean squared error of the level as a forecast of the next day, in units of the variance of a day."""
    moved: Floats | None = None
    """How far from the level the last known day lay if it fired, else 0. None: not remembered, so a fading
    shock cannot be distinguished from a lasting change."""


def reference(
    values: Numbers,
    n: Numbers | float,
    weekdays: Ints,
    tests: Numbers,
    kind: Kind,
    budget: float = alarm.BUDGET,
    in_a_row: int = alarm.IN_A_ROW,
) -> Spread:
    """Fit the reference days [S, R], one column per day in order, nan where a day is unknown.

    `n` [S, R] are the rows of each day, `weekdays` [R] run from 0 (Monday) to 6, `tests` [S] count the
    monitors of each monitor's model, and `in_a_row` is the number of firing days that open an alarm.
    """
    values = np.asarray(values, dtype=np.float64)
    n = np.broadcast_to(np.asarray(n, dtype=np.float64), values.shape)
    n = np.where(np.isfinite(values), n, np.nan)
    rows, power = alarm_days.median(n), alarm_scale.power(values, kind)
    places = alarm_scale.scaled(values, n, rows[:, None], power[:, None], kind)
    up, wide = _HIDDEN if alarm_scale.is_magnitude(kind) else 1.0, _stretch(n, rows[:, None], kind)
    found = alarm_days.describe(places, wide, np.asarray(weekdays), up)
    sampling = alarm_days.mean(alarm_scale.sampling(n, kind))
    size = alarm_scale.magnitude(values, kind)
    one, both = _limits(found, alarm.alpha(tests, budget), in_a_row)
    return Spread(
        kind=kind,
        power=power,
        centre=found.centre,
        weekday=found.weekday,
        sd=np.sqrt(np.maximum(found.variance - sampling, 0.0)),
        magnitude_sd=np.sqrt(alarm_days.mean((size - alarm_days.mean(size)[:, None]) ** 2)),
        correlation=found.correlation,
        widening=np.sqrt(1 + found.unsure),
        rows=rows,
        limit=one,
        limit_both=both,
        why=_no_limits(found.days, found.variance + sampling > (_ROUNDING * found.centre) ** 2),
    )


def _limits(found: Described, rate: Floats, in_a_row: int) -> list[Floats]:
    """Limits [S] of monitors that alarm in one direction, and in both: then two days fire in four ways."""
    chances = (alarm.day_chance(r, found.correlation, in_a_row) for r in (rate, rate / 2**in_a_row))
    return [alarm.limit(chance, found.df, found.excess) for chance in chances]


def start(spread: Spread) -> Recent:
    """Return the memory before the first day, which is the reference itself."""
    return Recent(spread.centre.copy(), np.ones(len(spread.centre)))


def judge(
    spread: Spread,
    recent: Recent,
    today: Numbers,
    n: Numbers | float,
    weekday: int,
    direction: Numbers | float,
    least_effect: Numbers | float,
) -> Verdict:
    """Judge one day [S] of n [S] rows; `direction` is 1 (a rise raises an alarm), -1 (a fall) or 0 (both)."""
    today, n, direction, least = (
        np.broadcast_to(np.asarray(a, dtype=np.float64), spread.centre.shape)
        for a in (today, n, direction, least_effect)
    )
    place = alarm_scale.scaled(today, n, spread.rows, spread.power, spread.kind)
    why = alarm.reasons([(_unlimited(spread), spread.why), (~(n > 0), "no rows"),
                         (~np.isfinite(place), "no value")], len(today))  # fmt: skip
    known = np.array([not text for text in why], dtype=np.bool_)
    bands = _bands(spread, recent, n, weekday, direction)
    effect = np.minimum(*(np.abs(today - _own(spread, middle, n)) for middle in (bands.centre, bands.level)))
    matters = (effect >= least) & _lasts(spread, recent, _moved(spread, bands.level, today, place, n))
    beyond = _beyond(place, bands.low(1.0), bands.high(1.0), direction)
    outside_reference = _beyond(place, *bands.of_reference(1.0), direction)
    return Verdict(
        expected=_known(known, _own(spread, bands.centre, n)),
        low=_known(known, np.where(direction <= 0, _own(spread, bands.low(1.0), n), -np.inf)),
        high=_known(known, np.where(direction >= 0, _own(spread, bands.high(1.0), n), np.inf)),
        z=_known(known, bands.nearest(place)),
        fires=known & beyond & matters,
        clears=known & (~_beyond(place, bands.low(0.5), bands.high(0.5), direction) | (~beyond & (effect < least / 2))),
        drifts=known & outside_reference & ~beyond & (np.abs(today - _own(spread, bands.centre, n)) >= least),
        known=known,
        why=why,
        detectable=_known(known, _detectable(spread, bands, n, direction, least)),
    )  # fmt: skip


def learn(
    spread: Spread, recent: Recent, today: Numbers, n: Numbers, weekday: int, verdict: Verdict, open_: Bools
) -> Recent:
    """Return the memory after a day; firing days and the days of an open episode leave it unchanged."""
    today, n = (np.asarray(a, dtype=np.float64) for a in (today, n))
    place = alarm_scale.scaled(today, n, spread.rows, spread.power, spread.kind)
    taught = verdict.known & ~verdict.fires & ~open_
    miss = np.where(taught, place - spread.weekday[:, weekday] - recent.level, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Where only rises raise an alarm, a fall may have any size: it must not blind the monitor for weeks.
        error = np.minimum(miss**2 / _day_sd(spread, n) ** 2, spread.limit**2)
    moved = _moved(spread, recent.level + spread.weekday[:, weekday], today, place, n)
    before = np.zeros(len(place)) if recent.moved is None else recent.moved
    return Recent(
        level=recent.level + _LEVEL * miss,
        error=np.where(taught, recent.error + _ERROR * (error - recent.error), recent.error),
        moved=np.where(verdict.known, np.where(verdict.fires, moved, 0.0), before),
    )


@dataclass(frozen=True, slots=True)
class _Bands:
    """Where both baselines expect today's place, and the limits around them; arrays [S]."""

    centre: Floats
    level: Floats
    reference_reach: Floats
    recent_reach: Floats
    day_sd: Floats
    """The sd of one day around the level of the recent weeks."""
    limit: Floats

    def of_reference(self, part: float) -> tuple[Floats, Floats]:
        """Limits of the reference alone."""
        return self.centre - part * self.reference_reach, self.centre + part * self.reference_reach

    def low(self, part: float) -> Floats:
        """The lower of both baselines' lower limits, or the `part` of the way to them."""
        return np.minimum(self.centre - part * self.reference_reach, self.level - part * self.recent_reach)

    def high(self, part: float) -> Floats:
        """The higher of both baselines' upper limits, or the `part` of the way to them."""
        return np.maximum(self.centre + part * self.reference_reach, self.level + part * self.recent_reach)

    def nearest(self, place: Floats) -> Floats:
        """Distance from the nearer baseline in sd; 0 between them."""
        with np.errstate(divide="ignore", invalid="ignore"):
            one = (place - self.centre) / self.reference_reach * self.limit
            two = (place - self.level) / self.recent_reach * self.limit
        nearer = np.where(np.abs(one) < np.abs(two), one, two)
        return np.where(one * two < 0, 0.0, nearer)


def _bands(spread: Spread, recent: Recent, n: Floats, weekday: int, direction: Floats) -> _Bands:
    limit = np.where(direction == 0, spread.limit_both, spread.limit)
    carried = spread.correlation * (1 - _LEVEL)
    level_error = 1 + _LEVEL / (2 - _LEVEL) * (1 + carried) / (1 - carried)
    day, base = _day_sd(spread, n), spread.weekday[:, weekday]
    risen = _day_sd(spread, n, alarm_scale.growth(spread.centre, recent.level, spread.kind))
    return _Bands(
        centre=spread.centre + base,
        level=recent.level + base,
        reference_reach=limit * day * spread.widening,
        recent_reach=limit * risen * np.sqrt(np.maximum(level_error, recent.error)),
        day_sd=risen * np.sqrt(np.maximum(1.0, recent.error)),
        limit=limit,
    )


def _day_sd(spread: Spread, n: Floats, growth: Floats | float = 1.0) -> Floats:
    wide = 1.0 if alarm_scale.is_magnitude(spread.kind) else alarm_scale.stretch(n, spread.rows)
    return np.asarray(np.sqrt((spread.sd * wide * growth) ** 2 + alarm_scale.sampling(n, spread.kind)))


def _stretch(n: Floats, rows: Floats, kind: Kind) -> Floats:
    """How widely a residual may lie. Distances are stretched on their scale; shares' sampling is known."""
    return alarm_scale.stretch(n, rows) if kind in ("plain", "log") else np.ones(np.shape(n))


def _detectable(spread: Spread, bands: _Bands, n: Floats, direction: Floats, least: Floats) -> Floats:
    """The smallest change after which both of two days fire 95 times in 100; of two directions the larger."""
    from scipy.special import ndtri

    sure = float(ndtri(alarm.SEEN))
    now, noise = _own(spread, bands.level, n), sure * bands.day_sd
    floor, ceiling = alarm_scale.scale_limits(n, spread.power, spread.kind)
    rise, fall = bands.high(1.0) + noise, bands.low(1.0) - noise
    up = np.where(rise < ceiling, _own(spread, rise, n) - now, np.nan)
    if alarm_scale.is_magnitude(spread.kind):
        size = alarm_scale.magnitude(_own(spread, bands.high(1.0), n), spread.kind)
        size = size + sure * _FOLDED * spread.magnitude_sd
        up = (size**2 if spread.kind == "squared distance" else size) - now
    up = np.maximum(up, least + _own(spread, bands.level + noise, n) - now)
    down = np.where(fall > floor, now - _own(spread, fall, n), np.nan)
    down = np.maximum(down, least + now - _own(spread, bands.level - noise, n))
    return np.where(direction > 0, up, np.where(direction < 0, down, np.fmax(up, down)))


def _moved(spread: Spread, level: Floats, today: Floats, place: Floats, n: Floats) -> Floats:
    """How far today lies from the recent level: distances in their own unit, others on their scale."""
    kind = spread.kind
    if not alarm_scale.is_magnitude(kind):
        return place - level
    return alarm_scale.magnitude(today, kind) - alarm_scale.magnitude(_own(spread, level, n), kind)


def _lasts(spread: Spread, recent: Recent, moved: Floats) -> Bools:
    """Whether a day after a firing one is more than its carry-over: a shock fades by the correlation, a change stays.

    Where means correlate by r, their magnitudes do by about r squared: a shock leaves the root of that of a magnitude.
    """
    if recent.moved is None:
        return np.ones(len(moved), dtype=np.bool_)
    left = np.sqrt(spread.correlation) if alarm_scale.is_magnitude(spread.kind) else spread.correlation
    return np.asarray(moved * np.sign(recent.moved) >= alarm.carry_over(left) * np.abs(recent.moved))


def _unlimited(spread: Spread) -> Bools:
    return np.array([bool(text) for text in spread.why], dtype=np.bool_)


def _own(spread: Spread, place: Floats, n: Floats) -> Floats:
    return alarm_scale.unscaled(place, n, spread.rows, spread.power, spread.kind)


def _beyond(place: Floats, low: Floats, high: Floats, direction: Floats) -> Bools:
    return np.asarray(((direction >= 0) & (place > high)) | ((direction <= 0) & (place < low)))


def _known(known: Bools, values: Floats) -> Floats:
    return np.where(known, values, np.nan)


def _no_limits(days: Ints, varies: Bools) -> list[str]:
    few = [f"warming up: {d} of {FEWEST_DAYS} reference days" for d in days.tolist()]
    constant = "the reference days are all the same: only a fixed threshold can judge"
    return alarm.reasons([(days < FEWEST_DAYS, few), (~varies, constant)], len(days))
