"""The metric files: the ids that are promised, complete front matter, columns that their function reads."""

from __future__ import annotations

from pathlib import Path

from dagster_project.core.formatting import format_value
from dagster_project.pipeline.score_apply import APPLY
from dagster_project.pipeline.score_rows import KEY, read_rows
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, workspace

PROMISED = (
    "requests", "records", "error_share", "active_consumers", "active_users", "latency_p50_ms", "latency_p95_ms",
    "latency_p99_ms", "accuracy", "precision", "recall", "f1", "f2", "roc_auc", "log_loss", "mse", "rmse", "mae", "r2",
    "missing_share", "invalid_share", "duplicate_share", "late_share", "drift_psi", "drift_js", "drift_ks",
    "drift_wasserstein_sd",
)  # fmt: skip


def test_every_promised_metric_is_there(tmp_path: Path) -> None:
    """Ids are fixed: others read them from the API."""
    assert set(PROMISED) <= {metric.id for metric in workspace(tmp_path).metrics}


def test_thresholds_go_the_way_that_is_better(tmp_path: Path) -> None:
    """Where down is better, poor lies above good."""
    for head in (metric.head for metric in workspace(tmp_path).metrics):
        if head.thresholds:
            assert (head.thresholds.good < head.thresholds.poor) == (head.better == "down"), head.title


def test_every_unit_can_be_written(tmp_path: Path) -> None:
    """Each unit has a form for people."""
    for metric in workspace(tmp_path).metrics:
        assert format_value(1.0, metric.head.unit), metric.id


def test_every_statement_runs_on_an_empty_warehouse(tmp_path: Path) -> None:
    """No events, no readings: every function takes no rows and gives none."""
    metrics = workspace(tmp_path).metrics
    with Warehouse.open(None) as warehouse:
        import polars as pl

        versions = pl.DataFrame(schema={"model_id": pl.String, "version": pl.String, "shown": pl.String})
        set_spans(warehouse, [Span(day(0), 1)], versions, None, day(0))
        for metric in metrics:
            head = metric.head
            found = APPLY[head.apply or "ratio"](read_rows(warehouse, metric.sql), head.arguments)
            assert found.is_empty(), metric.id
            figures = ["value", "numerator", "denominator", "n", "low", "high", "problem", "remark"]
            assert found.columns == [*KEY, *figures]
