"""Estimated performance: each model's scores or predictions, judged by what they meant on its reference days.

In: rows of `span.score_estimate` or `span.error_estimate`, parts 'current' (a span) and 'reference' (labelled). Out:
one row a current group, with the problem in words where the reference has too few labels. Scores are read by what they
meant in their own version (`score_calibrated`), predictions by what they meant in all. Caller: pipeline.score_apply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.errors import QueryError
from dagster_project.core.histogram import dense
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.score_calibrated import calibrated
from dagster_project.pipeline.score_figures import Arguments, figures
from dagster_project.pipeline.score_rows import KEY, Rows

if TYPE_CHECKING:
    import polars as pl

ERROR_STEPS = 2**10
"""daily.error_hist holds errors in so many parts of the grid's scale."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The current groups and the place of each one's reference among all groups; -1 where there is none."""

    keys: pl.DataFrame
    own: Ints
    reference: Ints

    def of_reference(self, values: Floats) -> Floats:
        """The rows of the references; nan where there is none."""
        missing = self.reference < 0
        found = np.array(values[np.where(missing, 0, self.reference)]) if len(values) else values
        found[missing] = np.nan
        return found


def estimate(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A figure of the confusion matrix, or the area under the ROC curve, that is to be expected."""
    figure = str(arguments["figure"])
    sides, grid = rows.once(_sides), rows.once(calibrated)
    n, decided, chance = (a[sides.own] for a in (grid.n, grid.decided, grid.chance))
    if figure == "roc_auc":
        found = estimates.expected_auc(n, chance)
    else:
        found = estimates.expected(figure, n, decided, chance, float(arguments.get("beta", 1.0)))
    nothing = np.isnan(found[0])
    why = "not computable: no positive decision to expect anything of"
    remark = [grid.remark[at] for at in sides.own.tolist()]
    return _figures(sides, found, n, grid.labels[sides.own], nothing, why, remark)


def estimate_error(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """The mean absolute error, or the root of the mean squared one, that is to be expected."""
    sides, grid = rows.once(_sides), rows.once(_errors)
    names = ("a", "aa") if arguments["figure"] == "mae" else ("aa", "aaaa")
    mean, squares = (sides.of_reference(grid[name]) for name in names)
    n = grid["n"][sides.own]
    found = estimates.expected_loss(n, mean, squares)
    if arguments["figure"] == "rmse":
        found = (np.sqrt(found[0]), np.sqrt(found[1]), np.sqrt(found[2]))
    unit = sides.of_reference(grid["scale"]) / ERROR_STEPS
    value, low, high = (a * unit for a in found)
    labels = np.nan_to_num(sides.of_reference(grid["labels"]))
    moved = sides.of_reference(grid["newest"]) != grid["newest"][sides.own]
    moved |= grid["oldest"][sides.own] != grid["newest"][sides.own]
    why = "not computable: predictions left the reference's grid"
    return _figures(sides, (value, low, high), n, labels, moved, why, [None] * len(moved))


def _figures(
    sides: Sides,
    found: tuple[Floats, Floats, Floats],
    n: Floats,
    labels: Floats,
    none: Bools,
    why: str,
    remark: Sequence[str | None],
) -> pl.DataFrame:
    """Figures without those that rest on too few labels, or that cannot be had for the reason given."""
    few = labels < estimates.FEWEST_LABELS
    needed = f"of {estimates.FEWEST_LABELS} labels needed on the reference days"
    problem = [
        f"not available: {count:.0f} {needed}" if is_few else why if is_none else None
        for count, is_few, is_none in zip(labels.tolist(), few.tolist(), none.tolist(), strict=True)
    ]
    value, low, high = (np.where(few | none, np.nan, a) for a in found)
    rows = n.sum(axis=1).astype(np.int64)
    return figures(sides.keys, value=value, low=low, high=high, n=rows, problem=problem, remark=remark)


def _sides(rows: Rows) -> Sides:
    import polars as pl

    if "part" not in rows.keys.columns:
        raise QueryError("the SELECT yields no column part: 'current' or 'reference'")
    keys = rows.keys.with_row_index("place")
    current = keys.filter(pl.col("part") == "current")
    whole = keys.filter(pl.col("part") == "reference", pl.col("version") == "")
    reference = whole.select("model_id", pl.col("place").alias("at"))
    both = current.join(reference, on="model_id", how="left", maintain_order="left")
    own, at = (both[name].fill_null(-1).to_numpy().astype(np.int64) for name in ("place", "at"))
    return Sides(both.select(KEY), own, at)


def _errors(rows: Rows) -> dict[str, Floats]:
    """Counts [groups, 255] by bin of the prediction; mean errors and their powers, of references; each group's grid."""
    import polars as pl

    days = rows.column("grid_from").cast(pl.Int32).fill_null(0).to_numpy().astype(np.float64)
    oldest, newest, scale = np.full(len(rows), np.inf), np.zeros(len(rows)), np.zeros(len(rows))
    np.minimum.at(oldest, rows.group, days)
    np.maximum.at(newest, rows.group, days)
    use = days == newest[rows.group]
    np.maximum.at(scale, rows.group[use], np.nan_to_num(rows.floats("scale"))[use])
    names = ("n", "a", "aa", "aaaa")
    grid = {
        name: dense(rows.group, rows.ints("bin"), np.where(use, rows.floats(name), 0.0), len(rows))
        for name in names
    }
    n = grid["n"]
    means = {name: _of_references(rows, partial(_learned, n, grid[name])) for name in names[1:]}
    return (
        grid | means | {"labels": grid["n"].sum(axis=1), "oldest": oldest, "newest": newest, "scale": scale}
    )


def _learned(n: Floats, sums: Floats, at: int) -> Floats:
    return estimates.learned(n[at], sums[at])


def _of_references(rows: Rows, learn: Callable[[int], Floats]) -> Floats:
    """What is learned of each reference group, by bin; nan for the others."""
    places = np.flatnonzero((rows.keys["part"] == "reference").to_numpy())
    found = np.full((len(rows), 255), np.nan)
    for at in places.tolist():
        found[at] = learn(at)
    return found
