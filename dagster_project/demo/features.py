"""What a model may know at its decision moment, and nothing later.

Flows in: flights and weather of `flights`; out: one row a decision with its instant and features. Called by
`training` (past days) and `replay` (the days scored), so both see the same code. Never a feature: the tail number
(it is missing for most cancelled flights and would give them away), and anything that happens after `decided_at`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dagster_project.demo.flights import NEW_YORK, FlightData

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.demo.models import DemoModel, Moment

LEAD = dt.timedelta(hours=1)
"""Decisions at scheduling fall one hour before the scheduled hour begins: no flight leaves so early."""
WEATHER_AGE = dt.timedelta(hours=6)
"""Age of the newest observation at the full hour of the decision."""
NIGHT_RUN = dt.timedelta(minutes=5)
"""The nightly batch runs so long after midnight."""


def decisions(data: FlightData, moment: Moment) -> pl.DataFrame:
    """One row a decision: the flight's columns, decided_at (UTC), day (New York), and all features of the moment."""
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
    """Features of a model, numbers first."""
    return (*model.numeric, *model.categorical)


def delay_yesterday(flights: pl.DataFrame) -> pl.DataFrame:
    """Per origin and day: mean arrival delay of the day before, of the flights that had arrived by midnight."""
    import polars as pl

    midnight = start_of_day(pl.col("day") + pl.duration(days=1))
    return (
        flights.filter(pl.col("landed_at") < midnight)
        .group_by("origin", "day")
        .agg(delay_yesterday_min=pl.col("arrival_delay_min").cast(pl.Int64).sum() / pl.len())
        .with_columns(day=pl.col("day") + pl.duration(days=1))
    )


def local_day(column: str) -> pl.Expr:
    """Day in New York of an instant."""
    import polars as pl

    return pl.col(column).dt.convert_time_zone(NEW_YORK).dt.date()


def start_of_day(day: pl.Expr) -> pl.Expr:
    """The instant a New York day begins, in UTC; the clocks change at two, never at midnight."""
    import polars as pl

    return day.cast(pl.Datetime("us")).dt.replace_time_zone(NEW_YORK).dt.convert_time_zone("UTC")


def _decided_at(moment: Moment) -> pl.Expr:
    import polars as pl

    if moment == "scheduled hour":
        return pl.col("hour_start") - LEAD
    if moment == "night before":
        return start_of_day(pl.col("day")) + NIGHT_RUN
    return pl.col("departed_at")
