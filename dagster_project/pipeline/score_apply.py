"""From a metric's SQL rows to its figures: the functions that `apply:` in a metric's front matter may name.

In: `Rows`, long rows by key. Out: one row a key with value, numerator,
denominator, n, low, high, problem (why there is no value) and remark (what the value says in words, beside its
grade). Another function joins by a line in `APPLY`.
Caller: pipeline.score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import intervals, performance
from dagster_project.core.grading import against_alternative
from dagster_project.core.histogram import SCORE_SCALE, dense, grouped_quantile
from dagster_project.core.types import Bools, Floats, Numbers
from dagster_project.core.usage import KMV_K, kmv_estimate, kmv_merge
from dagster_project.pipeline.score_drift import drift
from dagster_project.pipeline.score_periods import DAY, Sums, of_days, widened
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl

Arguments = Mapping[str, float | str]
Apply = Callable[[Rows, Arguments], "pl.DataFrame"]
CONFUSION = ("tp", "fp", "fn", "tn")
ERROR_SCALE = performance.ERROR_SCALE


def figures(keys: pl.DataFrame, **columns: Numbers | Sequence[str | None]) -> pl.DataFrame:
    """Put figures beside their keys; nan becomes NULL, a column that is not given is NULL."""
    import polars as pl

    wanted = {"value": pl.Float64, "numerator": pl.Float64, "denominator": pl.Float64, "n": pl.Int64,
              "low": pl.Float64, "high": pl.Float64, "problem": pl.String,
              "remark": pl.String}  # fmt: skip
    series = []
    for name, dtype in wanted.items():
        given = columns.get(name)
        column = pl.Series(name, [None] * len(keys), dtype=dtype) if given is None else pl.Series(name, given)
        series.append(column.fill_nan(None).cast(dtype) if column.dtype.is_float() else column.cast(dtype))
    return keys.with_columns(series)


def count(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A plain count: value = numerator."""
    del arguments
    n = rows.single().floats("numerator")
    return figures(rows.keys, value=n, numerator=n, n=n.astype(np.int64))


def ratio(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Numerator over denominator, without an interval; n is a column of that name, else the denominator."""
    del arguments
    k, of = rows.single().floats("numerator"), rows.floats("denominator")
    n = rows.ints("n") if "n" in rows.columns.columns else np.nan_to_num(of).astype(np.int64)
    return figures(rows.keys, value=performance.ratio(k, of), numerator=k, denominator=of, n=n)


def share(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A share of independent rows with its Wilson interval."""
    del arguments
    k, of = rows.single().floats("numerator"), rows.floats("denominator")
    low, high = intervals.wilson(k, of)
    n = of.astype(np.int64)
    return figures(
        rows.keys, value=performance.ratio(k, of), numerator=k, denominator=of, n=n, low=low, high=high
    )


def users(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Distinct users from the days' sketches; a count that is exact has no interval."""
    del arguments
    starts = np.searchsorted(rows.group, np.arange(len(rows) + 1))
    sketches = rows.column("hashes").to_list()
    spans = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    found = [kmv_estimate(kmv_merge(np.array(h, dtype=np.uint64) for h in sketches[a:b])) for a, b in spans]
    value, low, high = (
        np.array([getattr(f, c) for f in found], dtype=np.float64) for c in ("value", "low", "high")
    )
    exact = np.array([f.exact for f in found], dtype=bool)
    n = np.where(exact, value, KMV_K).astype(np.int64)
    return figures(
        rows.keys, value=value, n=n, low=np.where(exact, np.nan, low), high=np.where(exact, np.nan, high)
    )


def quantile(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A quantile q of latencies from their bins."""
    counts = rows.ints("n")
    value = grouped_quantile(rows.group, rows.ints("bin"), counts, float(arguments["q"]), len(rows))
    return figures(
        rows.keys,
        value=value,
        n=np.bincount(rows.group, weights=counts, minlength=len(rows)).astype(np.int64),
    )


def binary(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A figure of the confusion matrix: one weighted count over another."""
    figure = str(arguments["figure"])
    over, under = {
        "accuracy": ((1, 0, 0, 1), (1, 1, 1, 1)),
        "precision": ((1, 0, 0, 0), (1, 1, 0, 0)),
        "recall": ((1, 0, 0, 0), (1, 0, 1, 0)),
        "f1": ((2, 0, 0, 0), (2, 1, 1, 0)),
        "f2": ((5, 0, 0, 0), (5, 1, 4, 0)),
    }[figure]
    cells = _cells(rows, CONFUSION)
    top, bottom = (_weighted(cells, weights) for weights in (over, under))
    value = getattr(performance.binary(*(cell.sum(axis=1) for cell in cells)), figure)
    _, low, high = intervals.bucket_mean(top, bottom)
    low, high = widened(rows, (low, high), lambda sums: (_weighted_of(sums, over), _weighted_of(sums, under)))
    k, of = np.sum(top, axis=1), np.sum(bottom, axis=1)
    whole = (rows.keys["segment"] == "").to_numpy()
    if figure in ("accuracy", "precision", "recall"):
        independent = intervals.wilson(k, of)
        low, high = np.where(whole, low, independent[0]), np.where(whole, high, independent[1])
    labels = np.sum([cell.sum(axis=1) for cell in cells], axis=0)
    n = of if figure in ("accuracy", "precision", "recall") else labels
    return figures(
        rows.keys,
        value=value,
        numerator=k,
        denominator=of,
        n=n.astype(np.int64),
        low=np.maximum(low, 0.0),
        high=np.minimum(high, 1.0),
        problem=_where(np.isnan(value) & (n > 0), "not computable: no label and no decision is positive"),
    )


def auc(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Area under the ROC curve; n is the number of labels."""
    del arguments
    n, positive = rows.ints("n"), rows.ints("label") == 1
    sides = [
        dense(rows.group, rows.ints("bin"), np.where(side, n, 0), len(rows)) for side in (positive, ~positive)
    ]
    value, low, high = performance.auc(sides[0], sides[1])
    labels = (sides[0].sum(axis=1) + sides[1].sum(axis=1)).astype(np.int64)
    return figures(
        rows.keys, value=value, low=low, high=high, n=labels,
        problem=_where(np.isnan(value), "not computable: all labels are the same"),
    )  # fmt: skip


def log_loss(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Mean log loss with its interval over user buckets."""
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
    low, high = _error_interval(figure, rows, sums, found)
    constant = _where(np.isnan(value), "not computable: the labels do not vary")
    return figures(
        rows.keys, value=value, n=totals["n"].astype(np.int64), low=low, high=high, problem=constant
    )


def _error_interval(
    figure: str, rows: Rows, sums: Sums, found: performance.Regression
) -> tuple[Floats, Floats]:
    """Interval of mean error, mean absolute error, or what follows from mean squared error."""
    name, scale = {"mae": ("ae", ERROR_SCALE), "bias": ("e", ERROR_SCALE)}.get(figure, ("ee", ERROR_SCALE**2))
    _, low, high = intervals.bucket_mean(sums[name] / scale, sums["n"])
    low, high = widened(rows, (low, high), lambda of: (of[name] / scale, of["n"]))
    if figure in ("mae", "bias"):
        return (np.maximum(low, 0.0) if figure == "mae" else low), high
    low = np.maximum(low, 0.0)
    if figure == "mse":
        return low, high
    if figure == "rmse":
        return np.sqrt(low), np.sqrt(high)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = found.mse / (1 - found.r2)
        return 1 - high / variance, 1 - low / variance


def skill(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """1 - error / error of the simple alternative, over the labelled rows whose log has the alternative's answer."""
    del arguments
    sums = rows.once(_buckets)
    own, other, n = (sums[name] for name in ("pae", "bae", "bn"))
    value, low, high = performance.skill(own, other, n)
    # The interval is that of the ratio of the two errors, from above.
    ratios = widened(rows, (1 - high, 1 - low), lambda of: (of["pae"], of["bae"]), lambda of: of["bn"])
    low, high = 1 - ratios[1], 1 - ratios[0]
    labels = n.sum(axis=1)
    unlogged = _where(labels == 0, "not available: no simple alternative is logged")
    exact = _where(labels > 0, "not computable: the simple alternative made no error")
    return figures(
        rows.keys, value=value, numerator=own.sum(axis=1) / ERROR_SCALE,
        denominator=other.sum(axis=1) / ERROR_SCALE, n=labels.astype(np.int64), low=low, high=high,
        problem=[a or (b if np.isnan(v) else None) for a, b, v in zip(unlogged, exact, value, strict=True)],
        remark=[against_alternative(*pair) or None for pair in zip(value.tolist(), low.tolist(), strict=True)],
    )  # fmt: skip


def _weighted(cells: Sequence[Floats], weights: Sequence[int]) -> Floats:
    total: Floats = np.sum([w * cell for w, cell in zip(weights, cells, strict=True)], axis=0)
    return total


def _weighted_of(sums: Sums, weights: Sequence[int]) -> Floats:
    return _weighted([sums[name] for name in CONFUSION], weights)


def _cells(rows: Rows, names: Sequence[str]) -> list[Floats]:
    """Columns as arrays [groups, 32]; raises QueryError where the SQL does not yield one of them."""
    for name in names:
        rows.column(name)
    return [rows.once(_buckets)[name] for name in names]


def _buckets(rows: Rows) -> dict[str, Floats]:
    """Every column as an array [groups, 32]; rows of segments have no bucket and stand in the first.

    Rows of a day count the same requests once more, and are left out.
    """
    own = ~of_days(rows)
    flat = rows.group * intervals.BUCKETS + rows.ints("bucket")
    size = len(rows) * intervals.BUCKETS
    return {
        name: np.bincount(flat[own], rows.floats(name)[own], size)
        .astype(np.float64)
        .reshape(-1, intervals.BUCKETS)
        for name in rows.columns.columns
        if name not in ("bucket", DAY)
    }


def _where(condition: Bools, problem: str) -> list[str | None]:
    return [problem if here else None for here in condition.tolist()]


APPLY: Mapping[str, Apply] = MappingProxyType(
    {
        "count": count,
        "ratio": ratio,
        "share": share,
        "users": users,
        "quantile": quantile,
        "binary": binary,
        "auc": auc,
        "log_loss": log_loss,
        "regression": regression,
        "skill": skill,
        "drift": drift,
    }
)
"""What `apply:` may name."""
