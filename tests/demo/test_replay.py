"""The replay: calls, versions, canary."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from dagster_project.demo.flights import FlightData
from dagster_project.demo.models import FIRST, MODELS, DemoModel
from dagster_project.demo.replay import canary_users, replay, with_version
from dagster_project.demo.training import train
from tests.demo.conftest import Decided

LATE, GAIN = MODELS[0], MODELS[-1]
FEBRUARY = (dt.date(2013, 2, 1), dt.date(2013, 2, 3))
CLOCK = ("latency_ms",)


def february(decided: Decided, model: DemoModel) -> pl.DataFrame:
    rows = decided[model.moment]
    return replay(rows, model, [train(rows, model, FIRST)], *FEBRUARY)


def test_one_request_per_scheduled_flight(data: FlightData, decided: Decided) -> None:
    """Every flight of the days is scored once."""
    scored = february(decided, LATE)
    assert scored.height == data.flights.filter(pl.col("day").is_between(*FEBRUARY)).height > 2000
    assert scored["flight_key"].n_unique() == scored.height


def test_one_call_per_airport_and_hour(decided: Decided) -> None:
    """A call's size stands on one row of it; its duration on all."""
    calls = february(decided, LATE).group_by("origin", "call_hour").agg(
        pl.len(), pl.col("call_records").sum(), (pl.col("call_records") > 0).sum().alias("firsts"),
        pl.col("latency_ms").n_unique(),
    )  # fmt: skip
    assert calls["call_records"].equals(calls["len"].cast(pl.Int64), check_names=False)
    assert calls["firsts"].unique().to_list() == [1]
    assert calls["latency_ms"].unique().to_list() == [1]


def test_only_the_clock_differs_between_runs(decided: Decided) -> None:
    """Two replays give the same rows but for the latency, and the latency is a real one."""
    first, second = february(decided, LATE), february(decided, LATE)
    assert first.drop(CLOCK).equals(second.drop(CLOCK))
    assert first["latency_ms"].min() > 0  # type: ignore[operator]
    assert not first["latency_ms"].equals(second["latency_ms"])


def test_the_canary_is_a_tenth_of_the_users_by_hash(decided: Decided) -> None:
    """In April a fixed tenth of the aircraft meets the second version; from May all do; before, none."""
    served = with_version(decided[LATE.moment], LATE)
    april = served.filter(pl.col("day").dt.month() == 4)
    users = april.drop_nulls("tail").group_by("tail").agg(pl.col("version").unique())
    assert users["version"].list.len().unique().to_list() == [1]
    treated = users.filter(pl.col("version").list.first() == "v2").height / users.height
    assert treated == pytest.approx(0.1, abs=0.02)
    assert april.filter(pl.col("tail").is_null())["version"].unique().to_list() == ["v1"]
    assert served.filter(pl.col("day") < dt.date(2013, 4, 1))["version"].unique().to_list() == ["v1"]
    assert served.filter(pl.col("day") >= dt.date(2013, 5, 1))["version"].unique().to_list() == ["v2"]


def test_who_is_in_the_canary_does_not_hang_on_who_else_flies(data: FlightData) -> None:
    """The assignment of a tail number is a function of that number alone."""
    everybody = set(canary_users(data.flights, LATE))
    some = data.flights.head(5000)
    assert set(canary_users(some, LATE)) == everybody & set(some["tail"].drop_nulls())


def test_a_retired_model_is_not_asked_any_more(decided: Decided) -> None:
    """The last request is on the last day in use."""
    rows = decided[GAIN.moment]
    scored = replay(rows, GAIN, [train(rows, GAIN, FIRST)], dt.date(2013, 6, 29), dt.date(2013, 7, 2))
    assert scored["day"].unique().sort().to_list() == [dt.date(2013, 6, 29), dt.date(2013, 6, 30)]
