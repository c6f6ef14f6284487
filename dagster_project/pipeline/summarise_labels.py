"""Turns labelled requests of a chunk of days into rows of the outcome and label-score tables.

Labels count on the day of their request and carry the day they arrived, so a window can be read as of any night.
Caller: pipeline.summarise.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dagster_project.core.naming import OUTPUT, PREDICTION
from dagster_project.pipeline import summarise_dictionaries as dictionary
from dagster_project.pipeline import summarise_grids as grids
from dagster_project.pipeline.summarise_scans import (
    BY_DAY,
    Chunk,
    constants,
    groups,
    labelled_scan,
    table_of,
    with_keys,
)
from dagster_project.pipeline.summarise_traffic import Rows, segment_label
from dagster_project.spec.loading import Statement
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

WHOLE_ONLY = ("daily.label_hist", "daily.error_hist")
"""Tables on the grid of the predictions are counted over all requests, not by segment."""

CLASSES = "daily.outcome_class"
MOST_CLASSES = 50
"""How many classes of a model are counted by name."""
CLASS = OUTPUT + "class"
"""The dictionary of a model's classes."""


def label_rows(warehouse: Warehouse, chunk: Chunk, statements: Iterable[Statement]) -> Rows:
    """Rows of all statements that read `labelled`, for all requests and for the parts of declared segments."""
    import polars as pl

    keys = _keys(warehouse, chunk)
    names = keys.select("key", *BY_DAY, pl.col("part").alias("segment"), "grid_from").unique()
    scan = labelled_scan(chunk, keys, _item(chunk))
    rows: Rows = {}
    for statement in statements:
        counted = chunk.engine.rollup(statement.sql, scan).join(names, on="key")
        label_day = pl.col("day") + pl.duration(days=pl.col("lag"))
        placed = counted.with_columns(label_day.alias("label_day"), pl.lit(chunk.source).alias("source"))
        whole = table_of(statement) in WHOLE_ONLY
        if table_of(statement) == CLASSES:
            placed = _capped(warehouse, chunk, placed)
        placed = placed.filter(pl.col("segment") == "") if whole else placed.drop("grid_from")
        rows.setdefault(table_of(statement), []).append(placed.drop("key", "lag"))
    return rows


def _item(chunk: Chunk) -> str:
    """SQL of the part that a loaded row counts for: '' is all requests, the only part if no segments are declared."""
    return "r.item" if "item" in chunk.engine.loaded else "''"


def _capped(warehouse: Warehouse, chunk: Chunk, rows: pl.DataFrame) -> pl.DataFrame:
    """Admit the chunk's classes to the dictionary, and count classes that are not in it together as 'other'."""
    import polars as pl

    rows = rows.with_columns(
        pl.when(pl.col("label") == pl.col("predicted")).then("n").otherwise(0).alias("hits")
    )
    whole = rows.filter(pl.col("segment") == "")
    sides = [
        whole.select("model_id", "day", pl.col(side).alias("value"), "n") for side in ("label", "predicted")
    ]
    counted = pl.concat(sides).group_by("model_id", "day", "value").agg(pl.col("n").sum())
    dictionary.admit(warehouse, chunk, CLASS, counted, MOST_CLASSES)
    held = dictionary.entries(warehouse, chunk, CLASS).select("model_id", "value", pl.lit(True).alias("held"))
    for side in ("label", "predicted"):
        named = held.rename({"value": side})
        rows = (
            rows.join(named, on=["model_id", side], how="left")
            .with_columns(pl.when(pl.col("held")).then(side).otherwise(pl.lit("other")).alias(side))
            .drop("held")
        )
    counts = ("n", "hits", "log_loss_n", "log_loss_sum", "brier_sum")
    return rows.group_by([c for c in rows.columns if c not in counts]).agg(pl.col(counts).sum())


def _keys(warehouse: Warehouse, chunk: Chunk) -> pl.DataFrame:
    """Each (model, version, day, item of the row's segments) with the key of the part it counts for."""
    import polars as pl

    found = groups(chunk.engine, {**BY_DAY, "item": _item(chunk)}).drop("n")
    declared = {m: chunk.declared(m).segments for m in found["model_id"].unique().sort().to_list()}
    wanted = [("", m) for m in declared] + [(name, m) for m, names in declared.items() for name in names]
    wanted_frame = pl.DataFrame(wanted, schema={"name": pl.String, "model_id": pl.String}, orient="row")
    found = found.with_columns(
        pl.col("item").str.split_exact("=", 1).struct.field("field_0").alias("name"),
        pl.col("item").str.replace(r"^[^=]*=", "").replace("", "missing").alias("raw"),
    ).join(wanted_frame, on=["name", "model_id"], how="semi")
    parts = []
    for (name,), rows in found.sort("name", *BY_DAY, "item").group_by("name", maintain_order=True):
        label = segment_label(warehouse, chunk, str(name), rows) if name else rows["item"]
        parts.append(rows.with_columns(label.alias("part")))
    every = pl.concat(parts)
    numbered = with_keys(every.select(*BY_DAY, "part"))
    keys = every.join(numbered, on=[*BY_DAY, "part"]).rename({"item": "segment"})
    return _with_grids(warehouse, chunk, constants(chunk, keys.select("key", *BY_DAY, "segment", "part")))


def _with_grids(warehouse: Warehouse, chunk: Chunk, keys: pl.DataFrame) -> pl.DataFrame:
    """Add grid_from, centre and scale of the predictions' grid in force on each key's day; NULL if there is none."""
    import polars as pl

    known = grids.of_kind(warehouse, chunk, "number").filter(pl.col("feature") == PREDICTION)
    since = known.select("model_id", "from_day", pl.col("from_day").alias("grid_from"), "centre", "scale")
    return keys.sort("day").join_asof(
        since.sort("from_day"), left_on="day", right_on="from_day", by="model_id", check_sortedness=False
    ).drop("from_day", strict=False)  # fmt: skip
