"""Distribution functions of features, rebuilt from the counts and sums of their bins.

A bin of the softsign grid keeps n, the sum and the sum of squares of its rows, hence their exact mean and sd.
Within the bin, rows are assumed to lie evenly over mean +- sqrt(3) sd, which also finds single values (sd 0)
and the ends of a column's range that fall inside a bin. 255 bins thus give KS within 0.0005 and decile PSI
within 0.001 of the figures from all rows (tests/core/test_drift_oracles.py). Caller:
pipeline.score_distances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.histogram import SCALE, edges
from dagster_project.core.types import Bools, Floats, Ints, Numbers

_POINT = 1e-3
"""A bin whose rows spread over less than this part of its width holds a single value."""
_ROUNDING = 1e-6
"""Spread that subtracting two large numbers leaves behind, as a share of the position."""
_FULL = 20
"""From this many rows a bin shows whether they lie all over it."""
_COVERED = 0.8
"""Evenly spread rows cover at least this part of a bin's width."""
_HEAVY = 0.05
"""A bin with more than this share of all rows and more than one value is a mixture, say of zeros and small
numbers."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of daily.feature_hist on the bins of one grid; arrays [groups, 2 k + 1] (`histogram.dense`)."""

    n: Numbers
    s1: Numbers
    s2: Numbers


@dataclass(frozen=True, slots=True)
class Curve:
    """Distribution functions of groups, straight between knots; arrays [groups, 2 k + 1], positions in u.

    Bin b adds `mass` (a share) evenly from `start` to `stop` on top of `below`, or at once where those are
    equal. Groups without rows are nan. `rows` [groups] is the number of rows behind each curve.
    """

    rows: Floats
    mass: Floats
    below: Floats
    start: Floats
    stop: Floats


def curves(reference: Sums, current: Sums) -> tuple[Curve, Curve]:
    """Return comparable curves of both, groups in the same order.

    If either has a heavy mixture in a bin, both are put on one point there: three sums cannot show what lies
    inside such a bin, so it must not look like a difference. In a column of few different values every
    mixture is treated this way: its KS is exact at the borders of the bins, and too small by at most a bin's
    share.
    """
    before, now = _spread(reference), _spread(current)
    coarse = ~_is_smooth(reference, before)[:, None]
    blurred = (before.is_mixed & (coarse | (before.mass > _HEAVY))) | (
        now.is_mixed & (coarse | (now.mass > _HEAVY))
    )
    return _curve(reference, before, blurred), _curve(current, now, blurred)


def ks(reference: Curve, current: Curve) -> Floats:
    """Return the two-sample Kolmogorov-Smirnov statistic [groups]: the widest gap between the curves.

    Both are straight between knots, so the widest gap is at a knot, just before it or on it.
    """
    widest = np.zeros(reference.mass.shape)
    for knot in (reference.start, reference.stop, current.start, current.stop):
        for side in (_before, _upto):
            gap = reference.below + reference.mass * side(reference, knot)
            gap -= current.below + current.mass * side(current, knot)
            widest = np.maximum(widest, np.abs(gap))
    return np.asarray(np.clip(widest.max(axis=1), 0.0, 1.0))


def equal_bins(reference: Curve, current: Curve, target: int = 10) -> tuple[Floats, Floats]:
    """Return counts [groups, target] of both on bins that hold equal shares of the reference.

    The borders are the reference's quantiles, bins closed to the right; bins swallowed by one heavy value
    stay empty on both sides. Groups whose reference fills fewer than two bins are nan: a constant has no
    quantiles to compare, and 0 would hide a real break. Counts are fractions where a border cuts a bin of the
    grid. The result is for `drift.psi`, `drift.jensen_shannon` and the like.
    """
    cuts = np.arange(1, target) / target
    reached = reference.below + reference.mass
    bins = (reached[:, None, :] < cuts[None, :, None] - 1e-12).sum(axis=2)
    ref, cur = _at_quantiles(reference, current, np.minimum(bins, reached.shape[1] - 1), cuts)
    ref, cur = (np.diff(a, axis=1, prepend=0.0, append=1.0) for a in (ref, cur))
    ref, cur = (np.where(a < 1e-12, 0.0, a) * c.rows[:, None] for a, c in ((ref, reference), (cur, current)))
    unknown = (ref > 0).sum(axis=1) < 2
    unknown |= np.isnan(reference.mass[:, 0]) | np.isnan(current.mass[:, 0])
    ref[unknown], cur[unknown] = np.nan, np.nan
    return ref, cur


def _at_quantiles(reference: Curve, current: Curve, bins: Ints, cuts: Floats) -> tuple[Floats, Floats]:
    """Both curves at the reference's quantiles; `bins` [groups, cuts]: the bin that each quantile lies in."""
    r, c = (_picked(curve, bins) for curve in (reference, current))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.clip((cuts[None, :] - r.below) / r.mass, 0.0, 1.0)
    border = r.start + part * (r.stop - r.start)
    return r.below + r.mass * _upto(r, border), c.below + c.mass * _upto(c, border)


def _picked(curve: Curve, bins: Ints) -> Curve:
    parts = (np.take_along_axis(a, bins, axis=1) for a in (curve.mass, curve.below, curve.start, curve.stop))
    return Curve(curve.rows, *parts)


def _upto(curve: Curve, at: Floats) -> Floats:
    """Share of each bin's mass at or below a position inside the bin."""
    return _evenly(curve, at, (at >= curve.start).astype(np.float64))


def _before(curve: Curve, at: Floats) -> Floats:
    """Share of each bin's mass strictly below a position inside the bin."""
    return _evenly(curve, at, (at > curve.start).astype(np.float64))


def _evenly(curve: Curve, at: Floats, jump: Floats) -> Floats:
    width = curve.stop - curve.start
    share = np.clip((at - curve.start) / np.where(width > 0, width, 1.0), 0.0, 1.0)
    return np.where(width > 0, share, jump)


@dataclass(frozen=True, slots=True)
class _Spread:
    """Where the rows of each bin lie; arrays [groups, 2 k + 1]: their share, where they start and stop."""

    mass: Floats
    start: Floats
    stop: Floats
    is_mixed: Bools
    """Whether they hold more than one value."""


def _is_smooth(sums: Sums, spread: _Spread) -> Bools:
    """Whether rows of full bins mostly lie all over them [groups]; in a column of few values they do not."""
    mass = spread.mass
    low, high = _borders((mass.shape[1] - 1) // 2)
    rows = np.atleast_2d(np.asarray(sums.n, dtype=np.float64))
    full = np.where((rows >= _FULL) & (mass <= _HEAVY), mass, 0.0)[:, 1:-1]
    covered = (spread.stop - spread.start)[:, 1:-1] > _COVERED * (high - low)[1:-1]
    smooth: Bools = (full * covered).sum(axis=1) >= full.sum(axis=1) / 2
    return smooth


def _spread(sums: Sums) -> _Spread:
    """Spread rows evenly over mean +- sqrt(3) sd inside the bin; put a single value at its place."""
    n, s1, s2 = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (sums.n, sums.s1, sums.s2))
    total, rows = n.sum(axis=1, keepdims=True), np.maximum(n, 1.0)
    mass = n / np.where(total > 0, total, np.nan)
    low, high = _borders((n.shape[1] - 1) // 2)
    mean = s1 / rows / SCALE
    half = np.sqrt(3 * np.maximum(s2 / rows / SCALE**2 - mean**2, 0.0))
    # Sums consist of whole steps of 1 / SCALE: rounding gives a value the same position on both sides.
    value = np.round(mean * SCALE) / SCALE
    point = half < np.maximum(_POINT * np.minimum(high - low, 1.0), _ROUNDING * np.abs(mean))
    start = np.where(point, value, np.maximum(mean - half, low))
    stop = np.where(point, value, np.minimum(mean + half, high))
    return _Spread(mass, start, stop, ~point & (mass > 0))


def _curve(sums: Sums, spread: _Spread, blurred: Bools) -> Curve:
    mass = spread.mass
    below = np.cumsum(mass, axis=1) - mass
    low, high = _borders((mass.shape[1] - 1) // 2)
    anywhere = np.where(np.isfinite(low), low, high)
    rows = np.atleast_2d(np.asarray(sums.n, dtype=np.float64)).sum(axis=1)
    start, stop = (np.where(blurred, anywhere, end) for end in (spread.start, spread.stop))
    return Curve(rows, mass, below, start, stop)


def _borders(k: int) -> tuple[Floats, Floats]:
    """Lower and upper border of every bin; the outermost two are open."""
    inner = edges(k)
    return np.concatenate(([-np.inf], inner)), np.concatenate((inner, [np.inf]))
