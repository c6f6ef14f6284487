"""The flights of the year, read once, and one small build that several tests look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from dagster_project.demo.build import DemoResult, build_demo
from dagster_project.demo.features import decisions
from dagster_project.demo.flights import FlightData, read_flight_data
from dagster_project.demo.models import Moment

Decided = Mapping[Moment, pl.DataFrame]
"""Decisions of the year by moment."""
FIRST, LAST = dt.date(2013, 3, 30), dt.date(2013, 4, 3)
"""Days of the small build: the canary begins in their middle."""


@pytest.fixture(scope="session")
def data() -> FlightData:
    return read_flight_data()


@pytest.fixture(scope="session")
def decided(data: FlightData) -> Decided:
    moments: tuple[Moment, ...] = ("scheduled hour", "night before", "departure")
    return {moment: decisions(data, moment) for moment in moments}


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoResult]:
    root = tmp_path_factory.mktemp("demo")
    return root, build_demo(root, first_day=FIRST, last_day=LAST)
