"""What the requests of a day have in common, in the interval of a figure: sums by day or week besides those by user.

Weather, a campaign or a fault of an upstream system moves all requests of a day together, which user buckets do not
show. Metrics whose SQL also yields rows by `on_day` (windows of 7 days and more) get the wider of both intervals.
In: the rows of such a metric. Callers: pipeline.score_performance, pipeline.score_thresholds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dagster_project.core import intervals
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.score_rows import Rows

DAY = "on_day"
WEEKS_FROM = 28
"""Windows of at least this many days are cut into weeks, since consecutive days are alike."""
Sums = Mapping[str, Floats]
"""Every summed column of a metric's rows as an array [groups, cells]."""


def of_days(rows: Rows) -> Bools:
    """Which rows hold the sums of a day; the others hold those of a bucket of users."""
    if DAY not in rows.columns.columns:
        return np.zeros(len(rows.columns), dtype=bool)
    return rows.column(DAY).is_not_null().to_numpy()


def widened(
    rows: Rows,
    interval: tuple[Floats, Floats],
    parts: Callable[[Sums], tuple[Floats, Floats]],
    filled: Callable[[Sums], Floats] | None = None,
) -> tuple[Floats, Floats]:
    """The wider of `interval`, from users, and that of sum(first) / sum(second) over periods, both given by `parts`.

    `filled` gives the rows of each period, for when the second part is not a count. An interval that users cannot give
    stays missing.
    """
    sums = rows.once(_periods)
    if not sums:
        return interval
    over, under = parts(sums)
    _, less, more = intervals.period_mean(over, under, rows=filled(sums) if filled else None)
    return intervals.wider(interval, (less, more))


def _periods(rows: Rows) -> dict[str, Floats]:
    """Every column by period of the window, the newest first; empty if no row is by day."""
    at = of_days(rows)
    if not at.any():
        return {}
    group, period = rows.group[at], periods(rows, at)
    width = int(period.max(initial=0)) + 1
    return {
        name: np.bincount(group * width + period, rows.floats(name)[at], len(rows) * width)
        .astype(np.float64)
        .reshape(-1, width)
        for name in rows.columns.columns
        if name not in (DAY, "bucket")
    }


def periods(rows: Rows, at: Bools) -> Ints:
    """Which day or week of its window each row of a day belongs to, counted back from the window's last day."""
    last, length = (rows.keys[name].cast(int).to_numpy()[rows.group[at]] for name in ("day", "window_days"))
    back: Ints = last - rows.column(DAY).cast(int).drop_nulls().to_numpy()
    return np.where(length >= WEEKS_FROM, back // 7, back)
