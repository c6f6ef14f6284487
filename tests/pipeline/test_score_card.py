"""Which reading decides the grade of a family."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, measuring, night, put, requests, workspace

N = 100


def test_of_features_alike_in_grade_the_worst_is_named(tmp_path: Path) -> None:
    """Not the first by name: 'b' misses more than 'a' and 'c'."""
    targets = [{"metric": "missing_share", "good": 0.1, "poor": 0.2}]
    of = workspace(tmp_path, [{"id": "m"}], targets={"targets": targets})
    lacks = {"a": 30, "b": 90, "c": 60}
    features = {name: np.where(np.arange(N) < n, np.nan, 1.0) for name, n in lacks.items()}
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requests("m", day(0), N, features))
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        found = warehouse.frame("SELECT reason FROM mart.scorecard WHERE family = 'quality'")
    assert " of b 90.0" in found.item()


def test_the_window_that_leads_the_pages_decides_whatever_windows_a_workspace_counts(tmp_path: Path) -> None:
    """If no window has 28 days, the longest decides: here requests of two days, not of the last day alone."""
    settings = {"name": "Test", "windows": [1, 14]}
    of = measuring(workspace(tmp_path, [{"id": "m"}], workspace=settings), "requests")
    with Warehouse.open(None) as warehouse:
        for number in (0, 1):
            put(of, warehouse, "requests", "log", requests("m", day(number), N))
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        found = warehouse.frame("SELECT value FROM mart.scorecard WHERE family = 'usage'")
    assert found.item() == 2 * N
