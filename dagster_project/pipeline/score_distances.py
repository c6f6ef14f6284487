"""One statistic of many pairs of histograms, by kind: numbers, scores, categories.

In: `Sides`, dense arrays of the current and the reference counts. Out: `Distance`, with what chance alone would
show, in words. `COMPUTED` says which statistics each kind has. Caller: pipeline.score_drift.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core import curves
from dagster_project.core import drift as distances
from dagster_project.core.formatting import format_value
from dagster_project.core.histogram import SCALE, SCORE_SCALE, edges, logit_edges
from dagster_project.core.types import Bools, Floats

COMPUTED: dict[str, tuple[str, ...]] = {
    "number": ("psi", "js", "hellinger", "ks", "wasserstein", "wasserstein_raw", "missing"),
    "score": ("psi", "js", "hellinger", "ks", "wasserstein", "wasserstein_raw"),
    "category": ("psi", "js", "hellinger", "chi_square", "cramers_v", "l_infinity", "unseen", "missing"),
}
FREE = ("unseen", "missing", "wasserstein_raw")
"""Statistics that can be computed even if the reference is constant."""
OF_FINITE = ("ks", "wasserstein", "wasserstein_raw")
"""Statistics of finite numbers alone: rows without one do not count among the rows they rest on."""
BINNED: dict[str, tuple[Callable[..., Floats], Callable[..., Floats]]] = {
    "psi": (distances.psi, distances.psi_by_chance),
    "js": (distances.jensen_shannon, distances.jensen_shannon_by_chance),
    "hellinger": (distances.hellinger, distances.hellinger_by_chance),
}
"""Distances that grow with the number of bins, and what chance alone gives."""
NAMED = 1000
"""Codes below it stand for one category each; the others for all categories without a code of their own."""
OTHER_CODE, UNSEEN_CODE, MISSING_CODE = 1000, 1001, 1002
"""Codes of rows whose category has no name of its own, whose category the reference lacks, or without a category."""


@dataclass(frozen=True, slots=True)
class Side:
    """Counts and sums [groups, bins] of one side of the comparison."""

    n: Floats
    odd: Floats
    """Counts of missing and of non-finite numbers [groups, 2]; categories have a code for missing ones."""
    s1: Floats
    s2: Floats

    @property
    def total(self) -> Floats:
        """All rows of each group."""
        total: Floats = self.n.sum(axis=1) + self.odd.sum(axis=1)
        return total

    def behind(self, statistic: str) -> Floats:
        """The rows of each group that a statistic rests on."""
        finite: Floats = self.n.sum(axis=1)
        return finite if statistic in OF_FINITE else self.total


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of all groups of one kind."""

    kind: str
    current: Side
    reference: Side
    scale: Floats
    """Numbers: the grid's scale [groups], in the feature's unit."""
    coarse: tuple[Floats, Floats]
    """Reference and current counts on few bins, for distances that grow with the number of bins."""
    gap: Floats
    """Kolmogorov-Smirnov statistic [groups]; nan for categories."""

    @property
    def constant(self) -> Bools:
        """Whether the reference holds a single number, as far as the grid can tell; categories may be constant."""
        held: Bools = (self.reference.n > 0).sum(axis=1) < 2
        return held & (self.kind != "category")


@dataclass(frozen=True, slots=True)
class Distance:
    """One statistic [groups]; nan if not computable."""

    value: Floats
    numerator: Floats
    denominator: Floats
    remark: Sequence[str | None]


def paired(kind: str, current: Side, reference: Side, scale: Floats) -> Sides:
    """Both sides with what several statistics share: few bins, and for numbers the widest gap of the curves.

    The few bins are deciles of the reference, missing and non-finite values; for categories the 30 most frequent ones,
    the rest, new ones and missing ones.
    """
    ref, cur = reference, current
    if kind == "category":
        return Sides(kind, cur, ref, scale, _few_categories(ref, cur), np.full(len(cur.n), np.nan))
    if kind == "score":
        return Sides(kind, cur, ref, scale, distances.coarsen(ref.n, cur.n), distances.ks(ref.n, cur.n))
    one, other = curves.curves(*(curves.Sums(side.n, side.s1, side.s2) for side in (ref, cur)))
    bins = curves.equal_bins(one, other)
    with_odd = np.hstack([bins[0], ref.odd]), np.hstack([bins[1], cur.odd])
    return Sides(kind, cur, ref, scale, with_odd, curves.ks(one, other))


def distance(sides: Sides, statistic: str) -> Distance:
    """One of the statistics that `COMPUTED` lists for the sides' kind."""
    if statistic in BINNED:
        return _binned(sides, *BINNED[statistic])
    if statistic == "chi_square":
        return _chi_square(sides)
    if statistic in ("unseen", "missing"):
        return _share(sides, statistic)
    ref, cur = sides.reference, sides.current
    if statistic in ("wasserstein", "wasserstein_raw"):
        return _plain(_wasserstein(sides, in_sd=statistic == "wasserstein"))
    if statistic == "ks":
        return _plain(sides.gap)
    plain = {"cramers_v": distances.cramers_v, "l_infinity": distances.l_infinity}
    return _plain(plain[statistic](ref.n, cur.n))


def _few_categories(ref: Side, cur: Side) -> tuple[Floats, Floats]:
    other, unseen, missing = (
        tuple(side.n[:, code : code + 1].sum(axis=1) for side in (ref, cur))
        for code in (OTHER_CODE, UNSEEN_CODE, MISSING_CODE)
    )
    ahead = other[0] + unseen[0], other[1]
    few = distances.pooled(ref.n[:, :NAMED], cur.n[:, :NAMED], ahead, unseen[1])
    return np.column_stack([few[0], missing[0]]), np.column_stack([few[1], missing[1]])


def _plain(value: Floats, remark: Sequence[str | None] | None = None) -> Distance:
    nothing = np.full(len(value), np.nan)
    return Distance(value, nothing, nothing, [None] * len(value) if remark is None else remark)


def _binned(sides: Sides, measure: Callable[..., Floats], by_chance: Callable[..., Floats]) -> Distance:
    """A distance on few bins, with what two samples of one distribution show on average."""
    ref, cur = sides.coarse
    value = measure(ref, cur)
    filled = (np.nan_to_num(ref + cur) > 0).sum(axis=1)
    chance = by_chance(filled, sides.reference.total, sides.current.total)
    said = [
        f"chance alone gives about {format_value(c, '1')}" if np.isfinite(c) else None
        for c in chance.tolist()
    ]
    return _plain(value, said)


def _wasserstein(sides: Sides, *, in_sd: bool) -> Floats:
    """In standard deviations of the reference, or in the feature's unit (scores: as probabilities)."""
    ref, cur = sides.reference, sides.current
    if sides.kind == "score":
        found = distances.wasserstein(ref.n, ref.s1 / SCORE_SCALE, cur.n, cur.s1 / SCORE_SCALE, logit_edges())
        return found / _score_sd(ref) if in_sd else found
    if in_sd:
        # u is standardised already: the distance in sd of the reference needs no scale of the grid.
        ones = np.ones(len(ref.n))
        return distances.wasserstein_sd(ref.n, ref.s1, cur.n, cur.s1, 0 * ones, ones, ref.s2)
    in_scales = distances.wasserstein(ref.n, ref.s1 / SCALE, cur.n, cur.s1 / SCALE, edges())
    return np.where(sides.scale > 0, in_scales * sides.scale, np.nan)


def _score_sd(side: Side) -> Floats:
    """Standard deviation of scores from the means of their bins; nan where it is 0."""
    n = side.n.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(side.n > 0, side.s1**2 / side.n, 0.0).sum(axis=1)
        variance = squares / n - (side.s1.sum(axis=1) / n) ** 2
    sd = np.sqrt(np.maximum(variance, 0.0)) / SCORE_SCALE
    return np.where(sd > 0, sd, np.nan)


def _chi_square(sides: Sides) -> Distance:
    """Pearson's statistic; degrees of freedom and p only in words, since p falls with the number of rows alone."""
    test = distances.chi_square(sides.reference.n, sides.current.n)
    said = [
        f"{df:.0f} {'degree' if df == 1 else 'degrees'} of freedom, p {f'{p:.2g}' if p > 0 else 'below 1e-300'}"
        if np.isfinite(df)
        else None
        for df, p in zip(test.df.tolist(), test.p.tolist(), strict=True)
    ]
    return _plain(test.statistic, said)


def _share(sides: Sides, statistic: str) -> Distance:
    """The share of rows whose category no reference row had, or how much the share of missing values rose."""
    ref, cur = sides.reference, sides.current
    total, before = (np.where(s.total > 0, s.total, np.nan) for s in (cur, ref))
    if statistic == "unseen":
        named = np.arange(cur.n.shape[1]) != MISSING_CODE
        unseen = np.where((ref.n == 0) & named, cur.n, 0.0).sum(axis=1)
        return Distance(unseen / total, unseen, total, [None] * len(total))
    missing, was = (_missing(s, sides.kind) for s in (cur, ref))
    said = [
        f"{format_value(a, 'share')} missing, {format_value(b, 'share')} on the reference"
        if np.isfinite(a + b)
        else None
        for a, b in zip((missing / total).tolist(), (was / before).tolist(), strict=True)
    ]
    return Distance(missing / total - was / before, missing, total, said)


def _missing(side: Side, kind: str) -> Floats:
    if kind != "category":
        return side.odd[:, 0]
    return side.n[:, MISSING_CODE] if side.n.shape[1] > MISSING_CODE else np.zeros(len(side.n))
