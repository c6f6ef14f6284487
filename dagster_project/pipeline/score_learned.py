"""Which reference an estimate without labels learns from: that of each row's own version, or that of its model.

In: rows of `span.score_estimate` or `span.error_estimate`. A version with too few labels on reference days of its own
is read by those of the model. Caller: pipeline.score_calibrated, pipeline.score_errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster_project.core import estimates
from dagster_project.core.types import Floats, Ints
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl


def references(rows: Rows, known: Floats) -> tuple[Ints, pl.Series]:
    """The reference group that each row is read by, -1 without one, and whether it is that of the row's version."""
    import polars as pl

    keys = rows.keys.select("part", "model_id", "version").with_columns(
        place=pl.int_range(pl.len(), dtype=pl.Int64), known=pl.Series(known)
    )
    there = keys.filter(pl.col("part") == "reference").select("model_id", "version", "place", "known")
    enough = there.filter(pl.col("version") != "", pl.col("known") >= estimates.FEWEST_LABELS)
    whole = there.filter(pl.col("version") == "").select("model_id", "place")
    long = rows.keys[rows.group].select("model_id").with_columns(version=rows.column("logged_version"))
    found = long.join(enough, on=["model_id", "version"], how="left", maintain_order="left").join(
        whole, on="model_id", how="left", maintain_order="left", suffix="_whole"
    )
    used = found.select(pl.coalesce("place", "place_whole").fill_null(-1)).to_series().to_numpy()
    return used, found["place"].is_not_null()


def remarks(rows: Rows, own: pl.Series) -> list[str | None]:
    """By group, how versions were read whose reference days are not the model's; None without one."""
    import polars as pl

    read = pl.DataFrame({
        "group": rows.group, "version": rows.column("logged_version"), "apart": rows.column("apart"), "own": own,
    }).filter("apart").unique().sort("group", "version")  # fmt: skip
    said: list[str | None] = [None] * len(rows)
    for (group,), versions in read.group_by("group", maintain_order=True):
        parts = versions.partition_by("own", as_dict=True)
        words = {
            True: "read by its own reference days",
            False: "read by those of all versions, for want of labels on days of its own",
        }
        said[int(str(group))] = "; ".join(
            f"{_named(parts[key,]['version'].to_list())} {words[key]}" for key in words if (key,) in parts
        )
    return said


def _named(versions: Sequence[str]) -> str:
    return versions[0] if len(versions) == 1 else f"each of {len(versions)} versions"
