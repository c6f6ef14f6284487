"""Distances between a reference and a current histogram, one pair per row.

In: counts [groups, bins] on the same grid, finite values only (missing and invalid values have metrics of
their own). Out: one float per group; nan where nothing can be said: no rows on one side, or a constant
reference.

KS and Wasserstein read the fine grid. PSI, Jensen-Shannon and Hellinger grow with the number of bins even on
equal data (33,000 rows: 0.008 on 10 bins, 0.147 on 2,000), so they are computed after `coarsen`, and the
functions named `by_chance` return what equal data would give. Categories are passed as they are, one column
each. Callers: pipeline.score_distances, `comparison`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.histogram import SCALE, edges, moments
from dagster_project.core.types import Floats, Ints, Numbers

EMPTY_SHARE = 1e-4
"""What an empty bin counts as in PSI (the convention of Evidently)."""
RARE = 5
"""A category that the reference holds at most so often might as well have been missing from it."""
QUANTILE = 2.3263478740408408
"""The normal quantile exceeded 1 time in 100: only the unseen rows beyond it count as new."""


def coarsen(reference: Numbers, current: Numbers, target: int = 10) -> tuple[Floats, Floats]:
    """Put both on `target` bins that hold equal shares of the reference, as far as the grid can split it.

    Bins are closed to the right: a border is the smallest bin that reaches the decile, as in numpy's
    "inverted_cdf". Bins swallowed by one heavy value stay empty on both sides and add nothing; where one
    value swallows all of them (97 yes in 100), grid bins are assigned by their middles instead of their
    beginnings. Groups whose reference fills fewer than two bins of the grid are nan: drift from a constant
    cannot be measured, and 0 would hide a real break.
    """
    reference, current = _float(reference), _float(current)
    total = np.maximum(reference.sum(axis=1, keepdims=True), 1.0)
    below = np.cumsum(reference, axis=1) - reference
    coarse = np.minimum(below * target // total, target - 1).astype(np.int64)
    swallowed = _filled(coarse, reference, target) < 2
    middle = (below + reference / 2)[swallowed] * target / total[swallowed]
    coarse[swallowed] = np.clip(np.floor(middle), 0, target - 1).astype(np.int64)
    flat = (np.arange(len(coarse))[:, None] * target + coarse).ravel()
    ref, cur = (_summed(flat, a, len(coarse), target) for a in (reference, current))
    constant = (ref > 0).sum(axis=1) < 2
    ref[constant], cur[constant] = np.nan, np.nan
    return ref, cur


def psi(reference: Numbers, current: Numbers) -> Floats:
    """Return the population stability index, sum of (c - r) ln(c / r) over shares; empty ones are 0.0001."""
    r, c = _shares(reference), _shares(current)
    r, c = np.where(r == 0, EMPTY_SHARE, r), np.where(c == 0, EMPTY_SHARE, c)
    return np.asarray(((c - r) * np.log(c / r)).sum(axis=1))


def jensen_shannon(reference: Numbers, current: Numbers) -> Floats:
    """Return the Jensen-Shannon distance, root of the divergence in bits: 0 to 1 (Lin 1991)."""
    r, c = _shares(reference), _shares(current)
    middle = (r + c) / 2
    divergence = (_bits(r, middle) + _bits(c, middle)) / 2
    return np.asarray(np.sqrt(np.clip(divergence, 0.0, 1.0)))


def hellinger(reference: Numbers, current: Numbers) -> Floats:
    """Return the Hellinger distance, 0 to 1."""
    difference = np.sqrt(_shares(reference)) - np.sqrt(_shares(current))
    return np.asarray(np.sqrt(np.clip((difference**2).sum(axis=1) / 2, 0.0, 1.0)))


def ks(reference: Numbers, current: Numbers) -> Floats:
    """Return the two-sample Kolmogorov-Smirnov statistic at the borders of the fine grid."""
    gap = np.abs(np.cumsum(_shares(reference) - _shares(current), axis=1))
    return np.asarray(np.clip(gap.max(axis=1), 0.0, 1.0))


def l_infinity(reference: Numbers, current: Numbers) -> Floats:
    """Return the largest change in the share of any category, 0 to 1."""
    return np.asarray(np.abs(_shares(reference) - _shares(current)).max(axis=1))


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's test that two rows of counts come from one distribution; arrays [groups]."""

    statistic: Floats
    df: Floats
    p: Floats


def chi_square(reference: Numbers, current: Numbers) -> ChiSquare:
    """Test homogeneity of the two histograms, without continuity correction; nan below two categories."""
    from scipy.special import chdtrc

    r, c = _float(reference), _float(current)
    both, n_r, n_c = r + c, r.sum(axis=1, keepdims=True), c.sum(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected_r, expected_c = both * n_r / (n_r + n_c), both * n_c / (n_r + n_c)
        terms = (r - expected_r) ** 2 / expected_r + (c - expected_c) ** 2 / expected_c
    df = (both > 0).sum(axis=1) - 1.0
    known = (df > 0) & (n_r[:, 0] > 0) & (n_c[:, 0] > 0)
    statistic = np.where(known, np.where(both > 0, terms, 0.0).sum(axis=1), np.nan)
    return ChiSquare(statistic, np.where(known, df, np.nan), chdtrc(np.maximum(df, 1.0), statistic))


def cramers_v(reference: Numbers, current: Numbers) -> Floats:
    """Return Cramer's V of the 2 x categories table, root of chi square over n: 0 to 1."""
    n = _float(reference).sum(axis=1) + _float(current).sum(axis=1)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.sqrt(np.clip(chi_square(reference, current).statistic / n, 0.0, 1.0)))


def wasserstein_sd(
    ref_n: Numbers,
    ref_s1: Numbers,
    cur_n: Numbers,
    cur_s1: Numbers,
    centre: Numbers,
    scale: Numbers,
    ref_s2: Numbers,
) -> Floats:
    """Return the first Wasserstein distance in standard deviations of the reference.

    Takes counts and sums [groups, 2 k + 1] on the softsign grid (s1, s2 as in `histogram`), and centre and
    scale [groups] of that grid. Each bin's exact mean gives the exact area between the two distribution
    functions over the bin; its absolute value is too small only where they cross inside a bin. nan where the
    grid was made from a constant (scale 0 or no centre).
    """
    ref_n, ref_s1, cur_n, cur_s1 = (_float(a) for a in (ref_n, ref_s1, cur_n, cur_s1))
    _, sd = moments(ref_n.sum(axis=1), ref_s1.sum(axis=1), _float(ref_s2).sum(axis=1))
    borders = edges((ref_n.shape[1] - 1) // 2)
    distance = wasserstein(ref_n, ref_s1 / SCALE, cur_n, cur_s1 / SCALE, borders)
    known = np.isfinite(_column(centre)) & (_column(scale) > 0) & (sd > 0)
    return np.where(known, distance / np.where(sd > 0, sd, 1.0), np.nan)


def wasserstein(
    ref_n: Numbers, ref_sum: Numbers, cur_n: Numbers, cur_sum: Numbers, borders: Floats
) -> Floats:
    """Return the first Wasserstein distance in the unit of `borders` and of the sums; nan without rows.

    Counts and sums of values [groups, bins], the bins between `borders` [bins - 1]; the outermost two are open.
    """
    ref_n, ref_sum, cur_n, cur_sum = (_float(a) for a in (ref_n, ref_sum, cur_n, cur_sum))
    n_r, n_c = _total(ref_n), _total(cur_n)
    areas = _areas(ref_n / n_r - cur_n / n_c, ref_sum / n_r - cur_sum / n_c, borders)
    return np.asarray(np.abs(areas).sum(axis=1))


def _areas(mass: Floats, moment: Floats, borders: Floats) -> Floats:
    """Integral over each bin of the difference of two distribution functions.

    `mass` and `moment` are the differences of share and of share times mean. Over a bin [a, b] it is
    gap(a) (b - a) + mass b - moment; the two open bins have gap 0 on their open side.
    """
    gap = np.cumsum(mass, axis=1)[:, :-1]
    areas = np.empty_like(mass)
    areas[:, 0] = mass[:, 0] * borders[0] - moment[:, 0]
    areas[:, 1:-1] = gap[:, :-1] * np.diff(borders) + mass[:, 1:-1] * borders[1:] - moment[:, 1:-1]
    areas[:, -1] = mass[:, -1] * borders[-1] - moment[:, -1]
    return areas


def pooled(
    reference: Numbers, current: Numbers, other: tuple[Numbers, Numbers], unseen: Numbers, most: int = 30
) -> tuple[Floats, Floats]:
    """Pool rare categories: columns for the reference's `most` frequent, for all others, and for new ones.

    `other` are the rows of both sides [groups] without a category of their own, `unseen` the current rows
    whose category the reference lacks. Two samples of one long-tailed source hold about as many rows each in
    categories that the other lacks. So if the reference holds some categories only once, its rare ones count
    with the others, and so do as many unseen rows as chance brings; only the excess is new. Distances that
    grow with the number of categories (PSI, Jensen-Shannon, Hellinger) are computed after this.
    """
    reference, current, unseen = _float(reference), _float(current), np.asarray(unseen, dtype=np.float64)
    order = np.argsort(-reference, axis=1, kind="stable")
    ref, cur = (np.take_along_axis(side, order, axis=1) for side in (reference, current))
    once, twice = ((ref == times).sum(axis=1) for times in (1, 2))
    rare = (ref > 0) & (ref <= RARE) & (once > 0)[:, None]
    rare[:, most:] = True
    totals = ref.sum(axis=1) + other[0], cur.sum(axis=1) + other[1] + unseen
    by_chance = totals[1] * unseen_by_chance(once, twice, *totals, QUANTILE)
    expected = np.where(once > 0, np.minimum(unseen, by_chance), 0.0)
    others = (ref * rare).sum(axis=1) + other[0], (cur * rare).sum(axis=1) + other[1] + expected
    kept = (np.where(rare, 0.0, side)[:, :most] for side in (ref, cur))
    new = np.zeros(len(ref)), unseen - expected
    ref, cur = (np.column_stack(columns) for columns in zip(kept, others, new, strict=True))
    return ref, cur


def unseen_by_chance(
    once: int | Numbers, twice: int | Numbers, n_reference: int | Numbers, n_current: int | Numbers, z: float
) -> Floats:
    """Return the share of unseen categories that another sample of the reference's source rarely exceeds.

    The expected number of unseen rows is that of the reference's categories with a single row; the variance
    of this estimate follows from the categories with one and two rows (Good 1953), and the rows vary around
    it as a Poisson count.
    """
    n_current = np.maximum(_column(n_current), 1.0)
    part = n_current / np.maximum(_column(n_reference), 1.0)
    seen_once = _column(once) + 1
    expected = part * seen_once
    variance = expected + part * part * (seen_once + 2 * _column(twice))
    return np.minimum((expected + z * np.sqrt(variance) + z * z / 3) / n_current, 1.0)


def psi_by_chance(bins: int | Numbers, n_reference: Numbers, n_current: Numbers) -> Floats:
    """Return the PSI that two samples of one distribution show on average: (bins - 1)(1 / n_r + 1 / n_c)."""
    n_r, n_c = _column(n_reference), _column(n_current)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.maximum(np.asarray(bins) - 1, 0) * (1 / n_r + 1 / n_c)
    return np.where((n_r > 0) & (n_c > 0), expected, np.nan)


def hellinger_by_chance(bins: int | Numbers, n_reference: Numbers, n_current: Numbers) -> Floats:
    """Return the same for the Hellinger distance: for small differences its square is PSI / 8."""
    return np.asarray(np.sqrt(psi_by_chance(bins, n_reference, n_current) / 8))


def jensen_shannon_by_chance(bins: int | Numbers, n_reference: Numbers, n_current: Numbers) -> Floats:
    """Return the same for the Jensen-Shannon distance: for small differences its square is PSI / (8 ln 2)."""
    return np.asarray(np.sqrt(psi_by_chance(bins, n_reference, n_current) / (8 * np.log(2))))


def _filled(coarse: Ints, counts: Floats, target: int) -> Ints:
    """How many coarse bins of each group hold anything."""
    flat = (np.arange(len(coarse))[:, None] * target + coarse).ravel()
    return np.asarray((_summed(flat, counts, len(coarse), target) > 0).sum(axis=1))


def _summed(index: Ints, counts: Floats, groups: int, width: int) -> Floats:
    summed = np.bincount(index, weights=counts.ravel(), minlength=groups * width)
    return summed.astype(np.float64).reshape(groups, width)


def _float(counts: Numbers) -> Floats:
    return np.atleast_2d(np.asarray(counts, dtype=np.float64))


def _column(values: int | Numbers) -> Floats:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))


def _total(counts: Floats) -> Floats:
    total: Floats = counts.sum(axis=1, keepdims=True)
    return np.where(total > 0, total, np.nan)


def _shares(counts: Numbers) -> Floats:
    counts = _float(counts)
    shares: Floats = counts / _total(counts)
    return shares


def _bits(p: Floats, q: Floats) -> Floats:
    """Kullback-Leibler divergence in bits, row by row; 0 ln 0 is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p == 0, 0.0, p * np.log2(p / q))
    total: Floats = terms.sum(axis=1)
    return total
