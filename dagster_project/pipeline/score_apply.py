"""From a metric's SQL rows to its figures: the functions that `apply:` in a metric's front matter may name.

In: `Rows`, long rows by key. Out: figures by key (`score_figures`). Counts, shares and quantiles are here, larger
families in modules of their own. To add a function, add a line to `APPLY`. Caller: pipeline.score.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import intervals, performance
from dagster_project.core.histogram import grouped_quantile
from dagster_project.core.usage import KMV_K, kmv_estimate, kmv_merge
from dagster_project.pipeline import score_estimates, score_performance, score_thresholds
from dagster_project.pipeline.score_classes import classes
from dagster_project.pipeline.score_drift import drift
from dagster_project.pipeline.score_figures import Apply, Arguments, figures
from dagster_project.pipeline.score_joint import reconstruction
from dagster_project.pipeline.score_rows import Rows, whole

if TYPE_CHECKING:
    import polars as pl


def count(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A plain count: value = numerator."""
    del arguments
    n = rows.single().floats("numerator")
    return figures(rows.keys, value=n, numerator=n, n=whole(n))


def ratio(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Numerator over denominator, without an interval; n is a column of that name, else the denominator."""
    del arguments
    k, of = rows.single().floats("numerator"), rows.floats("denominator")
    n = rows.ints("n") if "n" in rows.columns.columns else whole(of)
    return figures(rows.keys, value=performance.ratio(k, of), numerator=k, denominator=of, n=n)


def share(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A share of independent rows with its Wilson interval."""
    del arguments
    k, of = rows.single().floats("numerator"), rows.floats("denominator")
    low, high = intervals.wilson(k, of)
    return figures(
        rows.keys,
        value=performance.ratio(k, of),
        numerator=k,
        denominator=of,
        n=whole(of),
        low=low,
        high=high,
    )


def users(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Distinct users from the days' sketches; an exact count has no interval."""
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


APPLY: Mapping[str, Apply] = MappingProxyType(
    {
        "count": count,
        "ratio": ratio,
        "share": share,
        "users": users,
        "quantile": quantile,
        "binary": score_performance.binary,
        "auc": score_thresholds.auc,
        "average_precision": score_thresholds.average_precision,
        "calibration_error": score_thresholds.calibration_error,
        "loss": score_performance.loss,
        "regression": score_performance.regression,
        "percentage": score_performance.percentage,
        "classes": classes,
        "skill": score_performance.skill,
        "estimate": score_estimates.estimate,
        "estimate_error": score_estimates.estimate_error,
        "drift": drift,
        "reconstruction": reconstruction,
    }
)
"""The functions that `apply:` may name."""
