"""Estimated performance from scores alone: each model's scores, calibrated on its reference days.

In: rows of `span.score_estimate`, parts 'current' (scores of a span) and 'reference' (labelled scores). Out: one row
a current group, with the problem in words where the reference has too few labels. Caller: pipeline.score_apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.errors import QueryError
from dagster_project.core.histogram import dense
from dagster_project.core.types import Floats
from dagster_project.pipeline.score_figures import Arguments, figures
from dagster_project.pipeline.score_rows import KEY, Rows

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Prepared:
    """All current groups with what to expect of their scores; arrays [groups, 255]."""

    keys: pl.DataFrame
    n: Floats
    decided: Floats
    chance: Floats
    labels: Floats
    """Labels on the reference days [groups]."""


def estimate(rows: Rows, arguments: Arguments) -> pl.DataFrame:
    """A figure of the confusion matrix, or the area under the ROC curve, that is to be expected."""
    figure = str(arguments["figure"])
    given = rows.once(_prepared)
    if figure == "roc_auc":
        value, low, high = estimates.expected_auc(given.n, given.chance)
    else:
        beta = float(arguments.get("beta", 1.0))
        value, low, high = estimates.expected(figure, given.n, given.decided, given.chance, beta)
    few = given.labels < estimates.FEWEST_LABELS
    problem = [
        _problem(labels, nothing) for labels, nothing in zip(given.labels, np.isnan(value), strict=True)
    ]
    value, low, high = (np.where(few, np.nan, a) for a in (value, low, high))
    n = given.n.sum(axis=1).astype(np.int64)
    return figures(given.keys, value=value, low=low, high=high, n=n, problem=problem)


def _problem(labels: float, is_nothing: bool) -> str | None:
    if labels < estimates.FEWEST_LABELS:
        return f"not available: {labels:.0f} of {estimates.FEWEST_LABELS} labels needed on the reference days"
    return "not computable: no positive decision to expect anything of" if is_nothing else None


def _prepared(rows: Rows) -> Prepared:
    """Dense counts of the current groups beside their models' calibration."""
    import polars as pl

    if "part" not in rows.keys.columns:
        raise QueryError("the SELECT yields no column part: 'current' or 'reference'")
    n, decided, positives = (
        dense(rows.group, rows.ints("bin"), rows.floats(name), len(rows))
        for name in ("n", "decided", "positives")
    )
    keys = rows.keys.with_row_index("place")
    current = keys.filter(pl.col("part") == "current")
    reference = keys.filter(pl.col("part") == "reference")
    places = reference["place"].to_list()
    chances = np.array([estimates.calibrated(n[at], positives[at]) for at in places]).reshape(-1, n.shape[1])
    of_model = {model_id: at for at, model_id in enumerate(reference["model_id"].to_list())}
    learned = np.vstack([chances, np.full((1, n.shape[1]), np.nan)])
    labels = np.append(n[places].sum(axis=1), 0.0)
    at = np.array([of_model.get(m, len(places)) for m in current["model_id"].to_list()], dtype=np.int64)
    own = current["place"].to_numpy().astype(np.int64)
    return Prepared(current.select(KEY), n[own], decided[own], learned[at], labels[at])
