"""90 % intervals of shares, totals and means, from sums only.

Requests of one user are alike, so sums are kept in 32 buckets of the user's hash and the variance is computed
over buckets: with 20 requests a user and an intraclass correlation of 0.1, a binomial 90 % interval covers
the truth 64 times in 100, that over buckets 90 times. Callers: core (performance, impact, classes, ...),
pipeline (score, value).

All functions take and return arrays over groups; nan where no interval can be given.
"""

from __future__ import annotations

import numpy as np

from dagster_project.core.types import Bools, Floats, Numbers

LEVEL = 0.9
BUCKETS = 32
FEWEST_BUCKETS = 8
"""With fewer filled buckets a single user decides the variance, so no interval is given."""
FEWEST_PERIODS = 4
"""The spread of fewer days or weeks says nothing."""


def wilson(k: Numbers, n: Numbers, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return the score interval of the share k / n, for independent rows (Wilson 1927); nan where n is 0."""
    from scipy.special import ndtri

    k, n = np.asarray(k, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z = float(ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = k / n
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and 1 one limit is the share itself; rounding must not move it a hair inside.
    low = np.where(k == 0, 0.0, np.maximum(middle - half, 0.0))
    high = np.where(k == n, 1.0, np.minimum(middle + half, 1.0))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def mean_interval(
    total: Numbers | float, squares: Numbers | float, n: Numbers | float, level: float = LEVEL
) -> tuple[Floats, Floats, Floats]:
    """Return mean and t interval of independent rows from their sum and sum of squares; nan below 2 rows."""
    total, squares, n = (np.asarray(a, dtype=np.float64) for a in (total, squares, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / n
        variance = np.maximum(squares - n * mean**2, 0.0) / (n - 1)
        half = _t(n - 1, level) * np.sqrt(variance / n)
    half = np.where(n > 1, half, np.nan)
    return mean, mean - half, mean + half


def bucket_total(sums: Numbers, level: float = LEVEL) -> tuple[Floats, Floats, Floats]:
    """Return the total of sums [groups, buckets] and its t interval over the buckets.

    Users fall into buckets by chance, so an empty bucket is a true zero and counts. With fewer than 8 filled
    buckets there is no interval (nan): it would rest on a handful of users.
    """
    sums = np.atleast_2d(np.asarray(sums, dtype=np.float64))
    buckets = sums.shape[1]
    total = sums.sum(axis=1)
    half = _t(buckets - 1.0, level) * np.sqrt(buckets * sums.var(axis=1, ddof=1))
    half = np.where((sums != 0).sum(axis=1) >= FEWEST_BUCKETS, half, np.nan)
    return total, total - half, total + half


def bucket_mean(
    sums: Numbers, ns: Numbers, level: float = LEVEL, rows: Numbers | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return the ratio sum(sums) / sum(ns) of arrays [groups, buckets] and its t interval over buckets.

    Uses the linearised (delta method) variance of a ratio (Cochran 1977, chapter 6). It fits any figure that
    is one sum over another: accuracy, recall, F1 = 2 tp / (2 tp + fp + fn), a mean error. `rows` says which
    buckets are filled if `ns` is not a count and may be 0 in a filled one.
    """
    ratio, variance, filled = ratio_variance(sums, ns, rows)
    return ratio, *around(ratio, variance, filled, level)


def around(value: Floats, variance: Floats, filled: Floats, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Return the t interval of a figure whose variance was computed over `filled` buckets."""
    half = _t(filled - 1.0, level) * np.sqrt(np.where(filled >= FEWEST_BUCKETS, variance, np.nan))
    return value - half, value + half


def filled_buckets(rows: Numbers) -> Floats:
    """Return how many buckets of rows [groups, buckets] hold anything."""
    filled: Floats = (np.atleast_2d(np.asarray(rows)) > 0).sum(axis=1).astype(np.float64)
    return filled


def period_mean(
    sums: Numbers, ns: Numbers, level: float = LEVEL, rows: Numbers | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return the ratio sum(sums) / sum(ns) of arrays [groups, periods] and its t interval over days or weeks.

    Like `bucket_mean`, but the requests of one period count as one draw: they share the weather, a campaign,
    a fault. Periods must be long enough to be independent of the one before: weeks, if there are enough. nan
    below 4 filled periods.
    """
    ratio, variance, filled = ratio_variance(sums, ns, rows, FEWEST_PERIODS)
    half = _t(filled - 1.0, level) * np.sqrt(variance)
    return ratio, ratio - half, ratio + half


def left_out_variance(value: Numbers, left_out: Numbers, filled: Bools) -> tuple[Floats, Floats]:
    """Return the variance of figures over periods, and the number of filled periods, by the jackknife.

    value [groups]; left_out [groups, periods]: the same figure without each period in turn; filled: which
    periods hold rows. For figures that are not a ratio of sums (delete-a-group jackknife around the whole
    figure: Cameron and Miller 2015, section VI.B). nan below 4 filled periods, or if the figure is not
    computable without one of them.
    """
    value, left_out = np.asarray(value, dtype=np.float64), np.asarray(left_out, dtype=np.float64)
    n = filled.sum(axis=1).astype(np.float64)
    moves = np.where(filled, left_out - value[:, None], 0.0)
    variance = (n - 1) / np.where(n > 0, n, np.nan) * (moves**2).sum(axis=1)
    return np.where(n >= FEWEST_PERIODS, variance, np.nan), n


def wider(interval: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Return the lower of two lower limits and the higher of two upper ones; the first's if one is nan."""
    (low, high), (less, more) = interval, other
    return np.where(less < low, less, low), np.where(more > high, more, high)


def ratio_variance(
    sums: Numbers, ns: Numbers, rows: Numbers | None = None, fewest: int = FEWEST_BUCKETS
) -> tuple[Floats, Floats, Floats]:
    """Return ratio, its variance over buckets, and the number of filled buckets, from [groups, buckets]."""
    sums, ns = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (sums, ns))
    there = (ns if rows is None else np.atleast_2d(np.asarray(rows, dtype=np.float64))) > 0
    filled = filled_buckets(there)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sums.sum(axis=1) / ns.sum(axis=1)
        residual = np.where(there, sums - ratio[:, None] * ns, 0.0)
        variance = filled / (filled - 1) * (residual**2).sum(axis=1) / ns.sum(axis=1) ** 2
    return ratio, np.where(filled >= fewest, variance, np.nan), filled


def _t(df: Numbers | float, level: float) -> Floats:
    from scipy.special import stdtrit

    df = np.asarray(df, dtype=np.float64)
    quantile: Floats = np.where(df > 0, stdtrit(np.maximum(df, 1.0), (1 + level) / 2), np.nan)
    return quantile
