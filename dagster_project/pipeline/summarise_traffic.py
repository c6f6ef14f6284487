"""Turns requests of a chunk of days into rows of the traffic, consumer, user, latency and score tables.

All requests are counted once (segment ''); then traffic and latency are counted again by the values of every declared
segment ('origin=JFK'). Caller: pipeline.summarise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dagster_project.pipeline import summarise_dictionaries as dictionary
from dagster_project.pipeline.summarise_scans import (
    BY_DAY,
    Chunk,
    constants,
    groups,
    input_scan,
    table_of,
    with_keys,
)
from dagster_project.spec.loading import Statement
from dagster_project.store.columns import segment_value
from dagster_project.store.engine import Lookup, Scan
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

Rows = dict[str, list["pl.DataFrame"]]
"""Frames by the daily table they go to."""
BY_SEGMENT = ("daily.traffic", "daily.latency_hist")
"""Tables that are also counted by segment."""
UNDECLARED_CAP = 50
"""Most segment values of a source that is no longer declared; the default of those that are."""
READ_BY = {"daily.arrival_hist": "arrival_time", "daily.coverage": "eligible"}
"""Tables that are counted from one column alone, with that column."""
SKETCH = "daily.user_sketch"
DUPLICATE = "daily.duplicate"


def request_rows(
    warehouse: Warehouse, chunk: Chunk, statements: Iterable[Statement], caps: Mapping[str, int]
) -> Rows:
    """Rows of all statements that read `input`. `caps`: most values of a segment, by source."""
    statements = [s for s in statements if _gets_rows(chunk, table_of(s))]
    rows: Rows = {}
    whole = constants(chunk, chunk.keys).with_columns(_literal("", "segment"))
    _count(rows, chunk, statements, whole, input_scan(chunk, whole))
    by_segment = [s for s in statements if table_of(s) in BY_SEGMENT]
    for segment in sorted({name for m in chunk.model_ids for name in chunk.declared(m).segments}):
        keys = _segment_keys(warehouse, chunk, segment, caps.get(chunk.source, UNDECLARED_CAP))
        if not keys.is_empty():
            scan = input_scan(chunk, keys, segment_value(segment, chunk.engine.loaded))
            _count(rows, chunk, by_segment, keys, scan)
    return rows


def _gets_rows(chunk: Chunk, table: str) -> bool:
    """False for a table that would stay empty: its column is not mapped, or no model declares an objective."""
    if table == "daily.objective":
        return any(chunk.declared(m).objective for m in chunk.model_ids)
    return READ_BY.get(table, "day") in chunk.engine.loaded


def duplicate_rows(chunk: Chunk, duplicates: Mapping[dt.date, int]) -> pl.DataFrame:
    """The ledger's duplicates of each day, as far as their model and version are known.

    Called only if requests have ids: without them, equal rows may be different requests. The ledger counts repeats by
    file, so they belong to the day's (model, version) if there is only one; if there are several, rows are written
    only for days without any repeat: unknown is not zero.
    """
    import polars as pl

    counted = pl.DataFrame(
        list(duplicates.items()), schema={"day": pl.Date, "duplicates": pl.Int64}, orient="row"
    ).join(chunk.keys, on="day")
    told_apart = (pl.len().over("day") == 1) | (pl.col("duplicates") == 0)
    placed = counted.filter(told_apart).with_columns(_literal(chunk.source, "source"))
    return placed.select("source", "model_id", "version", "day", "duplicates")


def _count(rows: Rows, chunk: Chunk, statements: Iterable[Statement], keys: pl.DataFrame, scan: Scan) -> None:
    """Run the statements over one scan and replace keys by their names."""
    names = keys.select("key", *BY_DAY, "segment").unique()
    for statement in statements:
        table = table_of(statement)
        counted = chunk.engine.rollup(statement.sql, scan)
        if table == SKETCH:
            counted = (
                counted.sort("key", "user_hash").group_by("key", maintain_order=True).agg(hashes="user_hash")
            )
        placed = counted.join(names, on="key").drop("key").with_columns(_literal(chunk.source, "source"))
        rows.setdefault(table, []).append(
            placed if table in (*BY_SEGMENT, "daily.score_hist") else placed.drop("segment")
        )


def _segment_keys(warehouse: Warehouse, chunk: Chunk, segment: str, cap: int) -> pl.DataFrame:
    """Keys of one segment: each raw value on a model's day gets the key of its part, or of 'name=other'."""
    import polars as pl

    models = [m for m in chunk.model_ids if segment in chunk.declared(m).segments]
    only = Lookup("m", pl.DataFrame({"model_id": models}), {"model_id": "r.model_id"})
    part = {"part": segment_value(segment, chunk.engine.loaded)}
    found = groups(chunk.engine, {**BY_DAY, "raw": "r.part"}, (only,), part)
    named = found.filter(pl.col("raw") != "missing").rename({"raw": "value"})
    by_day = named.group_by("model_id", "day", "value").agg(pl.col("n").sum())
    dictionary.admit(warehouse, chunk, dictionary.SEGMENT + segment, by_day, cap)
    parts = found.drop("n").with_columns(segment_label(warehouse, chunk, segment, found))
    numbered = with_keys(parts.select(*BY_DAY, "segment"))
    return constants(chunk, parts.join(numbered, on=[*BY_DAY, "segment"]))


def segment_label(warehouse: Warehouse, chunk: Chunk, segment: str, found: pl.DataFrame) -> pl.Series:
    """'name=value' for values in the dictionary, 'name=missing', and 'name=other' for the rest, row by row."""
    import polars as pl

    held = dictionary.entries(warehouse, chunk, dictionary.SEGMENT + segment).select(
        "model_id", "value", "rank"
    )
    joined = found.with_row_index("at").join(
        held, left_on=["model_id", "raw"], right_on=["model_id", "value"], how="left"
    )
    kept = (
        pl.when(pl.col("rank").is_not_null() | (pl.col("raw") == "missing"))
        .then("raw")
        .otherwise(pl.lit("other"))
    )
    return joined.sort("at").select((pl.lit(segment + "=") + kept).alias("segment"))["segment"]


def _literal(value: str, name: str) -> pl.Expr:
    import polars as pl

    return pl.lit(value).alias(name)
