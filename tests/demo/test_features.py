"""Features: nothing that was not known at the moment of the decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from dagster_project.demo.features import decisions, feature_names
from dagster_project.demo.flights import FlightData
from dagster_project.demo.models import MODELS, DemoModel

NOW = {
    "scheduled hour": dt.datetime(2013, 2, 8, 17, tzinfo=dt.UTC),
    "departure": dt.datetime(2013, 2, 8, 17, tzinfo=dt.UTC),
    "night before": dt.datetime(2013, 2, 8, 5, 5, tzinfo=dt.UTC),
}
NONSENSE = -9999.0


def as_known_at(data: FlightData, now: dt.datetime, weather_age: dt.timedelta) -> FlightData:
    """The data with all that came after `now` destroyed, and tail numbers removed throughout."""
    arrived, left = pl.col("landed_at") < now, pl.col("departed_at") <= now
    flights = data.flights.with_columns(
        tail=pl.lit(None, dtype=pl.String),
        arrival_delay_min=pl.when(arrived).then("arrival_delay_min").otherwise(NONSENSE),
        air_time_min=pl.when(arrived).then("air_time_min").otherwise(NONSENSE),
        landed_at=pl.when(arrived).then("landed_at"),
        departure_delay_min=pl.when(left).then("departure_delay_min").otherwise(NONSENSE),
        departed_at=pl.when(left).then("departed_at"),
    )
    old = pl.col("observed_at") <= now - weather_age
    measured = [c for c in data.weather.columns if c not in ("origin", "observed_at")]
    weather = data.weather.with_columns(pl.when(old).then(c).otherwise(NONSENSE).alias(c) for c in measured)
    return replace(data, flights=flights, weather=weather)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_features_need_nothing_from_later(data: FlightData, model: DemoModel) -> None:
    """Destroying everything after the moment changes no feature of a decision up to it."""
    now = NOW[model.moment]
    columns = ["flight_key", *feature_names(model)]
    past = pl.col("decided_at") <= now
    known = as_known_at(data, now, dt.timedelta(hours=6))
    whole = decisions(data, model.moment).filter(past).select(columns)
    assert whole.height > 10_000
    assert decisions(known, model.moment).filter(past).select(columns).equals(whole)


def test_the_destruction_reaches_the_features(data: FlightData) -> None:
    """The test above can fail: with weather of the last hours destroyed too, features do change."""
    model, now = MODELS[0], NOW["scheduled hour"]
    columns, past = ["flight_key", *feature_names(model)], pl.col("decided_at") <= now
    too_old = as_known_at(data, now, dt.timedelta(hours=8))
    whole = decisions(data, model.moment).filter(past).select(columns)
    assert not decisions(too_old, model.moment).filter(past).select(columns).equals(whole)


def test_no_flight_leaves_before_its_decision(data: FlightData) -> None:
    """Decisions at scheduling are made before the aircraft can have left, on the flight's own day."""
    for moment in ("scheduled hour", "night before"):
        decided = decisions(data, moment)
        assert decided.height == data.flights.height
        assert decided.filter(pl.col("departed_at") <= pl.col("decided_at")).is_empty()
        own_day = decided.join(data.flights.select("flight_key", own_day="day"), on="flight_key")
        assert own_day.filter(pl.col("day") != pl.col("own_day")).is_empty()


def test_cancelled_flights_are_never_decided_at_departure(data: FlightData) -> None:
    """Only an actual departure can be asked about at departure."""
    assert decisions(data, "departure").height == data.flights["departed_at"].count()


def test_no_model_sees_the_tail_number() -> None:
    """It is missing for cancelled flights and would give them away."""
    assert all("tail" not in feature_names(model) for model in MODELS)


def test_weather_is_six_hours_old_and_may_be_missing(data: FlightData) -> None:
    """On the last day of the year nothing had been observed any more: the feature is missing, not filled."""
    decided = decisions(data, "scheduled hour")
    last = decided.filter(pl.col("day") == dt.date(2013, 12, 31))
    assert last["wind_mph"].null_count() == last.height
    newark = decided.filter((pl.col("day") == dt.date(2013, 1, 22)) & (pl.col("origin") == "EWR"))
    row = newark.row(0, named=True)
    seen = data.weather.filter(
        (pl.col("origin") == "EWR") & (pl.col("observed_at") == row["decided_at"] - dt.timedelta(hours=6))
    )
    assert row["humidity_pct"] == seen["humidity_pct"].item()
