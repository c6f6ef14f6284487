"""What `modelboard compare` keeps of a file: the counts of each column on a fine grid or by category.

A number's position is u = (x - centre) / scale; its code is round(32767 u / (1 + |u|)). This softsign grid is
like that of the nightly features (`histogram`) but so fine that counts alone give KS, Wasserstein and
quantiles: at the centre, values in one bin differ by 0.00003 of a standard deviation. Beyond 977 scales codes
advance by 0.1 % of the distance, so no value is cut off, however far it lies. Counts are integers, so any
number of threads gives the same profile. In: codes and counts from `store.comparing`. Out: positions and
quantiles for `comparison`. Callers: those two, `verdicts`, pipeline.compare, publish.compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np

from dagster_project.core.types import Floats, Ints, Numbers

K = 32_767
TAIL = 32_734
"""From codes -TAIL and TAIL outwards, codes count steps of the distance."""
NEAREST_TAIL = (TAIL - 0.5) / (K - TAIL + 0.5)
"""The border between codes TAIL - 1 and TAIL, in scales."""
TAIL_STEPS = 1000
"""Codes per e-fold of the distance beyond that border."""
FARTHEST = 700.0
"""Distances beyond e^700 times the border count as that."""
_UNFIT = 8.0
"""A grid whose scale or centre is off by this factor is computed again from the counts."""

Kind = Literal["number", "category", "time", "other"]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a column's codes lie: x = centre + scale u, scale above 0."""

    centre: float
    scale: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many values fell on each code; codes rise, and every count is above 0."""

    codes: Ints
    counts: Ints

    @property
    def n(self) -> int:
        """The number of finite values."""
        return int(self.counts.sum())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file. `missing` counts NULL and NaN; infinite values are in neither it nor `tally`."""

    name: str
    type: str
    """The type in the file, as DuckDB names it."""
    kind: Kind
    missing: int = 0
    infinite: int = 0
    grid: Grid | None = None
    tally: Tally | None = None
    """Counts of a column of numbers."""
    categories: Mapping[str, int] | None = None
    """Counts of a column of categories, the most frequent first."""
    span: tuple[str, str] | None = None
    """Earliest and latest value of a column of times."""
    problem: str = ""
    """Why nothing was counted."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A file: its name without folders, its number of rows, its columns in order."""

    name: str
    rows: int
    columns: tuple[Column, ...]
    asked: tuple[str, ...] = ()
    """Names and patterns of the columns that were requested; empty: all."""


def positions(codes: Ints) -> Floats:
    """Return the middle of each code's bin as u."""
    if len(codes) and codes.min() > -TAIL and codes.max() < TAIL:
        found: Floats = _inner_positions()[codes + TAIL]
        return found
    return _positions(codes)


@cache
def _inner_positions() -> Floats:
    """Positions of the codes from -TAIL to TAIL - 1, in order: the same for every column, so cached."""
    return _positions(np.arange(-TAIL, TAIL))


def _positions(codes: Ints) -> Floats:
    size = np.abs(codes).astype(np.float64)
    inner = np.minimum(size, TAIL) / K
    found = inner / (1 - inner)
    outside = np.flatnonzero(size >= TAIL)
    if len(outside):
        steps = (size[outside] - TAIL + 0.5) / TAIL_STEPS
        found[outside] = NEAREST_TAIL * np.exp(np.minimum(steps, FARTHEST))
    return np.copysign(found, codes)


def values(grid: Grid, codes: Ints) -> Floats:
    """Return the middle of each code's bin as a value of the column."""
    with np.errstate(over="ignore"):
        found = grid.centre + grid.scale * positions(codes)
    largest = np.finfo(np.float64).max
    return np.clip(found, -largest, largest)


def tallied(codes: Ints, counts: Ints) -> Tally:
    """Return the tally of codes given in any order; counts of equal codes add up."""
    codes, counts = np.asarray(codes, dtype=np.int64), np.asarray(counts, dtype=np.int64)
    if (codes[1:] > codes[:-1]).all():
        return Tally(codes, counts)
    order = np.argsort(codes)
    codes, counts = codes[order], counts[order]
    first = np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1))
    return Tally(codes[first], np.add.reduceat(counts, first) if len(first) else counts)


def quantiles(places: Floats, counts: Ints, shares: Floats) -> Floats:
    """Return the rising places that the given shares of the counts do not exceed ("inverted_cdf")."""
    reached = np.cumsum(counts)
    rank = np.maximum(np.ceil(shares * reached[-1] - 1e-9), 1)
    found: Floats = places[np.searchsorted(reached, rank)]
    return found


def sampled_grid(sample: Floats) -> Grid:
    """Return the grid of a sample's finite values; the scale of a constant is a billionth of its value."""
    finite = np.sort(sample[np.isfinite(sample)])
    if finite.size == 0:
        return Grid(0.0, 1.0)
    centre, scale = _centre_scale(finite, np.ones(finite.size, dtype=np.int64))
    return Grid(centre, scale if scale > 0 else max(abs(centre), 1.0) * 1e-9)


def better_grid(grid: Grid, tally: Tally) -> Grid | None:
    """Return a grid that fits all values if the sample's does not (sorted files, rare values); else None."""
    if len(tally.codes) < 2:
        return None
    centre, scale = _centre_scale(positions(tally.codes), tally.counts)
    if not scale > 0 or (1 / _UNFIT < scale < _UNFIT and abs(centre) < _UNFIT):
        return None
    found = Grid(grid.centre + grid.scale * centre, grid.scale * scale)
    return found if np.isfinite(found.centre) and np.isfinite(found.scale) else None


def mean_sd(places: Floats, counts: Numbers) -> tuple[float, float]:
    """Return mean and standard deviation (divided by n) of counted places."""
    n = counts.sum()
    with np.errstate(over="ignore", invalid="ignore"):
        # Not `@`: BLAS would start threads, which cost more than the sum.
        mean = float((places * counts).sum() / n)
        return mean, float(np.sqrt(((places - mean) ** 2 * counts).sum() / n))


def _centre_scale(places: Floats, counts: Ints) -> tuple[float, float]:
    """Median, and the larger of IQR / 1.35 and a fifth of the sd that the middle 99 % suggest.

    If 99 % are one value, the scale is a tenth of the sd. Outliers thus never widen the grid of the other
    values.
    """
    low, first, middle, third, high = quantiles(
        places, counts, np.array([0.005, 0.25, 0.5, 0.75, 0.995])
    ).tolist()
    scale = max((third - first) / 1.35, (high - low) / 5.15 / 5)
    if scale > 0:
        return middle, scale
    _, sd = mean_sd(places, counts)
    return middle, sd / 10 if np.isfinite(sd) else 0.0
