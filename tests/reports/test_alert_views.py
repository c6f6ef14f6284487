"""What pages say of an alert that is open: whether it goes on, or the model has stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dagster_project.core.formatting import format_day
from dagster_project.pipeline.render import prepare
from tests.pipeline.watching import DAYS, LAST, a_night, judge, series, watched, workspace

STOPPED = 140
"""The number of the last day with requests, where the model stops."""


@pytest.mark.parametrize(
    ("slow_from", "stops", "said"),
    [
        (130, False, f"; still so on {format_day(LAST)}"),
        (130, True, f"; still so on {format_day(DAYS[STOPPED])}, the last day that could be judged"),
        (STOPPED - 1, True, "; no day since could be judged"),
    ],
)
def test_an_alert_of_a_model_that_stopped_is_not_told_as_known_today(
    tmp_path: Path, slow_from: int, said: str, *, stops: bool
) -> None:
    """Its figures ended; that they were bad on their last day says nothing of the days since."""
    values = series()
    values["latency_p95_ms"][slow_from:] *= 1.6
    if stops:
        values["requests"][STOPPED + 1 :] = np.nan
    root = workspace(tmp_path)
    with watched(values) as warehouse:
        judge(root, warehouse)
        rows = prepare(a_night(root, LAST), warehouse, "digest").rows("exceptions")
    (told,) = [str(row["reason"]) for row in rows if row["topic"] == "Answers became slow"]
    assert told.endswith(said)
