"""From figures to readings: unit, grade against the last target that fits, the reason in words.

Caller: pipeline.score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.arrival import MATURE, STILL_COMING
from dagster_project.core.formatting import format_day
from dagster_project.core.grading import grades
from dagster_project.core.naming import LABEL, PREDICTION
from dagster_project.core.types import Numbers
from dagster_project.pipeline.night import Night
from dagster_project.spec.catalog import Model, undeclared
from dagster_project.spec.loading import Metric
from dagster_project.spec.statement import MetricHead
from dagster_project.spec.targets import Target

if TYPE_CHECKING:
    import polars as pl

READING = [
    "model_id", "version", "metric", "segment", "feature", "day", "window_days", "value", "unit", "numerator",
    "denominator", "n", "low", "high", "grade", "reason",
]  # fmt: skip
UNCOUNTED = "labels arrived, but none can be used"
"""Replaces a metric's own words if labels are words whose meaning nobody declared, or lack their requests."""
ALL_YES = "every label counts as yes: they are codes"
"""Why a figure made from codes gets no grade, however good it looks."""
FIGURES = ["value", "low", "high"]
SPAN = ["model_id", "version", "day", "window_days"]


@dataclass(frozen=True, slots=True)
class Grading:
    """What grading needs to know about the night."""

    night: Night
    models: Mapping[str, Model]
    partial: str
    """Reason given for readings of the running day; '' if there is none."""
    growing: pl.DataFrame
    """model_id, version, until: models and versions whose reference days are not yet over on the night's day."""
    arrived: pl.DataFrame
    """model_id, version, day, window_days, arrived: the share of a span's labels that is due by now."""
    uncounted: frozenset[str] = frozenset()
    """Models with labels of which none counts."""
    coded: frozenset[str] = frozenset()
    """Models for which every label counts as yes, because labels are codes."""


def graded_readings(found: pl.DataFrame, metric: Metric, context: Grading) -> pl.DataFrame:
    """Readings of one metric: a value on too few rows is withheld, and a problem takes precedence as the reason."""
    import polars as pl

    head = metric.head
    good, poor = _thresholds(found, metric, context)
    value = found["value"].to_numpy()
    n = found["n"].fill_null(0).to_numpy()
    units = _own_units(found, context) if head.unit == "feature" else found["model_id"].replace_strict(
        _units(found, head, context), return_dtype=pl.String
    )  # fmt: skip
    grade, reason = _graded(value, good, poor, n, units, head, context)
    rows = found.with_columns(
        pl.Series("grade", grade, dtype=pl.String), pl.Series("reason", reason, dtype=pl.String),
        units.alias("unit"), pl.lit(metric.id).alias("metric"),
    )  # fmt: skip
    enough = pl.col("n").fill_null(0) >= head.minimum
    remarked = pl.concat_str(pl.when(enough).then("reason"), "remark", separator="; ")
    said = pl.coalesce("problem", remarked, "reason").alias("reason")
    rows = rows.with_columns(pl.when(enough).then(pl.col(FIGURES)), said)
    return _unsettled(rows, head, context).select(READING)


def _unsettled(rows: pl.DataFrame, head: MetricHead, context: Grading) -> pl.DataFrame:
    """No grade for the running day, for drift from unfinished reference days, for labels still arriving or in codes."""
    import polars as pl

    there = pl.col("value").is_not_null()
    # If several rules hold, the last one gives the reason.
    if head.family == "performance" and not head.without_labels:
        rows = _by_labels(rows, there, context)
    if head.family == "drift" and len(context.growing):
        rows = rows.join(context.growing, on=["model_id", "version"], how="left", maintain_order="left")
        days = rows["until"].map_elements(
            lambda day: f"reference days run until {format_day(day)}", return_dtype=pl.String
        )
        rows = _ungraded(rows, pl.col("until").is_not_null() & there, days)
    if context.night.running_day is not None:
        rows = _ungraded(rows, pl.col("day") == context.night.running_day, pl.lit(context.partial))
    return rows


def _by_labels(rows: pl.DataFrame, there: pl.Expr, context: Grading) -> pl.DataFrame:
    """No grade while labels are still arriving, nor where they are codes."""
    import polars as pl

    rows = rows.join(context.arrived.select(*SPAN, "arrived"), on=SPAN, how="left", maintain_order="left")
    percent = (100 * pl.col("arrived")).round().cast(pl.Int64)
    words = pl.format(
        f"{STILL_COMING}: {{}}\N{NO-BREAK SPACE}% of the expected labels are due by now", percent
    )
    young = pl.concat_str(words, "remark", separator="; ", ignore_nulls=True)
    rows = _ungraded(rows, (pl.col("arrived") < MATURE) & there, young)
    return _ungraded(rows, pl.col("model_id").is_in(sorted(context.coded)) & there, pl.lit(ALL_YES))


def _ungraded(rows: pl.DataFrame, where: pl.Expr, reason: pl.Expr | pl.Series) -> pl.DataFrame:
    import polars as pl

    return rows.with_columns(
        pl.when(where).then(pl.lit("unknown")).otherwise("grade").alias("grade"),
        pl.when(where).then(reason).otherwise("reason").alias("reason"),
    )


def _graded(
    value: Numbers,
    good: Numbers,
    poor: Numbers,
    n: Numbers,
    units: pl.Series,
    head: MetricHead,
    context: Grading,
) -> tuple[list[str], list[str]]:
    """Grades unit by unit, since the reason states thresholds in the metric's unit."""
    currency = context.night.workspace.settings.currency
    grade, reason = np.empty(len(value), dtype=object), np.empty(len(value), dtype=object)
    for unit in units.unique().sort().to_list():
        at = (units == unit).to_numpy()
        found = grades(value[at], good[at], poor[at], n[at], head.minimum, unit, currency)
        grade[at], reason[at] = found
    return list(grade), list(reason)


def _units(found: pl.DataFrame, head: MetricHead, context: Grading) -> dict[str, str]:
    """Unit of the metric for each model."""
    models = found["model_id"].unique().sort().to_list()
    return {m: head.unit_for(context.models.get(m) or undeclared(m)) for m in models}


def _own_units(found: pl.DataFrame, context: Grading) -> pl.Series:
    """Unit of each row's feature as declared; predictions and labels have the model's, the rest none."""
    import polars as pl

    named = {(m.id, f): given.unit or "1" for m in context.models.values() for f, given in m.features.items()}
    named |= {(m.id, f): m.unit or "1" for m in context.models.values() for f in (PREDICTION, LABEL)}
    pairs = zip(found["model_id"].to_list(), found["feature"].to_list(), strict=True)
    return pl.Series([named.get(pair, "1") for pair in pairs], dtype=pl.String)


def _thresholds(found: pl.DataFrame, metric: Metric, context: Grading) -> tuple[Numbers, Numbers]:
    """good and poor of every row: the last target that fits its model and feature, else the metric's own."""
    import polars as pl

    head = metric.head
    targets = [target for target in context.night.workspace.targets if target.metric == metric.id]
    own = (head.thresholds.good, head.thresholds.poor) if head.thresholds else (None, None)
    if not targets:
        good, poor = (np.full(len(found), np.nan if end is None else end) for end in own)
        return good, poor
    pairs = found.select("model_id", "feature").unique().sort("model_id", "feature")
    chosen = [
        chosen_target(targets, metric.id, context.models.get(m) or undeclared(m), feature)
        for m, feature in pairs.iter_rows()
    ]
    rows = pairs.with_columns(
        pl.Series("good", [t.good if t else own[0] for t in chosen], dtype=pl.Float64),
        pl.Series("poor", [t.poor if t else own[1] for t in chosen], dtype=pl.Float64),
    )
    joined = found.select("model_id", "feature").join(
        rows, on=["model_id", "feature"], how="left", maintain_order="left"
    )
    return joined["good"].to_numpy(), joined["poor"].to_numpy()


def chosen_target(targets: Sequence[Target], metric: str, model: Model, feature: str) -> Target | None:
    """The explicit target of a metric for a model and feature: the last one that fits; None if there is none."""
    return next((t for t in reversed(targets) if t.metric == metric and t.fits(model, feature)), None)
