"""Connections to DuckDB: opening them, transactions, errors in Modelboard's words; and quoted SQL names.

Used by `warehouse`, and by `migration`, which has a connection before there is a warehouse.
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
"""Where DuckDB's message names the line of the statement."""
ANEW = (
    "move data/warehouse.duckdb and data/lake away, and the next night rebuilds both from the remaining logs"
    " (what earlier nights recorded of the catalog and of milestones is then lost)"
)
"""What to do if the warehouse or the lake is broken."""
DAMAGED = "Corrupt database file"
"""DuckDB's words for blocks of the file that are not what it wrote."""


def quote(identifier: str) -> str:
    """Return a quoted SQL identifier; a dot in it stays a character of the name."""
    return '"' + identifier.replace('"', '""') + '"'


def quote_table(name: str) -> str:
    """Return `schema.table` with both parts quoted."""
    return ".".join(quote(part) for part in name.split(".", 1))


def connect(path: Path | None) -> duckdb.DuckDBPyConnection:
    """Open the file, made if necessary; in memory for None. Raises ModelboardError that says what to do."""
    if path and path.is_file() and path.stat().st_size == 0:
        path.unlink()  # a night was killed just as it created the file
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
                f"{path}: this user may not read and write the warehouse, or its disk is read-only ({reason})"
            ) from error
        raise ModelboardError(f"{path}: the warehouse cannot be opened ({reason}); {ANEW}") from error


@contextmanager
def all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run a transaction that is rolled back by whatever ends it early, even an interrupt."""
    connection.execute("BEGIN")
    done = False
    try:
        yield
        done = True
    finally:
        connection.execute("COMMIT" if done else "ROLLBACK")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise DuckDB's errors as QueryError: the first line of the message, and the line of the statement."""
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
