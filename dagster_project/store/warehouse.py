"""The warehouse: one DuckDB file, opened by one writer. In: SQL and frames. Out: polars frames.

Called by every stage of `pipeline`; nothing outside `store` imports duckdb.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.core.errors import QueryError
from dagster_project.store.connection import all_or_nothing, connect, quote, quote_table, translated_errors
from dagster_project.store.migration import migrate
from dagster_project.store.statements import text_of

if TYPE_CHECKING:
    import duckdb
    import polars as pl
    import pyarrow as pa

Parameters = Sequence[object] | Mapping[str, object] | None


def _make_tables(path: Path | None, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of schema.sql; a file may have those of another version."""
    schema = text_of("schema")
    if path is None:
        connection.execute(schema)
    else:
        migrate(connection, schema)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """An open warehouse. A day is written by replacing it in one transaction."""

    path: Path | None
    connection: duckdb.DuckDBPyConnection
    memory: str
    """The database's usual memory limit."""
    shares: list[str] = field(default_factory=list)
    """Memory limits of the active `within` blocks, the innermost last."""
    ordered: list[bool] = field(default_factory=list)
    """One item for each active `in_order` block."""

    @classmethod
    @contextmanager
    def open(cls, path: Path | None, *, threads: int = 2, memory: str = "1GB") -> Iterator[Warehouse]:
        """Open the warehouse at `path`, made if necessary, or one in memory for None."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        connection = connect(path)
        try:
            connection.execute(f"SET threads={int(threads)}")
            connection.execute("SET memory_limit=?", [memory])
            connection.execute("SET TimeZone='UTC'")
            connection.execute("SET preserve_insertion_order=false")
            connection.execute("SET parquet_metadata_cache=true")
            if path is not None:
                spill = path.parent / "spill"
                connection.execute("SET temp_directory=?", [str(spill)])
            _make_tables(path, connection)
            yield cls(path, connection, memory)
        finally:
            connection.close()

    @contextmanager
    def within(self, memory: str) -> Iterator[None]:
        """Limit the database to so much memory; it spills the rest to disk."""
        self.shares.append(memory)
        self.run("SET memory_limit = ?", [memory])
        try:
            yield
        finally:
            self.shares.pop()
            self.run("SET memory_limit = ?", [self.shares[-1] if self.shares else self.memory])

    @contextmanager
    def in_order(self) -> Iterator[None]:
        """Make tables keep the order of their rows, and queries return it; nested blocks cost nothing."""
        is_outer = not self.ordered
        if is_outer:
            self.run("SET preserve_insertion_order = true")
        self.ordered.append(True)
        try:
            yield
        finally:
            self.ordered.pop()
            if is_outer:
                self.run("SET preserve_insertion_order = false")

    def run(self, sql: str, parameters: Parameters = None) -> None:
        """Run statements without reading rows. Raises QueryError if the database refuses one."""
        with translated_errors():
            self.connection.execute(sql, parameters)

    def frame(self, sql: str, parameters: Parameters = None) -> pl.DataFrame:
        """Return a query's rows, ordered only with ORDER BY; cast sums of integers, which arrive as decimals.

        Raises QueryError if the database refuses it.
        """
        import polars as pl

        # Arrow from the result of `execute` would be read from a copy without order.
        with translated_errors():
            frame = pl.from_arrow(self.connection.sql(sql, params=parameters).to_arrow_table())
        assert isinstance(frame, pl.DataFrame)  # noqa: S101  narrowing: a table never becomes a Series
        return frame

    def batches(self, sql: str, parameters: Parameters = None, *, rows: int = 50_000) -> pa.RecordBatchReader:
        """Return a query's rows as Arrow batches, for results above memory; read them before the next query.

        Raises QueryError if the database refuses it.
        """
        with translated_errors():
            return self.connection.sql(sql, params=parameters).to_arrow_reader(rows)

    def value(self, sql: str, parameters: Parameters = None) -> object:
        """Return the first column of the first row, or None."""
        rows = self.rows(sql, parameters)
        return rows[0][0] if rows else None

    def rows(self, sql: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
        """Return a query's rows as Python values, ordered only with ORDER BY.

        Raises QueryError if the database refuses it.
        """
        with translated_errors():
            return self.connection.execute(sql, parameters).fetchall()  # an unread row blocks the next query

    def named_rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return the columns' names, and rows as `rows` does; for few rows at half the cost of a frame.

        Raises QueryError if the database refuses it.
        """
        with translated_errors():
            found = self.connection.execute(sql)
            return [column[0] for column in found.description or ()], found.fetchall()

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows, matched by column name; columns missing from the frame are NULL."""
        if frame.is_empty():
            return
        with self.given(incoming=frame):
            self.run(f"INSERT INTO {quote_table(table)} BY NAME SELECT * FROM incoming")  # noqa: S608  quoted

    def put(self, table: str, frame: pl.DataFrame) -> None:
        """Add rows, matched by column name; each replaces the row with the same primary key."""
        if frame.is_empty():
            return
        with self.given(incoming=frame):
            self.run(f"INSERT OR REPLACE INTO {quote_table(table)} BY NAME SELECT * FROM incoming")  # noqa: S608  quoted

    def replace(
        self, table: str, frame: pl.DataFrame, where: str = "true", parameters: Parameters = None
    ) -> None:
        """Replace the rows that match `where` by those of the frame; call inside a transaction."""
        self.run(f"DELETE FROM {quote_table(table)} WHERE {where}", parameters)  # noqa: S608  quoted
        self.append(table, frame)

    def fill(self, table: str, rows: Sequence[Mapping[str, object]]) -> None:
        """Replace all rows by these; columns missing from a row are NULL. Call inside a transaction.

        The table's own types decide how values are read. Raises KeyError for a key that is not a column.
        """
        import polars as pl

        schema = self.frame(f"SELECT * FROM {quote_table(table)} LIMIT 0").schema  # noqa: S608  quoted
        if unknown := {name for row in rows for name in row} - schema.keys():
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
        columns = {name: [row.get(name) for row in rows] for name in schema}
        self.replace(table, pl.DataFrame(columns, schema=schema))

    def keep(self, name: str, frame: pl.DataFrame) -> None:
        """Make a temporary table of the frame's rows, replacing one of that name."""
        with self.given(incoming=frame):
            self.run(f"CREATE OR REPLACE TEMP TABLE {quote(name)} AS SELECT * FROM incoming")  # noqa: S608  quoted

    @contextmanager
    def given(self, **frames: pl.DataFrame) -> Iterator[None]:
        """Let queries read frames by name without copying their rows."""
        for name, frame in frames.items():
            self.connection.register(name, frame.to_arrow())
        try:
            yield
        except QueryError:
            with suppress(QueryError):  # the transaction may have ended with it; report the first error
                self._forget(frames)
            raise
        self._forget(frames)

    def _forget(self, names: Iterable[str]) -> None:
        with translated_errors():
            for name in names:
                self.connection.unregister(name)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run statements all or nothing."""
        with all_or_nothing(self.connection):
            yield
