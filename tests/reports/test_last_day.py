"""A last day of which half the requests came is no alert, and not taken for whole without a word."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.types import Floats
from dagster_project.pipeline.render import prepare
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import declared, write_workspace
from tests.pipeline.watching import (
    DAYS,
    LAST,
    REFERENCE,
    a_night,
    alerts,
    judge,
    lay,
    series,
    watched,
    workspace,
)

Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, dict[str, Floats]], Rows, Rows]:
    """The models' values, the page's rows and the alerts, after one night of models that end differently."""
    values = {model: series() for model in ("half", "nearly", "two")}
    for model, share in (("half", 0.5), ("nearly", 0.95)):
        values[model]["requests"][-1] = round(values[model]["requests"][-8] * share)
    values["two"]["requests"][-2:] *= 0.5
    models = [declared(model, since=str(DAYS[0]), reference=REFERENCE) for model in values]
    root = write_workspace(tmp_path_factory.mktemp("days"), models, {"data/targets.yml": "targets: []\n"})
    with Warehouse.open(None) as warehouse:
        for model, figures in values.items():
            warehouse.run("INSERT INTO catalog.model (model_id, slug) VALUES ($m, $m)", {"m": model})
            lay(warehouse, figures, model=model, source=model)
        warehouse.append("ops.scored", pl.DataFrame({"day": DAYS, "digest": "as it is"}))
        judge(root, warehouse)
        return values, last_day(root, warehouse, LAST), alerts(warehouse, "model_id, rule")


def last_day(root: Path, warehouse: Warehouse, as_of: dt.date) -> Rows:
    """model, day and requests of the page's rows."""
    views = prepare(a_night(root, as_of), warehouse, "digest")
    return [(row["model"], row["day"], row["requests"]) for row in views.rows("last_day")]


def test_a_short_last_day_is_said(night: tuple[dict[str, dict[str, Floats]], Rows, Rows]) -> None:
    """Half a day is no alert, for that takes two days; nor is it what the weekday brings, as nearly a whole one is."""
    values, rows, raised = night
    assert ("half", LAST, int(values["half"]["requests"][-1])) in rows
    assert "nearly" not in {row[0] for row in rows}
    assert {"half", "nearly"}.isdisjoint({alert[0] for alert in raised})


def test_two_short_days_are_an_alert_instead(night: tuple[dict[str, dict[str, Floats]], Rows, Rows]) -> None:
    """The alert says more."""
    _, rows, raised = night
    assert "two" not in {row[0] for row in rows}
    assert raised == [("two", "usage_drop")]


def test_a_day_that_later_rows_follow_is_whole(tmp_path: Path) -> None:
    """Then it was a day of little use, which its chart shows."""
    values = series()
    values["requests"][-2] *= 0.5
    with watched(values) as warehouse:
        root = workspace(tmp_path)
        judge(root, warehouse, DAYS[-2])
        assert last_day(root, warehouse, DAYS[-2]) == []
        warehouse.run("DELETE FROM ops.ledger WHERE day > ?", [DAYS[-2]])
        assert [row[:2] for row in last_day(root, warehouse, DAYS[-2])] == [("m", DAYS[-2])]
