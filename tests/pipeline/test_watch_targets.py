"""Owners' own targets as monitors: which of them open an alert, and after how many days."""

from __future__ import annotations

from pathlib import Path

from dagster_project.store.warehouse import Warehouse
from tests.pipeline.watching import DAYS, alerts, judge, series, watched, workspace


def poor_accuracy(warehouse: Warehouse) -> None:
    """Every prediction is right, except on five days, when none is."""
    warehouse.run(
        "INSERT INTO daily.outcome_binary (source, model_id, version, day, segment, label_day, bucket, tp, fp, fn,"
        " tn) SELECT 'log', 'm', '1', day, '', day, 0, CASE WHEN day BETWEEN $a AND $b THEN 0 ELSE 100 END, 0,"
        " CASE WHEN day BETWEEN $a AND $b THEN 100 ELSE 0 END, 0 FROM daily.traffic",
        {"a": DAYS[100], "b": DAYS[104]},
    )


def test_a_target_that_only_grades_is_no_alert(tmp_path: Path) -> None:
    """`alert: false` keeps the threshold on the page and files nothing."""
    target = {"metric": "accuracy", "good": 0.9, "poor": 0.7, "alert": False}
    root = workspace(tmp_path, {"data/targets.yml": {"targets": [target]}})
    with watched(series()) as warehouse:
        poor_accuracy(warehouse)
        judge(root, warehouse)
        assert alerts(warehouse) == []


def test_an_owners_target_is_held_over_seven_days(tmp_path: Path) -> None:
    """It opens on the third day in the poor range and closes after a week safely back."""
    targets = {"targets": [{"metric": "accuracy", "good": 0.9, "poor": 0.7}]}
    root = workspace(tmp_path, {"data/targets.yml": targets})
    with watched(series()) as warehouse:
        poor_accuracy(warehouse)
        judge(root, warehouse)
        ((opened, last, closed, state),) = alerts(warehouse, "opened, last_seen, closed, state")
    assert (opened, last) == (DAYS[104], DAYS[108])
    assert (state, closed) == ("resolved", DAYS[116])
