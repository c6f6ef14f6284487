"""Facts beside the logs: typed, with one row per key, of which the last wins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dagster_project.spec.facts import FACTS
from dagster_project.store.warehouse import Warehouse

from .logs import Logs

INCIDENTS = {"source": "pager", "kind": "incidents", "files": "facts/*.jsonl"}


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs.make(tmp_path, INCIDENTS)


def incident(name: str, **more: object) -> dict[str, object]:
    return {"incident_id": name, "model_id": "m", "started_at": "2024-03-01T10:00:00Z", **more}


def test_documented_columns_are_those_of_the_warehouse() -> None:
    """The columns that are read are the columns of the table, except source and file."""
    with Warehouse.open(None) as warehouse:
        for name, kind in FACTS.items():
            columns = warehouse.frame(f"DESCRIBE fact.{name}")["column_name"].to_list()
            assert set(columns) - {"file_id", "source"} == set(kind.columns)


def test_the_last_row_of_a_key_wins(logs: Logs) -> None:
    """An incident is written again when it ends: within a file the later row counts, among files the later path."""
    ended = incident("i1", resolved_at="2024-03-01T12:00:00Z", severity="high")
    logs.jsonl("facts/2.jsonl", [incident("i1", severity="low"), ended])
    logs.night()
    logs.jsonl("facts/1.jsonl", [incident("i1", severity="wrong"), incident("i2")])
    logs.night()
    facts = logs.rows("SELECT incident_id, severity FROM fact.incidents ORDER BY 1")
    assert facts == [("i1", "high"), ("i2", None)]
    assert logs.ledger() == {"facts/1.jsonl": (2, 1, 0, 1), "facts/2.jsonl": (2, 1, 0, 1)}


def test_a_later_file_replaces_the_row_of_an_earlier_one(logs: Logs) -> None:
    """The ledger of the earlier file says that its row is now a duplicate."""
    logs.jsonl("facts/1.jsonl", [incident("i1", severity="low")])
    logs.night()
    logs.jsonl("facts/2.jsonl", [incident("i1", severity="high")])
    logs.night()
    assert logs.rows("SELECT severity FROM fact.incidents") == [("high",)]
    assert logs.ledger() == {"facts/1.jsonl": (1, 0, 0, 1), "facts/2.jsonl": (1, 1, 0, 0)}


def test_wrong_rows_are_rejected_with_their_reason(logs: Logs) -> None:
    """No key, no time, an invalid time, a wrong clock."""
    logs.jsonl(
        "facts/1.jsonl",
        [
            {"started_at": "2024-03-01T10:00:00Z"},
            {"incident_id": "a", "started_at": None},
            incident("b", detected_at="soon"),
            incident("c", started_at="2031-01-01T00:00:00Z"),
            incident("d"),
        ],
    )
    result = logs.night()
    assert (result.accepted, result.rejected) == (1, 4)
    assert [row[0] for row in logs.rows("SELECT reason FROM ops.reject ORDER BY first_row")] == [
        "incident_id is missing",
        "started_at is missing",
        "detected_at: 'soon' is not a time: if times are written in another way, set format, such as '%d.%m.%Y %H:%M'",
        "started_at is in the future",
    ]


def test_unknown_keys_are_counted_and_not_kept(logs: Logs) -> None:
    """A key that is not documented is named with the number of rows that had it."""
    logs.jsonl("facts/1.jsonl", [incident("a", mood="bad"), incident("b")])
    logs.night()
    assert logs.rows("SELECT name, n FROM ops.unused") == [("mood", 1)]


def test_names_of_ones_own_are_mapped_and_what_is_named_as_documented_is_read(tmp_path: Path) -> None:
    """An export of another tool: other names, times in milliseconds, percent, a nested key, a constant."""
    columns = {
        "deployment_id": "release.id", "model_id": {"constant": "m"}, "actor_kind": "by",
        "started_at": {"column": "ts", "format": "epoch_ms"}, "traffic_share": {"column": "traffic", "unit": "percent"},
    }  # fmt: skip
    logs = Logs.make(
        tmp_path, {"source": "cd", "kind": "deployments", "files": "cd/*.jsonl", "columns": columns}
    )
    row = {
        "release": {"id": "7"},
        "ts": 1709287200000,
        "by": "ci",
        "traffic": 10,
        "version": "v2",
        "mood": "bad",
    }
    logs.jsonl("cd/1.jsonl", [row])
    logs.night()
    assert logs.rows(
        "SELECT deployment_id, model_id, version, actor_kind, traffic_share, started_at::varchar FROM fact.deployments"
    ) == [("7", "m", "v2", "ci", 0.1, "2024-03-01 10:00:00+00")]
    assert logs.rows("SELECT name, n FROM ops.unused") == [("mood", 1)]


def test_figures_of_a_training_run_that_are_no_record_reject_it(tmp_path: Path) -> None:
    """Text in their place must not stop the night; having no figures is not an error."""
    logs = Logs.make(tmp_path, {"source": "train", "kind": "training_runs", "files": "facts/*.jsonl"})
    run = {"model_id": "m", "started_at": "2024-03-01T10:00:00Z"}
    figures: list[object] = [{"roc_auc": 0.8}, None, "{}", "none", [0.8], 0.8]
    logs.jsonl("facts/1.jsonl", [{**run, "run_id": str(i), "metrics": m} for i, m in enumerate(figures)])
    result = logs.night()
    assert (result.accepted, result.rejected) == (3, 3)
    ((reason,),) = logs.rows("SELECT DISTINCT reason FROM ops.reject WHERE first_row = 4")
    assert reason == "metrics: '\"none\"' is not a record of names and values"


def test_yes_and_no_are_read_and_days_keep_their_date_in_any_zone(tmp_path: Path) -> None:
    """`no` is not rejected for not being a number; a date in a column with an eastern zone stays the same day."""
    columns = {"data_from": {"column": "from", "timezone": "Asia/Tokyo"}, "code_dirty": "dirty"}
    logs = Logs.make(
        tmp_path, {"source": "train", "kind": "training_runs", "files": "facts/*.csv", "columns": columns}
    )
    words = ["no", "Yes", "false", "1", "", "perhaps"]
    rows = [f"{n},2024-03-01T10:00:00Z,2024-02-01,{word}" for n, word in enumerate(words)]
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "1.csv").write_text("\n".join(["run_id,started_at,from,dirty", *rows]))
    logs.night()
    found = logs.rows("SELECT data_from::varchar, code_dirty FROM fact.training_runs ORDER BY run_id")
    assert found == [("2024-02-01", dirty) for dirty in (False, True, False, True, None)]
    assert logs.rows("SELECT reason FROM ops.reject") == [("code_dirty: 'perhaps' is neither yes nor no",)]


def test_records_are_kept_as_json(tmp_path: Path) -> None:
    """Parameters, metrics and features are whatever the pipeline wrote, with keys in order."""
    logs = Logs.make(tmp_path, {"source": "train", "kind": "training_runs", "files": "facts/*.jsonl"})
    run = {"run_id": "r", "model_id": "m", "started_at": "2024-03-01T10:00:00Z", "code_dirty": False}
    logs.jsonl(
        "facts/1.jsonl",
        [
            {
                **run,
                "metrics": {"b": 2, "a": {"c": 1}},
                "features": ["x", "y"],
                "data_from": "2024-01-01",
                "data_rows": 9,
            },
            {**run, "run_id": "s", "metrics": {"other": 1.5}},
        ],
    )
    logs.night()
    rows = logs.rows(
        "SELECT run_id, metrics::varchar, features::varchar, data_from::varchar, data_rows, code_dirty"
        " FROM fact.training_runs ORDER BY 1"
    )
    assert rows == [
        ("r", '{"a": {"c": 1}, "b": 2}', '["x", "y"]', "2024-01-01", 9, False),
        ("s", '{"other": 1.5}', None, None, None, False),
    ]


def test_a_profile_stays_nested_where_lines_are_read_one_by_one(tmp_path: Path) -> None:
    """A broken line makes the reader flatten records; they are nested again, and rows without one stay without."""
    logs = Logs.make(tmp_path, {"source": "runs", "kind": "training_runs", "files": "facts/*.jsonl"})
    described = {"x": {"n": 10, "mean": 0.5}, "c": {"n": 10, "shares": {"a": 0.25, "b": 0.75}}}
    runs = [
        {"run_id": "1", "model_id": "m", "started_at": "2024-03-01T10:00:00Z", "profile": described},
        {"run_id": "2", "model_id": "m", "started_at": "2024-03-01T10:00:00Z"},
    ]
    text = "\n".join([json.dumps(runs[0]), "{broken", json.dumps(runs[1])])
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "1.jsonl").write_text(text)
    logs.night()
    found = logs.rows("SELECT run_id, profile FROM fact.training_runs ORDER BY 1")
    assert [(run, profile and json.loads(profile)) for run, profile in found] == [
        ("1", described),
        ("2", None),
    ]
