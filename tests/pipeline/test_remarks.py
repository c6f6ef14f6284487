"""What a night reports although it was published."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.remarks import MOST, remarks
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, workspace

ASTRAY = "CREATE TABLE page.answers_astray (file varchar, line integer, alert varchar, opened date, opened_on varchar)"
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def said(root: Path, tables: Mapping[str, Mapping[str, object]]) -> list[str]:
    """The remarks on these rows."""
    night = Night(workspace(root), dt.date(2025, 2, 9), NOW)
    with Warehouse.open(None) as warehouse:
        warehouse.run(ASTRAY)
        for table, rows in tables.items():
            warehouse.append(table, pl.DataFrame(rows))
        return remarks(night, warehouse)


def test_nothing_is_said_where_all_went_well(tmp_path: Path) -> None:
    """A cron job's mail stays short."""
    files = {"source": ["log"], "path": "a", "state": "read", "rows_read": 3}
    assert (
        said(tmp_path, {"ops.file": files, "catalog.source": {"source": ["log"], "files": [["*.csv"]]}}) == []
    )


def test_what_was_read_in_vain_is_named(tmp_path: Path) -> None:
    """A file set aside, a pattern without a file, a column that no file has, rows rejected: each with what to mend."""
    tables: dict[str, dict[str, object]] = {
        "catalog.source": {"source": ["log", "gone"], "files": [["*.csv"], ["x/*.csv", "y.csv"]]},
        "ops.file": {
            "source": "log",
            "path": ["a", "b", "c"],
            "state": ["read", "read", "set aside"],
            "rows_read": [3, 2, 0],
            "reason": [None, None, "is empty"],
        },
        "ops.unfound": {
            "source": "log",
            "path": ["a", "b", "b"],
            "name": ["latency_ms", "latency_ms", "score"],
            "wanted": ["mss", "mss", "p"],
            "hint": ", did you mean 'ms'?",
        },
        "ops.reject": {
            "source": "log",
            "path": ["a", "b"],
            "n": [1, 2],
            "reason": ["no id", "'x' is not a time"],
        },
    }
    assert said(tmp_path, tables) == [
        "c was set aside: is empty",
        "source gone: no file matches x/*.csv, y.csv",
        "source log: no file has the column 'mss', which latency_ms comes from, did you mean 'ms'?",
        "source log: 3 rows were rejected, such as: 'x' is not a time",
    ]


def test_two_sources_that_read_the_same_requests_are_named(tmp_path: Path) -> None:
    """Both count, from one file or a copy; not if each takes a model of its own from it, nor if a day has nothing
    of one."""
    sources = ["log", "more", "other", "log", "more"]
    days = [day(0), day(0), day(0), day(1), day(1)]
    found = said(
        tmp_path,
        {
            "ops.ledger": {
                "source": sources, "path": ["a.csv", "moved/a.csv", "a.csv", "a.csv", "a.csv"], "file_id": "a",
                "kind": "requests", "day": days, "accepted": [2, 2, 2, 3, 0],
            },
            "daily.traffic": {"source": sources, "day": days, "model_id": ["m", "m", "n", "k", "k"]},
        },
    )  # fmt: skip
    told = "sources log and more both read requests of m from a.csv: these count twice"
    assert found == [f"{told}; keep one source, or divide the files between them"]


def test_a_source_whose_files_left_is_named_once(tmp_path: Path) -> None:
    """With its pattern and a file that it had, so that a moved folder or a typing error is seen."""
    tables: dict[str, dict[str, object]] = {
        "catalog.source": {"source": ["log", "there"], "files": [["new/*.csv"], ["b/*.csv"]]},
        "ops.file": {"source": ["log", "log", "there"], "path": ["a/1", "a/2", "b/1"], "state": "read"},
        "ops.state": {"key": ["unmatched log", "unmatched undeclared"], "value": "yes"},
    }
    assert said(tmp_path, tables) == [
        "source log: no file matches new/*.csv any more; 2 were read on earlier nights, such as a/2"
    ]


def test_an_answer_that_names_no_alert_is_said(tmp_path: Path) -> None:
    """Otherwise a slip in a fingerprint or a day would go unnoticed."""
    day = dt.date(2025, 2, 3)
    answers = {
        "file": "data/alerts/a.yml", "line": [5, 9], "alert": ["0402f7dad9", "gap of m"], "opened": day,
        "opened_on": [None, "2025-02-01, 2025-02-02"],
    }  # fmt: skip
    assert said(tmp_path, {"page.answers_astray": answers}) == [
        "data/alerts/a.yml:5: no alert 0402f7dad9 opened on 2025-02-03, so the answer has no effect",
        (
            "data/alerts/a.yml:9: no alert gap of m opened on 2025-02-03, so the answer has no effect;"
            " one did on 2025-02-01, 2025-02-02"
        ),
    ]


def test_labels_in_words_that_count_for_nothing_are_said(tmp_path: Path) -> None:
    """With the line that makes them count, as on the model's page."""
    label = {
        "model_id": "m", "source": "log", "wanted": "closed", "n": 4, "first_day": day(0), "last_day": day(0),
        "texts": [["ja"]],
    }  # fmt: skip
    tables: dict[str, dict[str, object]] = {
        "mart.uncounted_label": label,
        "catalog.model": {"model_id": ["m"], "task": "binary"},
    }
    (line,) = said(tmp_path, tables)
    assert line.startswith("m: 4 labels arrived")
    assert line.endswith("which of them mean yes, label: {column: closed, positive: ...}")


def test_very_many_are_counted(tmp_path: Path) -> None:
    """The data page lists them all."""
    files = {"source": "log", "path": list("abcdefgh"), "state": "set aside", "reason": "is empty"}
    found = said(tmp_path, {"ops.file": files})
    assert found[:MOST] == [f"{path} was set aside: is empty" for path in "abcde"]
    assert found[MOST:] == ["3 more of this kind; ledger/data.html has them all"]


@pytest.mark.parametrize(
    ("settings", "as_of", "late"),
    [
        ("as_of: newest\n", "2025-02-09", True),
        ("as_of: newest\n", "2025-02-08", False),
        ("", "2025-02-09", False),
    ],
)
def test_logs_of_the_past_are_said_never_to_be_late(
    tmp_path: Path, settings: str, as_of: str, *, late: bool
) -> None:
    """Anyone who forgot the line in workspace.yml would not be told that logs have stopped."""
    of = workspace(tmp_path)
    (tmp_path / "data" / "workspace.yml").write_text(f"name: A\n{settings}", encoding="utf-8")
    night = Night(load_workspace(of.root), dt.date.fromisoformat(as_of), NOW)
    with Warehouse.open(None) as warehouse:
        warehouse.run(ASTRAY)
        part = {"kind": "requests", "source": "log", "day": [dt.date(2025, 2, 9)], "path": "a"}
        warehouse.append("ops.part", pl.DataFrame(part))
        found = remarks(night, warehouse)
    assert [text.startswith("the newest request is from 2025-02-09; while") for text in found] == [
        True
    ] * late
