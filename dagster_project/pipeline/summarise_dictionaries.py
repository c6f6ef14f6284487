"""The dictionaries: which categories and segment values are counted by name.

Values of a feature are admitted from the training profile if there is one, else on the reference days, by
(first day, count, value), up to 1,000; a value is counted by name from its first day on. Values of a segment are
admitted on every day up to the source's cap and are kept in the same table as the feature `segment:<name>`.
Callers: summarise_features, summarise_traffic, summarise_labels.
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
"""Reference days of a model that declares none, from its first day with requests on."""
SILENCE = dt.timedelta(days=366)
"""A model that is silent for longer than this counts as a new one afterwards."""
SEGMENT = "segment:"


ALWAYS = dt.date(9999, 12, 31)
"""Last day of what never ends."""


def reference(model: Model, first_day: dt.date) -> tuple[dt.date, dt.date]:
    """First and last of the fixed reference days that a model's drift is measured against."""
    if model.reference and model.reference.days:
        return model.reference.days
    return first_day, first_day + dt.timedelta(days=REFERENCE_DAYS - 1)


def first_days(served: pl.DataFrame) -> dict[str, dt.date]:
    """Model -> the day it began, given the days with requests (model_id, day).

    A model that was silent for longer than `SILENCE` begins again: one row with a wrong year is not its history.
    """
    import polars as pl

    gap = pl.col("day").diff().over("model_id") > SILENCE
    began = served.unique().sort("model_id", "day").with_columns(anew=gap.fill_null(value=True))
    return dict(began.filter("anew").group_by("model_id").agg(pl.col("day").max()).iter_rows())


def references(warehouse: Warehouse, chunk: Chunk) -> pl.DataFrame:
    """model_id, start, end: the days whose categories are admitted to the dictionaries of the chunk's models.

    These are the days of every reference of the model and of its versions; all days if one of them is rolling.
    """
    import polars as pl

    known = warehouse.frame(
        "SELECT DISTINCT model_id, day FROM daily.traffic WHERE list_contains($models, model_id) ORDER BY ALL",
        {"models": list(chunk.model_ids)},
    )
    first = first_days(pl.concat([known, chunk.keys.select("model_id", "day")]))
    rows = [(m, *days) for m in chunk.model_ids for days in _all_references(chunk.declared(m), first[m])]
    return pl.DataFrame(rows, schema={"model_id": pl.String, "start": pl.Date, "end": pl.Date}, orient="row")


def _all_references(model: Model, first_day: dt.date) -> list[tuple[dt.date, dt.date]]:
    own = [note.reference for note in model.versions if note.reference]
    if any(r.rolling_days for r in (*own, *([model.reference] if model.reference else ()))):
        return [(first_day, ALWAYS)]
    return sorted({reference(model, first_day), *(r.days for r in own if r.days)})


def profiled(chunk: Chunk, feature: str) -> pl.DataFrame:
    """model_id, value, n: categories of a feature in the training profiles of the chunk's models."""
    import polars as pl

    rows = [
        (m, value, n)
        for m in chunk.model_ids
        for path in chunk.declared(m).profiles
        if path in chunk.profiles and feature in chunk.profiles[path].features
        for value, n in (chunk.profiles[path].features[feature].categories or {}).items()
    ]
    schema = {"model_id": pl.String, "value": pl.String, "n": pl.Int64}
    return (
        pl.DataFrame(rows, schema=schema, orient="row").group_by("model_id", "value").agg(pl.col("n").sum())
    )


def entries(warehouse: Warehouse, chunk: Chunk, feature: str) -> pl.DataFrame:
    """model_id, value, rank, first_day: one feature's dictionaries for the chunk's models."""
    return warehouse.frame(
        """
        SELECT model_id, value, rank, first_day FROM ops.category
        WHERE feature = ? AND list_contains(?, model_id) ORDER BY model_id, rank
        """,
        [feature, chunk.model_ids],
    )


def admit(warehouse: Warehouse, chunk: Chunk, feature: str, counted: pl.DataFrame, cap: int) -> None:
    """Admit new values of `counted` (model_id, day, value, n) to the dictionary of a feature, up to `cap`.

    A late day may show that a known value is older than thought.
    """
    import polars as pl

    known = entries(warehouse, chunk, feature)
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
    """Write values and mark the days after their first, which were counted without them."""
    import polars as pl

    if rows.is_empty():
        return
    warehouse.put("ops.category", rows.with_columns(pl.lit(feature).alias("feature")))
    first = rows.group_by("model_id").agg(pl.col("first_day").min())
    for day, models in first.group_by("first_day").agg("model_id").iter_rows():
        mark(warehouse, models, day + dt.timedelta(days=1))
