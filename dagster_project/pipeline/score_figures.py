"""How a function of `score_apply` takes its arguments and returns its figures.

In: keys of groups and arrays in the same order. Out: one row per key with value, numerator, denominator, n, low, high,
problem (why there is no value) and remark (what the value says in words, beside its grade). Callers:
pipeline.score_apply and the modules of its functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from dagster_project.core.types import Bools, Numbers
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl

Arguments = Mapping[str, float | str]
Apply = Callable[[Rows, Arguments], "pl.DataFrame"]


def figures(keys: pl.DataFrame, **columns: Numbers | Sequence[str | None]) -> pl.DataFrame:
    """Put figures beside their keys; nan becomes NULL, and a column that is not given is NULL."""
    import polars as pl

    wanted = {"value": pl.Float64, "numerator": pl.Float64, "denominator": pl.Float64, "n": pl.Int64,
              "low": pl.Float64, "high": pl.Float64, "problem": pl.String,
              "remark": pl.String}  # fmt: skip
    return keys.with_columns(
        pl.lit(None, dtype).alias(name)
        if columns.get(name) is None
        else pl.Series(name, columns[name], dtype, nan_to_null=True)
        for name, dtype in wanted.items()
    )


def where(condition: Bools, problem: str) -> list[str | None]:
    """The problem for each row where the condition holds; None elsewhere."""
    return [problem if here else None for here in condition.tolist()]
