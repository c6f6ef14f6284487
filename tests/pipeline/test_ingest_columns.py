"""Columns of logs on their way into the lake: features that come, go and change, and columns that are not mapped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from .logs import COLUMNS, REQUESTS, Logs, request


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs.make(tmp_path)


def test_features_that_appear_and_vanish_are_noted(logs: Logs) -> None:
    """A feature that a day has and the previous day lacks is a change of schema, and so is the reverse."""
    logs.csv("logs/1.csv", [request(1, day=1, old=1)])
    logs.csv("logs/2.csv", [request(2, day=2, new="a")])
    logs.csv("logs/3.csv", [request(3, day=3, new="b")])
    logs.night()
    changes = logs.rows("SELECT day, name, change FROM ops.schema_change ORDER BY ALL")
    assert changes == [
        (dt.date(2024, 3, 2), "new", "appeared"),
        (dt.date(2024, 3, 2), "old", "vanished"),
    ]
    assert logs.lake()["f:new"].to_list() == [None, "a", "b"]


def test_a_mapped_column_that_files_lose_vanishes_once(logs: Logs) -> None:
    """Noted only if each of seven days had it: not if a log lacks it every week, or one of a day's files does."""
    for day in range(1, 12):
        row = request(day, day=day)
        for name, days in (("score", (9, 10)), ("ms", (2, 9))):
            if day in days:
                del row[name]
        logs.csv(f"logs/{day}.csv", [row])
    del (late := request(12, day=11))["score"]
    logs.csv("logs/late.csv", [late])
    logs.night()
    changes = logs.rows("SELECT day, name, change FROM ops.schema_change")
    assert changes == [(dt.date(2024, 3, 9), "score", "vanished")]


def test_a_number_that_becomes_text_is_retyped(logs: Logs) -> None:
    """A feature known as a number stays one: its texts are NaN, and the day says 'retyped'."""
    logs.csv("logs/1.csv", [request(1, day=1, x=1)])
    logs.night()
    logs.csv("logs/2.csv", [request(2, day=2, x="high")])
    logs.night()
    assert logs.rows("SELECT name, change FROM ops.schema_change") == [("x", "retyped")]
    assert logs.lake()["f:x"].is_nan().to_list() == [False, True]


def test_ten_thousand_categories_are_kept(logs: Logs) -> None:
    """The lake keeps what was logged; caps are a matter of summaries."""
    logs.csv("logs/a.csv", [request(i, c=f"value {i}") for i in range(10_000)])
    logs.night()
    assert logs.lake()["f:c"].n_unique() == 10_000


def test_nan_and_infinity(logs: Logs) -> None:
    """In latency and score they are 'not available'; in features they stay and are counted later."""
    logs.csv("logs/a.csv", [request(1, score="nan", ms="inf", x="NaN"), request(2, x="-inf")])
    result = logs.night()
    lake = logs.lake()
    assert (result.accepted, result.rejected) == (2, 0)
    assert lake["score"].to_list() == [None, 0.5]
    assert lake["latency_ms"].to_list() == [None, 10.0]
    assert lake["f:x"].is_nan().to_list() == [True, False]
    assert lake["f:x"][1] == float("-inf")


def test_columns_that_nothing_uses_are_counted(tmp_path: Path) -> None:
    """A column of the file that is not mapped is listed, not silently lost, whatever its name."""
    logs = Logs.make(tmp_path, {**REQUESTS, "features": ["x"]})
    first, second = (dict.fromkeys(("name", "n", "file", "day"), value) for value in ("e", None))
    logs.csv("logs/a.csv", [request(1, extra="e") | first, request(2, extra=None) | second])
    logs.night()
    counted = [(name, 1) for name in ("day", "extra", "file", "n", "name")]
    assert logs.rows("SELECT name, n FROM ops.unused ORDER BY name") == counted


def test_a_mapped_column_that_a_file_does_not_have_is_named(tmp_path: Path) -> None:
    """A typing error in an optional mapping is reported with the columns that the file has; a correct one is not."""
    mistyped = {**COLUMNS, "latency_ms": "mss"}
    logs = Logs.make(tmp_path, {**REQUESTS, "columns": mistyped, "features": ["x", "y"]})
    logs.csv("logs/a.csv", [request(1)])
    logs.night()
    has = "ts, model, id, score, ms, x"
    question = "SELECT path, name, wanted, has, hint FROM ops.unfound ORDER BY name"
    assert logs.rows(question) == [
        ("logs/a.csv", "feature y", "y", has, ""),
        ("logs/a.csv", "latency_ms", "mss", has, ", did you mean 'ms'?"),
    ]
    logs.define({**REQUESTS, "features": ["x"]})
    logs.night()
    assert logs.rows(question) == []


def test_a_label_that_another_source_maps_is_no_feature(tmp_path: Path) -> None:
    """One file, two sources: `features: "*"` leaves the label out, also when its source is declared later."""
    logs = Logs.make(tmp_path, REQUESTS)
    logs.csv("logs/a.csv", [request(1, y=1), request(2, y=0)])
    logs.night()
    assert {"f:x", "f:y"} <= set(logs.lake().columns)
    columns = {"request_id": "id", "label": "y"}
    logs.define({"source": "y", "kind": "outcomes", "files": REQUESTS["files"], "columns": columns})
    logs.night()
    assert [name for name in logs.lake().columns if name.startswith("f:")] == ["f:x"]


def test_a_line_that_is_broken_costs_no_nested_row_of_other_files(tmp_path: Path) -> None:
    """Its file is read line by line, so nested fields get dotted names; those of other files are still found."""
    columns = {"event_time": "at", "model_id": "meta.model"}
    source = {"source": "log", "files": "logs/*.jsonl", "columns": columns, "features": {"km": "in.km"}}
    logs = Logs.make(tmp_path, source)
    line = '{"at": "2024-03-0%dT10:00:00", "meta": {"model": "m"}, "in": {"km": 3.5}}\n'
    logs.write("logs/1.jsonl", line % 1)
    logs.write("logs/2.jsonl", line % 2 + "{broken\n" + line % 2)
    logs.write("logs/3.jsonl", line % 3)
    logs.night()
    ledger = {
        f"logs/{n}.jsonl": found for n, found in ((1, (1, 1, 0, 0)), (2, (3, 2, 1, 0)), (3, (1, 1, 0, 0)))
    }
    assert logs.ledger() == ledger


def test_columns_that_differ_in_case_alone_are_one_feature(logs: Logs) -> None:
    """SQL does not tell them apart; the spelling that came first stays, whichever files are read together."""
    logs.csv("logs/1.csv", [request(1, day=1, weight=1)])
    logs.csv("logs/2.csv", [request(2, day=2, Weight=2)])
    logs.night()
    logs.csv("logs/3.csv", [request(3, day=3, WEIGHT=3)])
    logs.csv("logs/4.csv", [request(4, day=4, Weight=4, weight=5)])
    logs.night()
    assert logs.rows("SELECT DISTINCT feature FROM ops.feature_day WHERE feature <> 'x'") == [("weight",)]
    assert logs.lake()["f:weight"].to_list() == [1, 2, 3, 5]
    assert logs.rows("SELECT name FROM ops.unused") == [("Weight",)]
    assert logs.rows("SELECT * FROM ops.schema_change") == []
