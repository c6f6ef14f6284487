"""Declared patterns of categories: whether RE2 accepts them, and which values of a chunk do not match.

Each distinct value is matched once, in time linear in its length. Callers: pipeline.summarise, summarise_features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.core.errors import Problem, QueryError, WorkspaceError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise_scans import Chunk, constants, feature_column, groups
from dagster_project.store.engine import Lookup, unmatched
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

SCHEMA = ("model_id", "value", "refused")


def require_valid_patterns(night: Night, warehouse: Warehouse) -> None:
    """Raise WorkspaceError naming every declared pattern that RE2 refuses."""
    problems = []
    for placed in night.workspace.models:
        for name, feature in placed.value.features.items():
            if feature.pattern is None:
                continue
            try:
                unmatched(warehouse, [], feature.pattern)
            except QueryError as error:
                problems.append(Problem(placed.file, placed.line, f"features.{name}.pattern", str(error)))
    if problems:
        raise WorkspaceError(problems)


def refused_values(chunk: Chunk, feature: str) -> pl.DataFrame:
    """model_id, value, refused: the values of a feature that do not match their model's pattern."""
    import polars as pl

    patterns = {m: f.pattern for m, f in chunk.feature(feature).items() if f.pattern}
    schema = dict(zip(SCHEMA, (pl.String, pl.String, pl.Boolean), strict=True))
    if not patterns:
        return pl.DataFrame(schema=schema)
    keys = constants(chunk, chunk.keys.filter(pl.col("model_id").is_in(list(patterns))))
    columns = {"model_id": "r.model_id", "value": feature_column(chunk.engine, feature, "category")}
    found = groups(chunk.engine, columns, (Lookup("k", keys, chunk.on),)).filter(
        pl.col("value").is_not_null()
    )
    rows = [
        (model_id, value, True)
        for model_id, pattern in patterns.items()
        for value in unmatched(
            chunk.engine.warehouse, found.filter(pl.col("model_id") == model_id)["value"].to_list(), pattern
        )
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")
