"""A multiclass model that logs the probability of the class it predicted, against the raw rows and scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core.types import Bools, Floats
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, fill, labelled, measuring, night, one, requests, workspace

N = 3000
CLASSES = np.array(["cat", "dog", "emu"])
MODEL = {"id": "c", "task": "multiclass", "reference": {"start": day(0), "end": day(0)}}
METRICS = ("calibration_error", "estimated_accuracy", "roc_auc", "drift_ks")


@pytest.fixture(scope="module")
def raw() -> list[tuple[Floats, Bools]]:
    """Overconfident scores of each day, and whether the prediction was right; the second day's are higher."""
    rng = np.random.default_rng(3)
    scores = [rng.uniform(0.34, 1, N), rng.uniform(0.34, 1, N) ** 0.5]
    return [(s, rng.random(N) < s**1.5) for s in scores]


@pytest.fixture(scope="module")
def readings(raw: list[tuple[Floats, Bools]], tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    of = measuring(workspace(tmp_path_factory.mktemp("lake"), [MODEL]), *METRICS)
    days = []
    for number, (scores, right) in enumerate(raw):
        truth = np.arange(N) % 3
        answered = np.where(right, truth, (truth + 1) % 3)
        rows = requests("c", day(number), N, score=scores, prediction_text=CLASSES[answered])
        days.append((rows, labelled(rows, None, label_text=CLASSES[truth])))
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, days)
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        return warehouse.frame("SELECT * FROM mart.reading")


def test_the_calibration_error_is_that_of_the_answered_class(
    readings: pl.DataFrame, raw: list[tuple[Floats, Bools]]
) -> None:
    """Mean score against the share of right answers, by steps of one unit of log odds."""
    scores, right = raw[1]
    step = np.floor((np.floor(10 * np.log(scores / (1 - scores)) + 0.5) + 5) / 10)
    gaps = [abs(np.sum(scores[step == s] - right[step == s])) for s in np.unique(step)]
    found = one(readings, "calibration_error", 1)
    assert found["value"] == pytest.approx(sum(gaps) / N, abs=1e-6)
    assert found["value"] > 0.03
    assert found["n"] == N


def test_accuracy_is_expected_from_what_scores_meant_on_the_reference_days(
    readings: pl.DataFrame, raw: list[tuple[Floats, Bools]]
) -> None:
    """The mean calibrated probability of the answered class: near scikit-learn's, and the truth lies inside."""
    from sklearn.isotonic import IsotonicRegression

    (before, was_right), (scores, right) = raw
    calibrated = IsotonicRegression(out_of_bounds="clip").fit(before, was_right)
    found = one(readings, "estimated_accuracy", 1)
    assert found["value"] == pytest.approx(calibrated.predict(scores).mean(), abs=0.005)
    assert found["low"] < right.mean() < found["high"]
    assert abs(scores.mean() - right.mean()) > 0.05


def test_scores_that_became_surer_drift(readings: pl.DataFrame, raw: list[tuple[Floats, Bools]]) -> None:
    """The distance equals scipy's, on bins."""
    from scipy.stats import ks_2samp

    expected = ks_2samp(raw[0][0], raw[1][0]).statistic
    assert one(readings, "drift_ks", 1, feature="output:score")["value"] == pytest.approx(expected, abs=0.01)


def test_right_and_wrong_are_no_positive_and_negative(readings: pl.DataFrame) -> None:
    """Figures for two labels are not computed from them."""
    assert readings.filter(pl.col("metric") == "roc_auc").is_empty()


def test_without_scores_it_is_said_what_is_missing(tmp_path: Path) -> None:
    """A figure is never silently absent."""
    of = measuring(workspace(tmp_path, [MODEL]), "calibration_error", "estimated_accuracy")
    rows = requests("c", day(0), 200, prediction_text="cat")
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, [(rows, labelled(rows, None, label_text="cat"))])
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        found = warehouse.frame("SELECT * FROM mart.reading")
    assert (
        one(found, "calibration_error", 0)["reason"] == "not available: no score is logged beside the labels"
    )
    assert one(found, "estimated_accuracy", 0)["reason"] == "not available: no score is logged"
