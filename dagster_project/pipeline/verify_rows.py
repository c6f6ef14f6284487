"""Rows of the lake for verification: a window of days, some columns. In: `ops.part`'s paths. Out: frames.

Called by `pipeline.verify`; reads Parquet and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.errors import ModelboardError
from dagster_project.spec.loading import Workspace
from dagster_project.store.connection import ANEW

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Days:
    """A window of days: its last day and its length."""

    last: dt.date
    length: int

    @property
    def first(self) -> dt.date:
        """The window's first day."""
        return self.last - dt.timedelta(days=self.length - 1)


def lake_rows(
    workspace: Workspace, parts: pl.DataFrame, kind: str, days: Days, columns: Sequence[str]
) -> pl.DataFrame:
    """The lake's rows of some days; NULL in columns that are newer than a file.

    `parts` has kind, day and path of each file of the lake. Raises ModelboardError if one is gone or damaged.
    """
    import polars as pl

    wanted = parts.filter((parts["kind"] == kind) & parts["day"].is_between(days.first, days.last))
    frames = [_empty(columns)]
    for path in wanted["path"]:
        file = workspace.root / path
        try:
            there = pl.read_parquet_schema(file)
            frames.append(pl.read_parquet(file, columns=[name for name in columns if name in there]))
        except (OSError, pl.exceptions.PolarsError) as error:
            raise ModelboardError(
                f"{file}: damaged in the lake; put back what was there, or {ANEW}"
            ) from error
    return pl.concat(frames, how="diagonal_relaxed")


def of_model(rows: pl.DataFrame, model: str, version: str) -> pl.DataFrame:
    """The rows of one model, and of one version unless that is ''."""
    own = rows.filter(rows["model_id"] == model)
    return own.filter(own["version"] == version) if version else own


def of_segment(rows: pl.DataFrame, segment: str) -> pl.DataFrame:
    """The rows that say they belong to a segment; '' is all rows."""
    import polars as pl

    return rows.filter(pl.col("segments").list.contains(segment)) if segment else rows


def _empty(columns: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    kinds = {
        "model_id": pl.String(), "version": pl.String(), "consumer": pl.String(), "user_hash": pl.UInt64(),
        "records": pl.Int64(), "error": pl.Boolean(), "late": pl.Boolean(), "day": pl.Date(), "label_day": pl.Date(),
        "segments": pl.List(pl.String()),
    }  # fmt: skip
    return pl.DataFrame(schema={column: kinds.get(column, pl.Null()) for column in columns})
