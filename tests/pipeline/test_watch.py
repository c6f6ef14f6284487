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


def test_a_drop_in_use_is_an_alert_and_ends_when_use_is_back(tmp_path: Path) -> None:
    """Half the requests for five days: opened within two days, resolved after two good ones."""
    values = series()
    values["requests"][120:125] *= 0.5
    with watched(values) as warehouse:
        judge(workspace(tmp_path), warehouse)
        (first, *others) = alerts(warehouse, "rule, opened, state, closed, slug, grouped_under")
    rule, opened, state, closed, slug, _ = first
    assert rule == "usage_drop"
    assert all(under == slug for *_, under in others)
    assert DAYS[120] <= opened <= DAYS[121]
    assert (state, closed) == ("resolved", DAYS[127])


def test_missing_data_is_not_zero_use(tmp_path: Path) -> None:
    """A source that stays silent is one alert of its own; usage says it is not known."""
    values = series()
    values["requests"][140] = np.nan
    with watched(values) as warehouse:
        judge(workspace(tmp_path), warehouse)
        assert [row[:2] for row in alerts(warehouse)] == [("no_data", DAYS[140])]
        said = warehouse.value(
            "SELECT reason FROM mart.signal WHERE rule = 'usage_drop' AND day = ?", [DAYS[140]]
        )
    assert said == "no row of its source came"


def test_a_slow_answer_for_days_is_an_alert(tmp_path: Path) -> None:
    """Latency doubled for three days; one odd day alone is none."""
    values = series()
    values["latency_p95_ms"][100] *= 2
    values["latency_p95_ms"][130:133] *= 2
    with watched(values) as warehouse:
        judge(workspace(tmp_path), warehouse)
        assert [row[:2] for row in alerts(warehouse)] == [("latency", DAYS[131])]


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


def test_a_row_with_a_wrong_year_is_no_history_to_judge(tmp_path: Path) -> None:
    """The years between it and the log are not judged, and raise nothing."""
    with watched(series()) as warehouse:
        warehouse.run(
            "INSERT INTO daily.traffic BY NAME SELECT 'log' AS source, 'm' AS model_id, '1' AS version,"
            " $day::DATE AS day, '' AS segment, 1 AS requests",
            {"day": DAYS[0] - dt.timedelta(days=4000)},
        )
        judge(workspace(tmp_path), warehouse)
        assert signals(warehouse)["day"].min() == DAYS[0]
        assert alerts(warehouse) == []


def test_a_row_with_a_wrong_year_of_an_unknown_model_has_no_other_day_judged(calm: Calm) -> None:
    """Silent for longer than a year and declared by nobody, it is not watched; the others are, as without it."""
    root, without, _ = calm
    with watched(series()) as warehouse:
        warehouse.run(
            "INSERT INTO daily.traffic BY NAME SELECT 'log' AS source, 'once' AS model_id, '1' AS version,"
            " $day::DATE AS day, '' AS segment, 1 AS requests",
            {"day": DAYS[0] - dt.timedelta(days=20 * 365)},
        )
        judge(root, warehouse)
        assert signals(warehouse).equals(signals(without))


def test_an_unchanged_second_night_writes_nothing(calm: Calm) -> None:
    """Not one signal."""
    root, warehouse, _ = calm
    before = signals(warehouse)
    assert judge(root, warehouse).signals == 0
    assert signals(warehouse).equals(before)


def test_a_backfilled_day_changes_what_followed(tmp_path: Path) -> None:
    """Requests that came late take back the alert that their absence raised, and only days from there on are judged."""
    values = series()
    short = {name: column.copy() for name, column in values.items()}
    short["requests"][140:142] *= 0.4
    root = workspace(tmp_path)
    with watched(short) as warehouse:
        judge(root, warehouse)
        assert "usage_drop" in {rule for rule, *_ in alerts(warehouse)}
        put(warehouse, values, DAYS[140:142])
        again = judge(root, warehouse)
        assert alerts(warehouse) == []
        found = signals(warehouse)
    assert 0 < again.signals < len(found) / 8
    with watched(values) as fresh:
        judge(root, fresh)
        assert found.equals(signals(fresh))


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


@pytest.mark.parametrize(("change", "opens"), [("vanished", True), ("appeared", False)])
def test_columns_that_vanish_are_an_alert(tmp_path: Path, change: str, opens: bool) -> None:
    """The message names them; new ones are only noted."""
    with watched(series()) as warehouse:
        warehouse.run("INSERT INTO ops.schema_change VALUES ('log', ?, 'amount', ?)", [DAYS[100], change])
        judge(workspace(tmp_path), warehouse)
        messages = [m for (m,) in warehouse.frame("SELECT message FROM mart.alert").rows()]
    assert len(messages) == opens
    assert all("had no value all day in amount on" in message for message in messages)


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


def test_a_fixed_threshold_works_from_the_first_day(tmp_path: Path) -> None:
    """An owner's own limit needs no reference."""
    rule = (
        "title: Slow\nmeaning: Slow.\nmethod: threshold\nmetrics: [latency_p95_ms]\ndirection: up\nat: 60\n"
        "open_after: 1\nask: Look.\n"
    )
    values = series()
    values["latency_p95_ms"][3] = 61.0
    with watched(values) as warehouse:
        judge(workspace(tmp_path, {"reports/rules/own.yml": rule}), warehouse)
        assert [row[:2] for row in alerts(warehouse)] == [("own", DAYS[3])]


def test_weeks_far_from_the_others_are_signals(tmp_path: Path) -> None:
    """Twenty-one weeks are too few: it says so."""
    rule = "title: Slow\nmeaning: Slow.\nmethod: weeks\nmetrics: [error_share]\nask: Look.\n"
    with watched(series()) as warehouse:
        judge(workspace(tmp_path, {"reports/rules/own.yml": rule}), warehouse)
        days = warehouse.frame("SELECT day, state FROM mart.signal WHERE rule = 'own' ORDER BY day").rows()
    assert {day.weekday() for day, _ in days} == {6}
    assert {state for _, state in days} == {"warming up"}
    assert LAST - days[-1][0] < dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("later", "share", "wait", "seen"),
    [("0, 3, 2, 0", 100 / 105, 1, (0.8, 100)), ("0, 5, 3, 0", 100 / 108, 20, (80 / 108, 108))],
    ids=["95 in 100 have come", "93 in 100 have come"],
)
def test_a_day_is_judged_as_soon_as_its_figures_are_graded(
    tmp_path: Path, later: str, share: float, wait: int, seen: tuple[float, int]
) -> None:
    """Labels that nobody would have waited for are not seen, though they are there when the day is judged again."""
    rule = "title: Worse\nmeaning: Worse.\nmethod: spread\nmetrics: [accuracy]\nmature: true\nminimum: 10\nask: Look.\n"
    root = workspace(tmp_path, {"reports/rules/own.yml": rule})
    with watched(series()) as warehouse:
        for after, cells in ((1, "40, 10, 10, 40"), (20, later)):
            warehouse.run(
                "INSERT INTO daily.outcome_binary (source, model_id, version, day, segment, label_day, bucket, tp, fp,"
                f" fn, tn) SELECT 'log', 'm', '1', day, '', day + {after}, 0, {cells} FROM daily.traffic"
            )
        warehouse.run(
            "INSERT INTO mart.label_arrival SELECT 'm', lag, CASE WHEN lag < 20 THEN ? ELSE 1 END, 7000"
            " FROM unnest(range(1, 21)) AS t(lag)",
            [share],
        )
        judge(root, warehouse)
        found = warehouse.frame(
            "SELECT day, known_on, observed, n FROM mart.signal WHERE rule = 'own' ORDER BY day"
        ).rows()
    assert [row[2:] for row in found] == [pytest.approx(seen)] * len(found)
    assert {known - day for day, known, *_ in found} == {dt.timedelta(days=wait)}
    assert found[-1][0] == DAYS[-1 - wait]


def test_a_silent_source_of_several_models_is_one_alert(tmp_path: Path) -> None:
    """It names the source and no model; its owner is who a pattern on source/<name> says."""
    owners = "owners: [{pattern: source/log/*, owner: Data platform}]\n"
    values = series()
    values["requests"][140] = np.nan
    with watched(values) as warehouse:
        warehouse.run("INSERT INTO daily.traffic SELECT * REPLACE ('k' AS model_id) FROM daily.traffic")
        judge(workspace(tmp_path, {"data/alerts/a.yml": owners}), warehouse)
        found = alerts(warehouse, "model_id, rule, feature, opened, owner, title")
    assert found == [("", "no_data", "log", DAYS[140], "Data platform", "No data came: source log")]


def test_a_model_that_stays_silent_is_suggested_to_be_retired(tmp_path: Path) -> None:
    """Its alert asks to mend the source, after four weeks first of all whether it is gone; retired, the alert ends."""
    values = series()
    values["requests"][100:] = np.nan
    last, known = DAYS[99], "rule, opened, state, ask, closed"
    with watched(values) as warehouse:
        asks = []
        for night in (DAYS[110], LAST, LAST + dt.timedelta(days=900)):
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


def test_models_of_a_silent_source_are_suggested_to_be_retired_together(tmp_path: Path) -> None:
    """One alert about the source, which asks for each of its models."""
    values = series()
    values["requests"][100:] = np.nan
    with watched(values) as warehouse:
        warehouse.run("INSERT INTO daily.traffic SELECT * REPLACE ('k' AS model_id) FROM daily.traffic")
        judge(workspace(tmp_path), warehouse)
        ((ask,),) = alerts(warehouse, "ask")
    assert f"If its 2 models are no longer used, give each retired_on: {DAYS[100]} in the catalog" in str(ask)


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
