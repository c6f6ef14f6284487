"""Files that cannot even be opened are set aside with the reason, like any broken file; the others are read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.readers import csv
from dagster_project.readers.formats import READERS
from dagster_project.readers.raw import RawBatch
from dagster_project.spec.source import Source

from .logs import Logs, request

NO_ACCESS = PermissionError(13, "Permission denied", "/secret/place")


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    logs = Logs.make(tmp_path)
    logs.csv("logs/good.csv", [request(1)])
    return logs


def set_aside(logs: Logs) -> list[tuple[object, ...]]:
    """path and reason of what was set aside; the good file was read all the same."""
    assert logs.lake()["request_id"].to_list() == ["r1"]
    return logs.rows("SELECT path, reason FROM ops.file WHERE state = 'set aside' ORDER BY path")


def test_a_file_that_may_not_be_read(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of them are not taken for copies of each other; the reason contains no path of this machine."""
    closed = [logs.csv(f"logs/{name}.csv", [request(2)]) for name in ("a", "b")]
    real = Path.open

    def refuse(self: Path, *arguments: object, **options: object) -> object:
        if self in closed:
            raise NO_ACCESS
        return real(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    for _ in range(2):
        assert logs.night().files_set_aside == 2
        reason = "cannot be opened: Permission denied"
        assert set_aside(logs) == [("logs/a.csv", reason), ("logs/b.csv", reason)]
    monkeypatch.undo()
    assert logs.night().files_set_aside == 0
    assert logs.lake()["request_id"].to_list() == ["r1", "r2"]


def test_a_link_that_leads_nowhere_until_it_is_removed(logs: Logs) -> None:
    """It is named as long as it is there."""
    link = logs.root / "logs" / "a.csv"
    link.symlink_to("gone.csv")
    logs.night()
    assert set_aside(logs) == [("logs/a.csv", "it is a link that leads nowhere")]
    link.unlink()
    logs.night()
    assert set_aside(logs) == []


def test_a_folder_with_the_name_of_a_file(logs: Logs) -> None:
    """Spark writes such folders; folders with other names are ordinary folders."""
    logs.csv("logs/2024/part.csv", [request(1)])
    (logs.root / "logs" / "out.csv").mkdir()
    logs.night()
    words = "it is a folder; to read the files in it, end the glob with /*"
    assert set_aside(logs) == [("logs/out.csv", words)]


def test_a_pipe_is_not_waited_for(logs: Logs) -> None:
    """Reading one would never end."""
    os.mkfifo(logs.root / "logs" / "a.csv")
    logs.night()
    assert set_aside(logs) == [("logs/a.csv", "it is not a regular file")]


def test_a_folder_that_may_not_be_listed(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A glob would silently find nothing in it."""
    logs.night()
    monkeypatch.setattr(os, "access", lambda place, _: Path(place).name != "logs")
    logs.night()
    monkeypatch.undo()
    assert set_aside(logs) == [("logs", "the folder cannot be opened: Permission denied")]


def test_a_file_that_goes_while_it_is_read(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it disappears before or after its first row is read, none of its rows counts."""
    gone = [logs.csv(f"logs/{name}.csv", [request(2)]) for name in ("a", "b")]
    real = csv.read

    def vanish(path: Path, source: Source) -> Iterator[RawBatch]:
        if path == gone[1]:
            yield from real(path, source)
        if path in gone:
            path.unlink()
            path.stat()
        yield from real(path, source)

    monkeypatch.setitem(READERS, "csv", vanish)
    logs.csv("logs/b.csv", [request(3)])
    logs.night()
    reason = "cannot be read: No such file or directory"
    assert set_aside(logs) == [("logs/a.csv", reason), ("logs/b.csv", reason)]
