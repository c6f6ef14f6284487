"""Count any file column by column: Parquet is read in place, CSV and JSON Lines are loaded once into memory.

In: a path, and for numbers the grid to count on. Out: columns of `core.column_profile`. All expensive work is
one GROUP BY per column; rows of the file never reach Python, except for a sample from which the grids are
made. Caller: pipeline.compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from dagster_project.core.column_profile import TAIL, Column, Grid, Kind, tallied
from dagster_project.core.errors import SourceError
from dagster_project.core.identifiers import identifies, may_identify
from dagster_project.core.types import Floats, Ints
from dagster_project.store.connection import quote
from dagster_project.store.number_formats import as_numbers
from dagster_project.store.statements import text_of

THREADS = 2
MEMORY = "2GB"
MANY_ROWS = 600_000
STRIPES, STRIPE_ROWS = 3, 2048
"""The sample: this many stripes of this many rows each, from the start to the end of the file."""
MOST_CATEGORIES = 50_000
ALL_DIFFERENT = 0.9
"""A text column with more than this share of distinct values in the sample is an identifier or free text."""
IDENTIFIER = "nearly every value is different"
MOSTLY = 0.1
"""At most this share of a column of numbers may be something else, such as a stray word."""
FEWEST_TO_TELL = 200
"""Sampled values needed to call a column an identifier or free text."""
WIDE, SMALL_BYTES = 200, 64 * 2**20
"""A Parquet file with more columns but no more bytes is loaded: scanning its schema costs more than rows."""
UNEVEN = "its lines do not all have as many values"
DELIMITERS = ",;\t|"
ROW_NUMBER = "file_row_number"
_SETTINGS = ("autoinstall_known_extensions = false", "parquet_metadata_cache = true", "TimeZone = 'UTC'")
_READERS = {
    ".parquet": "read_parquet(getvariable('file'), can_have_nan = true, hive_partitioning = false)",
    ".csv": "read_csv(getvariable('file'), skip = 0, hive_partitioning = false{packed})",
    ".jsonl": "read_json(getvariable('file'), format = 'newline_delimited', hive_partitioning = false{packed})",
}
_ENDINGS = {".parquet": ".parquet", ".csv": ".csv", ".tsv": ".csv", ".jsonl": ".jsonl", ".ndjson": ".jsonl"}
_PACKED = {".gz": "gzip", ".zst": "zstd"}
_NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
    "FLOAT", "DOUBLE", "DECIMAL",
)  # fmt: skip
_CATEGORIES = ("VARCHAR", "BOOLEAN", "ENUM", '"NULL"')  # "NULL": a column without a value in any row
_TIMES = ("DATE", "TIME", "TIMESTAMP")


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: its rows are `file_rows`; `types` are the SQL types of all its columns."""

    path: Path
    connection: duckdb.DuckDBPyConnection
    rows: int
    types: Mapping[str, str]
    source: str
    """What to read all rows from: the Parquet file itself if possible, as a view of many columns is slow."""
    numbered: str
    """What to read rows from by their number in the file."""


@contextmanager
def opened(path: Path, wanted: Callable[[str], bool]) -> Iterator[Table]:
    """Open a file for its `wanted` columns. Raises SourceError, with the reason, if it fails or is empty."""
    if not path.is_file():
        raise SourceError(str(path), "no such file")
    connection = duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY})
    try:
        with _refusals(path):
            table = _table(path, connection, wanted)
            if table.rows == 0:
                raise SourceError(str(path), "holds no rows; expected at least one")
            yield table
    finally:
        connection.close()


def kind_of(sql_type: str) -> Kind:
    """Return how a column of an SQL type is compared."""
    base = sql_type.partition("(")[0].partition(" ")[0]
    if sql_type.endswith("]"):
        return "other"
    for kind, names in (("number", _NUMBERS), ("category", _CATEGORIES)):
        if base in names:
            return kind  # type: ignore[return-value]
    return "time" if base.startswith(_TIMES) else "other"


def is_empty(table: Table, name: str) -> bool:
    """Whether a column holds no value except NaN: then its type says nothing."""
    value = f"nullif({quote(name)}, 'NaN')" if table.types[name] in ("FLOAT", "DOUBLE") else quote(name)
    found = table.connection.execute(f"SELECT count({value}) FROM {table.source}").fetchall()  # noqa: S608  quoted
    return bool(found[0][0] == 0)


def take_sample(table: Table, numbers: Sequence[str], categories: Sequence[str]) -> dict[str, Floats]:
    """Sample some columns; return the values of the numeric ones, missing ones as nan."""
    names = [f"CAST({quote(name)} AS DOUBLE) AS {quote(name)}" for name in numbers]
    columns = ", ".join([*names, *map(quote, categories)]) or "NULL AS nothing"
    stripes = (f"BETWEEN {start} AND {start + STRIPE_ROWS - 1}" for start in _starts(table.rows))
    parts = " UNION ALL ".join(f"SELECT {columns} FROM {table.numbered} {stripe}" for stripe in stripes)  # noqa: S608
    table.connection.execute(f"CREATE TEMP TABLE sample AS {parts}")
    if not numbers:
        return {}
    found = _fetched(table, f"SELECT {', '.join(map(quote, numbers))} FROM sample")  # noqa: S608  quoted
    return {
        name: np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan) for name, values in found.items()
    }


def identifying(table: Table, sample: Mapping[str, Floats]) -> frozenset[str]:
    """Find the numeric columns that only identify their rows; candidates are checked on all rows."""
    found = set()
    for name, values in sample.items():
        if may_identify(values):
            n, different = table.connection.execute(_query(table, name, "", "different")).fetchall()[0]
            if n and identifies(name, values, different / n):
                found.add(name)
    return frozenset(found)


def count_number(table: Table, name: str, grid: Grid) -> Column:
    """Count a numeric column on a grid."""
    place = {"centre": grid.centre, "scale": grid.scale}
    found = _fetched(table, _query(table, name, "DOUBLE", "number"), place)
    codes: Ints = np.ma.getdata(found["code"]).astype(np.int64)
    inner, infinite = ~np.ma.getmaskarray(found["code"]) & (np.abs(codes) < TAIL), 0
    codes, counts = codes[inner], found["n"][inner]
    if not inner.all():
        tail = table.connection.execute(_query(table, name, "DOUBLE", "tail"), place).fetchall()
        infinite = sum(n for what, _, n in tail if what == "infinite")
        finite = np.array([(code, n) for what, code, n in tail if what == "finite"], dtype=np.int64)
        codes, counts = np.vstack([np.column_stack([codes, counts]), finite.reshape(-1, 2)]).T
    tally = tallied(codes, counts)
    missing = table.rows - infinite - tally.n
    return Column(name, table.types[name], "number", missing, infinite, grid, tally)


def count_category(table: Table, name: str, *, sampled: bool) -> Column:
    """Count a column of categories; one with too many distinct values is reported as such and not counted.

    If it was `sampled`, identifiers and free text are recognised from the sample.
    """
    if sampled and _all_different(table, name):
        return Column(name, table.types[name], "category", problem=_strays(table, name) or IDENTIFIER)
    counted = _query(table, name, "VARCHAR", "category")
    found = table.connection.execute(counted, {"most": MOST_CATEGORIES + 2}).fetchall()
    if len(found) > MOST_CATEGORIES + 1:
        problem = f"more than {MOST_CATEGORIES:,} different values"
        return Column(name, table.types[name], "category", problem=problem)
    categories = {category: n for category, n in found if category is not None}
    missing = table.rows - sum(categories.values())
    return Column(name, table.types[name], "category", missing, categories=categories)


def span(table: Table, name: str) -> Column:
    """Find the earliest and latest value of a column of times."""
    earliest, latest, missing = table.connection.execute(_query(table, name, "", "span")).fetchall()[0]
    found = None if earliest is None else (earliest, latest)
    return Column(name, table.types[name], "time", missing, span=found)


def _query(table: Table, name: str, sql_type: str, statement: str) -> str:
    """A statement over one column, which it reads as `seen.x`, cast if a type is given."""
    column = f"CAST({quote(name)} AS {sql_type})" if sql_type else quote(name)
    return f"WITH seen AS (SELECT {column} AS x FROM {table.source})\n{text_of(f'compare_{statement}')}"  # noqa: S608  quoted


def _table(path: Path, connection: duckdb.DuckDBPyConnection, wanted: Callable[[str], bool]) -> Table:
    """Make `file_rows` from a file's wanted columns: a view of Parquet, else a table."""
    ending, source = _reader(path)
    for setting in _SETTINGS:
        connection.execute(f"SET {setting}")
    connection.execute("SET VARIABLE file = $path", {"path": _escaped(path)})
    types = _types(connection, source)
    if ending == ".csv":
        _require_columns(path, types)
    # A column with the name of the row numbers hides them: load the rows, and use the table's own row ids.
    loaded = ROW_NUMBER in map(str.lower, types) or (len(types) > WIDE and path.stat().st_size <= SMALL_BYTES)
    in_place = ending == ".parquet" and not loaded
    try:
        _make(connection, "VIEW" if in_place else "TABLE", types, wanted, source)
    except (duckdb.ConversionException, duckdb.InvalidInputException):
        # The first rows did not show the types: look at all rows.
        source = source.replace("hive", "sample_size = -1, hive")
        types = _types(connection, source)
        if ending == ".csv":
            _require_columns(path, types)
        _make(connection, "TABLE", types, wanted, source)
    if ending == ".csv":
        texts = [name for name, sql_type in types.items() if sql_type == "VARCHAR" and wanted(name)]
        types |= as_numbers(connection, texts)
    n: int = connection.execute("SELECT count(*) FROM file_rows").fetchall()[0][0]
    # A perfect hash table of 2^17 slots pays off on many rows; on few it costs more than the rows.
    connection.execute(f"SET perfect_ht_threshold = {20 if n > MANY_ROWS else 12}")
    numbered = source.replace("hive", f"{ROW_NUMBER} = true, hive")
    scan = f"{numbered} WHERE {ROW_NUMBER}" if in_place else "file_rows WHERE rowid"
    return Table(path, connection, n, types, source if in_place else "file_rows", scan)


def _require_columns(path: Path, names: Mapping[str, str]) -> None:
    """Refuse CSV read as a single column because some line has more or fewer values than the header."""
    only = next(iter(names)) if len(names) == 1 else ""
    if any(delimiter in only for delimiter in DELIMITERS):
        raise SourceError(
            str(path), f"{UNEVEN} as its header {only[:100]!r}; fix or remove those that differ"
        )


def _types(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608  made here
    return {name: sql_type for name, sql_type, *_ in described}


def _make(
    connection: duckdb.DuckDBPyConnection,
    made: str,
    types: Mapping[str, str],
    wanted: Callable[[str], bool],
    source: str,
) -> None:
    columns = ", ".join(quote(name) for name in types if wanted(name)) or "NULL AS nothing"
    connection.execute(f"CREATE TEMP {made} file_rows AS SELECT {columns} FROM {source}")  # noqa: S608  quoted


def _starts(rows: int) -> list[int]:
    """First rows of the sample's stripes: start, middle and end; consecutive if the file is short."""
    if rows <= STRIPES * STRIPE_ROWS:
        return list(range(0, max(rows, 1), STRIPE_ROWS))
    return [(rows - STRIPE_ROWS) * i // (STRIPES - 1) for i in range(STRIPES)]


def _reader(path: Path) -> tuple[str, str]:
    """The kind of file that its name tells, and the SQL to read it. Raises SourceError if it tells none."""
    packed = _PACKED.get(path.suffix.lower(), "")
    plain = path.with_suffix("") if packed else path
    ending = _ENDINGS.get(plain.suffix.lower(), "")
    if not ending or (packed and ending == ".parquet"):
        raise SourceError(
            str(path), "its name tells no format; expected .parquet, .csv, .tsv or .jsonl (.gz, .zst)"
        )
    return ending, _READERS[ending].format(packed=f", compression = '{packed}'" if packed else "")


def _escaped(path: Path) -> str:
    """The path with everything escaped that would make it a glob."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _all_different(table: Table, name: str) -> bool:
    """Whether a column looks like an identifier or free text."""
    column = quote(name)
    n, different = table.connection.execute(
        f"SELECT count({column}), count(DISTINCT {column}) FROM sample"  # noqa: S608  quoted
    ).fetchall()[0]
    return bool(n >= FEWEST_TO_TELL and different > ALL_DIFFERENT * n)


def _strays(table: Table, name: str) -> str:
    """Say what keeps a column from being numeric; '' if it is far from numeric."""
    n, other, such = table.connection.execute(_query(table, name, "VARCHAR", "no_number")).fetchall()[0]
    return f"{other:,} of {n:,} values are not numbers, such as {such!r}" if other <= MOSTLY * n else ""


def _fetched(table: Table, sql: str, parameters: Mapping[str, object] | None = None) -> dict[str, Any]:
    """The columns of a query as (masked) arrays."""
    return table.connection.execute(sql, parameters).fetchnumpy()


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors about a broken file into one line."""
    try:
        yield
    except duckdb.Error as error:
        raise SourceError(str(path), f"cannot be read: {_reason(error)}") from error


def _reason(error: duckdb.Error) -> str:
    """What went wrong: the first paragraph of DuckDB's message, without the line that it quotes."""
    if "CSV parsing dialect" in str(error):
        return f"as CSV, {UNEVEN}, or its quotes do not match"
    first = str(error).strip().partition("\n\n")[0].splitlines()
    said = ": ".join(line.rstrip(".") for line in first if not line.startswith("Original Line"))
    hint = "; save it with the encoding UTF-8" if "not utf-8" in said else ""
    return f"{said[:300] or type(error).__name__}{hint}"
