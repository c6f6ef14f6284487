"""Account for every file: what was read and what became of each row. If it does not balance, nothing is kept.

In: a `Reading` of a source's files, and the numbers of accepted and duplicate rows per file and day, counted
where the rows are written. Called by `pipeline.ingest`, inside its transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.errors import LedgerError
from dagster_project.core.formatting import plural
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl


OF_FILES = ("ops.file", "ops.ledger", "ops.reject", "ops.unused", "ops.unfound")
"""Tables that identify files by their paths."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from the files of one source."""

    source: str
    kind: str
    files: pl.DataFrame
    """path, file_id, size, mtime_ns, state, reason, rows_read, mapping, copy_of (path of a file of equal
    content)."""
    counts: pl.DataFrame
    """path, day, rows_read, rejected."""
    rejects: pl.DataFrame
    """path, file_id, reason, n, first_row, sample."""
    unused: pl.DataFrame
    """path, file_id, name, n."""
    unfound: pl.DataFrame
    """path, file_id, name, wanted, has, hint: columns that are mapped but not in the file."""


@contextmanager
def entered(warehouse: Warehouse, reading: Reading) -> Iterator[None]:
    """Enter files, ledger rows and rejects; let the caller enter duplicates and accepted rows; then balance.

    Raises LedgerError if a row was lost or counted twice; the surrounding transaction then keeps nothing.
    """
    warehouse.keep("file_read", reading.files)
    warehouse.keep("file_count", reading.counts)
    parameters = {"source": reading.source, "kind": reading.kind}
    for name in ("ledger", "rejects", "unused", "unfound", "files"):
        _run(warehouse, f"forget_{name}", parameters)
    _run(warehouse, "enter_read", parameters)
    for table, frame in (
        ("ops.reject", reading.rejects),
        ("ops.unused", reading.unused),
        ("ops.unfound", reading.unfound),
    ):
        warehouse.append(table, _of_source(frame, reading.source))
    yield
    for name in ("enter_copies", "enter_copied_rejects", "enter_files"):
        _run(warehouse, name, parameters)
    balance(warehouse, reading.source)


def enter_duplicates(warehouse: Warehouse, source: str, duplicates: pl.DataFrame) -> None:
    """Count duplicates (file_id, day, duplicate)."""
    warehouse.keep("file_duplicate", duplicates)
    _run(warehouse, "enter_duplicates", {"source": source})


def move_duplicates(warehouse: Warehouse, source: str, duplicates: pl.DataFrame) -> None:
    """Count rows as duplicates (file_id, day, duplicate) that were previously counted as accepted."""
    warehouse.keep("file_duplicate", duplicates)
    _run(warehouse, "move_duplicates", {"source": source})


def enter_accepted(
    warehouse: Warehouse, source: str, days: Sequence[dt.date], accepted: pl.DataFrame
) -> None:
    """Set accepted and late (file_id, day, accepted, late) for everything the source has on these days."""
    warehouse.keep("file_accepted", accepted)
    parameters = {"source": source, "days": list(days)}
    for name in ("clear_accepted", "enter_accepted", "none_accepted"):
        _run(warehouse, name, parameters)


def enter_new_accepted(warehouse: Warehouse, source: str, accepted: pl.DataFrame) -> None:
    """Set accepted (file_id, day, accepted, late) for files just read; other files' labels stay unchanged."""
    warehouse.keep("file_accepted", accepted)
    _run(warehouse, "enter_accepted_new", {"source": source})


def move_files(warehouse: Warehouse, source: str, moved: Mapping[str, str]) -> None:
    """Record new paths of files (old path -> new path, which no file has yet) in every table."""
    parameters = {"source": source, "old": list(moved), "new": list(moved.values())}
    with warehouse.transaction():
        for table in OF_FILES:
            warehouse.run(statement("ingestion", "move_file", table=table), parameters)


def forget_files(warehouse: Warehouse, source: str, paths: Sequence[str]) -> None:
    """Forget the files with these paths, none of whose rows is kept."""
    if paths:
        warehouse.run(statement("ingestion", "forget_gone"), {"source": source, "paths": list(paths)})


def balance(warehouse: Warehouse, source: str) -> None:
    """Raise LedgerError unless every row of the source's ledger, file by file, adds up."""
    for name in ("unbalanced_rows", "unbalanced_files", "unbalanced_rejects"):
        wrong = warehouse.frame(statement("ingestion", name), {"source": source})
        if wrong.height:
            first = ", ".join(f"{key} {value}" for key, value in wrong.row(0, named=True).items())
            places = f"{wrong.height} {plural(wrong.height, 'place')}"
            raise LedgerError(f"the ledger of {source!r} does not balance in {places}: {first}")


def _run(warehouse: Warehouse, name: str, parameters: Mapping[str, object]) -> None:
    sql = statement("ingestion", name)
    warehouse.run(sql, {key: value for key, value in parameters.items() if f"${key}" in sql})


def _of_source(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(source=pl.lit(source))
