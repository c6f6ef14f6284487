"""After a night, a receipt's SQL gives its figures when it is run in the warehouse."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dagster_project.pipeline.score import score, served_versions
from dagster_project.pipeline.score_shown import show_windows
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, night, put, requests, workspace

LAST = day(9)
BY_HAND = """
WITH counted AS (
  SELECT bin, sum(n) FILTER (WHERE label = 1) AS positive, sum(n) FILTER (WHERE label = 0) AS negative
  FROM ({sql})
  WHERE model_id = 'm' AND version = '' AND segment = '' AND window_days = 7 AND day = ? AND on_day IS NULL GROUP BY bin
)
SELECT sum(coalesce(positive, 0))::BIGINT AS positive, sum(coalesce(negative, 0))::BIGINT AS negative FROM counted
"""


def test_the_spans_are_the_windows_of_the_nights_day_whatever_asked_last(tmp_path: Path) -> None:
    """Watching reads other days; afterwards an auditor finds the published ones, with labels and references."""
    of = workspace(tmp_path, [{"id": "m", "task": "binary", "threshold": 0.5}])
    tonight = night(of, LAST)
    label = np.tile([0.0, 1.0, 0.0], 20)
    with Warehouse.open(None) as warehouse:
        for number in range(10):
            rows = requests("m", day(number), 60, {"x": np.arange(60.0)}, score=np.linspace(0.1, 0.9, 60))
            put(of, warehouse, "requests", "log", rows)
            put(of, warehouse, "labelled", "log", labelled(rows, label))
        summarise(tonight, warehouse)
        score(tonight, warehouse)
        set_spans(warehouse, [Span(day(2), 1)], served_versions(warehouse), None, LAST)
        assert warehouse.frame("SELECT * FROM span.drift WHERE ref IS NOT NULL").is_empty()
        show_windows(tonight, warehouse)
        sql = next(metric.sql for metric in of.metrics if metric.id == "roc_auc")
        counted = warehouse.frame(BY_HAND.format(sql=sql), [LAST])
        reading = warehouse.frame(
            "SELECT n FROM mart.reading WHERE metric = 'roc_auc' AND window_days = 7 AND day = ? AND version = ''",
            [LAST],
        )
        windows = warehouse.frame("SELECT DISTINCT day, window_days FROM span.window_day ORDER BY ALL")
        parts = set(warehouse.frame("SELECT DISTINCT part FROM span.drift WHERE ref IS NOT NULL")["part"])
    assert counted.rows() == [(140, 280)]
    assert reading["n"].to_list() == [420]
    assert windows.rows() == [(LAST, window) for window in sorted(of.settings.windows)]
    assert parts == {"current", "reference"}
