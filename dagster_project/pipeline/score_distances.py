"""One statistic of many pairs of histograms, by kind: numbers, scores, categories.

In: `Sides`, dense arrays of the current and the reference counts. Out: `Distance`, with what chance alone would
show in words. Which statistic is defined on what is `COMPUTED`. Caller: pipeline.score_drift.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dagster_project.core import curves
from dagster_project.core import drift as distances
from dagster_project.core.formatting import format_value
from dagster_project.core.histogram import SCALE, SCORE_SCALE, edges, logit_edges
from dagster_project.core.types import Bools, Floats

Kind = Literal["number", "score", "category"]
COMPUTED: dict[str, tuple[str, ...]] = {
    "number": ("psi", "js", "hellinger", "ks", "wasserstein", "wasserstein_raw", "missing"),
    "score": ("psi", "js", "hellinger", "ks", "wasserstein", "wasserstein_raw"),
    "category": ("psi", "js", "hellinger", "chi_square", "cramers_v", "l_infinity", "unseen", "missing"),
}
FREE = ("unseen", "missing", "wasserstein_raw")
"""Statistics that a constant reference leaves computable."""
BINNED: dict[str, tuple[Callable[..., Floats], Callable[..., Floats]]] = {
    "psi": (distances.psi, distances.psi_by_chance),
    "js": (distances.jensen_shannon, distances.jensen_shannon_by_chance),
    "hellinger": (distances.hellinger, distances.hellinger_by_chance),
}
"""Distances that grow with the number of bins, and what equal data would show."""
NAMED = 1000
"""Codes below it stand for one category each; the others for all that have none of their own."""
MISSING_CODE = 1002
"""Code of rows without a category."""


@dataclass(frozen=True, slots=True)
class Side:
    """Counts and sums [groups, bins] of one side of the comparison."""

    n: Floats
    odd: Floats
    """Missing and not finite numbers [groups, 2]; categories have codes for what is missing."""
    s1: Floats
    s2: Floats

    @property
    def total(self) -> Floats:
        """All rows of each group."""
        total: Floats = self.n.sum(axis=1) + self.odd.sum(axis=1)
        return total


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of all groups of one kind."""

    kind: str
    current: Side
    reference: Side
    scale: Floats
    """Numbers: the grid's scale [groups], in the feature's unit."""

    @property
    def constant(self) -> Bools:
        """Whether the reference holds a single number, as far as the grid can tell; categories may be constant."""
        held: Bools = (self.reference.n > 0).sum(axis=1) < 2
        return held & (self.kind != "category")


@dataclass(frozen=True, slots=True)
class Distance:
    """One statistic [groups]; nan is not computable."""

    value: Floats
    numerator: Floats
    denominator: Floats
    remark: Sequence[str | None]


def distance(sides: Sides, statistic: str) -> Distance:
    """One of the statistics that `COMPUTED` has for the sides' kind."""
    if statistic in BINNED:
        return _binned(sides, *BINNED[statistic])
    if statistic == "chi_square":
        return _chi_square(sides)
    if statistic in ("unseen", "missing"):
        return _share(sides, statistic)
    ref, cur = sides.reference, sides.current
    if statistic in ("wasserstein", "wasserstein_raw"):
        return _plain(_wasserstein(sides, in_sd=statistic == "wasserstein"))
    if statistic == "ks" and sides.kind == "number":
        return _plain(curves.ks(*_curves(sides)))
    plain = {"ks": distances.ks, "cramers_v": distances.cramers_v, "l_infinity": distances.l_infinity}
    return _plain(plain[statistic](ref.n, cur.n))


def _plain(value: Floats, remark: Sequence[str | None] | None = None) -> Distance:
    nothing = np.full(len(value), np.nan)
    return Distance(value, nothing, nothing, [None] * len(value) if remark is None else remark)


def _binned(sides: Sides, measure: Callable[..., Floats], by_chance: Callable[..., Floats]) -> Distance:
    """A distance on few bins, with what two samples of one distribution show on average."""
    ref, cur = _coarse(sides)
    value = measure(ref, cur)
    filled = (np.nan_to_num(ref + cur) > 0).sum(axis=1)
    chance = by_chance(filled, sides.reference.total, sides.current.total)
    said = [
        f"equal data would show {format_value(c, '1')}" if np.isfinite(c) else None for c in chance.tolist()
    ]
    return _plain(value, said)


def _coarse(sides: Sides) -> tuple[Floats, Floats]:
    """Deciles of the reference and what is odd; scores alike; the 30 most frequent categories and the rest."""
    ref, cur = sides.reference, sides.current
    if sides.kind == "category":
        named = distances.pooled(ref.n[:, :NAMED], cur.n[:, :NAMED])
        return np.hstack([named[0], ref.n[:, NAMED:]]), np.hstack([named[1], cur.n[:, NAMED:]])
    if sides.kind == "score":
        return distances.coarsen(ref.n, cur.n)
    coarse = curves.equal_bins(*_curves(sides))
    return np.hstack([coarse[0], ref.odd]), np.hstack([coarse[1], cur.odd])


def _curves(sides: Sides) -> tuple[curves.Curve, curves.Curve]:
    ref, cur = sides.reference, sides.current
    return curves.curves(curves.Sums(ref.n, ref.s1, ref.s2), curves.Sums(cur.n, cur.s1, cur.s2))


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
    """Pearson's statistic; degrees of freedom and p in words, for p falls with the number of rows alone."""
    test = distances.chi_square(sides.reference.n, sides.current.n)
    said = [
        f"{df:.0f} degrees of freedom, p {p:.2g}" if np.isfinite(df) else None
        for df, p in zip(test.df.tolist(), test.p.tolist(), strict=True)
    ]
    return _plain(test.statistic, said)


def _share(sides: Sides, statistic: str) -> Distance:
    """Share of rows whose category no reference row had; or how much the share of missing values rose."""
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
