"""Readings of performance against the raw rows: what test_score does not hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, night, requests, workspace
from tests.pipeline.test_score import fill, one


def test_percentage_errors_leave_out_labels_of_zero(tmp_path: Path) -> None:
    """MAPE is that of scikit-learn over the other rows; the reason counts those left out."""
    from sklearn import metrics

    rng = np.random.default_rng(4)
    of = workspace(tmp_path, [{"id": "r", "task": "regression", "unit": "min"}])
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
