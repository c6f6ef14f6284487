"""How each decision turned out, and when that became known.

In: decisions of `features`. Out: the same rows with label and label_at, without those whose label never
arrives. Called by `training` and `build`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dagster_project.demo.features import local_day, start_of_day
from dagster_project.demo.models import LATE_MINUTES

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.demo.models import DemoModel, Target

CLOSING = dt.timedelta(hours=23, minutes=59)
"""The nightly file of a day is closed at 23:59, New York."""


def labelled(decided: pl.DataFrame, model: DemoModel) -> pl.DataFrame:
    """Return the decisions whose label arrives at some time, with label (a number) and label_at (UTC).

    Whether a flight was cancelled is settled when its day closes (if it leaves after midnight, the next day).
    Everything else is known on arrival; cancelled or diverted flights never arrive, and have no such label.
    Models that run in batches get their labels with the nightly file.
    """
    import polars as pl

    settled_at = pl.coalesce("departed_at", "scheduled_at")
    known_at = settled_at if model.target == "cancelled" else pl.col("landed_at")
    known = decided.with_columns(label=_label(model.target), label_at=known_at).drop_nulls(
        ["label", "label_at"]
    )
    if not model.in_batches:
        return known
    return known.with_columns(label_at=_closing("label_at"))


def _label(target: Target) -> pl.Expr:
    import polars as pl

    if target == "late":
        return (pl.col("arrival_delay_min") > LATE_MINUTES).cast(pl.Float64)
    if target == "cancelled":
        return pl.col("departed_at").is_null().cast(pl.Float64)
    if target == "gain_min":
        return pl.col("departure_delay_min") - pl.col("arrival_delay_min")
    return pl.col(target)


def _closing(column: str) -> pl.Expr:
    """When the nightly file of an instant's day is closed; instants are whole minutes, so none is later."""
    import polars as pl

    tomorrow = start_of_day(local_day(column) + pl.duration(days=1))
    return tomorrow - (dt.timedelta(days=1) - CLOSING)
