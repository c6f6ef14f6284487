"""What a model may know at the moment of its decision, and nothing later.

In: flights and weather of `flights`. Out: one row per decision with its instant and features. Called by
`build`, for `training` (past days) and `replay` (scored days), which thus use the same code. Never a feature:
the tail number (it is missing for most cancelled flights and would give them away), and anything that happens
after `decided_at`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dagster_project.demo.flights import NEW_YORK, FlightData

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.demo.models import DemoModel, Moment

LEAD = dt.timedelta(hours=1)
"""Decisions at scheduling are made one hour before the scheduled hour begins; no flight leaves that early."""
WEATHER_AGE = dt.timedelta(hours=6)
"""Age of the newest observation at the full hour of the decision."""
NIGHT_RUN = dt.timedelta(minutes=5)
"""How long after midnight the nightly batch runs."""


def decisions(data: FlightData, moment: Moment) -> pl.DataFrame:
    """Return one row per decision: the flight's columns, decided_at (UTC), day (New York), all features."""
    import polars as pl

    decided = data.flights.with_columns(decided_at=_decided_at(moment)).filter(
        pl.col("decided_at").is_not_null()
    )
    observed = decided.with_columns(
        day=local_day("decided_at"), observed_at=pl.col("decided_at").dt.truncate("1h") - WEATHER_AGE
    ).join(data.weather, on=["origin", "observed_at"], how="left")
    if moment == "night before":
        observed = observed.join(delay_yesterday(data.flights), on=["origin", "day"], how="left")
    return observed.sort("decided_at", "flight_key")


def feature_names(model: DemoModel) -> tuple[str, ...]:
    """Return the features of a model, numbers first."""
    return (*model.numeric, *model.categorical)


def delay_yesterday(flights: pl.DataFrame) -> pl.DataFrame:
    """Return by origin and day the mean arrival delay of the day before, of flights there by midnight."""
    import polars as pl

    midnight = start_of_day(pl.col("day") + pl.duration(days=1))
    return (
        flights.filter(pl.col("landed_at") < midnight)
        .group_by("origin", "day")
        .agg(delay_yesterday_min=pl.col("arrival_delay_min").cast(pl.Int64).sum() / pl.len())
        .with_columns(day=pl.col("day") + pl.duration(days=1))
    )


def local_day(column: str) -> pl.Expr:
    """Return the day in New York of an instant."""
    import polars as pl

    return pl.col(column).dt.convert_time_zone(NEW_YORK).dt.date()


def start_of_day(day: pl.Expr) -> pl.Expr:
    """Return the instant at which a New York day begins, in UTC; clocks change at two, never at midnight."""
    import polars as pl

    return day.cast(pl.Datetime("us")).dt.replace_time_zone(NEW_YORK).dt.convert_time_zone("UTC")


def _decided_at(moment: Moment) -> pl.Expr:
    import polars as pl

    if moment == "scheduled hour":
        return pl.col("hour_start") - LEAD
    if moment == "night before":
        return start_of_day(pl.col("day")) + NIGHT_RUN
    return pl.col("departed_at")
