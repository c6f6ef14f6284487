"""Rows sorted a portion at a time lie in the lake as if they had been sorted at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.pipeline import ingest_rows
from dagster_project.store import labels, portions, requests
from dagster_project.store.portions import ModelDay, Query, runs, sorted_by_model
from dagster_project.store.warehouse import Warehouse

from ..pipeline.logs import COLUMNS, OUTCOMES, REQUESTS, Logs, request

DAY = dt.date(2024, 3, 1)
model_days = st.lists(
    st.builds(
        ModelDay,
        day=st.integers(0, 5).map(lambda n: DAY + dt.timedelta(n)),
        large=st.booleans(),
        model_id=st.sampled_from("abcdefgh"),
        rows=st.integers(1, 20),
    ),
    unique_by=lambda one: (one.day, one.model_id),
).map(sorted)


@given(model_days, st.integers(1, 60))
def test_runs_keep_the_order_and_the_bound(counted: list[ModelDay], most: int) -> None:
    """All rows once, in order; at most `most` rows, or one model's day alone."""
    found = list(runs(counted, most))
    assert [one for run in found for one in run] == counted
    assert all(sum(one.rows for one in run) <= most or len(run) == 1 for run in found)


@given(model_days, st.integers(1, 60))
def test_a_run_is_whole_days_or_one_size_of_models(counted: list[ModelDay], most: int) -> None:
    """What a condition on days, or on models of a day, can name."""
    for run in runs(counted, most):
        days = {one.day for one in run}
        whole = [one for one in counted if one.day in days]
        assert run == whole or (len(days) == 1 and len({one.large for one in run}) == 1)


def sources() -> list[dict[str, object]]:
    """Logs with ids of requests or without, with labels inside or without: each takes a way of its own."""
    return [
        {
            "source": f"{known}-{labelled}",
            "files": f"logs/{known}-{labelled}/*.csv",
            "columns": {k: v for k, v in {**COLUMNS, **label}.items() if ids or k != "request_id"},
            "features": "*",
        }
        for known, ids in (("named", True), ("numbered", False))
        for labelled, label in (("alone", {}), ("inline", {"label": "y"}))
    ]


def lake_of(root: Path) -> tuple[object, ...]:
    """The lake's files, and what the ledger counts, after one night of several sources, files, models and days."""
    logs = Logs.make(root, *sources())
    for source in sources():
        for file in range(4):
            rows = [
                request(
                    n,
                    hour=n % 24,
                    day=1 + n % 3,
                    model=f"m{n % 5 if n % 2 else 0}",
                    score=n / 90,
                    y=n % 2 or None,
                )
                for n in range(file * 20, file * 20 + 30)
            ]
            if str(source["source"]).startswith("numbered"):
                rows = [{k: v for k, v in row.items() if k != "id"} for row in [*rows, rows[0]]]
            logs.csv(f"logs/{source['source']}/{file}.csv", rows)
    result = logs.night()
    parts = logs.rows("SELECT kind, source, day, path, rows, sha256, file_ids FROM ops.part ORDER BY path")
    assert {(kind, source) for kind, source, *_ in parts} == {
        *(("requests", source["source"]) for source in sources()),
        *(("labelled", f"{known}-inline") for known in ("named", "numbered")),
    }
    return result, parts, logs.rows("SELECT * FROM lake.waiting ORDER BY ALL"), logs.ledger()


def test_small_portions_make_the_same_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little is sorted, hashed and spooled at a time, the files are the same bytes."""
    monkeypatch.setattr(requests, "LARGE_MODEL_ROWS", 10)
    at_once = lake_of(tmp_path / "a")
    for module, name, value in (
        (portions, "PORTION_ROWS", 7),
        (requests, "HASHES_AT_ONCE", 9),
        (ingest_rows, "BATCH_ROWS", 25),
        (ingest_rows, "PLAIN_FILES", 1),
        (ingest_rows, "GROUP_ROWS", 5),
    ):
        monkeypatch.setattr(module, name, value)
    assert lake_of(tmp_path / "b") == at_once


def test_labels_written_at_once_are_those_that_matching_finds(tmp_path: Path) -> None:
    """Where a source of outcomes might label the requests too, labels inside them take the longer way."""
    source = {**REQUESTS, "columns": {**COLUMNS, "label": "y"}}
    at_once, matched = Logs.make(tmp_path / "a", source), Logs.make(tmp_path / "b", source, OUTCOMES)
    for logs in (at_once, matched):
        logs.csv("logs/a.csv", [request(n, day=1 + n % 2, y=n % 3 or None) for n in range(20)])
        logs.csv("logs/b.csv", [request(n, day=1 + n % 2, y=1) for n in range(15, 25)])
    assert at_once.night().labels_matched == matched.night().labels_matched
    assert at_once.files() == matched.files()
    assert at_once.rows("SELECT * FROM lake.waiting ORDER BY ALL") == matched.rows(
        "SELECT * FROM lake.waiting ORDER BY ALL"
    )


def test_labels_are_sorted_in_a_share_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sort of a whole day fills what it may before it spills."""
    shares = []

    def watched(warehouse: Warehouse, sql: str, query: Query) -> Iterator[pa.RecordBatch]:
        shares.append(warehouse.value("SELECT current_setting('memory_limit')"))
        return sorted_by_model(warehouse, sql, query)

    monkeypatch.setattr(labels, "SORT_MEMORY", "123MiB")
    monkeypatch.setattr(labels, "sorted_by_model", watched)
    logs = Logs.make(tmp_path, {**REQUESTS, "columns": {**COLUMNS, "label": "y"}})
    logs.csv("logs/a.csv", [request(n, y=1) for n in range(3)])
    logs.night()
    assert shares == ["123.0 MiB"]
