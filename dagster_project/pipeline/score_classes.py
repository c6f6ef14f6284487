"""Figures of multiclass models from their confusion counts: macro and micro averages, and class by class.

In: `Rows` of `span.outcome_class`. Out: figures by key; for figures of each class, the key's `feature` is the class.
Caller: pipeline.score_apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import classes as averages
from dagster_project.core import intervals, performance
from dagster_project.core.types import Floats, Ints
from dagster_project.pipeline.score_figures import Arguments, figures
from dagster_project.pipeline.score_rows import Rows

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every class of every key; cells as `performance.CELLS`, each [pairs, 32]: one class against all others."""

    group: Ints
    names: pl.Series
    cells: list[Floats]
    rows: Floats
    """Labelled rows [groups, 32]."""


def classes(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """Precision, recall or F-beta: averaged over classes (macro) or rows (micro), or of each class."""
    pairs = rows.once(_pairs)
    figure = str(arguments["figure"])
    top, bottom = performance.fraction(figure, pairs.cells, float(arguments.get("beta", 1.0)))
    if arguments["average"] == "each":
        return _each(rows, pairs, top, bottom)
    if arguments["average"] == "micro":
        value, low, high = intervals.bucket_mean(_by_group(top, pairs), _by_group(bottom, pairs))
    else:
        value, low, high = averages.macro_mean(top, bottom, pairs.group, pairs.rows)
    n = pairs.rows.sum(axis=1).astype(np.int64)
    return figures(rows.keys, value=value, n=n, low=np.maximum(low, 0.0), high=np.minimum(high, 1.0))


def _each(rows: Rows, pairs: Pairs, top: Floats, bottom: Floats) -> pl.DataFrame:
    """One row per class; n is the figure's denominator."""
    keys = rows.keys[pairs.group].with_columns(pairs.names.alias("feature"))
    value, low, high = intervals.bucket_mean(top, bottom)
    k, of = top.sum(axis=1), bottom.sum(axis=1)
    return figures(
        keys, value=value, numerator=k, denominator=of, n=of.astype(np.int64),
        low=np.maximum(low, 0.0), high=np.minimum(high, 1.0),
    )  # fmt: skip


def _by_group(cells: Floats, pairs: Pairs) -> Floats:
    total = np.zeros_like(pairs.rows)
    np.add.at(total, pairs.group, cells)
    return total


def _pairs(rows: Rows) -> Pairs:
    """Cells of each class: right predictions, wrong predictions of it, labels of it that were missed, all the rest."""
    import polars as pl

    long = pl.DataFrame({
        "group": rows.group, "bucket": rows.ints("bucket"), "label": rows.column("label").cast(pl.String),
        "predicted": rows.column("predicted").cast(pl.String), "n": rows.floats("n"), "hits": rows.floats("hits"),
    })  # fmt: skip
    named = [
        long.select("group", "bucket", pl.col(side).alias("name"), "n", "hits")
        for side in ("label", "predicted")
    ]
    known = pl.concat([side.select("group", "name") for side in named]).unique().sort("group", "name")
    known = known.with_row_index("pair")
    actual, right = (_spread(named[0], known, column) for column in ("n", "hits"))
    answered = _spread(named[1], known, "n")
    at = rows.group * intervals.BUCKETS + long["bucket"].to_numpy()
    total = np.bincount(at, long["n"].to_numpy(), len(rows) * intervals.BUCKETS).astype(np.float64)
    labelled = total.reshape(-1, intervals.BUCKETS)
    group = known["group"].to_numpy().astype(np.int64)
    missed, wrong = actual - right, answered - right
    return Pairs(
        group, known["name"], [right, wrong, missed, labelled[group] - right - wrong - missed], labelled
    )


def _spread(side: pl.DataFrame, known: pl.DataFrame, column: str) -> Floats:
    """Sums [pairs, 32] of one column by the class of one side."""
    placed = side.join(known, on=["group", "name"], how="left", maintain_order="left")
    at = placed["pair"].to_numpy().astype(np.int64) * intervals.BUCKETS + placed["bucket"].to_numpy()
    size = len(known) * intervals.BUCKETS
    return np.bincount(at, placed[column].to_numpy(), size).astype(np.float64).reshape(-1, intervals.BUCKETS)
