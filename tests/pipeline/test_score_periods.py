"""What the requests of a day have in common widens the intervals of longer windows, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dagster_project.core import intervals
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, put, requests, workspace

DAYS, N = 28, 80


def readings_of(root: Path, shared: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Readings of a regression and its raw errors; `shared` is the sd of what all requests of a day have in common."""
    rng = np.random.default_rng(7)
    model = {"id": "r", "task": "regression", "segments": ["origin"]}
    of = measuring(workspace(root, [model]), "performance")
    raw = []
    with Warehouse.open(None) as warehouse:
        for number in range(DAYS):
            error = rng.normal(rng.normal(0, shared), 5, N)
            y = rng.normal(100, 30, N)
            users = rng.integers(0, 2**62, N, dtype=np.uint64)
            rows = requests(
                "r", day(number), N, {"origin": rng.choice(["JFK", "LGA"], N)},
                prediction=y + error, baseline=y + rng.normal(0, 12, N), user_hash=users,
            )  # fmt: skip
            put(of, warehouse, "requests", "log", rows)
            segments = [[f"origin={o}"] for o in rows["f:origin"]]
            put(of, warehouse, "labelled", "log", labelled(rows, y, segments=segments))
            raw.append(pl.DataFrame({"day": number, "error": error, "user": users}))
        summarise(night(of, day(DAYS - 1)), warehouse)
        score(night(of, day(DAYS - 1)), warehouse)
        return warehouse.frame("SELECT * FROM mart.reading"), pl.concat(raw)


def one(readings: pl.DataFrame, metric: str, window: int, segment: str = "") -> dict[str, Any]:
    key = {"metric": metric, "window_days": window, "day": day(DAYS - 1), "segment": segment, "version": ""}
    (row,) = readings.filter(**key).to_dicts()
    return row


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame]:
    return readings_of(tmp_path_factory.mktemp("stormy"), shared=10)


@pytest.mark.parametrize(("window", "days_a_period"), [(7, 1), (28, 7)])
def test_the_interval_is_that_of_days_and_of_weeks(
    stormy: tuple[pl.DataFrame, pl.DataFrame], window: int, days_a_period: int
) -> None:
    """Student's t over the window's days or weeks, by hand; the value is that of all rows."""
    readings, raw = stormy
    own = raw.filter(pl.col("day") >= DAYS - window)
    reading = one(readings, "bias", window)
    assert reading["value"] == pytest.approx(own["error"].mean(), abs=1e-3)
    period = (DAYS - 1 - own["day"]) // days_a_period
    sums = own.group_by(period.alias("p")).agg(pl.col("error").sum(), n=pl.len()).sort("p")
    _, low, high = intervals.period_mean(sums["error"].to_numpy()[None, :], sums["n"].to_numpy()[None, :])
    assert (reading["low"], reading["high"]) == pytest.approx((low[0], high[0]), abs=1e-2)


def test_shared_days_widen_windows_of_a_week_and_more_alone(
    stormy: tuple[pl.DataFrame, pl.DataFrame], tmp_path: Path
) -> None:
    """Several times wider than for independent days; a single day's interval and those of segments are unchanged."""
    calm, _ = readings_of(tmp_path, shared=0)

    def width(readings: pl.DataFrame, metric: str, window: int, segment: str = "") -> float:
        reading = one(readings, metric, window, segment)
        return float(str(reading["high"])) - float(str(reading["low"]))

    for metric in ("bias", "mae", "mae_skill"):
        assert width(stormy[0], metric, 7) > 2 * width(calm, metric, 7), metric
    assert width(stormy[0], "bias", 1) == pytest.approx(width(calm, "bias", 1), rel=0.5)
    assert one(stormy[0], "mae", 28)["n"] == DAYS * N
    assert one(stormy[0], "mae", 28, "origin=JFK")["n"] < DAYS * N
