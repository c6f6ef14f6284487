"""Estimated performance: each model's scores or predictions, judged by what they meant on its reference days.

In: rows of `span.score_estimate` or `span.error_estimate`, parts 'current' (a span) and 'reference' (labelled). Out:
one row per current group, with the problem in words if the reference has too few labels. Scores are judged by what
they meant in their own version (`score_calibrated`), predictions by how far its predictions erred (`score_errors`).
Caller: pipeline.score_apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.errors import QueryError
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.score_calibrated import calibrated
from dagster_project.pipeline.score_errors import expected_errors
from dagster_project.pipeline.score_figures import Arguments, figures
from dagster_project.pipeline.score_rows import KEY, Rows

if TYPE_CHECKING:
    import polars as pl

ERROR_STEPS = 2**10
"""daily.error_hist holds errors in steps of the grid's scale divided by this."""


def estimate(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """The expected figure of the confusion matrix, or the expected area under the ROC curve."""
    figure = str(arguments["figure"])
    own, grid = _current(rows), rows.once(calibrated)
    n, decided, chance = (a[own] for a in (grid.n, grid.decided, grid.chance))
    if figure == "roc_auc":
        found = estimates.expected_auc(n, chance)
    else:
        found = estimates.expected(figure, n, decided, chance, float(arguments.get("beta", 1.0)))
    nothing = np.isnan(found[0])
    why = "not computable: no positive decision is expected"
    return _figures(rows, own, found, n, grid.labels, nothing, why, grid.remark)


def estimate_error(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """The expected mean absolute error, or the expected root of the mean squared error."""
    own, grid = _current(rows), rows.once(expected_errors)
    name = "a" if arguments["figure"] == "mae" else "aa"
    n = grid.n[own]
    found = estimates.expected_loss(n, grid.mean[name][own], grid.squares[name][own])
    if arguments["figure"] == "rmse":
        found = (np.sqrt(found[0]), np.sqrt(found[1]), np.sqrt(found[2]))
    unit = grid.scale[own] / ERROR_STEPS
    value, low, high = (a * unit for a in found)
    why = "not computable: predictions lie outside the reference's grid"
    return _figures(rows, own, (value, low, high), n, grid.labels, grid.left[own], why, grid.remark)


def _figures(
    rows: Rows,
    own: Ints,
    found: tuple[Floats, Floats, Floats],
    n: Floats,
    labels: Floats,
    none: Bools,
    why: str,
    remark: Sequence[str | None],
) -> pl.DataFrame:
    """Figures without those that rest on too few labels or cannot be computed, for the reason given."""
    labels = np.where(np.isfinite(labels[own]), labels[own], 0.0)
    few = labels < estimates.FEWEST_LABELS
    needed = f"of {estimates.FEWEST_LABELS} labels needed on the reference days"
    problem = [
        f"not available: {count:.0f} {needed}" if is_few else why if is_none else None
        for count, is_few, is_none in zip(labels.tolist(), few.tolist(), none.tolist(), strict=True)
    ]
    value, low, high = (np.where(few | none, np.nan, a) for a in found)
    keys, said = rows.keys.select(KEY)[own], [remark[at] for at in own.tolist()]
    count = n.sum(axis=1).astype(np.int64)
    return figures(keys, value=value, low=low, high=high, n=count, problem=problem, remark=said)


def _current(rows: Rows) -> Ints:
    """Places of the groups that are not references."""
    if "part" not in rows.keys.columns:
        raise QueryError("the SELECT yields no column part, expected to say 'current' or 'reference'")
    return np.flatnonzero((rows.keys["part"] == "current").to_numpy())
