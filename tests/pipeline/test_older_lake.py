"""Files of the lake that an older version wrote: a column that did not exist then is NULL, and every row counts."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.verify import REQUEST_COLUMNS
from dagster_project.pipeline.verify_rows import Days, lake_rows
from dagster_project.spec.loading import load_workspace
from dagster_project.store.columns import LABELLED, REQUESTS
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, put, requests, workspace

from .logs import Logs, label, request

YOUNG = ("baseline", "late", "tokens_out")


@pytest.fixture
def older(tmp_path: Path) -> Logs:
    """Two requests, one of them labelled, in files without the young columns."""
    logs = Logs.make(tmp_path)
    logs.csv("logs/a.csv", [request(1), request(2)])
    logs.jsonl("labels/a.jsonl", [label(1)])
    logs.night()
    for file in (tmp_path / "data" / "lake").rglob("*.parquet"):
        pl.read_parquet(file).drop(YOUNG, strict=False).write_parquet(file)
    return logs


def test_the_layout_of_files_is_the_declared_one(tmp_path: Path) -> None:
    """Older files are completed to the names, order and types of columns that are written today."""
    logs = Logs.make(tmp_path)
    logs.csv("logs/a.csv", [request(1)])
    logs.jsonl("labels/a.jsonl", [label(1)])
    logs.night()
    with Warehouse.open(None) as warehouse:
        for kind, declared in (("requests", REQUESTS), ("labelled", LABELLED)):
            (path,) = [str(p) for p in (tmp_path / "data" / "lake" / kind).rglob("*.parquet")]
            sql = "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($path))"
            found = dict(warehouse.frame(sql, {"path": path}).rows())
            assert {name: found[name] for name in found if not name.startswith("f:")} == dict(declared)


def test_rows_join_those_of_an_older_file(older: Logs) -> None:
    """New requests of the day are written with the old ones, in today's layout."""
    older.csv("logs/b.csv", [request(3)])
    assert older.night().files_read == 1
    assert older.lake()["request_id"].to_list() == ["r1", "r2", "r3"]
    assert set(YOUNG) <= set(older.lake().columns)


def test_a_file_that_is_emptied_takes_its_rows_out_of_an_older_one(older: Logs) -> None:
    """Nothing new is read; the day is rewritten without its rows."""
    older.csv("logs/b.csv", [request(3)])
    older.night()
    for file in (older.root / "data" / "lake" / "requests").rglob("*.parquet"):
        pl.read_parquet(file).drop(YOUNG).write_parquet(file)
    older.write("logs/b.csv", "ts,model,id,score,ms,x\n")
    older.night()
    assert older.lake()["request_id"].to_list() == ["r1", "r2"]


def test_labels_of_an_older_file_are_matched_again(older: Logs) -> None:
    """When their request is read again, they wait for it and find it."""
    older.csv("logs/a.csv", [request(1, ms=11.0), request(2), request(4)])
    older.night()
    assert older.lake("labelled")["request_id"].to_list() == ["r1"]
    assert "baseline" in older.lake("labelled").columns


def test_an_older_file_is_summarised_and_verified(tmp_path: Path) -> None:
    """Columns that it lacks count as not logged."""
    of = workspace(tmp_path, [{"id": "m"}])
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requests("m", day(0), 40).drop("late", "tokens_in"))
        summarise(night(of, day(0)), warehouse)
        found = warehouse.frame("SELECT requests, arrived, judged, tokens_in FROM daily.traffic")
        parts = warehouse.frame("SELECT kind, day, path FROM ops.part")
    assert found.rows() == [(40, 0, 40, None)]
    rows = lake_rows(load_workspace(tmp_path), parts, "requests", Days(day(0), 1), REQUEST_COLUMNS)
    assert rows["late"].null_count() == rows.height == 40
