"""Bring a warehouse of another version to this version's schema, keeping what cannot be recomputed.

In: an open connection and the text of the schema. Out: the same warehouse with exactly the schema's tables.
Tables computed from the lake (`daily`, `mart`, `span`, `page`) are dropped and computed again by the next
night. Tables that remember (`ops`, `lake`, `fact`, `catalog`, the history in `mart`) keep their rows, get
missing columns as NULL and lose columns that no longer exist. Everything happens in one transaction; a schema
seen before costs one query. Called by `store.warehouse` when it opens a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from dagster_project.store.connection import all_or_nothing, quote, quote_table

NOTED = "schema"
"""Key of ops.state for the digest of the warehouse's schema."""
REMEMBERED = frozenset({("mart", "fact"), ("mart", "milestone"), ("mart", "maturity")})
"""Tables of `mart` that keep the results of earlier nights."""
REMADE = ("daily", "mart")
"""Schemas computed from the lake; the second is computed from the first, and again whenever that is."""
MARKS = {"daily": ("ops.summarised", "summarised/"), "mart": ("ops.scored", "scored/", "valued/", "watched")}
"""What records that they were computed: a table, and prefixes of keys of ops.state."""
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the database describes it."""

    columns: Mapping[str, str]
    """name -> SQL type, in order."""
    keys: tuple[str, ...]
    """Constraints, as text."""
    sql: str
    """The statement that makes it."""

    def fits(self, other: Table) -> bool:
        """Whether rows of one can be stored unchanged in the other."""
        return list(self.columns.items()) == list(other.columns.items()) and self.keys == other.keys


def migrate(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """Give the warehouse the tables of `schema`, whatever it has now; do nothing if it has them already."""
    digest = hashlib.sha256(schema.encode()).hexdigest()[:16]
    if _noted(connection) == digest:
        return
    before = _tables(connection)
    with all_or_nothing(connection):
        remade = _update_tables(connection, before, _wanted(schema)) if before else ()
        connection.execute(schema)
        _forget_marks(connection, remade)
        connection.execute("INSERT OR REPLACE INTO ops.state VALUES (?, ?)", [NOTED, digest])


def _noted(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The digest of the file's schema; None if none is recorded, as in a new file."""
    try:
        rows = connection.execute("SELECT value FROM ops.state WHERE key = ?", [NOTED]).fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0]) if rows else None


def _wanted(schema: str) -> dict[Key, Table]:
    with duckdb.connect(":memory:") as model:
        model.execute(schema)
        return _tables(model)


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[Key, Table]:
    """Every table that is not temporary."""
    made = connection.execute(
        "SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
    ).fetchall()
    columns: dict[Key, dict[str, str]] = {}
    for schema, table, column, kind in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() ORDER BY column_index"
    ).fetchall():
        columns.setdefault((schema, table), {})[column] = kind
    keys: dict[Key, list[str]] = {}
    for schema, table, text in connection.execute(
        "SELECT schema_name, table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL"
    ).fetchall():
        keys.setdefault((schema, table), []).append(text)
    return {
        (schema, table): Table(columns[schema, table], tuple(keys.get((schema, table), ())), sql)
        for schema, table, sql in made
    }


def _update_tables(
    connection: duckdb.DuckDBPyConnection, before: Mapping[Key, Table], wanted: Mapping[Key, Table]
) -> Sequence[str]:
    """Drop what differs and can be computed again, and carry over the rows of everything else.

    Returns the schemas to be computed again.
    """
    for schema in ("page", "span"):
        connection.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    stale = [schema for schema in REMADE if _differs(schema, before, wanted)]
    remade = REMADE[REMADE.index(stale[0]) :] if stale else ()
    for key in sorted(before):
        if _is_computed(key) and (key[0] in remade or key not in wanted):
            connection.execute(f"DROP TABLE {_name(key)}")
    for key, table in wanted.items():
        if key in before and not _is_computed(key) and not before[key].fits(table):
            _carry_over(connection, key, list(before[key].columns), table)
    return remade


def _is_computed(key: Key) -> bool:
    return key[0] in REMADE and key not in REMEMBERED


def _differs(schema: str, before: Mapping[Key, Table], wanted: Mapping[Key, Table]) -> bool:
    """Whether a computed table of the schema is missing or different."""
    own = [key for key in wanted if key[0] == schema and _is_computed(key)]
    return any(key not in before or not before[key].fits(wanted[key]) for key in own)


def _carry_over(connection: duckdb.DuckDBPyConnection, key: Key, had: Sequence[str], table: Table) -> None:
    """Recreate the table and put its rows back, cast to the new types; NULL where that is impossible."""
    cast = ", ".join(
        f"TRY_CAST({quote(column) if column in had else 'NULL'} AS {kind})"
        for column, kind in table.columns.items()
    )
    connection.execute(f"CREATE TEMP TABLE carried AS SELECT * FROM {_name(key)}")  # noqa: S608  quoted
    connection.execute(f"DROP TABLE {_name(key)}")
    connection.execute(table.sql)
    connection.execute(f"INSERT INTO {_name(key)} SELECT {cast} FROM temp.carried")  # noqa: S608  quoted
    connection.execute("DROP TABLE temp.carried")


def _forget_marks(connection: duckdb.DuckDBPyConnection, remade: Sequence[str]) -> None:
    """Make the next night compute again what was dropped."""
    for schema in remade:
        table, *marks = MARKS[schema]
        connection.execute(f"DELETE FROM {quote_table(table)}")  # noqa: S608  quoted
        for mark in marks:
            connection.execute("DELETE FROM ops.state WHERE starts_with(key, ?)", [mark])


def _name(key: Key) -> str:
    return ".".join(map(quote, key))
