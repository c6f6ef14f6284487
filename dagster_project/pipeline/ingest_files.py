"""Which files of a source are to be read: new ones, changed ones, and those a change gives another chance.

A file is known by its path; size and time of change decide whether it is looked at, the SHA-256 of its content
whether it is read. A file with the content of another known one is a copy: all its rows are duplicates; unless the
other is gone: then it was moved, and keeps its rows under its new path. When a file is replaced, files that lost rows
to it as duplicates are read again. Rows of files that are gone stay; that none of a source is left is noted. Called by
`pipeline.ingest`; `unmatched` also by `pipeline.render`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dagster_project.readers.formats import named_as_file
from dagster_project.spec.loading import Workspace
from dagster_project.spec.source import Source
from dagster_project.store.ingestion import move_files
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

FILE_ID_DIGITS = 16
UNMATCHED = "unmatched "
"""How keys of ops.state begin that name a source whose files were read once and are all gone."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file as it lies on the disk."""

    path: str
    """Relative to the workspace, '/' between folders; whole where the glob was."""
    place: Path
    size: int
    mtime_ns: int
    file_id: str = ""
    problem: str = ""
    """Why it cannot be opened; such a file is set aside unread."""


@dataclass(frozen=True, slots=True)
class Known:
    """What ops.file says of a path."""

    file_id: str
    size: int
    mtime_ns: int
    state: str
    mapping: str | None
    """Digest of the mapping that made its rows; None where an older version read it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a source's files, in the order of their paths."""

    mapping: str
    """Digest of the mapping that they are read by."""
    read: tuple[LogFile, ...]
    copies: tuple[tuple[LogFile, str], ...]
    """Files whose content is known, each with the path it is known by."""
    same: tuple[LogFile, ...]
    """Files of which only the time changed."""
    gone: tuple[str, ...] = ()
    """Paths of files that were set aside and are there no more."""
    moved: tuple[tuple[LogFile, str], ...] = ()
    """Files whose content was read from a path that is gone, each with that path."""
    is_unmatched: bool = False
    """Whether no file is there, though some were read."""


def plan_files(
    workspace: Workspace, source: Source, warehouse: Warehouse, mapping: str, *, all_again: bool = False
) -> Plan:
    """Compare the files that the source's globs find with those known.

    Read again is what another mapping than `mapping` made; `all_again` where the source was redefined since.
    """
    known = known_files(warehouse, source.source)
    found = {file.path: file for file in files_of(workspace, source)}
    moved = _moved(found, known)
    found |= {file.path: file for file, _ in moved}
    known |= {file.path: known.pop(path) for file, path in moved}
    made_so = {path: file for path, file in known.items() if file.mapping in (None, mapping)}
    changed, same = _changed(found.values(), {} if all_again else made_so)
    replaced = [path for path, file in changed.items() if path in known and not file.problem]
    for path in _losers(warehouse, source, replaced):
        if path in found and path not in changed:
            changed[path] = _identified(found[path])
    read, copies = _without_copies(changed, known)
    gone = [path for path, before in known.items() if before.state != "read" and path not in found]
    kept = [file for file in same if file.path not in changed]
    is_unmatched = not found and any(before.state == "read" for before in known.values())
    return Plan(mapping, tuple(read), tuple(copies), tuple(kept), tuple(gone), tuple(moved), is_unmatched)


def note(warehouse: Warehouse, source: Source, plan: Plan) -> None:
    """Remember what a plan says of files that are not to be read: touched, gone after they were set aside, all gone."""
    if plan.moved:
        move_files(warehouse, source.source, {path: file.path for file, path in plan.moved})
    if plan.same:
        sizes, times = [file.size for file in plan.same], [file.mtime_ns for file in plan.same]
        paths = [file.path for file in plan.same]
        values = {"source": source.source, "paths": paths, "sizes": sizes, "times": times}
        warehouse.run(statement("ingestion", "note_times"), values)
    if plan.gone:
        values = {"source": source.source, "paths": list(plan.gone)}
        warehouse.run(statement("ingestion", "forget_gone"), values)
    if plan.is_unmatched != (source.source in unmatched(warehouse)):
        name = "note_unmatched" if plan.is_unmatched else "forget_unmatched"
        warehouse.run(statement("ingestion", name), {"key": UNMATCHED + source.source})


def unmatched(warehouse: Warehouse) -> list[str]:
    """Sources whose files were read once and are all gone."""
    keys = warehouse.frame(
        "SELECT key FROM ops.state WHERE starts_with(key, $prefix) ORDER BY key", {"prefix": UNMATCHED}
    )
    return [key.removeprefix(UNMATCHED) for key in keys["key"]]


def files_of(workspace: Workspace, source: Source) -> list[LogFile]:
    """The files that the source's globs find, by path; never those that Modelboard made itself."""
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
    """The file as it lies there; None where it is gone again, or is a folder that does not pretend to be a file."""
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
            "it is a folder; to read the files in it, let the glob end in /*" if named_as_file(place) else ""
        )
        if not os.access(place, os.R_OK | os.X_OK):
            words = "the folder cannot be opened: Permission denied"
        return LogFile(path, place, 0, 0, problem=words) if words else None
    if not stat.S_ISREG(found.st_mode):
        return LogFile(path, place, 0, 0, problem="it is no regular file")
    return LogFile(path, place, found.st_size, found.st_mtime_ns)


def _unopened(path: str, place: Path, error: OSError) -> LogFile:
    return LogFile(path, place, 0, 0, problem=f"cannot be opened: {error.strerror or type(error).__name__}")


def _matches(root: Path, pattern: str) -> Iterable[Path]:
    """What a glob finds: below the workspace, or below the file system's root where it begins there."""
    anchor = Path(pattern).anchor
    closed = _closed_folder(Path(anchor) if anchor else root, pattern[len(anchor) :])
    if closed is not None:
        return [closed]
    return Path(anchor).glob(pattern[len(anchor) :]) if anchor else root.glob(pattern)


def _closed_folder(start: Path, pattern: str) -> Path | None:
    """The folder that a glob begins in, where it may not be listed: a glob would find nothing there, silently."""
    folder = start
    for part in pattern.split("/")[:-1]:
        if any(mark in part for mark in "*?[") or not (folder / part).is_dir():
            break
        folder /= part
        if not os.access(folder, os.R_OK | os.X_OK):
            return folder
    return None


def known_files(warehouse: Warehouse, source: str) -> dict[str, Known]:
    """ops.file by path."""
    rows = warehouse.frame(
        "SELECT path, file_id, size, mtime_ns, state, mapping FROM ops.file WHERE source = $source ORDER BY path",
        {"source": source},
    )
    return {row[0]: Known(*row[1:]) for row in rows.iter_rows()}


def _moved(found: Mapping[str, LogFile], known: Mapping[str, Known]) -> list[tuple[LogFile, str]]:
    """New files, hashed, that hold what was read from a path which is gone; each such path once."""
    gone = {file.file_id: path for path, file in known.items() if path not in found and file.state == "read"}
    sizes = {known[path].size for path in gone.values()}
    moved = []
    for path, file in sorted(found.items()):
        if path not in known and file.size in sizes:
            hashed = _identified(file)
            before = gone.pop(hashed.file_id, None)
            if before is not None:
                moved.append((hashed, before))
    return moved


def _changed(files: Iterable[LogFile], known: dict[str, Known]) -> tuple[dict[str, LogFile], list[LogFile]]:
    changed: dict[str, LogFile] = {}
    same: list[LogFile] = []
    for file in files:
        before = known.get(file.path)
        # A file that was set aside is tried again: what was wrong may have been the source's mapping.
        if before and before.state == "read":
            if (before.size, before.mtime_ns) == (file.size, file.mtime_ns):
                continue
            file = file if file.file_id else _identified(file)
            if before.file_id == file.file_id:
                same.append(file)
                continue
        changed[file.path] = file if file.file_id else _identified(file)
    return changed, same


def _identified(file: LogFile) -> LogFile:
    """The file with the hash of its content; with a problem where it cannot be opened, or went meanwhile."""
    if file.problem:
        return file
    try:
        with file.place.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return _unopened(file.path, file.place, error)
    return LogFile(file.path, file.place, file.size, file.mtime_ns, digest[:FILE_ID_DIGITS])


def _losers(warehouse: Warehouse, source: Source, replaced: list[str]) -> list[str]:
    """Paths of files that have duplicates which a replaced file may have caused."""
    if not replaced:
        return []
    days = _days_of(warehouse, source, replaced) if source.kind == "requests" else None
    losers = warehouse.frame(
        "SELECT DISTINCT path FROM ops.ledger WHERE source = $source AND duplicate > 0"
        " AND ($days IS NULL OR day IN (SELECT unnest($days::date[]))) ORDER BY path",
        {"source": source.source, "days": days},
    )
    return list(losers["path"])


def _days_of(warehouse: Warehouse, source: Source, paths: list[str]) -> list[dt.date]:
    days = warehouse.frame(
        "SELECT DISTINCT day FROM ops.ledger"
        " WHERE source = $source AND list_contains($paths, path) AND day IS NOT NULL ORDER BY day",
        {"source": source.source, "paths": paths},
    )
    return list(days["day"])


def _without_copies(
    changed: dict[str, LogFile], known: dict[str, Known]
) -> tuple[list[LogFile], list[tuple[LogFile, str]]]:
    """Part the files to read from those whose content is read elsewhere."""
    holders = {k.file_id: path for path, k in known.items() if path not in changed and k.state == "read"}
    read, copies = [], []
    for path in sorted(changed):
        file = changed[path]
        holder = None if file.problem else holders.get(file.file_id)
        if holder is None:
            if not file.problem:
                holders[file.file_id] = path
            read.append(file)
        else:
            copies.append((file, holder))
    return read, copies
