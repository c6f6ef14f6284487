"""The dictionaries: which categories and segment values are counted by name.

Values of a feature are admitted on the reference days, by (first day, count, value), up to 1,000; a value counts
by name from its first day on. Values of a segment are admitted on every day up to the source's cap and stand in
the same table under the feature `segment:<name>`. Caller: summarise_features, summarise_traffic, summarise_labels.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dagster_project.pipeline.summarise_due import mark
from dagster_project.pipeline.summarise_scans import Chunk
from dagster_project.spec.catalog import Model
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

CATEGORIES = 1000
REFERENCE_DAYS = 28
"""Days of the reference of a model that declares none, from its first day with requests on."""
SEGMENT = "segment:"


def reference(model: Model, first_day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day that drift of this model is measured against."""
    if model.reference:
        return model.reference.start, model.reference.end
    return first_day, first_day + dt.timedelta(days=REFERENCE_DAYS - 1)


def references(warehouse: Warehouse, chunk: Chunk) -> pl.DataFrame:
    """model_id, start, end of the chunk's models."""
    import polars as pl

    first = dict(
        warehouse.connection.execute(
            "SELECT model_id, min(day) FROM daily.traffic WHERE list_contains(?, model_id) GROUP BY model_id",
            [chunk.model_ids],
        ).fetchall()
    )
    here = dict(chunk.keys.group_by("model_id").agg(pl.col("day").min()).iter_rows())
    rows = [(m, *reference(chunk.declared(m), min(here[m], first.get(m, here[m])))) for m in chunk.model_ids]
    return pl.DataFrame(rows, schema={"model_id": pl.String, "start": pl.Date, "end": pl.Date}, orient="row")


def terms(warehouse: Warehouse, chunk: Chunk, feature: str) -> pl.DataFrame:
    """model_id, value, rank, first_day of one feature's dictionaries of the chunk's models."""
    return warehouse.frame(
        """
        SELECT model_id, value, rank, first_day FROM ops.category
        WHERE feature = ? AND list_contains(?, model_id) ORDER BY model_id, rank
        """,
        [feature, chunk.model_ids],
    )


def admit(warehouse: Warehouse, chunk: Chunk, feature: str, counted: pl.DataFrame, cap: int) -> None:
    """Let new values of `counted` (model_id, day, value, n) into the dictionary of a feature, up to `cap`.

    A value known already may turn out to be older than thought, when a late day brings it.
    """
    import polars as pl

    known = terms(warehouse, chunk, feature)
    by_first = counted.sort("model_id", "day", "n", "value", descending=[False, False, True, False])
    first = by_first.unique(["model_id", "value"], keep="first", maintain_order=True).rename(
        {"day": "first_day"}
    )
    older = first.join(known, on=["model_id", "value"], suffix="_known").filter(
        pl.col("first_day") < pl.col("first_day_known")
    )
    held = known.group_by("model_id").agg((pl.col("rank").max() + 1).alias("held"))
    new = first.join(known, on=["model_id", "value"], how="anti").join(held, on="model_id", how="left")
    place = pl.int_range(pl.len()).over("model_id")
    new = new.sort("model_id", "first_day", "n", "value", descending=[False, False, True, False])
    new = new.with_columns((place + pl.col("held").fill_null(0)).cast(pl.Int32).alias("rank")).filter(
        pl.col("rank") < cap
    )
    _write(warehouse, feature, older.select("model_id", "value", "first_day", "rank"))
    _write(warehouse, feature, new.select("model_id", "value", "first_day", "rank"))


def _write(warehouse: Warehouse, feature: str, rows: pl.DataFrame) -> None:
    """Write values and mark the days after their first: those did not know them."""
    import polars as pl

    if rows.is_empty():
        return
    gone = [(model_id, feature, value) for model_id, value in rows.select("model_id", "value").iter_rows()]
    warehouse.connection.executemany(
        "DELETE FROM ops.category WHERE model_id = ? AND feature = ? AND value = ?", gone
    )
    warehouse.append("ops.category", rows.with_columns(pl.lit(feature).alias("feature")))
    for model_id, day in (
        rows.group_by("model_id").agg(pl.col("first_day").min()).sort("model_id").iter_rows()
    ):
        mark(warehouse, [model_id], day + dt.timedelta(days=1))
