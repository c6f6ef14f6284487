"""The values that a feature's grid is taken from: the same number from each of its first days.

In: a chunk, a feature, the lake's files. Out: finite values by model and day, drawn by the hash of the request's id,
and which of them make up the grid. Caller: summarise_grids.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.core.naming import PREDICTION
from dagster_project.pipeline.summarise_due import lake_path
from dagster_project.pipeline.summarise_scans import Chunk
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.pipeline.night import Night

VALUES = 1000
"""How many values a grid is taken from."""
OF_A_DAY = 64
"""Most values of one day that count: a grid is frozen after 16 days or more."""
GROWTH = 4
"""A provisional grid is retaken once there are this many times as many values."""


def step(n: int) -> int:
    """1, 4, 16, 64, 256 or 1,000: how many of n values a grid is taken from."""
    return VALUES if n >= VALUES else GROWTH ** int(math.log(n, GROWTH) + 1e-9) if n else 0


def of_first_days(values: pl.DataFrame) -> dict[str, tuple[int, pl.Series]]:
    """For each model, how many values count, and the values of its first days that make about `VALUES` together.

    `values` has model_id, day, place and x, as `sample` returns them; models without values are left out.
    """
    import polars as pl

    by_day = values.group_by("model_id", "day").len().sort("model_id", "day")
    counts = by_day.with_columns(
        pl.col("len").clip(upper_bound=OF_A_DAY).cum_sum().over("model_id").alias("upto")
    )
    totals = counts.group_by("model_id").agg(pl.col("upto").last())
    steps = totals.select("model_id", pl.col("upto").map_elements(step, return_dtype=pl.Int64).alias("n"))
    counts = counts.join(steps, on="model_id")
    first = counts.filter(pl.col("upto").shift(1, fill_value=0).over("model_id") < pl.col("n"))
    days = first.with_columns(pl.len().over("model_id").alias("days"))
    near = values.join(days, on=["model_id", "day"], maintain_order="left").filter(
        pl.col("place") <= (VALUES // pl.col("days")).clip(lower_bound=OF_A_DAY)
    )
    chosen = near.group_by("model_id").agg(pl.col("n").first(), pl.col("x"))
    return {model: (n, x) for model, n, x in zip(*chosen.get_columns(), strict=True)}


def sample(
    night: Night, warehouse: Warehouse, chunk: Chunk, feature: str, since: dt.date, models: Sequence[str]
) -> pl.DataFrame:
    """model_id, day, place, x: finite values of each model's first days; no more days are read than are needed."""
    import polars as pl

    days = _files_by_day(night, warehouse, chunk, since)
    column = "prediction" if feature == PREDICTION else f"f:{feature}"
    take = VALUES // OF_A_DAY + 1
    while True:
        values = chunk.engine.spread_values(
            [f for files in days[:take] for f in files], column, models, VALUES
        )
        of_days = values.group_by("model_id", "day").len()
        counted = of_days.group_by("model_id").agg(pl.col("len").clip(upper_bound=OF_A_DAY).sum())
        if take >= len(days) or len(counted.filter(pl.col("len") >= VALUES)) == len(models):
            return values
        take *= 8


def _files_by_day(night: Night, warehouse: Warehouse, chunk: Chunk, since: dt.date) -> list[list[Path]]:
    """Request files of the chunk's source from `since` on, one list per day."""
    last = max(night.as_of, night.running_day or night.as_of)
    rows = warehouse.rows(
        """
        SELECT day, list(path ORDER BY path) FROM ops.part
        WHERE kind = 'requests' AND source = ? AND day BETWEEN ? AND ? GROUP BY day ORDER BY day
        """,
        [chunk.source, since, last],
    )
    return [[lake_path(night, path) for path in paths] for _, paths in rows]
