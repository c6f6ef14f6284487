"""Figures of scores over all thresholds from a metric's rows: areas under curves, calibration.

In: `Rows` of `span.label_score_hist`, for windows of 7 days and more also by `on_day`. Out: figures by key
(`score_figures`). An area is not a ratio of sums: how much the requests of a day vary together is measured by leaving
out each day or week in turn. Caller: pipeline.score_apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from dagster_project.core import intervals, performance, scores
from dagster_project.core.formatting import format_value
from dagster_project.core.histogram import dense
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.score_figures import Arguments, figures, where
from dagster_project.pipeline.score_periods import of_days, periods
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl

SIDES = ("pos", "neg", "pos_s1", "neg_s1")
"""Counts of scores by label, then the sums of these scores."""
Area: TypeAlias = Callable[..., tuple[Floats, Floats, Floats]]
"""From the four sides [groups, 255] by name to value, low and high [groups]."""


@dataclass(frozen=True, slots=True)
class _Long:
    """Rows of the SQL, one per label and bin."""

    positive: Bools
    bins: Ints
    n: Floats
    s1: Floats


def auc(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Area under the ROC curve; n is the number of labels."""
    del arguments
    return _area(rows, performance.auc)


def average_precision(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Precision averaged over the positive labels; n is the number of labels."""
    del arguments
    return _area(rows, scores.average_precision)


def calibration_error(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Expected calibration error, with what chance alone gives a model whose scores are right."""
    del arguments
    found = scores.calibration(**rows.once(_scores))
    chance = scores.calibration_error_by_chance(found)
    return figures(
        rows.keys, value=scores.calibration_error(found), n=found.n.sum(axis=1).astype(np.int64),
        remark=[f"chance alone gives about {format_value(value, 'share')}" for value in chance.tolist()],
    )  # fmt: skip


def _area(rows: Rows, area: Area) -> pl.DataFrame:
    sides = rows.once(_scores)
    value, low, high = area(**sides)
    low, high = intervals.wider((low, high), _over_periods(rows, value, area))
    labels = sides["pos"].sum(axis=1) + sides["neg"].sum(axis=1)
    same = where(np.isnan(value), "not computable: all labels are the same")
    return figures(rows.keys, value=value, low=low, high=high, n=labels.astype(np.int64), problem=same)


def _over_periods(rows: Rows, value: Floats, area: Area) -> tuple[Floats, Floats]:
    """The interval of an area from the days or weeks of its window; nan if the rows are not by day."""
    variance, degrees = np.full(len(rows), np.nan), np.ones(len(rows))
    at = of_days(rows)
    if at.any():
        own, group = np.unique(rows.group[at], return_inverse=True)
        left_out, filled = _left_out(rows, at, own, group, area)
        found, n = intervals.left_out_variance(value[own], left_out, filled)
        variance[own], degrees[own] = found, n - 1
    return performance.logit_interval(value, variance, df=degrees)


def _left_out(rows: Rows, at: Bools, own: Ints, group: Ints, area: Area) -> tuple[Floats, Bools]:
    """The area without each period in turn, and which periods hold rows [keys, periods].

    One period after another: all at once would take a dozen times the memory of the whole.
    """
    whole = {name: cells[own] for name, cells in rows.once(_scores).items()}
    period, long = periods(rows, at), _long(rows, at)
    left_out, filled = [], []
    for each in range(int(period.max()) + 1):
        part = _sides(group, long, period == each, len(own))
        left_out.append(area(**{name: whole[name] - part[name] for name in SIDES})[0])
        filled.append((part["pos"] + part["neg"]).sum(axis=1) > 0)
    return np.stack(left_out, axis=1), np.stack(filled, axis=1)


def _scores(rows: Rows) -> dict[str, Floats]:
    """The sides of every key; rows by day count the same requests again and are left out."""
    own = ~of_days(rows)
    return _sides(rows.group[own], _long(rows, own), np.ones(int(own.sum()), dtype=bool), len(rows))


def _long(rows: Rows, at: Bools) -> _Long:
    return _Long(
        rows.ints("label")[at] == 1, rows.ints("bin")[at], rows.floats("n")[at], rows.floats("s1")[at]
    )


def _sides(group: Ints, long: _Long, at: Bools, groups: int) -> dict[str, Floats]:
    """The rows at `at` by label and bin; `group` is where each of them counts."""
    found = {}
    for side, here in (("pos", at & long.positive), ("neg", at & ~long.positive)):
        found[side] = dense(group[here], long.bins[here], long.n[here], groups)
        found[f"{side}_s1"] = dense(group[here], long.bins[here], long.s1[here], groups)
    return found
