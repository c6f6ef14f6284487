"""Describe the reference days of a series: their centre, their weekday effects, and the residuals.

In: places [S, R] on a scale (`alarm_scale`), one column per day in order, nan where a day is unknown.
Residuals are described cautiously: a few dozen days say little about their tails and about how neighbouring
days depend. Callers: alarm_spread, alarm_usage (medians of weekdays).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.types import Floats, Ints

WEEK = 7
_MOST = 0.9
"""A higher correlation cannot be distinguished from a series that never returns to its mean."""
_LEAST_DF = 12.0
"""Correlated reference days say less about their sd; below this, the limits of the recent weeks are the
safeguard."""


@dataclass(frozen=True, slots=True)
class Described:
    """What `describe` finds; arrays [S]."""

    days: Ints
    """Number of known days."""
    centre: Floats
    weekday: Floats
    """[S, 7]: what each weekday adds (Monday first), shrunk as far as the evidence is weak."""
    variance: Floats
    """Of one day, without weekday effects."""
    df: Floats
    """Degrees of freedom of the variance: independent days less those used up by centre and weekdays."""
    unsure: Floats
    """Variance of centre and weekday effects together, over that of one day."""
    correlation: Floats
    """Of neighbouring days: corrected for bias, then raised by `errors_up` standard errors."""
    excess: Floats
    """Kurtosis beyond that of a normal: raised by one and a half standard errors, then doubled, because a few
    dozen days show less than half of it where tails are heavy."""


def describe(places: Floats, stretch: Floats, weekdays: Ints, errors_up: float) -> Described:
    """Describe days [S, R]; the residual of a day is divided by its stretch [S, R], how widely it may lie.

    The correlation is raised by `errors_up` standard errors.
    """
    days = np.isfinite(places).sum(axis=1)
    centre = mean(places)
    effects, kept = _season(places - centre[:, None], weekdays)
    left = (places - centre[:, None] - effects[:, weekdays]) / stretch
    squares, correlation, excess = _moments(left, days, errors_up)
    count, taken = np.maximum(days, 1), 1 + (WEEK - 1) * kept
    independent = count * (1 - correlation**2) / (1 + correlation**2)
    return Described(
        days=days,
        centre=centre,
        weekday=effects,
        variance=squares / np.maximum(count - taken, 1.0),
        df=np.maximum(independent - taken, _LEAST_DF),
        unsure=(1 + correlation) / (1 - correlation) / count + (taken - 1) / count,
        correlation=correlation,
        excess=excess,
    )


def mean(values: Floats) -> Floats:
    """Return the mean [S] of the known values of each row; 0 where none is known."""
    seen = np.isfinite(values)
    return np.asarray(np.where(seen, values, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1))


def median(values: Floats) -> Floats:
    """Return the median [S] of the known values of each row; nan where none is known."""
    count = np.isfinite(values).sum(axis=1)
    known = np.where(np.isfinite(values), values, np.nan)
    ordered = np.sort(np.column_stack([known, np.full(len(known), np.nan)]), axis=1)  # nan sorts last
    middle = np.maximum(np.stack([count - 1, count], axis=1) // 2, 0)
    found: Floats = np.take_along_axis(ordered, middle, axis=1).mean(axis=1)
    return np.where(count > 0, found, np.nan)


def by_weekday(weekdays: Ints) -> Ints:
    """Return the indices [7, W] of each weekday's days, newest first, padded with the number of days."""
    places = [np.flatnonzero(weekdays == weekday)[::-1] for weekday in range(WEEK)]
    at = np.full((WEEK, max(1, *map(len, places))), len(weekdays))
    for row, found in zip(at, places, strict=True):
        row[: len(found)] = found
    return at


def _season(left: Floats, weekdays: Ints) -> tuple[Floats, Floats]:
    """Weekday effects [S, 7], and the share of them that was kept [S], 0 to 1.

    All effects are multiplied by 1 - within / between, the mean squares of an analysis of variance (the
    positive part of James and Stein 1961), so a series without a weekly season gets none and a strong season
    stays.
    """
    seen = np.isfinite(left)
    safe = np.where(seen, left, 0.0)
    of_day = np.eye(WEEK)[np.asarray(weekdays)]
    total = safe @ of_day
    effects = total / np.maximum(seen @ of_day, 1.0)
    between = (total * effects).sum(axis=1)
    within = np.maximum((safe**2).sum(axis=1) - between, 0.0) / np.maximum(seen.sum(axis=1) - WEEK, 1)
    noise = within * (WEEK - 1)
    kept = np.where(between > noise, 1 - noise / np.where(between > 0, between, 1.0), 0.0)
    return effects * kept[:, None], kept


def _moments(left: Floats, days: Ints, errors_up: float) -> tuple[Floats, Floats, Floats]:
    """Sum of squares, correlation of neighbours and excess kurtosis of the residuals, as in `Described`."""
    safe = np.where(np.isfinite(left), left, 0.0)
    squares = (safe**2).sum(axis=1)
    some, count = np.where(squares > 0, squares, 1.0), np.maximum(days, 1)
    pairs = (np.isfinite(left[:, 1:]) & np.isfinite(left[:, :-1])).sum(axis=1)
    raw = (safe[:, 1:] * safe[:, :-1]).sum(axis=1) / some * count / np.maximum(pairs, 1)
    raw = np.clip(raw, -_MOST, _MOST)
    # Kendall (1954): the estimate is too low by about (1 + 3 r) / n.
    error = np.sqrt((1 - raw**2) / count)
    correlation = np.clip(raw + (1 + 3 * raw) / count + errors_up * error, 0.0, _MOST)
    excess = np.maximum((safe**4).sum(axis=1) / some**2 * count - 3, 0.0)
    return squares, correlation, 2 * (excess + 1.5 * np.sqrt(24 / count))
