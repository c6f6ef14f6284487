"""What opens an alert and what does not: a model, and a log of its own, for each case, all judged in one night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import declared, write_workspace
from tests.pipeline.watching import (
    DAYS,
    FIRST,
    LAST,
    REFERENCE,
    Change,
    Values,
    alerts_of,
    judge,
    put_case,
    times,
)

RULE = "title: Own\nmeaning: Own.\nask: Look.\n"
FILES = {
    "data/targets.yml": "targets: []\n",
    "data/alerts/a.yml": "owners: [{pattern: source/pair/*, owner: Data platform}]\n",
    "reports/rules/limit.yml": f"{RULE}method: threshold\nmetrics: [latency_p95_ms]\ndirection: up\nat: 60\n"
    "open_after: 1\nmodels: [limit]\n",
    "reports/rules/weekly.yml": f"{RULE}method: weeks\nmetrics: [error_share]\nmodels: [weekly]\n",
    "reports/rules/graded.yml": f"{RULE}method: spread\nmetrics: [accuracy]\nmature: true\nminimum: 10\n"
    "models: [most, fewer]\n",
}


def slow(values: Values) -> None:
    """Latency doubled for three days, and on one odd day."""
    times("latency_p95_ms", slice(100, 101), 2)(values)
    times("latency_p95_ms", slice(130, 133), 2)(values)


def limit(values: Values) -> None:
    """A latency beyond the owner's limit within the reference."""
    values["latency_p95_ms"][3] = 61.0


SILENT = times("requests", slice(140, 141), np.nan)
GONE = times("requests", slice(100, None), np.nan)
CASES: dict[str, Change | None] = {
    "drop": times("requests", slice(120, 125), 0.5),
    "silent": SILENT,
    "slow": slow,
    "vanished": None,
    "appeared": None,
    "limit": limit,
    "weekly": None,
    "most": None,
    "fewer": None,
    "pair": SILENT,
    "pair-too": SILENT,
    "gone": GONE,
    "gone-too": GONE,
}
"""Model -> what happens to it. Its log has its name; those called '-too' share the log of the other."""
LABELS = {"most": ("0, 3, 2, 0", 100 / 105), "fewer": ("0, 5, 3, 0", 100 / 108)}
"""Model -> tp, fp, fn and tn that come after 20 days, and the share that came before."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """All cases after their night; do not change them."""
    models = [declared(model, reference=REFERENCE, since=str(FIRST)) for model in CASES]
    root = write_workspace(tmp_path_factory.mktemp("cases"), models, FILES)
    with Warehouse.open(None) as warehouse:
        for model, change in CASES.items():
            put_case(warehouse, model, change)
        warehouse.run("INSERT INTO ops.scored (day, digest) SELECT DISTINCT day, '' FROM daily.traffic")
        for kind in ("vanished", "appeared"):
            warehouse.run(
                "INSERT INTO ops.schema_change VALUES ($kind, $day, 'amount', $kind)",
                {"kind": kind, "day": DAYS[100]},
            )
        for version, place, at in (("v2", "prod", DAYS[129]), ("v3", "staging", DAYS[130])):
            warehouse.run(
                "INSERT INTO fact.deployments BY NAME SELECT 'slow' AS model_id, $version AS version,"
                " $place AS environment, $at::TIMESTAMP AS started_at",
                {"version": version, "place": place, "at": at},
            )
        for model, (later, share) in LABELS.items():
            _label(warehouse, model, later, share)
        judge(root, warehouse)
        yield warehouse


def _label(warehouse: Warehouse, model: str, later: str, share: float) -> None:
    for after, cells in ((1, "40, 10, 10, 40"), (20, later)):
        warehouse.run(
            "INSERT INTO daily.outcome_binary (source, model_id, version, day, segment, label_day, bucket, tp, fp,"
            f" fn, tn) SELECT source, model_id, '1', day, '', day + {after}, 0, {cells} FROM daily.traffic"
            " WHERE model_id = ?",
            [model],
        )
    warehouse.run(
        "INSERT INTO mart.label_arrival SELECT ?, lag, CASE WHEN lag < 20 THEN ? ELSE 1 END, 7000"
        " FROM unnest(range(1, 21)) AS t(lag)",
        [model, share],
    )


def signals(warehouse: Warehouse, case: str, rule: str, columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a rule's signals about a model, by day."""
    return warehouse.frame(
        f"SELECT {columns} FROM mart.signal WHERE model_id = $c AND rule = $rule ORDER BY day",
        {"c": case, "rule": rule},
    ).rows()


def test_a_drop_in_use_is_an_alert_and_ends_when_use_is_back(judged: Warehouse) -> None:
    """Half the requests for five days: opened within two days, resolved after two good ones."""
    (first, *others) = alerts_of(judged, "drop", "rule, opened, state, closed, slug, grouped_under")
    rule, opened, state, closed, slug, _ = first
    assert rule == "usage_drop"
    assert all(under == slug for *_, under in others)
    assert DAYS[120] <= opened <= DAYS[121]
    assert (state, closed) == ("resolved", DAYS[127])


def test_missing_data_is_not_zero_use(judged: Warehouse) -> None:
    """A silent source raises one alert of its own; usage is reported as not known."""
    assert alerts_of(judged, "silent") == [("no_data", DAYS[140])]
    said = dict(signals(judged, "silent", "usage_drop", "day, reason"))
    assert said[DAYS[140]] == "no row of its source arrived"


def test_a_slow_answer_for_days_is_an_alert(judged: Warehouse) -> None:
    """Latency doubled for three days; a single odd day is no alert. A deployment to staging only is not suspected."""
    ((rule, opened, cause),) = alerts_of(judged, "slow", "rule, opened, cause")
    assert (rule, opened) == ("latency", DAYS[131])
    assert cause.startswith("version v2 was deployed on")


def test_columns_that_vanish_are_an_alert(judged: Warehouse) -> None:
    """The message names them; new ones are only noted."""
    ((message,),) = alerts_of(judged, "vanished", "message")
    assert "had no value all day for amount on" in message
    assert alerts_of(judged, "appeared") == []


def test_a_fixed_threshold_works_from_the_first_day(judged: Warehouse) -> None:
    """An owner's own limit needs no reference."""
    assert alerts_of(judged, "limit") == [("limit", DAYS[3])]


def test_weeks_far_from_the_others_are_signals(judged: Warehouse) -> None:
    """Twenty-one weeks are too few, and the reason says so."""
    days = signals(judged, "weekly", "weekly", "day, state")
    assert {day.weekday() for day, _ in days} == {6}
    assert {state for _, state in days} == {"warming up"}
    assert LAST - days[-1][0] < dt.timedelta(days=7)


@pytest.mark.parametrize(
    ("model", "wait", "seen"),
    [("most", 1, (0.8, 100)), ("fewer", 20, (80 / 108, 108))],
    ids=["95 in 100 have come", "93 in 100 have come"],
)
def test_a_day_is_judged_as_soon_as_its_figures_are_graded(
    judged: Warehouse, model: str, wait: int, seen: tuple[float, int]
) -> None:
    """Labels that arrived after the wait are ignored, although they are there when the day is judged again."""
    found = signals(judged, model, "graded", "day, known_on, observed, n")
    assert [row[2:] for row in found] == [pytest.approx(seen)] * len(found)
    assert {known - day for day, known, *_ in found} == {dt.timedelta(days=wait)}
    assert found[-1][0] == DAYS[-1 - wait]


def test_a_silent_source_of_several_models_is_one_alert(judged: Warehouse) -> None:
    """It names the source and no model; its owner is given by a pattern on source/<name>."""
    found = alerts_of(judged, "pair", "model_id, rule, feature, opened, owner, title")
    assert found == [("", "no_data", "pair", DAYS[140], "Data platform", "No data arrived: source pair")]
    assert alerts_of(judged, "pair-too") == []


def test_models_of_a_silent_source_are_suggested_to_be_retired_together(judged: Warehouse) -> None:
    """One alert about the source, which asks for each of its models."""
    ((ask,),) = alerts_of(judged, "gone", "ask")
    assert f"If its 2 models are no longer used, give each retired_on: {DAYS[100]} in the catalog" in str(ask)
    assert alerts_of(judged, "gone-too") == []
