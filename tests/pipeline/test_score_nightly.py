"""Drift that moves with time, read in one night and in two: one model per case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from dagster_project.core.naming import LABEL
from dagster_project.core.types import Floats
from tests.pipeline.drifting import Case, Drift, drift_of, reason, value
from tests.pipeline.lakes import day, labelled, requests

SINCE_DAY_5: dict[str, object] = {"task": "regression", "reference": {"start": day(5), "end": day(5)}}


def waiting() -> Case:
    """Labels are declared to take a day and a half."""
    rng = np.random.default_rng(3)
    days = [
        (
            rows := requests("waiting", day(i), 300, prediction=rng.normal(0, 1, 300)),
            labelled(rows, rng.normal(0, 1, 300)),
        )
        for i in range(5, 10)
    ]
    return {"label_delay_days": 1.5, **SINCE_DAY_5}, days


def late() -> Case:
    """Nothing is declared: small labels come at once, large ones two days later, so young days look low."""
    rng = np.random.default_rng(3)
    days = []
    for i in range(5, 10):
        y = rng.normal(0, 1, 300)
        rows = requests("late", day(i), 300, prediction=rng.normal(0, 1, 300))
        days.append((rows, labelled(rows, y, lag=np.where(y > 0, 2, 0))))
    return SINCE_DAY_5, days


def rising() -> list[Floats]:
    """Ten days of a feature."""
    rng = np.random.default_rng(4)
    return [rng.normal(0.1 * i, 1, 400) for i in range(10)]


def rolling() -> Case:
    """Each day is compared with the seven that end two before it."""
    days = [(requests("rolling", day(i), 400, {"x": x}), None) for i, x in enumerate(rising())]
    return {"reference": {"rolling_days": 7, "lag_days": 2}}, days


CASES = {"waiting": waiting, "late": late, "rolling": rolling}


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Drift:
    """All cases after the night of day 9."""
    return drift_of(tmp_path_factory.mktemp("once"), {name: case() for name, case in CASES.items()}, [9])


@pytest.mark.parametrize("case", CASES)
def test_night_by_night_is_the_same_as_all_at_once(tmp_path: Path, drift: Drift, case: str) -> None:
    """Alone in its workspace, since a day recomputed for one model is recomputed for the others too."""
    nightly = drift_of(tmp_path, {case: CASES[case]()}, [8, 9])
    assert nightly.of(case).equals(drift.of(case))


def label_drift(drift: Drift, case: str) -> pl.DataFrame:
    """The days' own readings of the labels' drift."""
    wanted = {"metric": "drift_ks", "feature": LABEL, "window_days": 1}
    return drift.of(case).filter(*(pl.col(column) == value for column, value in wanted.items()))


def test_labels_are_compared_once_they_had_time_to_come(drift: Drift) -> None:
    """With a label delay of two days, younger days have no drift of labels yet."""
    assert label_drift(drift, "waiting")["day"].to_list() == [day(5), day(6), day(7)]


def test_labels_that_are_seen_to_come_late_are_waited_for(drift: Drift) -> None:
    """Days whose large labels have not arrived are not compared."""
    there = label_drift(drift, "late")
    assert there["day"].to_list() == [day(5), day(6), day(7)]
    assert there["value"].max() < 0.15  # type: ignore[operator]


def test_a_rolling_reference_moves_along(drift: Drift) -> None:
    """Each day is compared with the seven that end two days before it; while there are fewer, it has no figure."""
    xs, found = rising(), drift.of("rolling")
    for number in (8, 9):
        exact = stats.ks_2samp(np.concatenate(xs[number - 8 : number - 1]), xs[number]).statistic
        assert value(found, "drift_ks", "x", number) == pytest.approx(exact, abs=2e-3)
    early = "not computable: the log does not go back far enough for a whole reference"
    assert (value(found, "drift_ks", "x", 7), reason(found, "drift_ks", "x", 7)) == (None, early)
