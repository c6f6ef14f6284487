"""How far two columns lie apart: distances between two profiles, and what chance alone would give.

In: columns of `column_profile`, counted on one grid or by category. Out: frozen figures, or None where
nothing can be said: no values on one side, or a reference that holds a single value. Distances cover the
values that are present; missing values are compared separately. Callers: `verdicts`, publish.compare_figures,
publish.compare_json.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from dagster_project.core import drift
from dagster_project.core.column_profile import K, Tally, mean_sd, positions
from dagster_project.core.types import Bools, Floats, Ints

COARSE = 10
"""PSI and Jensen-Shannon of numbers are computed on this many bins of equal shares of the reference."""
DENSE = 4 * K
"""Codes spanning no more than this are aligned by position, which is cheaper than by search."""
KEPT_CATEGORIES = 1000
"""This many of the reference's most frequent categories are kept; the rest count as one."""
UNSEEN = "categories that the reference lacks"
OTHERS = "all other categories"
RARE = 5
"""Categories with fewer expected rows than this on either side are tested together (Cochran 1954)."""

Sides = tuple[Floats, Floats]
"""The same quantity of the reference and of the current column."""


@dataclass(frozen=True, slots=True)
class NumberDistance:
    """Distances between two tallies on one grid."""

    psi: float
    js: float
    ks: float
    wasserstein_sd: float
    shift_sd: float
    """Difference of the means, in standard deviations of the reference."""
    sd_ratio: float


@dataclass(frozen=True, slots=True)
class CategoryDistance:
    """Distances between two counts by category."""

    psi: float
    js: float
    l_infinity: float
    chi_square: float
    df: int
    cramers_v: float
    categories: int
    """How many were compared; all others together count as one, and so do all unseen ones."""
    moved: str
    """The category whose share changed most."""
    share_before: float
    share_now: float


def aligned(reference: Tally, current: Tally) -> tuple[Ints, Floats, Floats]:
    """Return codes, reference counts and current counts on all codes that either side holds."""
    low = min(reference.codes[0], current.codes[0])
    width = int(max(reference.codes[-1], current.codes[-1]) - low) + 1
    if width > DENSE:
        codes = np.union1d(reference.codes, current.codes)
        r, c = (
            _placed(np.searchsorted(codes, side.codes), side.counts, len(codes))
            for side in (reference, current)
        )
        return codes, r, c
    r, c = (_placed(side.codes - low, side.counts, width) for side in (reference, current))
    held = np.flatnonzero(r + c)
    return held + low, r[held], c[held]


def _placed(places: Ints, counts: Ints, width: int) -> Floats:
    found = np.zeros(width)
    found[places] = counts
    return found


def number_distance(reference: Tally, current: Tally) -> NumberDistance | None:
    """Compare two numeric columns; None if a side has no values or the reference is constant."""
    if len(reference.codes) < 2 or not current.n:
        return None
    codes, r, c = aligned(reference, current)
    reached = np.cumsum(r), np.cumsum(c)
    gap = np.abs(reached[0] / reference.n - reached[1] / current.n)
    coarse = equal_bins(codes, (r, c), reached)
    u = positions(codes)
    (mean_r, sd_r), (mean_c, sd_c) = mean_sd(u, r), mean_sd(u, c)
    with np.errstate(over="ignore", invalid="ignore"):
        distance = float((gap[:-1] * np.diff(u)).sum())
    return NumberDistance(
        psi=float(drift.psi(*coarse)[0]),
        js=float(drift.jensen_shannon(*coarse)[0]),
        ks=float(gap.max()),
        wasserstein_sd=distance / sd_r,
        shift_sd=(mean_c - mean_r) / sd_r,
        sd_ratio=sd_c / sd_r,
    )


def equal_bins(codes: Ints, sides: Sides, reached: Sides) -> tuple[Floats, Floats]:
    """Return counts [1, bins] of both on bins of equal shares of the reference, closed to the right.

    `sides` are the counts of reference and current, `reached` their running sums. A border inside a code's
    bin cuts it in proportion, unless the bin holds a single value (far more rows than the codes beside it):
    such a value goes to the left as a whole, as in numpy's "inverted_cdf". A reference of few values has a
    bin for each. If a border is the reference's largest value, what lies above it has a bin of its own.
    """
    reference, below = sides[0], reached[0]
    held = np.flatnonzero(reference)
    few = len(held) <= COARSE
    targets = below[held] if few else below[-1] * np.arange(1, COARSE) / COARSE
    if below[held[-2]] < targets[0]:
        targets = np.append(below[held[-2]], targets)
    at = np.searchsorted(below, targets - 1e-9)
    beside = _beside(codes, reference, at, -1) + _beside(codes, reference, at, 1)
    part = np.where(few | (reference[at] > 2 * beside), 1.0, (targets - below[at]) / reference[at] + 1)
    borders = (sums[at] - side[at] * (1 - part) for side, sums in zip(sides, reached, strict=True))
    bins = (np.diff(b, prepend=0.0, append=sums[-1]) for b, sums in zip(borders, reached, strict=True))
    r, c = (np.maximum(b, 0.0)[None] for b in bins)
    return r, c


def _beside(codes: Ints, counts: Floats, at: Ints, step: int) -> Floats:
    """Counts of the next code in the direction of `step`, 0 where that code has none."""
    place = np.clip(at + step, 0, len(codes) - 1)
    return np.where(codes[place] == codes[at] + step, counts[place], 0.0)


def category_distance(reference: Mapping[str, int], current: Mapping[str, int]) -> CategoryDistance | None:
    """Compare two counts by category (the most frequent first); None if a side has no values."""
    if not sum(reference.values()) or not sum(current.values()):
        return None
    names, r, c = _cells(reference, current)
    before, now = r / r.sum(), c / c.sum()
    most = int(np.abs(now - before).argmax())
    statistic, df = chi_square(r, c)
    return CategoryDistance(
        psi=float(drift.psi(r[None], c[None])[0]),
        js=float(drift.jensen_shannon(r[None], c[None])[0]),
        l_infinity=float(np.abs(now - before).max()),
        chi_square=statistic,
        df=df,
        cramers_v=math.sqrt(min(1.0, statistic / (r.sum() + c.sum()))) if df else 0.0,
        categories=len(names),
        moved=names[most],
        share_before=float(before[most]),
        share_now=float(now[most]),
    )


def _cells(reference: Mapping[str, int], current: Mapping[str, int]) -> tuple[list[str], Floats, Floats]:
    """Names and counts of the cells to compare: kept categories, all others together, and all unseen ones.

    Where both exist, rare unseen categories are counted together with the rare ones of the reference: two
    samples of one long-tailed source hold about as many values each in categories that the other lacks.
    """
    kept = list(reference)[:KEPT_CATEGORIES]
    unseen = [name for name in current if name not in reference]
    names = [*kept, *unseen]
    r, c = (
        np.array([side.get(name, 0) for name in names], dtype=np.float64) for side in (reference, current)
    )
    n_r, n_c = sum(reference.values()), sum(current.values())
    rest = n_r - r.sum(), n_c - c.sum()
    is_unseen = np.arange(len(names)) >= len(kept)
    is_rare = _rare(r + c, n_r, n_c)
    pooled = is_rare & bool((is_rare & is_unseen).any() and (is_rare & ~is_unseen).any())
    own, new = ~pooled & ~is_unseen, ~pooled & is_unseen
    r = np.append(r[own], [r[pooled].sum() + rest[0], 0])
    c = np.append(c[own], [c[pooled].sum() + rest[1], c[new].sum()])
    there = r + c > 0
    labels = [*(name for name, is_own in zip(names, own, strict=True) if is_own), OTHERS, UNSEEN]
    return [name for name, is_there in zip(labels, there, strict=True) if is_there], r[there], c[there]


def _rare(both: Floats, n_reference: float, n_current: float) -> Bools:
    """Which categories have fewer than `RARE` expected rows on a side, from their counts on both together."""
    return both * min(n_reference, n_current) / (n_reference + n_current) < RARE


def chi_square(reference: Floats, current: Floats) -> tuple[float, int]:
    """Return Pearson's statistic and its degrees of freedom; categories too rare for it are pooled."""
    n_r, n_c = reference.sum(), current.sum()
    both = reference + current
    rare = _rare(both, n_r, n_c)
    r, c = (np.append(side[~rare], side[rare].sum()) for side in (reference, current))
    both = r + c
    r, c, both = r[both > 0], c[both > 0], both[both > 0]
    expected_r, expected_c = both * n_r / (n_r + n_c), both * n_c / (n_r + n_c)
    statistic = ((r - expected_r) ** 2 / expected_r + (c - expected_c) ** 2 / expected_c).sum()
    return float(statistic), len(both) - 1


def psi_by_chance(bins: int, n_reference: int, n_current: int) -> float:
    """Return the PSI that equal columns show on average."""
    return (bins - 1) * (1 / n_reference + 1 / n_current)


def ks_by_chance(alpha: float, n_reference: int, n_current: int) -> float:
    """Return the KS that equal columns exceed with a probability of at most `alpha` (Smirnov's limit)."""
    return math.sqrt(-math.log(alpha / 2) / 2 * (1 / n_reference + 1 / n_current))


def chi_square_by_chance(alpha: float, df: int) -> float:
    """Return the statistic that equal columns exceed with probability `alpha` (Wilson and Hilferty 1931)."""
    if not df:
        return 0.0
    part = 2 / (9 * df)
    return float(df * (1 - part + NormalDist().inv_cdf(1 - alpha) * math.sqrt(part)) ** 3)


def share_by_chance(alpha: float, reference: int, n_reference: int, current: int, n_current: int) -> float:
    """Return the difference of shares that equal columns exceed with probability `alpha`, Yates-corrected."""
    pooled = (reference + current) / (n_reference + n_current)
    each = 1 / n_reference + 1 / n_current
    return NormalDist().inv_cdf(1 - alpha / 2) * math.sqrt(pooled * (1 - pooled) * each) + each / 2


def unseen_by_chance(alpha: float, reference: Mapping[str, int], n_current: int) -> float:
    """Return the share of unseen categories that another sample of the same source rarely exceeds."""
    once, twice = (list(reference.values()).count(times) for times in (1, 2))
    z = NormalDist().inv_cdf(1 - alpha)
    return float(drift.unseen_by_chance(once, twice, sum(reference.values()), n_current, z)[0])
