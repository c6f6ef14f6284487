"""What is made in a process of its own: its bytes come back, its memory and what it loaded do not."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from dagster_project.core.errors import PublishError
from dagster_project.publish.subprocesses import cached_file, preparing, run_in_process


def process() -> bytes:
    """The id of the process that makes it; it also loads something that nothing else loads."""
    import wave  # noqa: F401

    return str(os.getpid()).encode()


def noted() -> bytes:
    """The id of the process that makes it, noted in a file as well."""
    who = str(os.getpid())
    Path(os.environ["NOTE"]).write_text(who, encoding="utf-8")
    return who.encode()


def endless() -> bytes:
    """Notes the process and takes longer than anybody waits."""
    Path(os.environ["NOTE"]).write_text(str(os.getpid()), encoding="utf-8")
    time.sleep(600)
    return b""


def broken() -> bytes:
    """Fails with a reason."""
    raise ValueError("no such glyph")


def written(note: Path) -> str:
    """What a process notes, as soon as it has done so."""
    while not (note.exists() and note.read_text(encoding="utf-8")):
        time.sleep(0.01)
    return note.read_text(encoding="utf-8")


def test_it_is_made_in_another_process_and_once() -> None:
    """This process does not load what the other one loads, and waits for it only once."""
    made = run_in_process(process)
    assert int(made) != os.getpid()
    assert "wave" not in sys.modules
    assert run_in_process(process) == made


def test_a_kept_file_is_read_and_not_made_again(tmp_path: Path) -> None:
    """The file counts, whatever making it again would give."""
    path = tmp_path / "cache" / "made.bin"
    assert cached_file(path, process) == path.read_bytes()
    path.write_bytes(b"as it was kept")
    assert cached_file(path, process) == b"as it was kept"


def test_what_is_begun_is_made_before_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that was started gives the answer, not a second one."""
    note = tmp_path / "note"
    monkeypatch.setenv("NOTE", str(note))
    with preparing(noted):
        who = written(note)
        note.unlink()
        assert run_in_process(noted).decode() == who
    assert not note.exists()


def test_what_nobody_asks_for_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A night that fails ends at once, and its processes with it."""
    note = tmp_path / "note"
    monkeypatch.setenv("NOTE", str(note))
    with suppress(ZeroDivisionError), preparing(endless):
        who = int(written(note))
        raise ZeroDivisionError
    with pytest.raises(ProcessLookupError):
        os.kill(who, 0)


def test_what_goes_wrong_there_is_told_here(tmp_path: Path) -> None:
    """The reason in one line, and no file that the next night might take for complete."""
    with pytest.raises(PublishError, match="broken exited with 1: ValueError: no such glyph"):
        cached_file(tmp_path / "made.bin", broken)
    assert not list(tmp_path.iterdir())
