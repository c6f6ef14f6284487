"""How workspace files and time affect alerts: holidays, disabled rules, logs that ended, models that are gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core.formatting import format_day
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import declared, write_workspace
from tests.pipeline.watching import (
    DAYS,
    FIRST,
    LAST,
    REFERENCE,
    Change,
    alerts_of,
    judge,
    put_case,
    signals,
    times,
)

Waited = list[dict[str, list[tuple[object, ...]]]]
"""By night and model, its alerts."""
HOLIDAY = DAYS[137]
FILES = {
    "data/workspace.yml": f"name: A\nas_of: newest\nalerts: {{holidays: [{HOLIDAY}]}}\n",
    "reports/rules/latency.yml": "title: Off\nmeaning: Off.\nmethod: spread\nmetrics: [latency_p95_ms]\n"
    "ask: Nothing.\nenabled: false\n",
}
CASES: dict[str, Change] = {
    "holiday": times("requests", slice(137, 138), 0.3),
    "usual": times("requests", slice(137, 138), 1),
    "off": times("latency_p95_ms", slice(120, 125), 2),
    "ended": times("requests", slice(140, None), np.nan),
}
"""Model -> what happens to it."""
GONE = ("silent", "retired", "misdeclared")


def workspace(root: Path, models: dict[str, dict[str, object]], files: dict[str, str]) -> Path:
    """A workspace with these models, which declare what is given in addition to their reference."""
    made = [
        declared(m, **{"reference": REFERENCE, "since": str(FIRST), **said}) for m, said in models.items()
    ]
    return write_workspace(root, made, {"data/targets.yml": "targets: []\n", **files})


def put_cases(warehouse: Warehouse, cases: dict[str, Change]) -> None:
    """Days of all models, none of which is judged."""
    for model, change in cases.items():
        put_case(warehouse, model, change)
    warehouse.run("INSERT INTO ops.scored (day, digest) SELECT DISTINCT day, '' FROM daily.traffic")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """All cases after two nights, the first a week after the holiday; do not change them."""
    root = workspace(tmp_path_factory.mktemp("cases"), {model: {} for model in CASES}, FILES)
    with Warehouse.open(None) as warehouse:
        put_cases(warehouse, CASES)
        for night in (HOLIDAY + dt.timedelta(days=7), LAST):
            judge(root, warehouse, night)
        yield warehouse


def test_a_holiday_is_compared_with_nothing(judged: Warehouse) -> None:
    """Rules that skip holidays do not judge them, and later days are not compared with them."""
    assert alerts_of(judged, "holiday") == []
    said = judged.value(
        "SELECT reason FROM mart.signal WHERE model_id = 'holiday' AND rule = 'usage_drop' AND day = ?",
        [HOLIDAY],
    )
    assert said == "a holiday: compared with nothing"
    drops = signals(judged).filter((pl.col("rule") == "usage_drop") & (pl.col("day") > HOLIDAY))
    after = {
        model: drops.filter(pl.col("model_id") == model).drop("model_id") for model in ("holiday", "usual")
    }
    assert len(after["holiday"]) == (LAST - HOLIDAY).days
    assert after["holiday"].equals(after["usual"])


def test_a_rule_that_is_switched_off_watches_nothing(judged: Warehouse) -> None:
    """A workspace's file of the same name replaces the built-in one."""
    assert alerts_of(judged, "off") == []
    assert judged.value("SELECT count(*) FROM mart.signal WHERE rule = 'latency'") == 0


def test_a_log_that_ends_before_the_newest_may_only_have_been_exported_earlier(judged: Warehouse) -> None:
    """If the report ends with the newest log, the alert first says how to report the last day that all logs have."""
    ((rule, ask),) = alerts_of(judged, "ended", "rule, ask")
    assert rule == "no_data"
    assert f"exported earlier, nothing is wrong: as_of: {DAYS[139]} reports the last day" in str(ask)
    assert str(ask).endswith("the days are computed again.")


@pytest.fixture(scope="module")
def waited(tmp_path_factory: pytest.TempPathFactory) -> Waited:
    """What three nights say about silent models; two of these are declared retired before the second."""
    root, known = tmp_path_factory.mktemp("gone"), "rule, opened, state, closed, ask"
    retired: dict[str, dict[str, object]] = {
        "retired": {"retired_on": str(DAYS[120])},
        "misdeclared": {"retired_on": str(DAYS[100])},
    }
    found: Waited = []
    with Warehouse.open(None) as warehouse:
        put_cases(warehouse, {model: times("requests", slice(100, None), np.nan) for model in GONE})
        for night in (DAYS[110], LAST, LAST + dt.timedelta(days=320)):
            workspace(root, {model: retired.get(model, {}) if found else {} for model in GONE}, {})
            judge(root, warehouse, night)
            found.append({model: alerts_of(warehouse, model, known) for model in GONE})
    return found


def test_a_model_that_stays_silent_is_suggested_to_be_retired(
    waited: Waited,
) -> None:
    """Its alert asks to mend the source, and after four weeks first asks whether the model is gone."""
    asks = []
    for found in waited:
        ((rule, opened, state, closed, ask),) = found["silent"]
        assert (rule, opened, state, closed) == ("no_data", DAYS[100], "open", None)
        asks.append(str(ask))
    last = format_day(DAYS[99])
    suggestion = (
        f"No request has arrived since {last}. If silent is no longer used, give it retired_on: {DAYS[100]}"
    )
    assert asks[0].startswith("Ask whoever")
    assert asks[1] == asks[2]
    assert asks[1].startswith(f"{suggestion} in the catalog")
    assert asks[1].endswith(f"Otherwise: a{asks[0][1:]}")


def test_the_alert_of_a_silent_model_ends_when_it_is_retired(
    waited: Waited,
) -> None:
    """It ends on the day before; a model retired before it fell silent has no alert."""
    first, second, _ = waited
    for model in ("retired", "misdeclared"):
        assert [row[:3] for row in first[model]] == [("no_data", DAYS[100], "open")]
    assert [row[2:4] for row in second["retired"]] == [("resolved", DAYS[119])]
    assert second["misdeclared"] == []
