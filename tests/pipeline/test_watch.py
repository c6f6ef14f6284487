"""Monitors over days: what opens an alert, what does not, and that it matters not in how many nights it was judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dagster_project.core.formatting import format_day
from dagster_project.pipeline.watch import Watch
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.watching import DAYS, LAST, alerts, judge, put, series, signals, watched, workspace

Calm = tuple[Path, Warehouse, Watch]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    """Calm days that were judged in one night: workspace, warehouse and what the night did; not to be changed."""
    root = workspace(tmp_path_factory.mktemp("calm"))
    with watched(series()) as warehouse:
        yield root, warehouse, judge(root, warehouse)


def test_calm_days_raise_no_alert_and_nothing_is_judged_while_the_reference_lasts(calm: Calm) -> None:
    """A model like itself is left in peace; 'warming up' says until when."""
    _, warehouse, done = calm
    assert done.monitors > 0
    assert alerts(warehouse) == []
    states = warehouse.frame(
        "SELECT DISTINCT state, reason FROM mart.signal WHERE rule = 'latency' AND day <= $until",
        {"until": DAYS[69]},
    ).rows()
    assert states == [("warming up", f"warming up: reference days run until {DAYS[69]}")]


def test_night_by_night_is_the_same_as_all_at_once(tmp_path: Path) -> None:
    """The fold's state stands in the signals."""
    values = series()
    values["requests"][132:137] *= 0.5
    values["latency_p95_ms"][135:138] *= 2
    root = workspace(tmp_path)
    with watched(values) as at_once:
        judge(root, at_once)
        expected, expected_alerts = signals(at_once), alerts(at_once, "*")
    with watched(values, DAYS[:134]) as nightly:
        judge(root, nightly, DAYS[133])
        for i in (134, 135, 136, 137):
            put(nightly, values, [DAYS[i]])
            judge(root, nightly, DAYS[i])
        put(nightly, values, DAYS[138:])
        judge(root, nightly)
        assert signals(nightly).equals(expected)
        assert alerts(nightly, "*") == expected_alerts


@pytest.fixture(scope="module")
def misdated(calm: Calm) -> Iterator[Warehouse]:
    """The calm days and two rows of wrong years, judged: the model's own, and one of a model that nobody declares."""
    with watched(series()) as warehouse:
        for model, years in (("m", 11), ("once", 20)):
            warehouse.run(
                "INSERT INTO daily.traffic BY NAME SELECT 'log' AS source, $model AS model_id, '1' AS version,"
                " $day::DATE AS day, '' AS segment, 1 AS requests",
                {"model": model, "day": DAYS[0] - dt.timedelta(days=years * 365)},
            )
        judge(calm[0], warehouse)
        yield warehouse


def test_a_row_with_a_wrong_year_is_no_history_to_judge(misdated: Warehouse) -> None:
    """The years between it and the log are not judged, and raise nothing."""
    assert signals(misdated)["day"].min() == DAYS[0]
    assert alerts(misdated) == []


def test_a_row_with_a_wrong_year_of_an_unknown_model_has_no_other_day_judged(
    calm: Calm, misdated: Warehouse
) -> None:
    """Silent for longer than a year and declared by nobody, it is not watched; the others are, as without it."""
    assert signals(misdated).equals(signals(calm[1]))


def test_an_unchanged_second_night_writes_nothing(calm: Calm) -> None:
    """Not one signal."""
    root, warehouse, _ = calm
    before = signals(warehouse)
    assert judge(root, warehouse).signals == 0
    assert signals(warehouse).equals(before)


def test_a_backfilled_day_changes_what_followed(calm: Calm) -> None:
    """Requests that came late take back the alert that their absence raised, and only days from there on are judged."""
    values = series()
    short = {name: column.copy() for name, column in values.items()}
    short["requests"][140:142] *= 0.4
    root, never_short, _ = calm
    with watched(short) as warehouse:
        judge(root, warehouse)
        assert "usage_drop" in {rule for rule, *_ in alerts(warehouse)}
        put(warehouse, values, DAYS[140:142])
        again = judge(root, warehouse)
        assert alerts(warehouse) == []
        found = signals(warehouse)
    assert 0 < again.signals < len(found) / 8
    assert found.equals(signals(never_short))


def test_an_earlier_night_knows_nothing_of_later_days(tmp_path: Path) -> None:
    """Reporting a past day gives what that night gave, and the next night finds its way back."""
    values = series()
    values["requests"][130:150] *= 0.5
    root = workspace(tmp_path)
    with watched(values) as warehouse:
        judge(root, warehouse)
        whole = signals(warehouse)
        judge(root, warehouse, DAYS[120])
        assert alerts(warehouse) == []
        assert signals(warehouse)["day"].max() == DAYS[120]
        judge(root, warehouse)
        assert signals(warehouse).equals(whole)


def test_a_holiday_is_compared_with_nothing(tmp_path: Path) -> None:
    """Rules that skip holidays do not judge them, and the days after are not judged by them."""
    values = series()
    values["requests"][137] *= 0.3
    day = DAYS[137]
    root = workspace(tmp_path, {"data/workspace.yml": f"name: Test\nalerts: {{holidays: [{day}]}}\n"})
    with watched(values) as warehouse:
        judge(root, warehouse)
        assert alerts(warehouse) == []
        said = warehouse.value("SELECT reason FROM mart.signal WHERE rule = 'usage_drop' AND day = ?", [day])
    assert said == "a holiday: compared with nothing"


def test_a_rule_that_is_switched_off_watches_nothing(tmp_path: Path) -> None:
    """A workspace's file of the same name stands in for the built-in one."""
    values = series()
    values["requests"][120:125] *= 0.5
    off = (
        "title: Off\nmeaning: Off.\nmethod: usage_drop\nmetrics: [requests]\nask: Nothing.\nenabled: false\n"
    )
    with watched(values) as warehouse:
        judge(workspace(tmp_path, {"reports/rules/usage_drop.yml": off}), warehouse)
        assert "usage_drop" not in {rule for rule, *_ in alerts(warehouse)}


def test_a_model_that_stays_silent_is_suggested_to_be_retired(tmp_path: Path) -> None:
    """Its alert asks to mend the source, after four weeks first of all whether it is gone; retired, the alert ends."""
    values = series()
    values["requests"][100:] = np.nan
    last, known = DAYS[99], "rule, opened, state, ask, closed"
    with watched(values) as warehouse:
        asks = []
        for night in (DAYS[110], LAST, LAST + dt.timedelta(days=400)):
            judge(workspace(tmp_path), warehouse, night)
            ((rule, opened, state, ask, closed),) = alerts(warehouse, known)
            assert (rule, opened, state, closed) == ("no_data", DAYS[100], "open", None)
            asks.append(str(ask))
        suggestion = (
            f"No request has come since {format_day(last)}. If m is no longer used, give it retired_on:"
        )
        assert asks[0].startswith("Ask whoever")
        assert asks[1] == asks[2]
        assert asks[1].startswith(f"{suggestion} {DAYS[100]} in the catalog")
        assert asks[1].endswith(f"Else: a{asks[0][1:]}")
        judge(workspace(tmp_path, retired_on=str(DAYS[120])), warehouse, LAST)
        assert alerts(warehouse, "state, closed") == [("resolved", DAYS[119])]
        judge(workspace(tmp_path, retired_on=str(DAYS[100])), warehouse, LAST)
        assert alerts(warehouse) == []


def test_a_log_that_ends_before_the_newest_may_only_have_been_exported_earlier(tmp_path: Path) -> None:
    """Where the report ends with the newest log, its alert first of all says how to report the last day of all."""
    values = series()
    values["requests"][140:] = np.nan
    past = {"data/workspace.yml": "name: A\nas_of: newest\n"}
    with watched(values) as warehouse:
        judge(workspace(tmp_path, past), warehouse)
        ((rule, ask),) = alerts(warehouse, "rule, ask")
    assert rule == "no_data"
    assert f"exported earlier, nothing is wrong: as_of: {DAYS[139]} reports the last day" in str(ask)
    assert str(ask).endswith("the days are computed again.")
