"""A last day of which half the requests came is no alert, and not taken for whole without a word."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.pipeline.render import prepare
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.watching import DAYS, LAST, a_night, alerts, judge, series, watched, workspace

ONE_DAY = dt.timedelta(days=1)


def last_day(root: Path, warehouse: Warehouse, as_of: dt.date = LAST) -> list[tuple[object, ...]]:
    """model, day and requests of the page's rows, after the night was judged."""
    judge(root, warehouse, as_of)
    views = prepare(a_night(root, as_of), warehouse, "digest")
    return [(row["model"], row["day"], row["requests"]) for row in views.rows("last_day")]


@pytest.mark.parametrize(("share", "is_short"), [(0.5, True), (0.95, False)])
def test_a_short_last_day_is_said(tmp_path: Path, share: float, *, is_short: bool) -> None:
    """Half a day is no alert, for that takes two days; nor is it what the weekday brings."""
    values = series()
    values["requests"][-1] = round(values["requests"][-8] * share)
    with watched(values) as warehouse:
        found = last_day(workspace(tmp_path), warehouse)
        assert alerts(warehouse) == []
    assert found == ([("m", LAST, int(values["requests"][-1]))] if is_short else [])


def test_a_day_that_later_rows_follow_is_whole(tmp_path: Path) -> None:
    """Then it was a day of little use, which its chart shows."""
    values = series()
    values["requests"][-2] *= 0.5
    with watched(values) as warehouse:
        root = workspace(tmp_path)
        assert last_day(root, warehouse, DAYS[-2]) == []
        warehouse.run("DELETE FROM ops.ledger WHERE day > ?", [DAYS[-2]])
        assert [row[:2] for row in last_day(root, warehouse, DAYS[-2])] == [("m", DAYS[-2])]


def test_two_short_days_are_an_alert_instead(tmp_path: Path) -> None:
    """The alert says more."""
    values = series()
    values["requests"][-2:] *= 0.5
    with watched(values) as warehouse:
        assert last_day(workspace(tmp_path), warehouse) == []
        assert [row[0] for row in alerts(warehouse)] == ["usage_drop"]
