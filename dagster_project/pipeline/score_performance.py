"""Statistical performance from a metric's rows: binary decisions, losses of scores, errors of numbers.

In: `Rows` of `span.outcome_*`. Out: figures by key (`score_figures`). Figures over all requests have 32 user buckets,
so that intervals rest on users; those of segments have none. Caller: pipeline.score_apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import intervals, performance
from dagster_project.core.formatting import format_value
from dagster_project.core.grading import against_alternative
from dagster_project.core.histogram import SCORE_SCALE
from dagster_project.core.types import Floats
from dagster_project.pipeline.score_figures import Arguments, figures, where
from dagster_project.pipeline.score_periods import DAY, Sums, of_days, widened
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl

ERROR_SCALE = performance.ERROR_SCALE


def binary(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A figure of the confusion matrix: one weighted count over another."""
    figure = str(arguments["figure"])
    cells = _cells(rows, performance.CELLS)
    top, bottom = performance.fraction(figure, cells, float(arguments.get("beta", 1.0)))
    _, low, high = intervals.bucket_mean(top, bottom)
    low, high = widened(
        rows,
        (low, high),
        lambda of: performance.fraction(
            figure, [of[name] for name in performance.CELLS], float(arguments.get("beta", 1.0))
        ),
    )
    k, of = top.sum(axis=1), bottom.sum(axis=1)
    whole = (rows.keys["segment"] == "").to_numpy()
    if figure != "f_beta":
        independent = intervals.wilson(k, of)
        low, high = np.where(whole, low, independent[0]), np.where(whole, high, independent[1])
    n = np.sum(cells, axis=(0, 2)) if figure == "f_beta" else of
    return figures(
        rows.keys, value=performance.ratio(k, of), numerator=k, denominator=of, n=n.astype(np.int64),
        low=np.maximum(low, 0.0), high=np.minimum(high, 1.0),
        problem=where((of == 0) & (n > 0), "not computable: no label and no decision is positive"),
    )  # fmt: skip


def loss(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Mean loss of scores with its interval over user buckets."""
    del arguments
    sums, n = _cells(rows, ("total", "n"))
    total = sums / SCORE_SCALE
    value, low, high = intervals.bucket_mean(total, n)
    low, high = widened(rows, (low, high), lambda of: (of["total"] / SCORE_SCALE, of["n"]))
    labels = n.sum(axis=1)
    return figures(
        rows.keys, value=value, numerator=total.sum(axis=1), denominator=labels, n=labels.astype(np.int64),
        low=np.maximum(low, 0.0), high=high,
    )  # fmt: skip


def regression(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A figure of the errors in the model's unit."""
    figure = str(arguments["figure"])
    names = ("n", "y", "yy", "e", "ee", "ae")
    sums = dict(zip(names, _cells(rows, names), strict=True))
    totals = {name: cell.sum(axis=1) for name, cell in sums.items()}
    found = performance.regression(**totals, scale=ERROR_SCALE)
    value: Floats = getattr(found, figure)
    low, high = _error_interval(figure, rows, sums)
    if figure in ("mae", "bias"):
        whole = (rows.keys["segment"] == "").to_numpy()
        low, high = (
            np.where(whole, a, getattr(found, f"{figure}_{end}")) for a, end in ((low, "low"), (high, "high"))
        )
    constant = where(np.isnan(value), "not computable: the labels do not vary")
    top = totals["ae"] / ERROR_SCALE if figure == "mae" else np.full(len(value), np.nan)
    return figures(
        rows.keys, value=value, numerator=top, denominator=np.where(np.isnan(top), np.nan, totals["n"]),
        n=totals["n"].astype(np.int64), low=low, high=high, problem=constant,
    )  # fmt: skip


def _error_interval(figure: str, rows: Rows, sums: Sums) -> tuple[Floats, Floats]:
    """Interval of a mean, mean absolute or mean squared error, or of a figure derived from the latter."""
    if figure == "r2":
        return _explained_interval(rows, sums)
    name, scale = {"mae": ("ae", ERROR_SCALE), "bias": ("e", ERROR_SCALE)}.get(figure, ("ee", ERROR_SCALE**2))
    _, low, high = intervals.bucket_mean(sums[name] / scale, sums["n"])
    low, high = widened(rows, (low, high), lambda of: (of[name] / scale, of["n"]))
    low = low if figure == "bias" else np.maximum(low, 0.0)
    return (np.sqrt(low), np.sqrt(high)) if figure == "rmse" else (low, high)


def _explained_interval(rows: Rows, sums: Sums) -> tuple[Floats, Floats]:
    """Interval of R2: 1 - squared errors over squares around the mean label, both of which each cell has."""

    def parts(of: Sums) -> tuple[Floats, Floats]:
        return of["ee"], performance.around_mean(of["n"], of["y"], of["yy"])

    _, low, high = intervals.bucket_mean(*parts(sums), rows=sums["n"])
    low, high = widened(rows, (low, high), parts, lambda of: of["n"])
    return 1 - high, 1 - low


def skill(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """1 - error / error of the simple alternative, over the labelled rows that log the alternative's prediction."""
    del arguments
    sums = rows.once(_buckets)
    own, other, n = (sums[name] for name in ("pae", "bae", "bn"))
    value, low, high = performance.skill(own, other, n)
    # The interval is 1 minus that of the ratio of the two errors, so its ends change places.
    ratios = widened(rows, (1 - high, 1 - low), lambda of: (of["pae"], of["bae"]), lambda of: of["bn"])
    low, high = 1 - ratios[1], 1 - ratios[0]
    labels = n.sum(axis=1)
    unlogged = where(labels == 0, "not available: no simple alternative is logged")
    exact = where(labels > 0, "not computable: the simple alternative made no error")
    return figures(
        rows.keys, value=value, numerator=own.sum(axis=1) / ERROR_SCALE,
        denominator=other.sum(axis=1) / ERROR_SCALE, n=labels.astype(np.int64), low=low, high=high,
        problem=[a or (b if np.isnan(v) else None) for a, b, v in zip(unlogged, exact, value, strict=True)],
        remark=[against_alternative(*pair) or None for pair in zip(value.tolist(), low.tolist(), strict=True)],
    )  # fmt: skip


def percentage(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Mean absolute percentage error over the labels that are not 0; the others are counted in the remark."""
    del arguments
    sums, n, labels = _cells(rows, ("pe", "pn", "n"))
    total = sums / performance.PERCENTAGE_SCALE
    value, low, high = intervals.bucket_mean(total, n)
    low, high = widened(rows, (low, high), lambda of: (of["pe"] / performance.PERCENTAGE_SCALE, of["pn"]))
    zeros = (labels.sum(axis=1) - n.sum(axis=1)).astype(np.int64)
    return figures(
        rows.keys, value=value, numerator=total.sum(axis=1), denominator=n.sum(axis=1),
        n=n.sum(axis=1).astype(np.int64), low=np.maximum(low, 0.0), high=high,
        problem=where(n.sum(axis=1) == 0, "not computable: every label is 0"),
        remark=[f"{format_value(k, 'count')} with label 0 left out" if k else None for k in zeros.tolist()],
    )  # fmt: skip


def _cells(rows: Rows, names: Sequence[str]) -> list[Floats]:
    """Columns as arrays [groups, 32]; raises QueryError if the SQL does not yield one of them."""
    for name in names:
        rows.column(name)
    return [rows.once(_buckets)[name] for name in names]


def _buckets(rows: Rows) -> dict[str, Floats]:
    """Every column as an array [groups, 32]; rows of segments have no bucket and go into the first.

    Rows by day count the same requests again and are left out.
    """
    own = ~of_days(rows)
    flat = (rows.group * intervals.BUCKETS + rows.ints("bucket"))[own]
    size = len(rows) * intervals.BUCKETS
    return {
        name: np.bincount(flat, rows.floats(name)[own], size)
        .astype(np.float64)
        .reshape(-1, intervals.BUCKETS)
        for name in rows.columns.columns
        if name not in ("bucket", DAY)
    }
