"""Which files of a source are to be read: new ones, changed ones, and those that lost rows to a changed one.

A file is known by its path. Its size and time of change decide whether it is looked at, the SHA-256 of its content
whether it is read. A file with the content of another known file is a copy, and all its rows are duplicates; but if
the other is gone, it was moved and keeps its rows under its new path. When a file is replaced, files that lost rows
to it as duplicates are read again. Rows of files that are gone stay; a source with no file left is noted. The rows of
a file that another source has taken over move to that source. Called by `pipeline.ingest`; `unmatched` also by
`pipeline.render`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dagster_project.pipeline import ingest_listing
from dagster_project.pipeline.ingest_listing import LogFile, list_files
from dagster_project.spec.loading import Workspace
from dagster_project.spec.source import Source
from dagster_project.store.ingestion import forget_files, move_files
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

UNMATCHED = "unmatched "
"""Prefix of the keys in ops.state that name a source whose files were read once and are now all gone."""


@dataclass(frozen=True, slots=True)
class Known:
    """What ops.file holds about a path."""

    file_id: str
    size: int
    mtime_ns: int
    state: str
    mapping: str | None
    """Digest of the mapping that made its rows; None if an older version of Modelboard read it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a source's files, in the order of their paths."""

    mapping: str
    """Digest of the mapping that they are read with."""
    read: tuple[LogFile, ...]
    copies: tuple[tuple[LogFile, str], ...]
    """Files whose content is already known, each with the path it is known under."""
    same: tuple[LogFile, ...]
    """Files of which nothing but the time of change is new."""
    gone: tuple[str, ...] = ()
    """Paths of files that were set aside and no longer exist."""
    moved: tuple[tuple[LogFile, str], ...] = ()
    """Files whose content was read from a path that is now gone, each with that path."""
    is_unmatched: bool = False
    """Whether no file is left, though some were read."""
    handed: tuple[LogFile, ...] = ()
    """Files read earlier that another source now reads instead: their rows here are dropped."""

    @property
    def changes_rows(self) -> bool:
        """Whether any row is added or dropped."""
        return bool(self.read or self.copies or self.handed)


def plan_files(
    workspace: Workspace, source: Source, warehouse: Warehouse, mapping: str, *, all_again: bool = False
) -> Plan:
    """Compare the files that the source's globs find with those known.

    Files whose rows were made by a mapping other than `mapping` are read again; with `all_again`, all of them are.
    """
    known = known_files(warehouse, source.source)
    found = {file.path: file for file in list_files(workspace, source)}
    moved = _moved(found, known)
    found |= {file.path: file for file, _ in moved}
    known |= {file.path: known.pop(path) for file, path in moved}
    handed = _handed(workspace, source, {path: file for path, file in known.items() if path not in found})
    made_so = {path: file for path, file in known.items() if file.mapping in (None, mapping)}
    changed, same = _changed(found.values(), {} if all_again else made_so)
    replaced = [path for path, file in changed.items() if path in known and not file.problem]
    replaced += [file.path for file in handed]
    for path in _losers(warehouse, source, replaced):
        if path in found and path not in changed:
            changed[path] = ingest_listing.with_file_id(found[path])
    for file in handed:
        del known[file.path]
    read, copies = _without_copies(changed, known)
    gone = [path for path, before in known.items() if before.state != "read" and path not in found]
    kept = [file for file in same if file.path not in changed]
    is_unmatched = not found and any(before.state == "read" for before in known.values())
    return Plan(
        mapping,
        tuple(read),
        tuple(copies),
        tuple(kept),
        tuple(gone),
        tuple(moved),
        is_unmatched,
        tuple(handed),
    )


def note(warehouse: Warehouse, source: Source, plan: Plan) -> None:
    """Record what a plan says of files not to be read: moved, touched, gone after being set aside, all gone."""
    if plan.moved:
        move_files(warehouse, source.source, {path: file.path for file, path in plan.moved})
    if plan.same:
        sizes, times = [file.size for file in plan.same], [file.mtime_ns for file in plan.same]
        paths = [file.path for file in plan.same]
        values = {"source": source.source, "paths": paths, "sizes": sizes, "times": times}
        warehouse.run(statement("ingestion", "note_times"), values)
    forget_files(warehouse, source.source, plan.gone)
    if plan.is_unmatched != (source.source in unmatched(warehouse)):
        name = "note_unmatched" if plan.is_unmatched else "forget_unmatched"
        warehouse.run(statement("ingestion", name), {"key": UNMATCHED + source.source})


def unmatched(warehouse: Warehouse) -> list[str]:
    """Sources whose files were read once and are now all gone."""
    keys = warehouse.frame(
        "SELECT key FROM ops.state WHERE starts_with(key, $prefix) ORDER BY key", {"prefix": UNMATCHED}
    )
    return [key.removeprefix(UNMATCHED) for key in keys["key"]]


def known_files(warehouse: Warehouse, source: str) -> dict[str, Known]:
    """The rows of ops.file for a source, by path."""
    rows = warehouse.frame(
        "SELECT path, file_id, size, mtime_ns, state, mapping FROM ops.file WHERE source = $source ORDER BY path",
        {"source": source},
    )
    return {row[0]: Known(*row[1:]) for row in rows.iter_rows()}


def _moved(found: Mapping[str, LogFile], known: Mapping[str, Known]) -> list[tuple[LogFile, str]]:
    """New files, hashed, whose content was read from a path that is now gone; each such path is used once."""
    gone = {file.file_id: path for path, file in known.items() if path not in found and file.state == "read"}
    sizes = {known[path].size for path in gone.values()}
    moved = []
    for path, file in sorted(found.items()):
        if path not in known and file.size in sizes:
            hashed = ingest_listing.with_file_id(file)
            before = gone.pop(hashed.file_id, None)
            if before is not None:
                moved.append((hashed, before))
    return moved


def _handed(workspace: Workspace, source: Source, unfound: Mapping[str, Known]) -> list[LogFile]:
    """Files that were read and still exist, but are now matched by another source of the same kind instead."""
    there = {
        path for path, file in unfound.items() if file.state == "read" and (workspace.root / path).is_file()
    }
    if not there:
        return []
    others = [s for s in workspace.sources if s.kind == source.kind and s.source != source.source]
    theirs = {file.path for other in others for file in list_files(workspace, other)}
    return [
        LogFile(
            path, workspace.root / path, unfound[path].size, unfound[path].mtime_ns, unfound[path].file_id
        )
        for path in sorted(there & theirs)
    ]


def _changed(files: Iterable[LogFile], known: dict[str, Known]) -> tuple[dict[str, LogFile], list[LogFile]]:
    changed: dict[str, LogFile] = {}
    same: list[LogFile] = []
    for file in files:
        before = known.get(file.path)
        # A file that was set aside is tried again: the fault may have been in the source's mapping.
        if before and before.state == "read":
            if (before.size, before.mtime_ns) == (file.size, file.mtime_ns):
                continue
            file = file if file.file_id else ingest_listing.with_file_id(file)
            if before.file_id == file.file_id:
                same.append(file)
                continue
        changed[file.path] = file if file.file_id else ingest_listing.with_file_id(file)
    return changed, same


def _losers(warehouse: Warehouse, source: Source, replaced: list[str]) -> list[str]:
    """Paths of files with duplicates that a replaced file may have caused."""
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
    """Separate the files to read from those whose content is read under another path."""
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
