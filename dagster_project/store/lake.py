"""The lake: immutable Parquet files below `data/lake/`, of which `ops.part` lists those that count.

Files not listed in `ops.part` are swept, so a night killed at any moment leaves the lake as it was. Files are
written by `store.parts`. Called by the other modules of `store`, by `pipeline.ingest` and by the stages of
`defs`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dagster_project.core.errors import LedgerError, MemoryShareError, QueryError
from dagster_project.store.connection import ANEW
from dagster_project.store.warehouse import Warehouse


def temporary(lake: Path) -> Path:
    """Return the folder for files being written."""
    folder = lake / ".tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def live_paths(
    warehouse: Warehouse,
    root: Path,
    kind: str,
    source: str | None = None,
    days: Sequence[dt.date] | None = None,
) -> list[str]:
    """Return the absolute paths of listed files, in order; of all sources or days if none are given."""
    rows = warehouse.frame(
        "SELECT path FROM ops.part WHERE kind = $kind AND ($source IS NULL OR source = $source)"
        " AND ($days IS NULL OR day IN (SELECT unnest($days::date[]))) ORDER BY path",
        {"kind": kind, "source": source, "days": None if days is None else list(days)},
    )
    return [str(root / path) for path in rows["path"]]


def require_listed_files(warehouse: Warehouse, root: Path) -> None:
    """Raise LedgerError if listed files are gone: new figures would lack rows that were accepted."""
    listed = warehouse.frame("SELECT path FROM ops.part ORDER BY path")["path"]
    gone = [path for path in listed if not (root / path).is_file()]
    if gone:
        raise LedgerError(
            f"{len(gone)} of {len(listed)} files of the lake are gone, such as {gone[0]}; put them back, or"
            f" {ANEW}"
        )


@contextmanager
def naming_damaged_files(warehouse: Warehouse, root: Path) -> Iterator[None]:
    """Raise LedgerError, naming the file, if a statement fails because a listed file is not what was written.

    The database's own message may name no file, so all are hashed; a night that fails may take that long.
    """
    try:
        yield
    except MemoryShareError:
        raise
    except QueryError as error:
        listed = warehouse.rows("SELECT path, sha256 FROM ops.part ORDER BY path")
        damaged = [path for path, sha256 in listed if _sha256(root / path) not in (None, sha256)]
        if not damaged:
            raise
        raise LedgerError(
            f"{len(damaged)} of {len(listed)} files of the lake are damaged, such as {damaged[0]} ({error});"
            f" put back what was there, or {ANEW}"
        ) from error


def _sha256(file: Path) -> str | None:
    """The file's digest; None if it is gone, as the night itself may have replaced it."""
    if not file.is_file():
        return None
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sweep(warehouse: Warehouse, root: Path) -> int:
    """Delete files left by a killed night or replaced by newer ones; return how many."""
    lake = root / "data" / "lake"
    listed = set(warehouse.frame("SELECT path FROM ops.part")["path"].to_list())
    gone = 0
    for kind in ("requests", "labelled"):
        for file in (lake / kind).glob("*/*/*.parquet"):
            if file.relative_to(root).as_posix() not in listed:
                file.unlink()
                gone += 1
                _remove_if_empty(file.parent)
    shutil.rmtree(lake / ".tmp", ignore_errors=True)
    return gone


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
