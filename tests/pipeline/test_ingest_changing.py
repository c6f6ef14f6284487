"""Logs that change or disappear while they are read: the ledger balances, and the next night is right."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline import ingest_files, ingest_listing
from dagster_project.pipeline.ingest_listing import LogFile
from dagster_project.readers import formats
from dagster_project.readers.raw import RawBatch
from dagster_project.spec.source import Source
from dagster_project.store.warehouse import Warehouse
from tests.nights import READING, whole

from .logs import REQUESTS, Logs, request

OLD = [request(1), request(2), request(3, day=2)]
NEW = [request(3, day=2), request(4, day=2), request(5, day=3)]
GROWN = [*OLD, request(4, day=2), request(5, day=3)]
Rows = list[dict[str, object]]


def content(name: str, rows: Rows) -> bytes:
    """Rows in the format that the name says."""
    frame = pl.DataFrame(rows)
    if ".parquet" in name:
        from io import BytesIO

        buffer = BytesIO()
        frame.write_parquet(buffer)
        return buffer.getvalue()
    text = frame.write_csv() if ".csv" in name else "".join(json.dumps(row) + "\n" for row in rows)
    return gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode()


def put(file: Path, after: bytes, how: str) -> None:
    """Give a log its later content, overwriting it or moving another file into its place."""
    if how == "moved":
        beside = file.with_name("." + file.name)
        beside.write_bytes(after)
        beside.replace(file)
    else:
        file.write_bytes(after)


def before_hashing(at: Path, change: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Run `change` once, after the folder was listed and before the file is hashed."""
    real, left = ingest_listing.with_file_id, [change]

    def hashed(file: LogFile) -> LogFile:
        while left and file.place == at:
            left.pop()()
        return real(file)

    patch.setattr(ingest_listing, "with_file_id", hashed)


def before_reading(at: Path, change: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Run `change` once, after the source's files were hashed and before the file is opened."""
    real, left = formats.read, [change]

    def read(path: Path, source: Source) -> Iterator[RawBatch]:
        while left and path == at:
            left.pop()()
        yield from real(path, source)

    patch.setattr(formats, "read", read)


def while_read(at: Path, change: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Run `change` once, when the file's first rows have been read and it is still open."""
    real, left = formats.read, [change]

    def read(path: Path, source: Source) -> Iterator[RawBatch]:
        for batch in real(path, source):
            while left and path == at:
                left.pop()()
            yield batch

    patch.setattr(formats, "read", read)


MOMENTS = (before_hashing, before_reading, while_read)
Moment = Callable[[Path, Callable[[], None], pytest.MonkeyPatch], None]
CHANGES: dict[str, tuple[str, Rows]] = {
    "grown": ("written", GROWN),
    "replaced": ("moved", NEW),
    "shortened": ("written", OLD[:1]),
}
NAMES = ("a.csv", "a.jsonl.gz", "a.parquet")


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda f: f.__name__)
def test_logs_that_change_while_a_night_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: Moment
) -> None:
    """Whatever that night saw, its ledger balances; the next night has each row of the later content once.

    A log and a model for each change in each format.
    """
    cases = {f"{change}-{name}": name for change in CHANGES for name in NAMES}
    logs = Logs.make(tmp_path, {**REQUESTS, "files": "logs/*/*"})
    changed: list[str] = []
    for case, name in cases.items():
        how, later = CHANGES[case.split("-")[0]]
        file = logs.write(f"logs/{case}/{name}", content(name, _of(case, OLD)))
        os.utime(file, ns=(1, 1))
        after = content(name, _of(case, later))
        moment(file, partial(_change, changed, case, file, after, how), monkeypatch)
    logs.night()
    assert sorted(changed) == sorted(cases)
    monkeypatch.undo()
    logs.night()
    lake, ledger = logs.lake(), logs.ledger()
    for case, name in cases.items():
        _, later = CHANGES[case.split("-")[0]]
        found = lake.filter(pl.col("model_id") == case).sort("day", "request_id")
        assert found["request_id"].to_list() == [row["id"] for row in later], case
        assert ledger.pop(f"logs/{case}/{name}") == (len(later), len(later), 0, 0), case
    assert ledger == {}
    assert logs.night().rows_read == 0


def _of(model: str, rows: Rows) -> Rows:
    return [{**row, "model": model} for row in rows]


def _change(changed: list[str], case: str, file: Path, after: bytes, how: str) -> None:
    changed.append(case)
    put(file, after, how)


@pytest.mark.parametrize(("moment", "kept"), [(before_reading, []), (while_read, ["r1", "r2", "r3"])])
def test_a_log_that_is_emptied_keeps_what_was_read_of_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: Moment,
    kept: list[str],
) -> None:
    """It is set aside until it has rows again: truncating a log does not undo what it said."""
    logs = Logs.make(tmp_path)
    logs.csv("logs/other.csv", [request(9)])
    file = logs.csv("logs/a.csv", OLD)
    moment(file, lambda: put(file, b"", "written"), monkeypatch)
    logs.night()
    monkeypatch.undo()
    assert logs.night().files_set_aside == 1
    assert sorted(logs.lake()["request_id"]) == [*kept, "r9"]
    put(file, content("a.csv", NEW), "written")
    logs.night()
    assert sorted(logs.lake()["request_id"]) == ["r3", "r4", "r5", "r9"]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda f: f.__name__)
def test_a_log_that_is_copied_away_and_cut_while_a_night_reads_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: Moment,
) -> None:
    """As logrotate's copytruncate does: rows of the copy and of the restarted log count once each."""
    logs = Logs.make(tmp_path, {**REQUESTS, "files": "logs/app*"})
    file = logs.csv("logs/app.csv", OLD)
    first = logs.csv("logs/app-1.csv", OLD)
    os.utime(file, ns=(1, 1))
    moment(first, lambda: put(file, content("app.csv", NEW[1:]), "written"), monkeypatch)
    logs.night()
    monkeypatch.undo()
    logs.night()
    assert logs.lake()["request_id"].to_list() == ["r1", "r2", "r3", "r4", "r5"]


def test_a_log_that_was_touched_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it had grown between the listing of its folder and the reading: its size is noted like its time."""
    logs = Logs.make(tmp_path)
    file = logs.csv("logs/a.csv", OLD)
    before_hashing(file, lambda: put(file, content("a.csv", GROWN), "written"), monkeypatch)
    logs.night()
    logs.night()
    monkeypatch.undo()
    (noted,) = logs.rows("SELECT size, mtime_ns FROM ops.file")
    assert noted == (file.stat().st_size, file.stat().st_mtime_ns)


def test_a_log_that_was_renamed_keeps_its_rows(tmp_path: Path) -> None:
    """It is not taken for a copy full of duplicates: nothing is read again, and rejected rows stay listed."""
    logs = Logs.make(tmp_path)
    bad = {**request(7), "ts": "yesterday"}
    old = [logs.csv("logs/a.csv", [*OLD, bad, request(1)]), logs.csv("logs/b.csv", [request(9)])]
    logs.night()
    before, lake = logs.ledger(), logs.files()
    for file in old:
        (tmp_path / "logs" / "archive").mkdir(exist_ok=True)
        file.rename(tmp_path / "logs" / "archive" / file.name)
    assert logs.night().rows_read == 0
    assert logs.ledger() == {path.replace("logs/", "logs/archive/"): rows for path, rows in before.items()}
    assert logs.rows("SELECT path, n FROM ops.reject") == [("logs/archive/a.csv", 1)]
    assert logs.rows("SELECT path FROM ops.file ORDER BY path") == [
        ("logs/archive/a.csv",), ("logs/archive/b.csv",),
    ]  # fmt: skip
    assert logs.files() == lake
    logs.csv("logs/archive/a.csv", NEW)
    logs.night()
    assert sorted(logs.lake()["request_id"]) == ["r3", "r4", "r5", "r9"]


def test_a_log_that_was_rotated_and_begun_anew_counts_once(tmp_path: Path) -> None:
    """Renamed for good, and another log in its old place on the same night."""
    logs = Logs.make(tmp_path)
    file = logs.csv("logs/app.csv", OLD)
    logs.night()
    file.rename(tmp_path / "logs" / "app-1.csv")
    logs.csv("logs/app.csv", NEW[1:])
    logs.night()
    assert logs.lake()["request_id"].to_list() == ["r1", "r2", "r3", "r4", "r5"]
    assert {path: rows[3] for path, rows in logs.ledger().items()} == {"logs/app-1.csv": 0, "logs/app.csv": 0}


def test_a_log_that_was_renamed_when_its_mapping_changed_is_read_again(tmp_path: Path) -> None:
    """By the new mapping, and once."""
    logs = Logs.make(tmp_path)
    file = logs.csv("logs/a.csv", OLD)
    logs.night()
    file.rename(tmp_path / "logs" / "b.csv")
    logs.define({**REQUESTS, "features": {"renamed": "x"}})
    logs.night()
    assert logs.lake()["f:renamed"].to_list() == [1.0, 2.0, 3.0]
    assert logs.ledger() == {"logs/b.csv": (3, 3, 0, 0)}


def unmatched(logs: Logs) -> list[str]:
    """Sources that have no file any more."""
    with Warehouse.open(logs.root / "data" / "warehouse.duckdb") as warehouse:
        return ingest_files.unmatched(warehouse)


def test_a_source_whose_files_are_all_gone_is_noted_until_one_is_there(tmp_path: Path) -> None:
    """Its rows stay; neither one missing file nor a source that never had files is noted."""
    logs = Logs.make(tmp_path)
    files = [logs.csv(f"logs/{name}.csv", rows) for name, rows in (("a", OLD), ("b", [request(9)]))]
    for file, noted in zip(files, ([], ["log"]), strict=True):
        logs.night()
        file.unlink()
        logs.night()
        assert unmatched(logs) == noted
    assert logs.lake().height == len(OLD) + 1
    logs.csv("logs/c.csv", [request(10)])
    logs.night()
    assert unmatched(logs) == []


def test_that_no_file_is_left_is_published(tmp_path: Path) -> None:
    """It makes a new release although no row changed: the data page and the API's ledger say so."""
    logs = Logs.make(tmp_path, {**REQUESTS, "title": "Log"}, as_of="newest")
    file = logs.csv("logs/a.csv", OLD)
    whole(tmp_path, stages=READING)
    file.rename(tmp_path / "elsewhere.csv")
    site = whole(tmp_path, stages=READING)
    (source,) = json.loads((site / "api" / "ledger.json").read_bytes())["freshness"]
    said = "up to date; no file matches its pattern any more"
    assert (source["unmatched"], source["state"], source["rows"]) == (True, said, len(OLD))
    assert said.capitalize() in (site / "ledger" / "data.html").read_text(encoding="utf-8")
