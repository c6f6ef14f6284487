"""Readings of performance against the raw rows: what test_score does not cover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, fill, labelled, measuring, night, one, put, requests, workspace


def test_percentage_errors_leave_out_labels_of_zero(tmp_path: Path) -> None:
    """MAPE is that of scikit-learn over the other rows; the reason counts those left out."""
    from sklearn import metrics

    rng = np.random.default_rng(4)
    of = measuring(workspace(tmp_path, [{"id": "r", "task": "regression", "unit": "min"}]), "mape")
    y = np.where(rng.random(400) < 0.1, 0.0, rng.normal(0, 30, 400))
    rows = requests(
        "r", day(0), 400, prediction=y + rng.normal(1, 5, 400), user_hash=np.arange(400, dtype=np.uint64)
    )
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, [(rows, labelled(rows, y))])
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        found = one(warehouse.frame("SELECT * FROM mart.reading"), "mape", 0)
    kept, p = y != 0, rows["prediction"].to_numpy()
    exact = metrics.mean_absolute_percentage_error(y[kept], p[kept])
    assert found["value"] == pytest.approx(exact, abs=1e-4)
    assert found["n"] == kept.sum()
    assert f"{(~kept).sum()} with label 0 left out" in str(found["reason"])
    assert found["low"] < exact < found["high"]


def test_a_day_whose_labels_are_still_coming_gets_no_verdict(tmp_path: Path) -> None:
    """Seven of ten labels arrive on the day: it has a figure but no grade until the next night."""
    rng = np.random.default_rng(9)
    of = workspace(
        tmp_path,
        [{"id": "m", "task": "binary", "threshold": 0.5, "reference": {"start": day(0), "end": day(2)}}],
        targets={"targets": [{"metric": "accuracy", "good": 0.6, "poor": 0.5}]},
    )
    of = measuring(of, "accuracy", "requests")
    with Warehouse.open(None) as warehouse:
        for number in range(5):
            s = rng.random(1000)
            rows = requests("m", day(number), 1000, score=s)
            lag = (rng.random(1000) < 0.3).astype(int)
            fill(of, warehouse, [(rows, labelled(rows, (rng.random(1000) < s).astype(float), lag=lag))])
        found = {}
        for as_of in (3, 4):
            summarise(night(of, day(as_of)), warehouse)
            score(night(of, day(as_of)), warehouse)
            found[as_of] = warehouse.frame("SELECT * FROM mart.reading")
        card = warehouse.frame("SELECT * FROM mart.scorecard WHERE family = 'performance'")
        share: Any = warehouse.value("SELECT share FROM mart.label_arrival WHERE model_id = 'm' AND lag = 0")
    young = one(found[4], "accuracy", 4)
    assert young["value"] is not None
    assert (young["grade"], young["reason"]) == (
        "unknown", f"labels still coming: {100 * share:.0f}\N{NO-BREAK SPACE}% of the expected labels are due by now"
    )  # fmt: skip
    assert one(found[3], "accuracy", 3)["grade"] == "unknown"
    assert one(found[4], "accuracy", 3)["grade"] == "good"
    assert one(found[4], "requests", 4)["reason"] != young["reason"]
    assert card.row(0, named=True)["grade"] == "unknown"
    window = one(found[4], "accuracy", 4, window=28)
    assert window["grade"] == "unknown"
    assert "94" in window["reason"]


def test_an_estimate_stands_before_the_labels_come(tmp_path: Path) -> None:
    """Labels of the reference days only: later days have an estimate near the truth, and no realised figure."""
    rng = np.random.default_rng(12)
    model = {"id": "m", "task": "binary", "threshold": 0.5, "reference": {"start": day(0), "end": day(1)}}
    of = measuring(workspace(tmp_path, [model]), "performance")
    with Warehouse.open(None) as warehouse:
        for number in range(3):
            s = rng.beta(2, 3, 1500)
            rows = requests("m", day(number), 1500, score=np.sqrt(s))
            truth = (rng.random(1500) < s).astype(float)
            put(of, warehouse, "requests", "log", rows)
            if number < 2:
                put(of, warehouse, "labelled", "log", labelled(rows, truth))
        summarise(night(of, day(2)), warehouse)
        score(night(of, day(2)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
    assert one(readings, "accuracy", 2)["reason"] == "not available: no labels yet"
    right = np.mean((np.sqrt(s) >= 0.5) == (truth > 0.5))
    found = one(readings, "estimated_accuracy", 2)
    assert found["value"] == pytest.approx(right, abs=0.03)
    assert found["low"] < found["value"] < found["high"]
    assert found["n"] == 1500
    area = one(readings, "estimated_roc_auc", 2)
    assert 0.5 < area["low"] < area["high"] < 0.9


def test_no_estimate_rests_on_a_handful_of_labels(tmp_path: Path) -> None:
    """150 labels on the reference days are too few, and the reason says so."""
    rng = np.random.default_rng(1)
    of = measuring(workspace(tmp_path, [{"id": "m", "task": "binary", "threshold": 0.5}]), "performance")
    rows = requests("m", day(0), 150, score=rng.random(150))
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, [(rows, labelled(rows, (rng.random(150) < 0.5).astype(float)))])
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        found = one(warehouse.frame("SELECT * FROM mart.reading"), "estimated_f1", 0)
    assert (found["value"], found["grade"]) == (None, "unknown")
    assert found["reason"] == "not available: 150 of 200 labels needed on the reference days"


def test_errors_to_expect_follow_the_predictions(tmp_path: Path) -> None:
    """Errors that grow with the prediction: a day of larger ones is expected to err more, before labels come."""
    rng = np.random.default_rng(21)
    model = {"id": "r", "task": "regression", "unit": "min", "reference": {"start": day(0), "end": day(1)}}
    of = measuring(workspace(tmp_path, [model]), "performance")
    errors = {}
    with Warehouse.open(None) as warehouse:
        for number, centre in enumerate((30, 30, 40)):
            p = rng.normal(centre, 8, 4000).clip(1)
            errors[number] = rng.normal(0, p / 5)
            rows = requests("r", day(number), 4000, prediction=p)
            put(of, warehouse, "requests", "log", rows)
            if number < 2:
                put(of, warehouse, "labelled", "log", labelled(rows, p - errors[number]))
        summarise(night(of, day(2)), warehouse)
        score(night(of, day(2)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
    for number in (1, 2):
        mae, rmse = (one(readings, f"estimated_{name}", number) for name in ("mae", "rmse"))
        assert mae["value"] == pytest.approx(np.abs(errors[number]).mean(), rel=0.05)
        assert rmse["value"] == pytest.approx(np.sqrt((errors[number] ** 2).mean()), rel=0.05)
        assert mae["low"] < mae["value"] < mae["high"]
        assert (mae["unit"], mae["n"]) == ("min", 4000)
    assert one(readings, "mae", 1)["value"] == pytest.approx(np.abs(errors[1]).mean(), rel=1e-3)
    assert one(readings, "mae", 2)["value"] is None


def test_a_scorecard_waits_for_no_label_that_a_longer_window_has(tmp_path: Path) -> None:
    """Labels take six days: too few are there for the main four weeks but not for the longest window, which decides."""
    rng = np.random.default_rng(3)
    of = workspace(
        tmp_path,
        [{"id": "m", "task": "binary", "threshold": 0.5, "reference": {"start": day(0), "end": day(9)}}],
        targets={"targets": [{"metric": "accuracy", "good": 0.6, "poor": 0.5}]},
        workspace={"name": "Test", "windows": [1, 28, 140]},
    )
    of = measuring(of, "accuracy")
    with Warehouse.open(None) as warehouse:
        for number in range(140):
            s = rng.random(40)
            rows = requests("m", day(number), 40, score=s)
            fill(of, warehouse, [(rows, labelled(rows, (rng.random(40) < s).astype(float), lag=6))])
        summarise(night(of, day(139)), warehouse)
        score(night(of, day(139)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
        card = warehouse.frame("SELECT * FROM mart.scorecard WHERE family = 'performance'").row(0, named=True)
    assert one(readings, "accuracy", 139, window=28)["grade"] == "unknown"
    assert (card["grade"], card["metric"]) == ("good", "accuracy")
    assert " over 140 days: meets" in card["reason"]
