"""Is a change of a weekly figure a signal or routine? The words and limits of a process behaviour chart.

In: a row of a `page.*` view with the weeks' last days and means. Out: `Variation`, which a template passes to
`line_chart`. The statistics are `core.process`; called through `phrases`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core.formatting import format_day
from dagster_project.core.process import xmr
from dagster_project.publish.views import Row


@dataclass(frozen=True, slots=True)
class Variation:
    """Limits (mean, lower, upper; None if there are too few weeks), the weeks that signal, and the message in words."""

    limits: tuple[float, float, float] | None
    signals: tuple[tuple[dt.date, str], ...]
    words: str


def variation(weeks: Row, better: str = "neither") -> Variation:
    """The chart of a row with lists `days` (last days of weeks) and `readings` (means; None is a gap).

    `better` ('up', 'down', 'neither') says which signals are good. Raises TypeError for a row without the lists.
    """
    days, readings = weeks["days"], weeks["readings"]
    if not isinstance(days, list) or not isinstance(readings, list):
        raise TypeError("a row of weeks must have lists of days and readings")
    chart = xmr(np.array([math.nan if r is None else r for r in readings], dtype=np.float64))
    if chart.reason:
        return Variation(None, (), f"no limits yet ({chart.reason})")
    limits = (chart.mean, chart.low, chart.high)
    found = [(day, float(r)) for day, r, signal in zip(days, readings, chart.signals, strict=True) if signal]
    if not found:
        return Variation(limits, (), _routine(readings, chart.low, chart.high))
    marks = tuple((day, _meaning(reading - chart.mean, better)) for day, reading in found)
    times = "one signal" if len(found) == 1 else f"{len(found)} signals"
    return Variation(limits, marks, f"{times}, the last in the week to {format_day(found[-1][0])}")


def _routine(readings: Sequence[float | None], low: float, high: float) -> str:
    """Words for weeks without a signal: any outside the band that is drawn are too near it to be one."""
    outside = sum(r is not None and not low <= r <= high for r in readings)
    if not outside:
        return f"routine variation in all {len(readings)} weeks"
    weeks = "one week lies" if outside == 1 else f"{outside} weeks lie"
    return f"no signal in {len(readings)} weeks; {weeks} just outside the band"


def _meaning(difference: float, better: str) -> str:
    if better == "neither":
        return "neutral"
    return "good" if (difference > 0) == (better == "up") else "poor"
