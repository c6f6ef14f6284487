"""Distances of features from their reference, against scipy on all raw rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, one, put, requests, workspace


def test_drift_equals_that_of_all_raw_rows(tmp_path: Path) -> None:
    """KS and Wasserstein within 5e-4 of scipy, PSI within 1e-3 of exact deciles, on 100,000 rows a day."""
    from scipy import stats

    rng = np.random.default_rng(6)
    n = 100_000
    days = [rng.normal(0, 1, n), rng.normal(0.1, 1.2, n)]
    of = workspace(tmp_path, [{"id": "m", "reference": {"start": day(0), "end": day(0)}}])
    with Warehouse.open(None) as warehouse:
        for number, x in enumerate(days):
            put(of, warehouse, "requests", "log", requests("m", day(number), n, {"x": x}))
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
    exact = stats.ks_2samp(days[0], days[1]).statistic, stats.wasserstein_distance(*days) / days[0].std()
    for metric, value in zip(("drift_ks", "drift_wasserstein_sd"), exact, strict=True):
        assert one(readings, metric, 1, feature="x")["value"] == pytest.approx(value, abs=5e-4)
    borders = np.quantile(days[0], np.arange(0.1, 1, 0.1))
    r, c = (np.bincount(np.searchsorted(borders, x), minlength=10) / n for x in days)
    assert one(readings, "drift_psi", 1, feature="x")["value"] == pytest.approx(
        ((c - r) * np.log(c / r)).sum(), abs=1e-3
    )


def test_drift_of_categories_counts_unseen_and_missing(tmp_path: Path) -> None:
    """PSI over named values, unseen and missing; shares of both; KS is for numbers and says nothing."""
    of = workspace(tmp_path, [{"id": "m", "reference": {"start": day(0), "end": day(0)}}])
    mixes = [["a"] * 300 + ["b"] * 300, ["a"] * 300 + ["b"] * 180 + ["z"] * 60 + [None] * 60]
    with Warehouse.open(None) as warehouse:
        for number, mix in enumerate(mixes):
            put(of, warehouse, "requests", "log", requests("m", day(number), 600, {"c": mix}))
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
    r, c = np.array([0.5, 0.5, 1e-4, 1e-4]), np.array([0.5, 0.3, 0.1, 0.1])
    assert one(readings, "drift_psi", 1, feature="c")["value"] == pytest.approx(
        ((c - r) * np.log(c / r)).sum()
    )
    unseen, missing = (
        one(readings, f"drift_{m}", 1, feature="c") for m in ("unseen_share", "missing_change")
    )
    assert (unseen["value"], unseen["numerator"], unseen["denominator"]) == (0.1, 60, 600)
    assert missing["value"] == pytest.approx(0.1)
    assert str(missing["reason"]).endswith("10.0\u00a0% missing, 0\u00a0% on the reference")
    assert readings.filter(pl.col("metric") == "drift_ks", pl.col("feature") == "c").is_empty()


def test_a_new_grid_is_a_break_in_the_series(tmp_path: Path) -> None:
    """Values beyond what the reference's grid sees cannot be compared, and the reason names the day."""
    rng = np.random.default_rng(1)
    of = workspace(tmp_path, [{"id": "m", "reference": {"start": day(0), "end": day(1)}}])
    with Warehouse.open(None) as warehouse:
        for number in range(17):
            x = rng.normal(0.0 if number < 16 else 1e6, 1, 700)
            put(of, warehouse, "requests", "log", requests("m", day(number), 700, {"x": x}))
        summarise(night(of, day(16)), warehouse)
        score(night(of, day(16)), warehouse)
        reading = one(warehouse.frame("SELECT * FROM mart.reading"), "drift_psi", 16, feature="x")
    assert (reading["value"], reading["reason"]) == (None, f"not computable: new grid since {day(16)}")


@pytest.mark.parametrize("a_day", [60, 400])
def test_ids_among_the_features_are_no_drift(tmp_path: Path, a_day: int) -> None:
    """A column of nothing but different values does not move, whether the dictionary holds the reference or is full."""
    of = workspace(tmp_path, [{"id": "m", "reference": {"start": day(0), "end": day(9)}}])
    with Warehouse.open(None) as warehouse:
        for number in range(20):
            ids = [f"{number}-{row}" for row in range(a_day)]
            put(of, warehouse, "requests", "log", requests("m", day(number), a_day, {"id": ids}))
        summarise(night(of, day(19)), warehouse)
        score(night(of, day(19)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
    reading = one(readings, "drift_psi", 19, 7, feature="id")
    assert reading["value"] == pytest.approx(0), reading["reason"]
