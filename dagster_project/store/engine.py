"""Turn raw events into sums: all the expensive work happens in `Engine.rollup`.

In: Parquet files of the lake, a portable statement of `reports/summaries/`, and a `Scan`, which defines the
relation that the statement reads: columns of the files joined with small tables. Out: a polars frame of sums,
a few rows per key. Another engine (Spark) would read the same scans and run the same statements; this one is
DuckDB inside the warehouse. Caller: pipeline.summarise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dagster_project.store.columns import lacking
from dagster_project.store.connection import quote
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

KEEP_ROWS = 600_000
"""Files with at most this many rows together are read into memory once, as opening many small files again for
every statement costs more than their rows. Larger ones are scanned by each statement, so memory stays
bounded."""

USUAL_PLACES = "RESET perfect_ht_threshold"


@dataclass(frozen=True, slots=True)
class Lookup:
    """A small table joined to the rows where its columns `on` equal expressions over the files' row `r`.

    If `on` is empty, each of its rows is joined to every row of the files.
    """

    alias: str
    rows: pl.DataFrame
    on: Mapping[str, str]
    optional: bool = False
    """If true, rows of the files without a match are kept, with NULL for its columns."""


@dataclass(frozen=True, slots=True)
class Scan:
    """The relation `name` that a statement reads; columns are SQL over `r` and the aliases of the lookups."""

    name: str
    columns: Mapping[str, str]
    lookups: tuple[Lookup, ...]
    derived: Mapping[str, str] = field(default_factory=dict)
    """Further columns of `r`, as SQL over the files' columns without an alias."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Rolls up the files given to `load`, one statement after another."""

    warehouse: Warehouse
    loaded: dict[str, str] = field(default_factory=dict)
    """Columns of the loaded files and their SQL types."""
    bound: dict[str, Scan] = field(default_factory=dict)
    """Scans that exist as views, by name; several statements may read the same one."""
    kept: dict[str, pl.DataFrame] = field(default_factory=dict)
    """Lookups that exist as tables, by alias."""

    def load(
        self,
        files: Sequence[Path],
        rows: int,
        explode: str | None = None,
        unread: Sequence[str] = (),
        wanted: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Make `files` (together about `rows` rows) the rows that the next statements read.

        `unread` names columns to leave out, as no scan needs them. `explode` names a list column: each row is
        also read once per item, with the item in the column `item`; the row itself has item ''. `wanted` are
        columns and types to add as NULL if the files are older than the column.
        """
        self.warehouse.run("SET VARIABLE lake_files = ?", [[str(path) for path in files]])
        self.warehouse.run("DROP VIEW IF EXISTS temp.lake_rows; DROP TABLE IF EXISTS temp.lake_kept")
        files_read = "read_parquet(getvariable('lake_files'), union_by_name = true)"
        names = ", ".join(f"'{name}'" for name in ("", *unread))
        source = f"(SELECT COLUMNS(lambda name: name NOT IN ({names})) FROM {files_read})"  # noqa: S608
        # A perfect hash table of 2^20 slots pays off on millions of rows; on few it costs more than the rows.
        self.warehouse.run("SET perfect_ht_threshold = 20" if rows > KEEP_ROWS else USUAL_PLACES)
        if rows <= KEEP_ROWS:
            self.warehouse.run(f"CREATE TEMP TABLE lake_kept AS FROM {source}")
            source = "lake_kept"
        items = f" UNION ALL SELECT *, unnest({quote(explode)}) FROM {source}" if explode else ""  # noqa: S608
        item = ", '' AS item" if explode else ""
        self.warehouse.run(f"CREATE TEMP VIEW lake_rows AS SELECT *{item} FROM {source}{items}")  # noqa: S608
        for remembered in (self.loaded, self.bound, self.kept):
            remembered.clear()
        self._describe()
        if more := lacking(wanted, self.loaded):
            rest = f"SELECT *{more} FROM (SELECT *{item} FROM {source}{items})"  # noqa: S608  quoted
            self.warehouse.run(f"CREATE OR REPLACE TEMP VIEW lake_rows AS {rest}")
            self._describe()

    def _describe(self) -> None:
        described = self.warehouse.frame("SELECT column_name, column_type FROM (DESCRIBE lake_rows)")
        self.loaded.update(described.rows())

    def complete(self, column: str) -> bool:
        """Whether every loaded row has a value in a column; mostly answered from the files' statistics."""
        return self.warehouse.value(f"SELECT count(*) = count({quote(column)}) FROM lake_rows") is True  # noqa: S608

    def release(self) -> None:
        """Forget the loaded rows."""
        self.warehouse.run("DROP VIEW IF EXISTS temp.lake_rows; DROP TABLE IF EXISTS temp.lake_kept")
        self.warehouse.run(USUAL_PLACES)
        for remembered in (self.loaded, self.bound, self.kept):
            remembered.clear()

    def rollup(self, statement: str, scan: Scan) -> pl.DataFrame:
        """Run a statement over the loaded rows; the result has no order. Sums above 64 bits are decimals."""
        if self.bound.get(scan.name) is not scan:
            self._bind(scan)
        return self.warehouse.frame(statement)

    def _bind(self, scan: Scan) -> None:
        """Make the view that a statement reads, and the tables it joins."""
        joins = []
        for lookup in scan.lookups:
            if self.kept.get(lookup.alias) is not lookup.rows:
                self._keep(lookup)
            on = " AND ".join(f"{lookup.alias}.{quote(c)} = {e}" for c, e in lookup.on.items())
            on = on or "true"
            joins.append(
                f"{'LEFT ' if lookup.optional else ''}JOIN lookup_{lookup.alias} AS {lookup.alias} ON {on}"
            )
        derived = "".join(f", {expression} AS {quote(name)}" for name, expression in scan.derived.items())
        columns = ", ".join(f"{expression} AS {quote(name)}" for name, expression in scan.columns.items())
        self.warehouse.run(
            f"CREATE OR REPLACE TEMP VIEW {quote(scan.name)} AS"  # noqa: S608  expressions are this package's own
            f" SELECT {columns} FROM (SELECT *{derived} FROM lake_rows) AS r {' '.join(joins)}"
        )
        self.bound[scan.name] = scan

    def spread_values(
        self, files: Sequence[Path], column: str, models: Sequence[str], n: int
    ) -> pl.DataFrame:
        """Return model_id, day, place, x: at most n finite values of a column for each model and day.

        They are those whose request ids have the smallest hashes, so they come from all over the day.
        """
        self.warehouse.run("SET VARIABLE sampled_files = ?", [[str(path) for path in files]])
        return self.warehouse.frame(
            f"""
            WITH drawn AS (
              SELECT model_id, day, arg_min(x, hash(request_id), $n) AS x FROM (
                SELECT model_id, day, request_id, try_cast({quote(column)} AS DOUBLE) AS x
                FROM read_parquet(getvariable('sampled_files'), union_by_name = true)
                WHERE list_contains($models, model_id) AND isfinite(x)
              ) GROUP BY model_id, day
            )
            SELECT model_id, day, unnest(range(1, len(x) + 1)) AS place, unnest(x) AS x FROM drawn
            ORDER BY model_id, day, place
            """,  # noqa: S608  the column's name is quoted
            {"models": list(models), "n": n},
        )

    def _keep(self, lookup: Lookup) -> None:
        """Make a table, not a registered frame: its statistics let the engine group by a perfect hash."""
        self.warehouse.keep(f"lookup_{lookup.alias}", lookup.rows)
        # Views of other scans may join the table of this alias, so they must be made again.
        self.bound.clear()
        self.kept[lookup.alias] = lookup.rows


def unmatched(warehouse: Warehouse, values: Sequence[str], pattern: str) -> list[str]:
    """Return, sorted, the values that a regular expression (RE2) does not match as a whole.

    Raises QueryError if RE2 does not accept the pattern.
    """
    frame = warehouse.frame(
        """
        SELECT value FROM (SELECT unnest($values::VARCHAR[]) AS value)
        WHERE NOT regexp_full_match(value, $pattern) ORDER BY value
        """,
        {"values": list(values), "pattern": pattern},
    )
    return frame["value"].to_list()
