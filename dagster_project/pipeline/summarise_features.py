"""Turns features of a chunk of days into rows of `daily.feature_hist` and `daily.category_hist`, column by column.

A feature belongs to a model from the first day that the lake holds a value of it; after that day its absence
(even of the whole column) counts as missing. Caller: pipeline.summarise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.pipeline import summarise_dictionaries as dictionary
from dagster_project.pipeline import summarise_grids as grids
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise_patterns import refused_values
from dagster_project.pipeline.summarise_scans import BY_DAY, Chunk, constants, feature_column, groups
from dagster_project.spec.loading import Statement
from dagster_project.store.engine import Lookup, Scan
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

KEY = ["source", "model_id", "version", "day", "segment"]
MISSING, NOT_HELD = -2, -1
"""Codes that feature_category.sql gives besides the ranks of the dictionary."""
CONSTANT = 5e-324
"""The scale of a feature that was constant: the smallest number, so that any other value is in an outermost bin."""


def number_rows(night: Night, warehouse: Warehouse, chunk: Chunk, statement: Statement) -> list[pl.DataFrame]:
    """Rows of every numeric feature; a grid that has gone blind is replaced and the column counted again."""
    import polars as pl

    known = grids.of_kind(warehouse, chunk, "number")
    found = []
    for feature in known["feature"].unique().sort().to_list():
        rows = _numbers(chunk, known, feature, statement)
        while not (breaks := grids.blind_from(night, rows, known.filter(feature=feature))).is_empty():
            grids.replace_from(night, warehouse, chunk, feature, breaks)
            known = grids.of_kind(warehouse, chunk, "number")
            rows = _numbers(chunk, known, feature, statement)
        found.append(
            _placed(rows, chunk, feature).select(
                *KEY, "feature", "grid_from", pl.col("bin"), "n", "s1", "s2", "invalid"
            )
        )
    return found


def category_rows(warehouse: Warehouse, chunk: Chunk, statement: Statement) -> list[pl.DataFrame]:
    """Rows of every category feature, after admitting values of the chunk's reference days to its dictionary."""
    known = grids.of_kind(warehouse, chunk, "category")
    reference = dictionary.references(warehouse, chunk)
    found = []
    for feature in known["feature"].unique().sort().to_list():
        keys = _keys_since(chunk, known, feature)
        _admit(warehouse, chunk, feature, keys, reference)
        found.append(_categories(warehouse, chunk, feature, keys, reference, statement))
    return found


def _numbers(chunk: Chunk, known: pl.DataFrame, feature: str, statement: Statement) -> pl.DataFrame:
    """model_id, version, day, grid_from, bin, n, s1, s2, invalid for one numeric feature."""
    import polars as pl

    keys = _keys_since(chunk, known, feature)
    scale = pl.when(pl.col("scale") > 0).then("scale").otherwise(CONSTANT)
    keys = keys.with_columns(pl.col("centre").fill_null(0.0), scale.alias("scale"))
    bounds = _bounds(chunk, feature)
    columns = {"key": "k.key", "centre": "k.centre", "scale": "k.scale"}
    columns["x"] = x = feature_column(chunk.engine, feature, "number")
    columns["inside"] = "1"  # never NULL: counting it costs nothing
    if not bounds.is_empty():
        keys = keys.join(bounds, on="model_id", how="left")
        columns["inside"] = f"CASE WHEN {x} < k.lo OR {x} > k.hi THEN NULL ELSE 1 END"
    counted = chunk.engine.rollup(
        statement.sql, Scan("feature_values", columns, (Lookup("k", keys, chunk.on),))
    )
    held = keys.select("key", "model_id", "version", "day", pl.col("from_day").alias("grid_from"))
    return counted.join(held, on="key")


def _keys_since(chunk: Chunk, known: pl.DataFrame, feature: str) -> pl.DataFrame:
    """The chunk's keys from the feature's first day on, each with the grid in force on its day."""
    import polars as pl

    of_feature = known.filter(pl.col("feature") == feature).drop("feature").sort("from_day")
    keys = (
        constants(chunk, chunk.keys)
        .sort("day")
        .join_asof(
            of_feature.with_columns(pl.col("from_day").alias("since")),
            left_on="day",
            right_on="since",
            by="model_id",
            check_sortedness=False,
        )
    )
    return keys.drop("since", strict=False).filter(pl.col("from_day").is_not_null()).sort("key")


def _bounds(chunk: Chunk, feature: str) -> pl.DataFrame:
    """model_id, lo, hi for the models that declare a range of valid values; NULL on a side left open."""
    import polars as pl

    declared = chunk.feature(feature).items()
    rows = [(m, f.min, f.max) for m, f in declared if f.min is not None or f.max is not None]
    schema = {"model_id": pl.String, "lo": pl.Float64, "hi": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _admit(
    warehouse: Warehouse, chunk: Chunk, feature: str, keys: pl.DataFrame, reference: pl.DataFrame
) -> None:
    """Admit the categories of the training profiles and, for models without one, of the reference days."""
    import polars as pl

    told = dictionary.profiled(chunk, feature)
    first = keys.group_by("model_id").agg(pl.col("from_day").min().alias("day"))
    if not told.is_empty():
        dictionary.admit(warehouse, chunk, feature, told.join(first, on="model_id"), dictionary.CATEGORIES)
    inside = _inside(keys, reference).join(told, on="model_id", how="anti")
    if inside.is_empty():
        return
    x = feature_column(chunk.engine, feature, "category")
    lookup = Lookup("k", inside.select("key", *BY_DAY, "task", "threshold"), chunk.on)
    counted = groups(chunk.engine, {"key": "k.key", "value": x}, (lookup,)).filter(
        pl.col("value").is_not_null()
    )
    by_day = counted.join(inside, on="key").group_by("model_id", "day", "value").agg(pl.col("n").sum())
    dictionary.admit(warehouse, chunk, feature, by_day, dictionary.CATEGORIES)


def _categories(
    warehouse: Warehouse,
    chunk: Chunk,
    feature: str,
    keys: pl.DataFrame,
    reference: pl.DataFrame,
    statement: Statement,
) -> pl.DataFrame:
    """Rows of one category feature."""
    import polars as pl

    held = dictionary.entries(warehouse, chunk, feature)
    counted = chunk.engine.rollup(statement.sql, _category_scan(chunk, feature, keys, held))
    listed = _inside(keys, reference).select("key", pl.lit(value=True).alias("listed"))
    rows = counted.join(keys, on="key").join(listed, on="key", how="left")
    rows = rows.join(held.rename({"rank": "code"}), on=["model_id", "code"], how="left")
    named = _placed(rows.with_columns(_kind(held).alias("kind")), chunk, feature)
    return named.select(*KEY, "feature", "value", "kind", "n", "invalid")


def _category_scan(chunk: Chunk, feature: str, keys: pl.DataFrame, held: pl.DataFrame) -> Scan:
    """One row per request: its category, the category's place in the dictionary `held`, and whether it is invalid."""
    import polars as pl

    allowed, refused = _allowed(chunk, feature), refused_values(chunk, feature)
    entries = held
    for told in (allowed, refused):
        entries = entries.join(told, on=["model_id", "value"], how="full", coalesce=True)
    restricted = keys.select("key", *BY_DAY, "task", "threshold").join(
        allowed.select("model_id").unique().with_columns(pl.lit(True).alias("restricted")),
        on="model_id",
        how="left",
    )
    x = feature_column(chunk.engine, feature, "category")
    lookups = (
        Lookup("k", restricted.with_columns(pl.col("restricted").fill_null(False)), chunk.on),
        Lookup("t", entries, {"model_id": "r.model_id", "value": x}, optional=True),
    )
    columns = {
        "key": "k.key",
        "x": x,
        "rank": "CASE WHEN t.first_day > r.day THEN NULL ELSE t.rank END",
        "invalid": f"coalesce(t.refused, k.restricted AND {x} IS NOT NULL AND t.allowed IS NULL)",
    }
    if allowed.is_empty() and refused.is_empty():
        columns["invalid"] = "false"
    return Scan("feature_values", columns, lookups)


def _kind(held: pl.DataFrame) -> pl.Expr:
    """What a row's code stands for: a value not held is 'other' on reference days or if the dictionary is full."""
    import polars as pl

    full = pl.col("model_id").is_in(_full(held).implode())
    return (
        pl.when(pl.col("code") == MISSING).then(pl.lit("missing"))
        .when(pl.col("code") != NOT_HELD).then(pl.lit("value"))
        .when(full | pl.col("listed").fill_null(value=False)).then(pl.lit("other"))
        .otherwise(pl.lit("unseen"))
    )  # fmt: skip


def _inside(keys: pl.DataFrame, reference: pl.DataFrame) -> pl.DataFrame:
    """The keys that fall on one of their model's reference days."""
    import polars as pl

    dated = keys.select("key", "model_id", "day").join(reference, on="model_id")
    return keys.join(dated.filter(pl.col("day").is_between("start", "end")), on="key", how="semi")


def _allowed(chunk: Chunk, feature: str) -> pl.DataFrame:
    """model_id, value, allowed: the only valid values, where declared."""
    import polars as pl

    declared = chunk.feature(feature).items()
    rows = [(m, value, True) for m, f in declared if f.allowed is not None for value in f.allowed]
    return pl.DataFrame(
        rows, schema={"model_id": pl.String, "value": pl.String, "allowed": pl.Boolean}, orient="row"
    )


def _full(held: pl.DataFrame) -> pl.Series:
    """Models whose dictionary is full."""
    import polars as pl

    return held.filter(pl.col("rank") >= dictionary.CATEGORIES - 1)["model_id"].unique().sort()


def _placed(rows: pl.DataFrame, chunk: Chunk, feature: str) -> pl.DataFrame:
    import polars as pl

    return rows.with_columns(
        pl.lit(chunk.source).alias("source"), pl.lit("").alias("segment"), pl.lit(feature).alias("feature")
    )
