"""What estimates without labels learn from: the reference days of each row's own version, or of its model.

In: rows of `span.score_estimate` or `span.error_estimate`. A version with too few labels on its own reference days
uses those of the model. Callers: pipeline.score_calibrated, pipeline.score_errors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.histogram import K, dense
from dagster_project.core.types import Floats, Ints
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class EstimateReferences:
    """Which reference each row uses. Tables are [groups, 255], by bin."""

    rows: Rows
    counts: Floats
    """Table of row counts; the rows of references are labelled."""
    used: Ints
    """The reference group that each row uses; -1 if there is none."""
    own: pl.Series
    """Whether it is that of the row's own version."""

    def table(self, sums: Floats, learn: Callable[[Floats, Floats], Floats]) -> Floats:
        """What is learned from each reference, given its counts and sums; nan for the other groups."""
        found = np.full(self.counts.shape, np.nan)
        for at in np.flatnonzero((self.rows.keys["part"] == "reference").to_numpy()).tolist():
            found[at] = learn(self.counts[at], sums[at])
        return found

    def expected(self, table: Floats) -> Floats:
        """Mean of a table's values over the rows of each group and bin, whatever their versions; nan where unknown."""
        group, bins, n = self.rows.group, self.rows.ints("bin"), self.rows.floats("n")
        said = np.where(self.used >= 0, table[self.used, np.clip(bins, -K, K) + K], np.nan)
        counts = dense(group, bins, n, len(self.rows))
        return dense(group, bins, n * said, len(self.rows)) / np.maximum(counts, 1.0)

    def fewest_labels(self) -> Floats:
        """By group, the number of labels behind the reference that has the fewest."""
        found = np.full(len(self.rows), np.inf)
        behind = np.where(self.used >= 0, self.counts.sum(axis=1)[self.used], 0.0)
        np.minimum.at(found, self.rows.group, behind)
        return found

    def remarks(self) -> list[str | None]:
        """By group, which reference was used for versions whose own days differ from the model's; None if for none."""
        return _remarks(self.rows, self.own)


def find_estimate_references(rows: Rows, counts: Floats) -> EstimateReferences:
    """Find the reference of each row; `counts` has the number of rows that count, by group and bin."""
    return EstimateReferences(rows, counts, *_references(rows, counts.sum(axis=1)))


def _references(rows: Rows, known: Floats) -> tuple[Ints, pl.Series]:
    """The reference group that each row uses (-1 if there is none), and whether it is that of the row's version."""
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


def _remarks(rows: Rows, own: pl.Series) -> list[str | None]:
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
