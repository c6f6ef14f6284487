"""The flights of the year, read once, and one small build that several files of tests look at."""

from __future__ import annotations

import datetime as dt
import pickle
import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from dagster_project.demo.build import DemoResult, build_demo
from dagster_project.demo.features import decisions
from dagster_project.demo.flights import FlightData, read_flight_data
from dagster_project.demo.models import Moment
from tests import run_cache

Decided = Mapping[Moment, pl.DataFrame]
"""Decisions of the year by moment."""
FIRST, LAST = dt.date(2013, 3, 30), dt.date(2013, 4, 3)
"""Days of the small build: the canary begins in their middle."""
WORKSPACE, ANSWER = "board", "result.pickle"


@pytest.fixture(scope="session")
def data() -> FlightData:
    return read_flight_data()


@pytest.fixture(scope="session")
def decided(data: FlightData) -> Decided:
    moments: tuple[Moment, ...] = ("scheduled hour", "night before", "departure")
    return {moment: decisions(data, moment) for moment in moments}


@pytest.fixture(scope="session")
def small_build(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoResult]:
    """A copy of the build, which is made once a run, and what its making answered."""
    made = run_cache.make_once("demo", _make_small)
    root = shutil.copytree(made / WORKSPACE, tmp_path_factory.mktemp("demo") / WORKSPACE)
    return Path(root), pickle.loads((made / ANSWER).read_bytes())


def _make_small(folder: Path) -> None:
    result = build_demo(folder / WORKSPACE, first_day=FIRST, last_day=LAST)
    (folder / ANSWER).write_bytes(pickle.dumps(result))
