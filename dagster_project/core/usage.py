"""Count distinct users over any span of days, from sketches that merge.

A sketch holds the k smallest distinct 64-bit hashes of a day's users (KMV: Bar-Yossef et al. 2002). While
there are fewer than k it holds all of them, so the count is exact. The sketch of two days is the k smallest
hashes of their union, whatever the order of merging. Callers: pipeline.score_apply, pipeline.value_measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from dagster_project.core.intervals import LEVEL

KMV_K = 10_000
"""Hashes that a sketch keeps; once it is full, the relative standard error is 1 %."""

Hashes: TypeAlias = NDArray[np.uint64]

_SPAN = 2.0**64


@dataclass(frozen=True, slots=True)
class DistinctCount:
    """Distinct users; low and high equal the value if it is exact."""

    value: float
    low: float
    high: float
    exact: bool


def kmv_merge(sketches: Iterable[Hashes], k: int = KMV_K) -> Hashes:
    """Return the k smallest distinct hashes of all sketches, in rising order."""
    parts = [np.asarray(part, dtype=np.uint64) for part in sketches]
    if not parts:
        return np.empty(0, dtype=np.uint64)
    return np.unique(np.concatenate(parts))[:k]


def kmv_estimate(hashes: Hashes, k: int = KMV_K, level: float = LEVEL) -> DistinctCount:
    """Return the distinct users behind a sketch: the number of hashes if below k, else (k - 1) / largest.

    `hashes` are distinct and rising. The estimate is unbiased with a relative variance of 1 / (k - 2) (Beyer
    et al. 2007), which gives the normal interval.
    """
    hashes = np.asarray(hashes, dtype=np.uint64)
    if len(hashes) > k:
        raise ValueError(f"a sketch of {k} hashes cannot hold {len(hashes)}")
    if len(hashes) < k:
        exact = float(len(hashes))
        return DistinctCount(exact, exact, exact, exact=True)
    return _full(float(hashes[-1]) / _SPAN, k, level)


def _full(largest: float, k: int, level: float) -> DistinctCount:
    from scipy.special import ndtri

    value = (k - 1) / largest
    half = float(ndtri((1 + level) / 2)) * value / (k - 2) ** 0.5
    return DistinctCount(value, max(value - half, float(k)), value + half, exact=False)
