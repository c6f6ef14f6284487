"""What a page says of known events that no alert told: why, and not what other alerts were doing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dagster_project.pipeline.render import prepare
from tests.pipeline.watching import DAYS, LAST, a_night, judge, series, watched, workspace

FIXED = """\
title: Too many errors
meaning: A fixed limit.
method: threshold
metrics: [error_share]
direction: up
at: 0.9
ask: Look.
"""


def said(root: Path, day: dt.date, fixed: int = 0) -> list[str]:
    """What is said of an event of one day, where a fifth of a feature has been missing on every day."""
    event = f"events: [{{day: {day}, what: A storm., evidence: rows}}]\n"
    rules = {f"reports/rules/fixed_{i}.yml": FIXED for i in range(fixed)}
    root = workspace(root, {"data/alerts/events.yml": event, **rules})
    values = series()
    values["missing_share"] += 0.2
    with watched(values) as warehouse:
        judge(root, warehouse)
        views = prepare(a_night(root, LAST), warehouse, "digest")
        return [str(row["outcome"]) for row in views.rows("known_events")]


def test_an_alert_that_was_open_already_saw_nothing_of_an_event(tmp_path: Path) -> None:
    """It fires on every day, whatever happens; the others found the day within the usual variation."""
    assert said(tmp_path, DAYS[120]) == ["no alert: within the usual variation"]


def test_fixed_limits_do_not_hide_that_the_others_were_warming_up(tmp_path: Path) -> None:
    """They judge from the first day, and say nothing of those that have to learn what is usual."""
    assert said(tmp_path, DAYS[8], fixed=9) == ["no alert: most monitors were still warming up"]
