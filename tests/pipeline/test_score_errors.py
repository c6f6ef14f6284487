"""Expected errors of a version that errs differently from the previous one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, one, put, requests, workspace

ROLLOUT, N = 3, 400
OVER = ROLLOUT + 27
"""The new version's own reference days end here."""
SHARE = 0.4
"""Of the newest day's rows, what v1 still answers."""


def world(root: Path, last: int) -> pl.DataFrame:
    """Readings after the last night: v1 errs by 2 on average, v2, which comes on day ROLLOUT, by 8."""
    rng = np.random.default_rng(6)
    model = {
        "id": "m",
        "task": "regression",
        "unit": "min",
        "reference": {"start": day(0), "end": day(ROLLOUT - 1)},
    }
    of = measuring(workspace(root, [model]), "mae", "estimated_mae", "estimated_rmse")
    with Warehouse.open(None) as warehouse:
        for number in range(last + 1):
            n = 800 if number < ROLLOUT else N
            version = np.where(rng.random(n) < (1 if number < ROLLOUT else SHARE), "v1", "v2")
            error = rng.laplace(0, np.where(version == "v2", 8.0, 2.0))
            prediction = rng.normal(40, 10, n)
            rows = requests("m", day(number), n, prediction=prediction, version=version)
            put(of, warehouse, "requests", "log", rows)
            if number < last:
                put(of, warehouse, "labelled", "log", labelled(rows, prediction - error))
        summarise(night(of, day(last)), warehouse)
        score(night(of, day(last)), warehouse)
        return warehouse.frame("SELECT * FROM mart.reading ORDER BY ALL")


def test_a_version_errs_as_it_erred_on_its_own_days(tmp_path: Path) -> None:
    """Before the newest day's labels arrive; the figure of the whole model is the mean over both versions' rows."""
    found = world(tmp_path, OVER + 1)
    each = {v: one(found, "estimated_mae", OVER + 1, version=v) for v in ("", "v1", "v2")}
    assert each["v1"]["value"] == pytest.approx(2, rel=0.1)
    assert each["v2"]["value"] == pytest.approx(8, rel=0.1)
    share = each["v1"]["n"] / each[""]["n"]
    mean = share * each["v1"]["value"] + (1 - share) * each["v2"]["value"]
    assert each[""]["value"] == pytest.approx(mean, rel=1e-9)
    assert "v2 read by its own reference days" in str(each[""]["reason"])
    squared = one(found, "estimated_rmse", OVER + 1, version="v2")
    assert squared["value"] == pytest.approx(8 * np.sqrt(2), rel=0.15)


def test_a_young_version_errs_as_the_model_did(tmp_path: Path) -> None:
    """The reason says so: nothing is known yet about the version, whose errors are four times as large."""
    found = one(world(tmp_path, OVER - 1), "estimated_mae", OVER - 1, version="v2")
    assert found["value"] == pytest.approx(2, rel=0.1)
    assert "v2 read by those of all versions, for want of labels" in str(found["reason"])
