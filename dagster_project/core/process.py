"""XmR process behaviour charts: is a change in a slow metric a signal or routine variation?

Points are non-overlapping weeks, never rolling windows (which flag 62 nights in 100) and not raw days. Charts
draw the natural limits, 2.66 average moving ranges from the mean (Wheeler 1993); a signal is only called at
3.5, which gives 0.06 to 0.09 false signals per chart and year where 2.66 gives about half a one. Callers:
pipeline.watch_judges, publish.variation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.types import Bools, Floats

NATURAL = 2.66
SIGNAL = 3.5
FEWEST_POINTS = 26


@dataclass(frozen=True, slots=True)
class Xmr:
    """Mean, natural limits and signal limits of a chart (nan: too few points); which points are signals."""

    mean: float
    moving_range: float
    low: float
    high: float
    signal_low: float
    signal_high: float
    signals: Bools
    reason: str
    """Why there are no limits; '' if there are."""


def xmr(points: Floats, baseline: int | None = None, minimum: int = FEWEST_POINTS) -> Xmr:
    """Return the chart of weekly points in time order; nan marks a week without a value.

    Limits come from the first `baseline` points with a value (by default from all). Moving ranges are taken
    between successive points with a value, even across gaps. Below `minimum` points there are no limits.
    """
    points = np.asarray(points, dtype=np.float64)
    seen = points[np.isfinite(points)][:baseline]
    if len(seen) < max(minimum, 2):
        nothing, silent = float("nan"), np.zeros(len(points), dtype=np.bool_)
        reason = f"warming up: {len(seen)} of {max(minimum, 2)} weeks"
        return Xmr(nothing, nothing, nothing, nothing, nothing, nothing, silent, reason)
    mean, moving_range = float(seen.mean()), float(np.abs(np.diff(seen)).mean())
    natural, signal = NATURAL * moving_range, SIGNAL * moving_range
    signals = np.isfinite(points) & (np.abs(points - mean) > signal)
    return Xmr(
        mean, moving_range, mean - natural, mean + natural, mean - signal, mean + signal, signals, reason=""
    )
