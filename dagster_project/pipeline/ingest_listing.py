"""The files that a source's globs find on the disk, and the hash of a file's content.

In: a workspace and a source. Out: `LogFile`s by path; those that cannot be opened say why. Called by
`ingest_files`, `ingest_names` and `dry_run_logs`.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dagster_project.readers.formats import named_as_file
from dagster_project.spec.loading import Workspace
from dagster_project.spec.source import Source

FILE_ID_DIGITS = 16


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file on the disk."""

    path: str
    """Relative to the workspace, with '/' between folders; absolute outside it."""
    place: Path
    size: int
    mtime_ns: int
    file_id: str = ""
    problem: str = ""
    """Why it cannot be opened; such a file is set aside unread."""


def list_files(workspace: Workspace, source: Source) -> list[LogFile]:
    """The files that the source's globs find, by path; never those that Modelboard writes itself."""
    root = workspace.root
    found = {place for pattern in source.files for place in _matches(root, pattern)}
    files = []
    for place in sorted(found):
        path = (place.relative_to(root) if place.is_relative_to(root) else place).as_posix()
        file = None if path.startswith(("data/lake/", "build/")) else _seen(path, place)
        if file is not None:
            files.append(file)
    return files


def _seen(path: str, place: Path) -> LogFile | None:
    """The file at `place`; None if it is gone again, or is a folder whose name does not look like a file's."""
    try:
        found = place.stat()
    except FileNotFoundError:
        return (
            LogFile(path, place, 0, 0, problem="it is a link that leads nowhere")
            if place.is_symlink()
            else None
        )
    except OSError as error:
        return _unopened(path, place, error)
    if stat.S_ISDIR(found.st_mode):
        words = (
            "it is a folder; to read the files in it, end the glob with /*" if named_as_file(place) else ""
        )
        if not os.access(place, os.R_OK | os.X_OK):
            words = "the folder cannot be opened: Permission denied"
        return LogFile(path, place, 0, 0, problem=words) if words else None
    if not stat.S_ISREG(found.st_mode):
        return LogFile(path, place, 0, 0, problem="it is not a regular file")
    return LogFile(path, place, found.st_size, found.st_mtime_ns)


def _unopened(path: str, place: Path, error: OSError) -> LogFile:
    return LogFile(path, place, 0, 0, problem=f"cannot be opened: {error.strerror or type(error).__name__}")


def _matches(root: Path, pattern: str) -> Iterable[Path]:
    """What a glob finds: below the workspace, or below the file system's root if the glob is absolute."""
    anchor = Path(pattern).anchor
    closed = _closed_folder(Path(anchor) if anchor else root, pattern[len(anchor) :])
    if closed is not None:
        return [closed]
    return Path(anchor).glob(pattern[len(anchor) :]) if anchor else root.glob(pattern)


def _closed_folder(start: Path, pattern: str) -> Path | None:
    """The folder that a glob starts in, if it may not be listed: the glob would find nothing there, silently."""
    folder = start
    for part in pattern.split("/")[:-1]:
        if any(mark in part for mark in "*?[") or not (folder / part).is_dir():
            break
        folder /= part
        if not os.access(folder, os.R_OK | os.X_OK):
            return folder
    return None


def with_file_id(file: LogFile) -> LogFile:
    """The file with the hash of its content, or with a problem if it cannot be opened or has disappeared."""
    if file.problem:
        return file
    try:
        with file.place.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return _unopened(file.path, file.place, error)
    return LogFile(file.path, file.place, file.size, file.mtime_ns, digest[:FILE_ID_DIGITS])
