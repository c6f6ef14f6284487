"""Labels find their requests whenever they arrive."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise import summarise
from dagster_project.spec.loading import load_workspace
from dagster_project.store.labels import uncounted_labels
from dagster_project.store.warehouse import Warehouse

from .logs import AS_OF, COLUMNS, HORIZON, OUTCOMES, REQUESTS, Logs, label, request


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs.make(tmp_path)


def pairs(logs: Logs) -> list[tuple[object, ...]]:
    """request id, label and label day of all labelled requests."""
    lake = logs.lake("labelled")
    return lake.select("request_id", "label", "label_day").rows() if "label" in lake.columns else []


def test_a_label_after_its_request(logs: Logs) -> None:
    """The request waits; its label is stored under the request's day."""
    logs.csv("logs/a.csv", [request(1), request(2)])
    assert logs.night().labels_waiting == 2
    logs.jsonl("labels/a.jsonl", [label(1)])
    result = logs.night()
    assert (result.labels_matched, result.labels_waiting) == (1, 1)
    assert pairs(logs) == [("r1", 1.0, dt.date(2024, 3, 2))]
    assert logs.rows("SELECT source, day FROM ops.part WHERE kind = 'labelled'") == [
        ("log", dt.date(2024, 3, 1))
    ]


def test_a_label_before_its_request(logs: Logs) -> None:
    """The label waits for the request."""
    logs.jsonl("labels/a.jsonl", [label(1)])
    assert logs.night().labels_matched == 0
    logs.csv("logs/a.csv", [request(1)])
    assert logs.night().labels_matched == 1
    assert pairs(logs) == [("r1", 1.0, dt.date(2024, 3, 2))]
    assert logs.rows("SELECT count(*) FROM lake.unmatched") == [(0,)]


def test_labels_of_a_day_come_on_many_nights(logs: Logs) -> None:
    """Each night's labels join those the day already has."""
    logs.csv("logs/a.csv", [request(n) for n in range(4)])
    for n in range(3):
        logs.jsonl(f"labels/{n}.jsonl", [label(n, day=2 + n)])
        logs.night()
    assert [row[0] for row in pairs(logs)] == ["r0", "r1", "r2"]
    assert logs.rows("SELECT count(*), sum(rows)::bigint FROM ops.part WHERE kind = 'labelled'") == [(1, 3)]


def test_a_label_that_never_comes_is_no_longer_waited_for(tmp_path: Path) -> None:
    """After label_wait_days requests and labels without each other are given up."""
    logs = Logs.make(tmp_path, label_wait_days=10)
    logs.csv("logs/a.csv", [request(1, day=1), request(2, day=20)])
    logs.jsonl("labels/a.jsonl", [label(77, day=2)])
    assert logs.night(as_of=dt.date(2024, 3, 20)).labels_waiting == 1
    assert logs.rows("SELECT request_id FROM lake.waiting") == [("r2",)]
    assert logs.rows("SELECT count(*) FROM lake.unmatched") == [(0,)]


def test_a_replay_of_old_logs_waits_from_its_newest_day(tmp_path: Path) -> None:
    """If old logs are read today, waiting counts from the newest day of the logs, not from today."""
    logs = Logs.make(tmp_path, label_wait_days=10)
    logs.csv("logs/a.csv", [request(1, day=20)])
    assert logs.night(as_of=dt.date(2026, 1, 1)).labels_waiting == 1


def test_only_models_that_can_get_labels_wait(tmp_path: Path) -> None:
    """Without a source of outcomes nothing waits; with one for a single model that model waits."""
    logs = Logs.make(tmp_path, REQUESTS)
    logs.csv("logs/a.csv", [request(1), request(2, model="other")])
    assert logs.night().labels_waiting == 0
    both = {**OUTCOMES["columns"], "model_id": {"constant": "other"}}
    logs.define({**OUTCOMES, "columns": both})
    logs.csv("logs/b.csv", [request(3), request(4, model="other")])
    logs.night()
    assert logs.rows("SELECT request_id FROM lake.waiting ORDER BY 1") == [("r2",), ("r4",)]


def test_the_first_label_counts(logs: Logs) -> None:
    """Of two labels of one request the earlier one counts, in whatever order the files come."""
    logs.csv("logs/a.csv", [request(1)])
    logs.jsonl("labels/b.jsonl", [label(1, day=5, y=0)])
    logs.night()
    logs.jsonl("labels/a.jsonl", [label(1, day=3, y=1)])
    logs.night()
    assert pairs(logs) == [("r1", 1.0, dt.date(2024, 3, 3))]
    assert logs.ledger()["labels/b.jsonl"] == (1, 0, 0, 1)
    logs.jsonl("labels/c.jsonl", [label(1, day=4, y=0)])
    logs.night()
    assert pairs(logs) == [("r1", 1.0, dt.date(2024, 3, 3))]
    assert logs.ledger()["labels/c.jsonl"] == (1, 0, 0, 1)


def test_a_replaced_label_file_takes_its_labels_back(logs: Logs) -> None:
    """A label that the new content lacks is gone, and its request waits again."""
    logs.csv("logs/a.csv", [request(1), request(2)])
    logs.jsonl("labels/a.jsonl", [label(1), label(2)])
    logs.night()
    logs.jsonl("labels/a.jsonl", [label(2, y=0), label(3)])
    result = logs.night()
    assert pairs(logs) == [("r2", 0.0, dt.date(2024, 3, 2))]
    assert result.labels_waiting == 1
    assert logs.ledger()["labels/a.jsonl"] == (2, 2, 0, 0)


def test_a_replaced_request_file_keeps_the_labels(logs: Logs) -> None:
    """Labels find their requests again if these are still there; the others wait."""
    logs.csv("logs/a.csv", [request(1, score=0.1), request(2)])
    logs.jsonl("labels/a.jsonl", [label(1), label(2)])
    logs.night()
    logs.csv("logs/a.csv", [request(1, score=0.9)])
    logs.night()
    assert logs.lake("labelled").select("request_id", "score").rows() == [("r1", 0.9)]
    assert logs.rows("SELECT request_id FROM lake.unmatched") == [("r2",)]


def test_labels_inside_requests(tmp_path: Path) -> None:
    """A request with a label gives both; one without waits."""
    logs = Logs.make(tmp_path, {**REQUESTS, "columns": {**COLUMNS, "label": "y"}})
    logs.csv("logs/a.csv", [request(1, y=1), request(2, y=None)])
    result = logs.night()
    assert (result.labels_matched, result.labels_waiting) == (1, 1)
    logs.csv("logs/b.csv", [request(3, y=0)])
    logs.night()
    day = dt.date(2024, 3, 1)
    assert pairs(logs) == [("r1", 1.0, day), ("r3", 0.0, day)]


def test_a_text_label_is_kept_as_text(logs: Logs) -> None:
    """Labels need not be numbers; truth values are 1 and 0."""
    logs.csv("logs/a.csv", [request(1), request(2)])
    logs.jsonl("labels/a.jsonl", [label(1, y="setosa"), label(2, y="true")])
    logs.night()
    assert logs.lake("labelled").select("label", "label_text").rows() == [(None, "setosa"), (1.0, None)]


def test_outcomes_without_label_or_from_the_future_are_rejected(logs: Logs) -> None:
    """An outcome must have a label and a time in the past."""
    later = {"id": "r3", "y": 1, "t": "2031-01-01T00:00:00Z"}
    logs.jsonl("labels/a.jsonl", [label(1), label(2, y=None), later])
    result = logs.night()
    assert (result.accepted, result.rejected) == (1, 2)


def test_segments_travel_with_the_label(logs: Logs) -> None:
    """The model's declared segments are taken when the request comes."""
    catalog = logs.root / "data" / "catalog"
    catalog.mkdir()
    (catalog / "m.yml").write_text("id: m\nsegments: [origin, x, consumer]\n")
    logs.csv("logs/a.csv", [request(1, origin="JFK"), request(2, origin=None)])
    logs.jsonl("labels/a.jsonl", [label(1), label(2)])
    logs.night()
    assert logs.lake("labelled")["segments"].to_list() == [
        ["origin=JFK", "x=1", "consumer=missing"],
        ["origin=missing", "x=2", "consumer=missing"],
    ]


def test_the_simple_alternative_goes_with_its_request(tmp_path: Path) -> None:
    """From the log into the lake and beside the label; a label that is replaced does not lose it."""
    logs = Logs.make(tmp_path, {**REQUESTS, "columns": {**COLUMNS, "baseline": "rule"}}, OUTCOMES)
    logs.csv("logs/a.csv", [request(1, rule=7.5), request(2, rule=None)])
    logs.night()
    assert logs.lake()["baseline"].to_list() == [7.5, None]
    logs.jsonl("labels/a.jsonl", [label(1), label(2)])
    logs.night()
    assert logs.lake("labelled")["baseline"].to_list() == [7.5, None]
    logs.jsonl("labels/a.jsonl", [label(1, y=0), label(2)])
    logs.night()
    labelled = logs.lake("labelled")
    assert labelled.select("label", "baseline").rows() == [(0.0, 7.5), (1.0, None)]


def test_a_source_of_labels_that_is_declared_later_labels_the_past(tmp_path: Path) -> None:
    """Requests that no source could label did not wait; each gets its label once, and later nights find no more."""
    logs = Logs.make(tmp_path, REQUESTS)
    logs.csv("logs/a.csv", [request(n) for n in range(3)])
    logs.night()
    logs.define(OUTCOMES)
    logs.jsonl("labels/a.jsonl", [label(n, y=n % 2) for n in range(2)])
    logs.night()
    assert logs.lake("labelled")["request_id"].sort().to_list() == ["r0", "r1"]
    assert logs.rows("SELECT request_id FROM lake.waiting") == [("r2",)]
    logs.define({**OUTCOMES, "columns": {**OUTCOMES["columns"], "model_id": {"constant": "m"}}})
    logs.night()
    assert logs.lake("labelled").height == 2
    assert logs.rows("SELECT request_id FROM lake.waiting") == [("r2",)]


def uncounted(logs: Logs, **yes: tuple[str, ...]) -> pl.DataFrame:
    """What pages show about labels that say nothing; `yes` has the words that mean yes, by source."""
    workspace = load_workspace(logs.root)
    with Warehouse.open(workspace.warehouse) as warehouse:
        summarise(Night(workspace, AS_OF, HORIZON), warehouse)
        return uncounted_labels(warehouse, logs.root, AS_OF, yes)


def none_counts(logs: Logs) -> list[tuple[object, ...]]:
    """model, number, ids and requests of labels that have none."""
    return uncounted(logs).select("model_id", "source", "n", "ids", "waiting").rows()


@pytest.mark.parametrize("model", ["m", None])
def test_labels_that_name_no_request_are_told_until_one_of_them_does(
    tmp_path: Path, model: str | None
) -> None:
    """Reported with an id of each side, whether or not labels name their model; labels of the future do not count."""
    own = {} if model is None else {"model_id": {"constant": model}}
    logs = Logs.make(tmp_path, REQUESTS, {**OUTCOMES, "columns": {**OUTCOMES["columns"], **own}})
    logs.csv("logs/a.csv", [request(n) for n in range(3)])
    logs.night()
    assert none_counts(logs) == [], "nothing came yet"
    logs.jsonl("labels/a.jsonl", [{**label(n), "id": f"REQ-{n}"} for n in range(3)])
    logs.jsonl("labels/b.jsonl", [{**label(9), "t": "2024-04-01T00:00:00Z"}])
    logs.night()
    assert none_counts(logs) == [("m", "labels", 3, ["REQ-0"], ["r0"])]
    logs.jsonl("labels/c.jsonl", [label(1)])
    logs.night()
    assert none_counts(logs) == []


def test_labels_in_codes_that_are_all_a_yes_are_told(logs: Logs) -> None:
    """1 for no and 2 for yes would give a precision of 100 %; labels of which all are 1 may be true."""
    codes = {"one_and_two": (1, 2), "zero_and_one": (0, 1), "all_one": (1, 1)}
    asked = [(10 * i + n, n, model) for i, model in enumerate(codes) for n in range(5)]
    logs.csv("logs/a.csv", [request(number, model=model) for number, _, model in asked])
    logs.jsonl("labels/a.jsonl", [label(number, y=codes[model][n % 3 > 0]) for number, n, model in asked])
    logs.night()
    with Warehouse.open(logs.root / "data" / "warehouse.duckdb") as warehouse:
        warehouse.append("catalog.model", pl.DataFrame({"model_id": [*codes], "task": ["binary"] * 3}))
    found = uncounted(logs)
    assert found.select("model_id", "source", "n", "codes").rows() == [
        ("one_and_two", "labels", 5, ["2", "1"])
    ]


def test_labels_of_which_none_is_what_means_yes_are_told(logs: Logs) -> None:
    """A typing error in `positive` would give a precision of 0 %; a few labels, or numbers, may really all be no."""
    never, once, few = 0, 1, 2
    asked = [
        (1000 * model + n, n, model)
        for model in (never, once, few)
        for n in range(20 if model == few else 100)
    ]
    logs.csv("logs/a.csv", [request(number, model=f"m{model}") for number, _, model in asked])
    logs.jsonl(
        "labels/a.jsonl", [label(number, y=int(model == once and n == 7)) for number, n, model in asked]
    )
    logs.night()
    with Warehouse.open(logs.root / "data" / "warehouse.duckdb") as warehouse:
        warehouse.append(
            "catalog.model", pl.DataFrame({"model_id": ["m0", "m1", "m2"], "task": ["binary"] * 3})
        )
    assert uncounted(logs, labels=("ja",)).select("model_id", "source", "n", "yes").rows() == [
        ("m0", "labels", 100, ["ja"])
    ]
    assert uncounted(logs).is_empty()


def test_labels_that_may_be_of_another_model_are_not_held_against_one(tmp_path: Path) -> None:
    """If one model's labels find their requests, those left over may belong to requests still to come."""
    logs = Logs.make(tmp_path)
    logs.csv("logs/a.csv", [request(1, model="m"), request(2, model="k")])
    logs.jsonl("labels/a.jsonl", [label(1), label(7)])
    logs.night()
    assert logs.rows("SELECT request_id FROM lake.unmatched") == [("r7",)]
    assert none_counts(logs) == []
