"""A connection to DuckDB: opened, in a transaction, its errors in our words; and names as SQL has them.

What `warehouse` is made of, and `migration`, which has a connection before there is a warehouse.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from dagster_project.core.errors import MemoryShareError, ModelboardError, QueryError

IN_LINE = re.compile(r"^LINE (\d+): ", re.MULTILINE)
"""Where DuckDB's message says which line of the statement it means."""
ANEW = (
    "move data/warehouse.duckdb and data/lake away, and the next night makes both anew from the logs that are there"
    " (what earlier nights noted of the catalog and of milestones is then lost)"
)
"""What to do where the warehouse or the lake is broken."""
DAMAGED = "Corrupt database file"
"""How DuckDB says that blocks of the file are not what it wrote."""


def quote(identifier: str) -> str:
    """An SQL identifier, quoted; a dot in it stays a character of the name."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_table(name: str) -> str:
    """`schema.table`, both parts quoted."""
    return ".".join(quote(part) for part in name.split(".", 1))


def connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    """Open the file, made where it is not there; in memory for None. Raises ModelboardError that says what to do."""
    if path and path.is_file() and path.stat().st_size == 0:
        path.unlink()  # a night was killed just as it made the file
    try:
        return duckdb.connect(str(path) if path else ":memory:")
    except duckdb.Error as error:
        if "set lock" in str(error).lower():
            raise ModelboardError(
                f"{path}: another run is writing this workspace; wait for it to end"
            ) from error
        reason = str(error).strip().partition("\n")[0]
        if path and path.exists() and not os.access(path, os.R_OK | os.W_OK):
            raise ModelboardError(
                f"{path}: this warehouse cannot be read and written by who runs this, or its disk is read-only"
                f" ({reason})"
            ) from error
        raise ModelboardError(f"{path}: this warehouse cannot be opened ({reason}); {ANEW}") from error


@contextmanager
def all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A transaction that is undone by whatever ends it early, an interrupt too."""
    connection.execute("BEGIN")
    done = False
    try:
        yield
        done = True
    finally:
        connection.execute("COMMIT" if done else "ROLLBACK")


@contextmanager
def refusals() -> Iterator[None]:
    """DuckDB's errors as QueryError: the first line of the message, and the line of the statement it names."""
    try:
        yield
    except duckdb.Error as error:
        text = str(error).strip() or type(error).__name__
        place = IN_LINE.search(text)
        reason = text.splitlines()[0]
        if DAMAGED in reason:
            raise ModelboardError(f"the warehouse is damaged ({reason}); {ANEW}") from error
        kind = MemoryShareError if isinstance(error, duckdb.OutOfMemoryException) else QueryError
        raise kind(reason, int(place[1]) if place else None) from error
