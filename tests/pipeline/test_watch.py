"""Monitors over days: neither the number of nights in which they were judged nor what preceded the log matters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.core.types import Floats
from dagster_project.pipeline.watch import Watch
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.watching import DAYS, alerts, judge, put, series, signals, watched, workspace

Calm = tuple[Path, Warehouse, Watch]


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calm]:
    """Calm days judged in one night: workspace, warehouse and what the night did; do not change them."""
    root = workspace(tmp_path_factory.mktemp("calm"))
    with watched(series()) as warehouse:
        yield root, warehouse, judge(root, warehouse)


def test_calm_days_raise_no_alert_and_nothing_is_judged_while_the_reference_lasts(calm: Calm) -> None:
    """A model that stays the same raises nothing; 'warming up' says until when it is not judged."""
    _, warehouse, done = calm
    assert done.monitors > 0
    assert alerts(warehouse) == []
    states = warehouse.frame(
        "SELECT DISTINCT state, reason FROM mart.signal WHERE rule = 'latency' AND day <= $until",
        {"until": DAYS[69]},
    ).rows()
    assert states == [("warming up", f"warming up: reference days run until {DAYS[69]}")]


def troubled() -> dict[str, Floats]:
    """Half the requests for five days, and slow answers on the last two of them and the next."""
    values = series()
    values["requests"][132:137] *= 0.5
    values["latency_p95_ms"][135:138] *= 2
    return values


@pytest.fixture(scope="module")
def at_once(calm: Calm) -> Iterator[Warehouse]:
    """Troubled days judged in one night; do not change them."""
    with watched(troubled()) as warehouse:
        judge(calm[0], warehouse)
        yield warehouse


def test_night_by_night_is_the_same_as_all_at_once(calm: Calm, at_once: Warehouse) -> None:
    """The fold's state is kept in the signals."""
    root, values = calm[0], troubled()
    with watched(values, DAYS[:134]) as nightly:
        judge(root, nightly, DAYS[133])
        for i in (134, 135, 136):
            put(nightly, values, [DAYS[i]])
            judge(root, nightly, DAYS[i])
        put(nightly, values, DAYS[137:])
        judge(root, nightly)
        assert signals(nightly).equals(signals(at_once))
        assert alerts(nightly, "*") == alerts(at_once, "*")
        assert {"usage_drop", "latency"} <= {rule for rule, *_ in alerts(nightly)}


@pytest.fixture(scope="module")
def misdated(calm: Calm) -> Iterator[Warehouse]:
    """The calm days and two rows with wrong years, judged: one of the model, and one of an undeclared model."""
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
    """Undeclared and silent for longer than a year, it is not watched; the others are, as if it did not exist."""
    assert signals(misdated).equals(signals(calm[1]))


def test_an_unchanged_second_night_writes_nothing(calm: Calm) -> None:
    """Not one signal."""
    root, warehouse, _ = calm
    before = signals(warehouse)
    assert judge(root, warehouse).signals == 0
    assert signals(warehouse).equals(before)


def test_a_backfilled_day_changes_what_followed(calm: Calm) -> None:
    """Late requests withdraw the alert that their absence raised; only days from there on are judged again."""
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


def test_an_earlier_night_knows_nothing_of_later_days(calm: Calm, at_once: Warehouse) -> None:
    """Reporting a past day gives what that night gave, and the next night is right again."""
    whole = signals(at_once)
    judge(calm[0], at_once, DAYS[120])
    assert alerts(at_once) == []
    assert signals(at_once)["day"].max() == DAYS[120]
    judge(calm[0], at_once)
    assert signals(at_once).equals(whole)
