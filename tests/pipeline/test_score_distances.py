"""Distances of features from their reference, against scipy on all raw rows: one night, one model per case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pytest

from dagster_project.core.types import Floats
from tests.pipeline.drifting import Case, Drift, drift_of
from tests.pipeline.lakes import day, one, requests

MANY = 100_000
LAST = 19


def against(model: str, first: int, last: int, features: Sequence[Mapping[str, object]], n: int) -> Case:
    """A model with n requests on each of the last days, compared with those from `first` to `last`."""
    begin = LAST + 1 - len(features)
    days = [(requests(model, day(begin + i), n, columns), None) for i, columns in enumerate(features)]
    return {"reference": {"start": day(begin + first), "end": day(begin + last)}}, days


def raw() -> list[Floats]:
    """Two days of a feature."""
    rng = np.random.default_rng(6)
    return [rng.normal(0, 1, MANY), rng.normal(0.1, 1.2, MANY)]


def many() -> Case:
    """A feature that moves and spreads a little."""
    return against("many", 0, 0, [{"x": x} for x in raw()], MANY)


def mixes() -> Case:
    """Categories, one of which is new, and gaps."""
    found = [["a"] * 300 + ["b"] * 300, ["a"] * 300 + ["b"] * 180 + ["z"] * 60 + [None] * 60]
    return against("mixes", 0, 0, [{"c": mix} for mix in found], 600)


def jump() -> Case:
    """Sixteen days, and one far beyond them."""
    rng = np.random.default_rng(1)
    days = [{"x": rng.normal(0.0 if number < 16 else 1e6, 1, 700)} for number in range(17)]
    return against("jump", 0, 1, days, 700)


def ids(a_day: int) -> Case:
    """Twenty days on which every value is different."""
    days = [{"id": [f"{number}-{row}" for row in range(a_day)]} for number in range(20)]
    return against(f"ids-{a_day}", 0, 9, days, a_day)


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Drift:
    """All cases after the night of the last day."""
    cases = {"many": many(), "mixes": mixes(), "jump": jump(), "ids-60": ids(60), "ids-400": ids(400)}
    return drift_of(tmp_path_factory.mktemp("drift"), cases, [LAST])


def test_drift_equals_that_of_all_raw_rows(drift: Drift) -> None:
    """KS and Wasserstein within 5e-4 of scipy, PSI within 1e-3 of exact deciles, on 100,000 rows a day."""
    from scipy import stats

    days, readings = raw(), drift.of("many")
    exact = stats.ks_2samp(days[0], days[1]).statistic, stats.wasserstein_distance(*days) / days[0].std()
    for metric, value in zip(("drift_ks", "drift_wasserstein_sd"), exact, strict=True):
        assert one(readings, metric, LAST, feature="x")["value"] == pytest.approx(value, abs=5e-4)
    borders = np.quantile(days[0], np.arange(0.1, 1, 0.1))
    r, c = (np.bincount(np.searchsorted(borders, x), minlength=10) / MANY for x in days)
    assert one(readings, "drift_psi", LAST, feature="x")["value"] == pytest.approx(
        ((c - r) * np.log(c / r)).sum(), abs=1e-3
    )


def test_drift_of_categories_counts_unseen_and_missing(drift: Drift) -> None:
    """PSI over named values, unseen and missing; shares of both; KS is only for numbers and is absent."""
    readings = drift.of("mixes")
    r, c = np.array([0.5, 0.5, 1e-4, 1e-4]), np.array([0.5, 0.3, 0.1, 0.1])
    assert one(readings, "drift_psi", LAST, feature="c")["value"] == pytest.approx(
        ((c - r) * np.log(c / r)).sum()
    )
    unseen, missing = (
        one(readings, f"drift_{m}", LAST, feature="c") for m in ("unseen_share", "missing_change")
    )
    assert (unseen["value"], unseen["numerator"], unseen["denominator"]) == (0.1, 60, 600)
    assert missing["value"] == pytest.approx(0.1)
    assert str(missing["reason"]).endswith("10.0\u00a0% missing, 0\u00a0% on the reference")
    assert readings.filter(pl.col("metric") == "drift_ks", pl.col("feature") == "c").is_empty()


def test_a_new_grid_is_a_break_in_the_series(drift: Drift) -> None:
    """Values outside the reference's grid cannot be compared, and the reason names the day."""
    reading = one(drift.of("jump"), "drift_psi", LAST, feature="x")
    assert (reading["value"], reading["reason"]) == (None, f"not computable: new grid since {day(LAST)}")


@pytest.mark.parametrize("a_day", [60, 400])
def test_ids_among_the_features_are_no_drift(drift: Drift, a_day: int) -> None:
    """A column of only different values has no drift, whether or not the dictionary has room for the reference."""
    reading = one(drift.of(f"ids-{a_day}"), "drift_psi", LAST, 7, feature="id")
    assert reading["value"] == pytest.approx(0), reading["reason"]
