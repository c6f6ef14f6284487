"""How fast people answer: number, median, 90th percentile, and a bootstrap interval of the median.

A mean alone would mislead: one forgotten alert outweighs a hundred answered within the hour. Draws are
seeded, so the same alerts give the same interval. Caller: pipeline.watch_record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core.intervals import LEVEL

DRAWS = 2000
SEED = 20130208
FEWEST = 5
"""With fewer answers there is no interval."""


@dataclass(frozen=True, slots=True)
class Durations:
    """In days; nan if there are no answers, or too few for an interval."""

    n: int
    median: float
    p90: float
    low: float
    high: float


def durations(days: Sequence[float]) -> Durations:
    """Summarise durations in days; low and high: percentile bootstrap of the median (Efron 1979)."""
    values = np.sort(np.asarray(days, dtype=np.float64))
    nan = float("nan")
    if len(values) == 0:
        return Durations(0, nan, nan, nan, nan)
    median, p90 = float(np.median(values)), float(np.quantile(values, 0.9))
    if len(values) < FEWEST:
        return Durations(len(values), median, p90, nan, nan)
    draws = np.random.default_rng(SEED).choice(values, (DRAWS, len(values)))
    low, high = np.quantile(np.median(draws, axis=1), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Durations(len(values), median, p90, float(low), float(high))
