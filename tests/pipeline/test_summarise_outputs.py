"""Predictions and labels, counted like features, against the raw rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core.histogram import SCALE, centre_scale, softsign_bin
from dagster_project.core.naming import PREDICTION
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, night, put, requests, workspace

N = 1500
Frames = dict[str, pl.DataFrame]


def counted(
    tmp_path: Path, model: Mapping[str, object], days: list[tuple[pl.DataFrame, pl.DataFrame]]
) -> Frames:
    """The tables that answers and labels go to, after one summary of all days."""
    of = workspace(tmp_path, [model])
    with Warehouse.open(None) as warehouse:
        for rows, labels in days:
            put(of, warehouse, "requests", "log", rows)
            put(of, warehouse, "labelled", "log", labels)
        summarise(night(of, day(len(days) - 1)), warehouse)
        tables = ("daily.feature_hist", "daily.category_hist", "daily.label_hist", "ops.grid")
        return {table: warehouse.frame(f"SELECT * FROM {table} ORDER BY ALL") for table in tables}


def test_predictions_and_labels_of_a_regression_share_one_grid(tmp_path: Path) -> None:
    """The grid comes from the predictions; bins and sums of both are those of the raw rows."""
    rng = np.random.default_rng(3)
    prediction, label = rng.normal(30, 5, N), rng.normal(33, 12, N)
    rows = requests("m", day(0), N, {"x": 1.0}, prediction=prediction)
    found = counted(tmp_path, {"id": "m", "task": "regression"}, [(rows, labelled(rows, label, lag=1))])
    grid = found["ops.grid"].filter(pl.col("feature") == PREDICTION).row(0, named=True)
    centre, scale = grid["centre"], grid["scale"]
    assert grid["kind"] == "number"
    assert (centre, scale) == pytest.approx(centre_scale(prediction), rel=0.1)
    own = found["daily.feature_hist"].filter(pl.col("feature") == PREDICTION)
    for table, values in ((own, prediction), (found["daily.label_hist"], label)):
        u = (values - centre) / scale
        bins, n = np.unique(softsign_bin(u), return_counts=True)
        assert dict(table.select("bin", "n").iter_rows()) == dict(zip(bins.tolist(), n.tolist(), strict=True))
        assert int(table["s1"].sum()) == int(np.floor(u * SCALE + 0.5).sum())
    assert set(found["daily.label_hist"]["label_day"]) == {day(1)}
    assert set(found["daily.label_hist"]["grid_from"]) == {day(0)}


def test_a_binary_models_decisions_are_categories(tmp_path: Path) -> None:
    """Positive at the declared threshold or above; labels are counted with the outcomes, not again."""
    score = np.array([0.1, 0.3, 0.29, 0.9, None] * 20, dtype=object)
    rows = requests("m", day(0), 100, score=score.tolist())
    found = counted(
        tmp_path, {"id": "m", "task": "binary", "threshold": 0.3}, [(rows, labelled(rows, 1.0))]
    )  # fmt: skip
    own = found["daily.category_hist"].select("value", "kind", "n").rows()
    assert sorted(own, key=str) == [
        ("negative", "value", 40),
        ("positive", "value", 40),
        (None, "missing", 20),
    ]
    assert found["daily.label_hist"].is_empty()


def test_classes_of_a_multiclass_model_are_counted_by_name(tmp_path: Path) -> None:
    """Texts and whole numbers alike; labels by the day they came."""
    rows = requests(
        "m", day(0), 4, prediction_text=["cat", "dog", "cat", None], prediction=[None, None, None, 7.0]
    )
    labels = labelled(rows, [None, None, None, 7.0], lag=[0, 1, 1, 0], label_text=["cat", "cat", "dog", None])
    found = counted(tmp_path, {"id": "m", "task": "multiclass"}, [(rows, labels)])
    assert found["daily.category_hist"].select("value", "n").rows() == [("7", 1), ("cat", 2), ("dog", 1)]
    assert found["daily.label_hist"].select("label_day", "value", "n").rows() == [
        (day(0), "7", 1), (day(0), "cat", 1), (day(1), "cat", 1), (day(1), "dog", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("task", ["binary", "regression", None])
def test_a_model_without_answers_has_no_outputs(tmp_path: Path, task: str | None) -> None:
    """It has no rows at all, rather than rows with only missing predictions."""
    rows = requests("m", day(0), 10, {"x": 1.0})
    found = counted(tmp_path, {"id": "m"} | ({"task": task} if task else {}), [(rows, labelled(rows, 1.0))])
    assert PREDICTION not in found["daily.feature_hist"]["feature"].to_list()
    assert found["daily.category_hist"].is_empty()


def test_labels_that_come_later_end_in_the_same_rows(tmp_path: Path) -> None:
    """Night by night, with labels after their requests, or all at once."""
    rng = np.random.default_rng(4)
    model = {"id": "m", "task": "regression"}
    days = [
        (
            rows := requests("m", day(i), 300, prediction=rng.normal(0, 1, 300)),
            labelled(rows, rng.normal(0, 1, 300), 1),
        )
        for i in range(5)
    ]
    whole = counted(tmp_path / "once", model, days)["daily.label_hist"]
    of = workspace(tmp_path / "nightly", [model])
    with Warehouse.open(None) as warehouse:
        for i, (rows, _) in enumerate(days):
            put(of, warehouse, "requests", "log", rows)
            if i:
                put(of, warehouse, "labelled", "log", days[i - 1][1])
            summarise(night(of, day(i)), warehouse)
        put(of, warehouse, "labelled", "log", days[-1][1])
        summarise(night(of, day(4)), warehouse)
        assert warehouse.frame("SELECT * FROM daily.label_hist ORDER BY ALL").equals(whole)
