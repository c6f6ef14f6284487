"""Drift weighted by what the model relies on, from training runs or declarations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, measuring, night, put, requests, workspace

N = 1000
RUN = (
    "INSERT INTO fact.training_runs BY NAME SELECT 'run-1' AS run_id, 'm' AS model_id, 'v1' AS version,"
    " TIMESTAMPTZ '2023-12-01' AS ended_at, ?::JSON AS importance"
)


def weighted(
    root: Path, logged: str | None, declared: dict[str, float]
) -> tuple[float | None, dict[str, float], str]:
    """drift_weighted of the second day, PSI by feature, and where the importance comes from."""
    features = {name: {"importance": value} for name, value in declared.items()}
    model = {"id": "m", "features": features, "reference": {"start": day(0), "end": day(0)}}
    of = measuring(workspace(root, [model]), "drift")
    rng = np.random.default_rng(8)
    with Warehouse.open(None) as warehouse:
        for i in range(2):
            columns = {"a": rng.normal(0, 1, N), "b": rng.normal(i, 1, N), "still": np.full(N, 1.0)}
            put(of, warehouse, "requests", "log", requests("m", day(i), N, columns, version="v1"))
        if logged:
            warehouse.run(RUN, [logged])
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        where = "value IS NOT NULL AND day = ? AND window_days = 1 AND version = ''"
        rows = warehouse.connection.execute(
            f"SELECT metric, feature, value FROM mart.reading WHERE {where} AND metric LIKE 'drift%'",
            [day(1)],
        ).fetchall()
        source = warehouse.value("SELECT any_value(source) FROM catalog.importance")
    psi = {feature: value for metric, feature, value in rows if metric == "drift_psi"}
    return next((v for m, _, v in rows if m == "drift_weighted"), None), psi, str(source)


def test_the_training_run_decides_and_what_is_not_computable_is_left_out(tmp_path: Path) -> None:
    """Coefficients count by absolute size; a constant feature has no index and no weight."""
    value, psi, source = weighted(tmp_path, '{"a": 3, "b": -1, "still": 4, "name": "x"}', {"a": 0, "b": 1})
    assert value == pytest.approx((3 * psi["a"] + psi["b"]) / 4)
    assert source == "run-1"


def test_without_a_run_what_is_declared_weighs(tmp_path: Path) -> None:
    """All weight on one feature is that feature's index."""
    value, psi, source = weighted(tmp_path, None, {"a": 0, "b": 2})
    assert value == pytest.approx(psi["b"])
    assert source == "declared"


def test_without_any_importance_there_is_no_figure(tmp_path: Path) -> None:
    """Not an unweighted mean under the same name."""
    assert weighted(tmp_path, None, {})[0] is None
