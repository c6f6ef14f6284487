"""One night's files: what is accepted, what is a duplicate, what is rejected and why."""

from __future__ import annotations

import datetime as dt
import gzip
import io
from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline.ingest import newest_day
from dagster_project.store.warehouse import Warehouse

from .logs import COLUMNS, REQUESTS, Logs, request


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs.make(tmp_path)


def test_accepted_rows_lie_in_the_lake_by_day(logs: Logs) -> None:
    """Every accepted row lies in the file of its day, sorted, and the ledger says the same number."""
    logs.csv("logs/a.csv", [request(2), request(1), request(3, day=2)])
    result = logs.night()
    assert (result.rows_read, result.accepted, result.rejected, result.duplicate) == (3, 3, 0, 0)
    assert result.days == (dt.date(2024, 3, 1), dt.date(2024, 3, 2))
    parts = logs.rows("SELECT kind, source, day, rows FROM ops.part ORDER BY day")
    assert parts == [
        ("requests", "log", dt.date(2024, 3, 1), 2),
        ("requests", "log", dt.date(2024, 3, 2), 1),
    ]
    lake = logs.lake()
    assert lake["request_id"].to_list() == ["r1", "r2", "r3"]
    assert lake["f:x"].to_list() == [1.0, 2.0, 3.0]
    assert lake["records"].to_list() == [1, 1, 1]


def test_a_second_night_reads_nothing(logs: Logs) -> None:
    """Without new files nothing is read and no file of the lake is touched."""
    logs.csv("logs/a.csv", [request(1)])
    logs.night()
    before = logs.files()
    result = logs.night()
    assert (result.files_read, result.rows_read, result.days) == (0, 0, ())
    assert logs.files() == before


def test_newest_day_is_that_of_the_lake(logs: Logs) -> None:
    """The newest day is the newest day of any request, and None while there is none."""
    logs.csv("logs/a.csv", [request(1, day=3), request(2, day=9)])
    with Warehouse.open(None) as empty:
        assert newest_day(empty) is None
    logs.night()
    with Warehouse.open(logs.root / "data" / "warehouse.duckdb") as warehouse:
        assert newest_day(warehouse) == dt.date(2024, 3, 9)


def test_duplicates_within_a_file_keep_the_earliest(logs: Logs) -> None:
    """Of two rows with one id on one day the earlier event stays."""
    logs.csv("logs/a.csv", [request(1, hour=13, x=13.0), request(1, hour=9, x=9.0)])
    logs.night()
    assert logs.lake()["f:x"].to_list() == [9.0]
    assert logs.ledger() == {"logs/a.csv": (2, 1, 0, 1)}


def test_duplicates_across_nights_move_the_ledger(logs: Logs) -> None:
    """A later file with an earlier event of the same id takes its place; both files' ledgers still balance."""
    logs.csv("logs/b.csv", [request(1, hour=13), request(2)])
    logs.night()
    logs.csv("logs/a.csv", [request(1, hour=9)])
    logs.night()
    assert logs.ledger() == {"logs/a.csv": (1, 1, 0, 0), "logs/b.csv": (2, 1, 0, 1)}
    assert logs.lake().height == 2


def test_one_id_of_two_models_or_days_is_two_requests(logs: Logs) -> None:
    """Deduplication is within source, model and day."""
    logs.csv("logs/a.csv", [request(1), request(1, model="other"), request(1, day=2)])
    assert logs.night().accepted == 3


def test_the_same_content_twice_is_all_duplicates(logs: Logs) -> None:
    """A copy of a file, in the same night or later, adds no row."""
    rows = [request(1), request(2), request(3, ms="slow")]
    logs.csv("logs/a.csv", rows)
    logs.csv("logs/copy.csv", rows)
    logs.night()
    logs.csv("logs/later.csv", rows)
    logs.night()
    assert logs.lake().height == 2
    assert logs.ledger()["logs/copy.csv"] == (3, 0, 1, 2)
    assert logs.ledger()["logs/later.csv"] == (3, 0, 1, 2)
    assert logs.rows("SELECT count(*) FROM ops.reject") == [(3,)]


def test_two_files_of_one_name_in_two_folders_are_two_files(logs: Logs) -> None:
    """Files are known by their whole path."""
    logs.csv("logs/x/day.csv", [request(1)])
    logs.csv("logs/y/day.csv", [request(2)])
    assert logs.night().accepted == 2
    assert set(logs.ledger()) == {"logs/x/day.csv", "logs/y/day.csv"}


def test_a_growing_file_replaces_its_rows(logs: Logs) -> None:
    """A file with new content takes the place of its earlier rows, also on days it no longer has."""
    logs.csv("logs/a.csv", [request(1), request(2, day=2)])
    logs.csv("logs/b.csv", [request(9)])
    logs.night()
    logs.csv("logs/a.csv", [request(1), request(3), request(4)])
    logs.night()
    assert logs.lake()["request_id"].to_list() == ["r1", "r3", "r4", "r9"]
    assert logs.ledger()["logs/a.csv"] == (3, 3, 0, 0)
    assert logs.rows("SELECT count(*) FROM ops.part WHERE day = DATE '2024-03-02'") == [(0,)]


def test_what_a_replaced_file_had_taken_comes_back(logs: Logs) -> None:
    """A row that was a duplicate of a replaced file's row is accepted once that row is gone."""
    logs.csv("logs/a.csv", [request(1, hour=9)])
    logs.csv("logs/b.csv", [request(1, hour=13)])
    logs.night()
    logs.csv("logs/a.csv", [request(2, hour=9)])
    logs.night()
    assert logs.lake()["request_id"].to_list() == ["r1", "r2"]
    assert logs.ledger() == {"logs/a.csv": (1, 1, 0, 0), "logs/b.csv": (1, 1, 0, 0)}


def test_the_copy_of_a_replaced_file_keeps_its_rows(logs: Logs) -> None:
    """A log that was rotated (copied away, then started again) loses nothing."""
    old = [request(1), request(2)]
    logs.csv("logs/app.csv", old)
    logs.night()
    logs.csv("logs/app.csv", [request(3)])
    logs.csv("logs/app.csv.gz", old)
    logs.write("logs/app-1.csv", pl.DataFrame(old).write_csv())
    logs.night()
    assert logs.lake()["request_id"].to_list() == ["r1", "r2", "r3"]


def test_a_touched_file_is_not_read_again(logs: Logs) -> None:
    """A new time of change with the same content changes nothing but the time known."""
    file = logs.csv("logs/a.csv", [request(1)])
    logs.night()
    file.touch()
    assert logs.night().files_read == 0


def test_rows_without_id_keep_equal_rows_and_drop_copies(tmp_path: Path) -> None:
    """Without a request id equal rows of one file are two requests; the same rows in another file are not."""
    columns = {k: v for k, v in COLUMNS.items() if k != "request_id"}
    logs = Logs.make(tmp_path, {**REQUESTS, "columns": columns, "features": ["x"]})
    logs.csv("logs/a.csv", [request(1), request(1), request(2)])
    logs.night()
    logs.csv("logs/b.csv", [request(2), request(1), request(1), request(1)])
    logs.night()
    assert logs.lake().height == 4
    total = [sum(column) for column in zip(*logs.ledger().values(), strict=True)]
    assert total == [7, 4, 0, 3]


def test_ids_with_slashes_dots_and_markup_stay_as_they_are(logs: Logs) -> None:
    """Ids are data: nothing in them reaches a path."""
    names = ["../../etc/passwd", "<b>bold</b>", "a.b/c", "'; DROP TABLE x; --", "ü" * 300]
    logs.csv("logs/a.csv", [request(i, model=name, id=name) for i, name in enumerate(names)])
    logs.night()
    assert sorted(logs.lake()["model_id"]) == sorted(names)
    assert {Path(p).name.split("-")[0] for p in logs.files()} == {"all"}


def test_a_source_whose_name_has_slashes_stays_in_the_lake(tmp_path: Path) -> None:
    """A source's id is made safe before it becomes a folder."""
    logs = Logs.make(tmp_path)
    logs.define({**REQUESTS, "source": "log"})
    (tmp_path / "data/sources/odd.yml").write_text(
        (tmp_path / "data/sources/log.yml").read_text().replace("source: log", "source: ../odd/é")
    )
    (tmp_path / "data/sources/log.yml").unlink()
    logs.csv("logs/a.csv", [request(1)])
    logs.night()
    (path,) = logs.files()
    assert path.startswith("requests/odd-e-")
    assert not (tmp_path / "data" / "lake" / "odd").exists()


def test_the_clear_user_never_reaches_the_disk(tmp_path: Path) -> None:
    """Users are hashed on arrival: no clear id is in the lake, in samples of rejected rows or in broken lines."""
    logs = Logs.make(tmp_path, {**REQUESTS, "columns": {**COLUMNS, "user": "who"}})
    header = "ts,model,id,score,ms,who\n"
    broken = "2024-03-01T10:00:00,m,r2,0.5,fast,alice-the-user\nalice-the-user,1\n"
    logs.write("logs/a.csv", header + "2024-03-01T10:00:00,m,r1,0.5,1,alice-the-user\n" + broken)
    result = logs.night()
    assert (result.accepted, result.rejected) == (1, 2)
    assert logs.lake()["user_hash"].null_count() == 0
    made = [p for p in (tmp_path / "data").rglob("*") if p.is_file()]
    assert not [p for p in made if b"alice-the-user" in p.read_bytes()]


def test_late_rows_are_accepted_and_flagged(tmp_path: Path) -> None:
    """Late means arrived more than late_after_hours after the end of the event's day."""
    source = {**REQUESTS, "columns": {**COLUMNS, "arrival_time": "at"}, "late_after_hours": 6}
    logs = Logs.make(tmp_path, source)
    late, timely = "2024-03-02T06:00:01", "2024-03-02T06:00:00"
    logs.csv("logs/a.csv", [request(1, at=timely), request(2, at=late)])
    result = logs.night()
    assert (result.accepted, result.late) == (2, 1)
    assert logs.lake().filter("late")["request_id"].to_list() == ["r2"]
    assert logs.rows("SELECT late FROM ops.ledger") == [(1,)]


def test_a_day_with_late_rows_is_written_again(logs: Logs) -> None:
    """Rows of an old day join the rows the day had, and only that day is touched."""
    logs.csv("logs/a.csv", [request(1), request(2, day=2)])
    logs.night()
    second = {p: b for p, b in logs.files().items() if "03-02" in p}
    logs.csv("logs/b.csv", [request(3)])
    assert logs.night().days == (dt.date(2024, 3, 1),)
    assert logs.rows("SELECT rows FROM ops.part ORDER BY day") == [(2,), (1,)]
    assert {p: b for p, b in logs.files().items() if "03-02" in p} == second


def test_an_event_from_the_future_is_rejected(logs: Logs) -> None:
    """A wrong clock: the row is rejected, and its day does not appear."""
    logs.csv("logs/a.csv", [request(1), {**request(2), "ts": "2031-01-01T00:00:00"}])
    logs.night()
    assert logs.rows("SELECT reason, n, first_row FROM ops.reject") == [("event_time is in the future", 1, 2)]
    assert logs.rows("SELECT count(*) FROM ops.ledger WHERE day > DATE '2025-01-01'") == [(0,)]


@pytest.mark.parametrize("stamp", ["1970-01-01T00:00:00", "0001-01-01T00:00:00", "1989-12-31T23:59:59"])
def test_a_time_that_was_never_set_is_rejected(logs: Logs, stamp: str) -> None:
    """A row of 1970 would give the model all days since then: it is rejected, and its day does not appear."""
    logs.csv("logs/a.csv", [request(1), {**request(2), "ts": stamp}])
    logs.night()
    assert logs.rows("SELECT reason, n, first_row FROM ops.reject") == [("event_time is before 1990", 1, 2)]
    assert logs.rows("SELECT count(*) FROM ops.ledger WHERE day < DATE '2024-01-01'") == [(0,)]


def test_days_after_the_reported_one_are_ingested(logs: Logs) -> None:
    """What is not from the future is kept, though the report's day comes before it."""
    logs.csv("logs/a.csv", [request(1, day=20)])
    assert logs.night(as_of=dt.date(2024, 3, 5)).accepted == 1


def test_an_unreadable_file_is_set_aside_and_named(logs: Logs) -> None:
    """Empty, truncated and headerless files are set aside with a reason; the others are read."""
    whole = gzip.compress(pl.DataFrame([request(i) for i in range(50_000)]).write_csv().encode())
    logs.write("logs/empty.csv", b"")
    logs.write("logs/cut.csv.gz", whole[: len(whole) // 2])
    logs.write("logs/lacks.csv", "ts,model,score\n2024-03-01T00:00:00,m,1\n")
    logs.write("logs/header.csv", "ts,model,id,score,ms\n")
    logs.csv("logs/good.csv", [request(1)])
    result = logs.night()
    assert (result.files_read, result.files_set_aside, result.accepted) == (2, 3, 1)
    reasons = dict(logs.rows("SELECT path, reason FROM ops.file WHERE state = 'set aside'"))
    assert reasons["logs/empty.csv"] == "the file is empty"
    assert "runcated" in str(reasons["logs/cut.csv.gz"])
    assert "no column 'id', which request_id comes from" in str(reasons["logs/lacks.csv"])
    assert set(logs.ledger()) == {"logs/good.csv"}


def test_a_truncated_parquet_file_is_set_aside(tmp_path: Path) -> None:
    """A Parquet file without its end cannot be read."""
    logs = Logs.make(tmp_path, {**REQUESTS, "files": "logs/*.parquet"})
    whole = io.BytesIO()
    pl.DataFrame([request(1)]).write_parquet(whole)
    logs.write("logs/cut.parquet", whole.getvalue()[:-20])
    logs.write("logs/good.parquet", whole.getvalue())
    result = logs.night()
    assert (result.files_set_aside, result.accepted) == (1, 1)


def test_a_file_set_aside_is_tried_again(logs: Logs) -> None:
    """A repaired file is read the next night; until then the earlier rows of a half-written file stay."""
    logs.csv("logs/a.csv", [request(1)])
    logs.night()
    logs.write("logs/a.csv", b"")
    logs.night()
    assert logs.lake().height == 1
    logs.csv("logs/a.csv", [request(1), request(2)])
    logs.night()
    assert logs.lake().height == 2
    assert logs.rows("SELECT state, rows_read FROM ops.file") == [("read", 2)]


def test_a_changed_mapping_reads_the_files_again(logs: Logs) -> None:
    """Rows mean what the source's file says today."""
    logs.csv("logs/a.csv", [request(1, ms=2.0)])
    logs.night()
    logs.define({**REQUESTS, "columns": {**COLUMNS, "latency_ms": {"column": "ms", "unit": "s"}}})
    logs.night()
    assert logs.lake()["latency_ms"].to_list() == [2000.0]
    assert logs.ledger() == {"logs/a.csv": (1, 1, 0, 0)}
