"""What the reference days of a series are like: their centre, their weekdays, and what is left over.

In: places [S, R] on a scale (`alarm_scale`), a column a day in order, nan where a day is not known. What is left is
described with caution: a few dozen days know little of their tails and of how they hang together.
Callers: alarm_spread, alarm_usage (medians of weekdays).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.types import Floats, Ints

WEEK = 7
_MOST = 0.9
"""A higher correlation cannot be told from a series that never returns."""
_LEAST_DF = 12.0
"""A reference whose days hang together says less of its sd; beyond this the recent weeks are the guard."""


@dataclass(frozen=True, slots=True)
class Described:
    """Arrays [S]."""

    days: Ints
    """Known ones."""
    centre: Floats
    weekday: Floats
    """[S, 7]: what each weekday adds (Monday first), shrunk to what there is evidence of."""
    variance: Floats
    """Of one day, weekday effects out."""
    df: Floats
    """Degrees of freedom of the variance: independent days, less those that centre and weekdays took."""
    unsure: Floats
    """Variance of centre and weekday effects together, over that of one day."""
    correlation: Floats
    """Of neighbouring days: corrected for its bias, and `errors_up` standard errors up."""
    excess: Floats
    """Kurtosis beyond that of a normal: one and a half standard errors up, and twice, as a few dozen days show less
    than half of it where tails are heavy."""


def describe(places: Floats, stretch: Floats, weekdays: Ints, errors_up: float) -> Described:
    """Describe days [S, R]; what is left of a day is divided by its stretch [S, R] (how widely it may lie).

    `errors_up` are the standard errors that the correlation is taken up.
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
    """Return the mean [S] of what is known of each row; 0 where nothing is."""
    seen = np.isfinite(values)
    return np.asarray(np.where(seen, values, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1))


def median(values: Floats) -> Floats:
    """Return the median [S] of what is known of each row; nan where nothing is."""
    count = np.isfinite(values).sum(axis=1)
    known = np.where(np.isfinite(values), values, np.nan)
    ordered = np.sort(np.column_stack([known, np.full(len(known), np.nan)]), axis=1)  # nan comes last
    middle = np.maximum(np.stack([count - 1, count], axis=1) // 2, 0)
    found: Floats = np.take_along_axis(ordered, middle, axis=1).mean(axis=1)
    return np.where(count > 0, found, np.nan)


def by_weekday(weekdays: Ints) -> Ints:
    """Return where each weekday's days stand [7, W], the newest first; the number of days stands for none."""
    places = [np.flatnonzero(weekdays == weekday)[::-1] for weekday in range(WEEK)]
    at = np.full((WEEK, max(1, *map(len, places))), len(weekdays))
    for row, found in zip(at, places, strict=True):
        row[: len(found)] = found
    return at


def _season(left: Floats, weekdays: Ints) -> tuple[Floats, Floats]:
    """Weekday effects [S, 7], and how much of them was kept [S], 0 to 1.

    All of them are shrunk by 1 - within / between, the mean squares of an analysis of variance (the positive part of
    James and Stein 1961), so a series without a weekly season gets none and a strong season stays.
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
    """Sum of squares, correlation of neighbours and excess kurtosis of what is left, as `Described` has them."""
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
