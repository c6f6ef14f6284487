"""A day's numeric features taken together: sums of values and of their products over a sample, by opt-in.

The sample of a (model, version, day) is the 1,000 requests whose ids have the smallest hashes: the same whatever
the order or the number of threads. Values are on the bounded scale u / (1 + |u|) of the feature's grid in steps
of 2^-15, so that no outlier dominates and all sums are exact; a missing or non-finite value counts as the centre.
Cost: k features give k (k + 3) / 2 rows a day. Caller: pipeline.summarise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.naming import OUTPUT, state_id
from dagster_project.core.types import Floats, Ints
from dagster_project.pipeline import summarise_grids as grids
from dagster_project.pipeline.summarise_scans import Chunk, constants, feature_column
from dagster_project.store.engine import Lookup, Scan
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import datetime as dt

    import polars as pl

TABLE = "daily.joint"
SAMPLE = 1000
"""Requests sampled per day, model and version."""
STEP = 2**15
FEWEST = 2
"""Fewest features that can be taken together."""


def joint_rows(warehouse: Warehouse, chunk: Chunk) -> list[pl.DataFrame]:
    """Rows of `daily.joint` for the models that opt in."""
    import polars as pl

    opted_in = [model_id for model_id in chunk.model_ids if chunk.declared(model_id).multivariate]
    if not opted_in:
        return []
    known = grids.of_kind(warehouse, chunk, "number").filter(~pl.col("feature").str.starts_with(OUTPUT))
    return [
        rows
        for model_id in opted_in
        for rows in _of_model(chunk, model_id, known.filter(pl.col("model_id") == model_id))
    ]


def _of_model(chunk: Chunk, model_id: str, known: pl.DataFrame) -> list[pl.DataFrame]:
    import polars as pl

    features = known["feature"].unique().sort().to_list()
    if len(features) < FEWEST:
        return []
    sample = _sample(chunk, model_id, features)
    held: dict[str, list[tuple[dt.date, float, float]]] = {}
    for feature, *grid in known.sort("from_day").select("feature", "from_day", "centre", "scale").iter_rows():
        held.setdefault(feature, []).append((grid[0], grid[1] or 0.0, grid[2] or 0.0))
    keys = {row["key"]: row for row in chunk.keys.iter_rows(named=True)}
    made = []
    for (key,), rows in sample.group_by("key", maintain_order=True):
        own = keys[key]
        there = [f for f in features if held[f][0][0] <= own["day"]]
        in_force = [[g for g in held[f] if g[0] <= own["day"]][-1] for f in there]
        if len(there) >= FEWEST:
            values = rows.select(f"x_{features.index(f)}" for f in there).to_numpy().astype(np.float64)
            sums = _sums(there, _scaled(values, in_force))
            made.append(_placed(sums, own, chunk.source, _digest(there, in_force)))
    return [pl.concat(made)] if made else []


def _sample(chunk: Chunk, model_id: str, features: list[str]) -> pl.DataFrame:
    """key and x_<i> of the sampled requests, by key and place."""
    import polars as pl

    columns = {"key": "k.key", "hash": "md5_number_lower(r.request_id)", "id": "r.request_id"}
    names = [f"x_{i}" for i in range(len(features))]
    columns |= {n: feature_column(chunk.engine, f, "number") for n, f in zip(names, features, strict=True)}
    keys = constants(chunk, chunk.keys).filter(pl.col("model_id") == model_id)
    statement = f"""
        SELECT key, {", ".join(names)} FROM (
          SELECT *, row_number() OVER (PARTITION BY key ORDER BY hash, id) AS place FROM sampled
        ) WHERE place <= {SAMPLE} ORDER BY key, place
        """  # noqa: S608  names are this module's own
    return chunk.engine.rollup(statement, Scan("sampled", columns, (Lookup("k", keys, chunk.on),)))


def _scaled(values: Floats, in_force: list[tuple[dt.date, float, float]]) -> Ints:
    """Values [rows, features] as whole steps on the bounded scale; 0, the centre, where there is no finite value."""
    centre, scale = (np.array([grid[i] for grid in in_force], dtype=np.float64) for i in (1, 2))
    u = (values - centre) / np.where(scale > 0, scale, 1.0)
    u = np.where(np.isfinite(u) & (scale > 0), u, 0.0)
    steps: Ints = np.floor(STEP * u / (1 + np.abs(u)) + 0.5).astype(np.int64)
    return steps


def _sums(features: list[str], steps: Ints) -> list[tuple[str, str, int, int]]:
    """a, b, n, s: sums of values (b empty) and of products of every pair."""
    n, first, second = len(steps), steps.sum(axis=0), steps.T @ steps
    singles = [(a, "", n, int(first[i])) for i, a in enumerate(features)]
    return singles + [
        (a, b, n, int(second[i, j])) for i, a in enumerate(features) for j, b in enumerate(features) if i <= j
    ]


def _placed(
    sums: list[tuple[str, str, int, int]], key: dict[str, object], source: str, digest: str
) -> pl.DataFrame:
    import polars as pl

    names = ("model_id", "version", "day")
    own = [pl.lit(key[name]).alias(name) for name in names]
    rows = pl.DataFrame(
        sums, schema={"a": pl.String, "b": pl.String, "n": pl.Int64, "s": pl.Int64}, orient="row"
    )
    said = [pl.lit(source).alias("source"), pl.lit("").alias("segment"), pl.lit(digest).alias("grids")]
    return rows.with_columns(*own, *said)


def _digest(features: list[str], in_force: list[tuple[dt.date, float, float]]) -> str:
    """Digest of what must be equal for sums to be added up: the features and their grids."""
    return state_id(f"{f}\t{grid[0]}" for f, grid in zip(features, in_force, strict=True))
