"""Turn raw rows into labels, for sources of kind 'outcomes'. Called by `mapping`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.readers.columns import Flaw, text_column
from dagster_project.readers.mapped import IntakeRules, Mapped, missing, split_rows
from dagster_project.readers.requests import label_columns, trusted_days
from dagster_project.readers.times import days_of, time_column
from dagster_project.spec.source import Source

if TYPE_CHECKING:
    import polars as pl


def map_outcomes(frame: pl.DataFrame, source: Source, intake: IntakeRules) -> Mapped:
    """Return request_id, model_id ('' if not mapped: any model), label, label_text, label_time, label_day."""
    import polars as pl

    label_time, flaws = time_column(frame, source.columns.get("label_time"), source, "label_time")
    ids = text_column(frame, source.columns["request_id"], "request_id")
    label, label_text = label_columns(frame, source)
    flaws.append(missing(ids, "request_id"))
    flaws.append(
        Flaw("label", "is missing or is not a finite number", label.is_null() & label_text.is_null())
    )
    future = (label_time > intake.horizon).fill_null(value=False)
    flaws.append(Flaw("label_time", "is in the future", future))
    if "label_time" in source.columns:
        flaws.append(missing(label_time, "label_time"))
    model = text_column(frame, source.columns.get("model_id"), "model_id")
    days = days_of(label_time, intake.zone).rename("label_day")
    rows = pl.DataFrame([ids, model, label, label_text, label_time, days])
    return split_rows(frame, rows, trusted_days(label_time, intake), flaws, source)
