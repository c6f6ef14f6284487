"""The grids on which daily summaries count, and what can be read off the counts.

Three grids, each fixed once so that the counts of any days add up: the softsign grid of features, the
logarithmic grid of latencies, the logit grid of scores. `reports/summaries/*.sql` computes the same bins in
SQL; the functions here are the definition that the SQL is tested against. Callers: pipeline (summarise,
score, verify), core.

Feature grid: u = (x - centre) / scale, bin = round(K u / (1 + |u|)), a half rounded up as by floor(. + 1/2).
For each bin the summaries keep n, s1 = sum of round(u 2^20) and s2 = sum of its square, after clipping u to
+-2^20: exact integers.
"""

from __future__ import annotations

import numpy as np

from dagster_project.core.types import Floats, Ints, Numbers

K = 127
"""Half the bins of a feature grid: bins are -K to K, 2 K + 1 of them."""
MISSING, NAN, POS_INF, NEG_INF = 999, 998, 997, -997
"""Bins of everything that is not a finite number."""
SCALE = 2**20
"""s1 and s2 are sums of round(u SCALE) and of its square, after u is clipped to +-REACH."""
REACH = 2**20
"""A number farther from the centre than this many scales counts as that far, so no sum outgrows its column."""
NORMAL_IQR = 1.35
"""Interquartile range of a normal column of sd 1."""
WIDEST = 5
"""A grid's scale is at most this many interquartile ranges, unless that range is 0."""
LATENCY_BASE = 1.02
"""Bin b holds (1.02^(b-1), 1.02^b] ms: its geometric middle is within 1 % of everything in it."""
LATENCY_FLOOR_MS = 0.001
"""Shorter latencies (0, or below 0 from clock jitter) count as one microsecond."""
LOGIT_STEPS = 10
"""Bins of the score grid per unit of log odds; +-12.7 log odds reach from 0.000003 to 0.999997."""
SCORE_SCALE = 2**30
"""s1 of the score grid is the sum of round(score SCORE_SCALE)."""


def softsign_bin(u: Floats, k: int = K) -> Ints:
    """Return the bin, -k to k, of each standardised value u; other bins for values that are not finite."""
    u = np.asarray(u, dtype=np.float64)
    finite = np.isfinite(u)
    safe = np.where(finite, u, 0.0)
    bins = np.floor(k * safe / (1 + np.abs(safe)) + 0.5).astype(np.int64)
    odd = np.where(np.isnan(u), NAN, np.where(u > 0, POS_INF, NEG_INF))
    return np.where(finite, bins, odd).astype(np.int64)


def edges(k: int = K) -> Floats:
    """Return the 2 k borders between neighbouring bins as values of u, in rising order."""
    softsign = (np.arange(-k, k) + 0.5) / k
    borders: Floats = softsign / (1 - np.abs(softsign))
    return borders


def centre_scale(values: Floats) -> tuple[float, float]:
    """Return centre and scale of a feature's grid from its finite values; (nan, nan) without any.

    The centre is the median. The scale is IQR / 1.35, the sd of a normal column, or, if larger, a tenth of
    the sd without the outer hundredths (a narrow peak with wide tails); but at most 5 IQR, so that a code
    such as 99999 for "unknown" does not squeeze all other values into a few bins. If a column is mostly one
    value, the scale is a third of the median distance of the others from it. Scale 0 means a constant:
    nothing can be compared with it.
    """
    finite = np.asarray(values, dtype=np.float64)
    finite = finite[np.isfinite(finite)]
    if finite.size == 0:
        return float("nan"), float("nan")
    least, low, middle, high, most = np.quantile(finite, [0.01, 0.25, 0.5, 0.75, 0.99])
    if high > low:
        body = finite[(finite >= least) & (finite <= most)]
        wide = min(body.std() / 10, WIDEST * (high - low)) if body.size else 0.0
        return float(middle), float(max((high - low) / NORMAL_IQR, wide))
    apart = np.abs(finite - middle)
    apart = apart[apart > 0]
    return float(middle), float(np.median(apart) / 3) if apart.size else 0.0


def dense(group: Ints, bins: Ints, values: Numbers, groups: int, k: int = K) -> Floats:
    """Turn long rows (group, bin, value) into an array [groups, 2 k + 1]; column b + k holds bin b.

    Rows of bins outside -k to k (missing, NaN, infinities) are left out; values with equal keys add up.
    """
    group, bins = np.asarray(group, dtype=np.int64), np.asarray(bins, dtype=np.int64)
    width = 2 * k + 1
    inside = np.abs(bins) <= k
    flat = group[inside] * width + bins[inside] + k
    weights = np.asarray(values, dtype=np.float64)[inside]
    spread = np.bincount(flat, weights=weights, minlength=groups * width)
    return spread.astype(np.float64).reshape(groups, width)


def moments(n: Numbers, s1: Numbers, s2: Numbers) -> tuple[Floats, Floats]:
    """Return mean and sd (divided by n) in units of u from sums over any bins; nan where n is 0."""
    n, s1, s2 = (np.asarray(a, dtype=np.float64) for a in (n, s1, s2))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = s1 / n / SCALE
        variance = s2 / n / SCALE**2 - mean**2
    return mean, np.sqrt(np.maximum(variance, 0.0))


def latency_bin(ms: Floats) -> Ints:
    """Return ceil(ln(ms) / ln(1.02)) of each latency in milliseconds."""
    ms = np.maximum(np.asarray(ms, dtype=np.float64), LATENCY_FLOOR_MS)
    bins: Ints = np.ceil(np.log(ms) / np.log(LATENCY_BASE)).astype(np.int64)
    return bins


def latency_value(bins: Ints) -> Floats:
    """Return the geometric middle of each latency bin in milliseconds."""
    middle: Floats = LATENCY_BASE ** (np.asarray(bins, dtype=np.float64) - 0.5)
    return middle


def quantile(bins: Ints, counts: Ints, q: float) -> float:
    """Return the latency in ms that a share q of the requests does not exceed; nan without requests.

    The rank is ceil(q n), as in numpy's "inverted_cdf"; the value is within 1 % of the latency of that
    request.
    """
    group = np.zeros(len(np.asarray(bins)), dtype=np.int64)
    return float(grouped_quantile(group, bins, counts, q, 1)[0])


def grouped_quantile(group: Ints, bins: Ints, counts: Ints, q: float, groups: int) -> Floats:
    """Return `quantile` of each group 0 to groups - 1 from long rows (group, bin, count), in any order."""
    if not 0 <= q <= 1:
        raise ValueError(f"a quantile lies between 0 and 1, not at {q}")
    group, bins, counts = (np.asarray(a, dtype=np.int64) for a in (group, bins, counts))
    order = np.lexsort((bins, group))
    group, bins, counts = group[order], bins[order], counts[order]
    total = np.bincount(group, weights=counts, minlength=groups).astype(np.int64)
    before = np.concatenate(([0], np.cumsum(total)))[:groups]
    rank = np.maximum(np.ceil(q * total - 1e-9 * q), 1).astype(np.int64)
    at = np.searchsorted(np.cumsum(counts), before + rank)
    found = np.minimum(at, max(len(bins) - 1, 0))
    values = latency_value(bins[found]) if len(bins) else np.full(groups, np.nan)
    return np.where(total > 0, values, np.nan)


def logit_bin(score: Floats) -> Ints:
    """Return the bin, -127 to 127, of each score from 0 to 1: log odds in steps of 0.1, rounded.

    bin = floor(10 ln(p / (1 - p)) + 1/2), clipped to -127 to 127; 0 and 1 go to the ends.
    """
    p = np.asarray(score, dtype=np.float64)
    with np.errstate(divide="ignore"):
        logit = np.log(p / (1 - p))
    # Clip before rounding: infinite log odds have no integer.
    bins: Ints = np.floor(np.clip(logit * LOGIT_STEPS, -K, K) + 0.5).astype(np.int64)
    return bins


def logit_edges() -> Floats:
    """Return the 254 borders between neighbouring score bins as scores."""
    logit = (np.arange(-K, K) + 0.5) / LOGIT_STEPS
    return 1 / (1 + np.exp(-logit))
