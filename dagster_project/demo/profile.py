"""What the training data looked like, feature by feature: the `profile` of a training run.

In: training rows. Out: plain mappings, stored in `fact.training_runs`. Called by `training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

DIGITS = 9
"""Significant digits kept, so that the file does not depend on the last bit."""

Profile = dict[str, dict[str, object]]
"""By feature: n rows, how many are missing; of numbers min, max, mean, sd; of categories the share of
each."""


def profile(rows: pl.DataFrame, numeric: Sequence[str], categorical: Sequence[str]) -> Profile:
    """Describe the columns; statistics are over the values present, the sd is divided by n."""
    return {name: _numbers(rows[name]) for name in numeric} | {
        name: _categories(rows[name]) for name in categorical
    }


def _numbers(column: pl.Series) -> dict[str, object]:
    import polars as pl

    values = column.cast(pl.Float64).fill_nan(None).drop_nulls()
    described: dict[str, object] = {"n": len(column), "missing": len(column) - len(values)}
    if len(values):
        frame = values.to_frame("x").select(
            min=pl.col("x").min(), max=pl.col("x").max(), mean=pl.col("x").mean(), sd=pl.col("x").std(ddof=0)
        )
        described |= {name: _kept(value) for name, value in frame.row(0, named=True).items()}
    return described


def _categories(column: pl.Series) -> dict[str, object]:
    values = column.drop_nulls()
    counts = values.value_counts().sort(column.name)
    shares = {value: _kept(n / len(values)) for value, n in counts.iter_rows()}
    return {"n": len(column), "missing": len(column) - len(values), "shares": shares}


def _kept(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
