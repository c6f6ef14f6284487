"""Bring requests into the lake: unite rows just read with those of the same days, deduplicate, write by day.

Rows with the same request id, model and day are the same request. The row with the earliest event time is
kept, among equals the one whose file has the smallest content hash, so the order in which files arrive does
not matter. In: a `Batch` of spooled Parquet files. Out: `Written`, for `commit_requests`. Called by
`pipeline.ingest`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.store.columns import REQUESTS, no_rows
from dagster_project.store.connection import quote
from dagster_project.store.ingestion import enter_accepted, enter_duplicates
from dagster_project.store.lake import live_paths
from dagster_project.store.parts import PartKey, WrittenParts, part_rows, write_parts
from dagster_project.store.portions import Query, count_models, sorted_by_file
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

LARGE_MODEL_ROWS = 250_000
LAKE_COLUMNS = tuple(REQUESTS)
HASHES_AT_ONCE = 2_000_000
"""Number of hashed keys compared at a time."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one source to be brought into the lake."""

    source: str
    zone: str
    spool: tuple[Path, ...]
    """Parquet files of mapped rows."""
    numbered: bool = False
    """The ids are hashes of rows; equal rows of a file must be numbered."""
    left_out: frozenset[str] = frozenset()
    """Ids of files that could only be read in part: their spooled rows do not count."""
    replaced: frozenset[str] = frozenset()
    """Ids of files whose earlier rows are dropped."""


@dataclass(frozen=True, slots=True)
class Written:
    """What is now in the lake but not yet listed."""

    days: tuple[dt.date, ...]
    parts: pl.DataFrame
    """Rows of ops.part."""
    accepted: pl.DataFrame
    """file_id, day, accepted, late, over all rows of the days."""
    duplicates: pl.DataFrame
    """file_id, day, duplicate: rows dropped just now, from the spool or from the lake."""
    features: pl.DataFrame
    """day, feature, n, unreadable."""
    types: Mapping[str, str]
    """Columns of the rows and their SQL types, with `label` if labels arrived with requests."""
    query: Query
    """The rows of the parts, read from the spool, which has fewer files."""


def write_requests(warehouse: Warehouse, root: Path, batch: Batch) -> Written:
    """Write the files of every day that the batch touches, without listing them."""
    days = _touched_days(warehouse, batch)
    if batch.numbered and batch.spool:
        _number_repeated(warehouse, batch)
    stored = live_paths(warehouse, root, "requests", batch.source, days)
    relation = _Relation(batch, tuple(stored))
    if not days or not relation.pending:
        return _nothing(days)
    duplicates = _find_duplicates(warehouse, relation)
    count_models(warehouse, relation.query, LARGE_MODEL_ROWS)
    features = _feature_days(warehouse, relation)
    written = _stream(warehouse, root, relation, features)
    accepted = _accepted(written)
    types = relation.columns(warehouse)
    return Written(tuple(days), part_rows(written), accepted, duplicates, features, types, relation.query)


def _find_duplicates(warehouse: Warehouse, relation: _Relation) -> pl.DataFrame:
    """Note rows to drop in `temp.duplicate`; return file_id, day, duplicate."""
    sql = statement("requests", "find_duplicates", pending=relation.pending)
    find_repeated(warehouse, relation.pending, "day, model_id, request_id", relation.parameters)
    warehouse.run(sql, relation.parameters)
    duplicates = warehouse.frame(statement("requests", "duplicate_counts"))
    relation.has_duplicates = not duplicates.is_empty()
    return duplicates


def _number_repeated(warehouse: Warehouse, batch: Batch) -> None:
    """Number equal rows of a file in `temp.repeated`."""
    spooled, parameters = statement("requests", "spooled"), _spool(batch)
    find_repeated(warehouse, spooled, "file_id, request_id", parameters)
    warehouse.run(statement("requests", "number_repeated", spooled=spooled), parameters)


def find_repeated(warehouse: Warehouse, rows: str, keys: str, parameters: Mapping[str, object]) -> None:
    """Note in `temp.repeated_key` the hash of every repeated key (rarely, of different keys that share it)."""
    warehouse.run(statement("requests", "hash_keys", keys=keys, rows=rows), parameters)
    warehouse.run(statement("requests", "no_hash_twice"))
    n = int(str(warehouse.value("SELECT count(*) FROM temp.key_hash")))
    slices = n // HASHES_AT_ONCE + 1
    for i in range(slices):
        warehouse.run(statement("requests", "hashes_twice"), {"slices": slices, "slice": i})
    warehouse.run(statement("requests", "forget_hashes"))


class _Relation:
    """SQL for the rows to assemble, and its parameters."""

    def __init__(self, batch: Batch, stored: Sequence[str]) -> None:
        self.source = batch.source
        self.has_duplicates = True
        """Whether `temp.duplicate` holds any row; set once that is known."""
        self._columns: dict[str, str] = {}
        self.parameters: dict[str, object] = {}
        pieces = []
        if batch.spool:
            spooled = statement("requests", "spooled")
            numbered = statement("requests", "spooled_numbered", spooled=spooled)
            pieces.append(numbered if batch.numbered else spooled)
            self.parameters |= _spool(batch)
        if stored:
            pieces += [statement("requests", "stored"), no_rows(REQUESTS)]
            self.parameters |= {"stored": list(stored), "replaced": sorted(batch.replaced)}
        self.pending = " UNION ALL BY NAME ".join(pieces)

    @property
    def query(self) -> Query:
        """The rows without the duplicates noted in temp.duplicate."""
        unique = statement("requests", "unique_rows", pending=self.pending)
        return Query(unique if self.has_duplicates else self.pending, self.parameters)

    def columns(self, warehouse: Warehouse) -> dict[str, str]:
        """Return column -> SQL type."""
        if not self._columns:
            described = warehouse.frame(f"DESCRIBE {self.pending}", self.parameters)
            self._columns = dict(described.select("column_name", "column_type").iter_rows())
        return self._columns

    def features(self, warehouse: Warehouse) -> dict[str, str]:
        """Return feature columns by name."""
        return {name: kind for name, kind in sorted(self.columns(warehouse).items()) if name.startswith("f:")}


def _touched_days(warehouse: Warehouse, batch: Batch) -> list[dt.date]:
    parameters: dict[str, object] = {"source": batch.source, "replaced": sorted(batch.replaced)}
    if not batch.spool:
        return warehouse.frame(statement("requests", "replaced_days"), parameters)["day"].to_list()
    parameters |= _spool(batch)
    spooled = statement("requests", "spooled")
    days = warehouse.frame(statement("requests", "touched_days", spooled=spooled), parameters)
    return days["day"].to_list()


def _spool(batch: Batch) -> dict[str, object]:
    """The parameters of statements that read the spool."""
    return {"spool": [str(p) for p in batch.spool], "left_out": sorted(batch.left_out)}


def _feature_days(warehouse: Warehouse, relation: _Relation) -> pl.DataFrame:
    """Which features have values on which day; the day's file only has columns for these."""
    import polars as pl

    features = relation.features(warehouse)
    schema = {"day": pl.Date, "feature": pl.String, "n": pl.Int64, "unreadable": pl.Int64}
    counted = []
    for name, kind in features.items():
        column = quote(name)
        nan = f"count(*) FILTER (isnan({column}))" if kind == "DOUBLE" else "0"
        counted.append(f"count({column}) AS {quote('n' + name)}, {nan} AS {quote('u' + name)}")
    if not counted:
        return pl.DataFrame(schema=schema)
    rows = relation.query.rows
    sql = f"SELECT day, {', '.join(counted)} FROM ({rows}) GROUP BY day ORDER BY day"  # noqa: S608
    wide = warehouse.frame(sql, relation.parameters)
    found = [
        (day, name[2:], wide[f"n{name}"][i], wide[f"u{name}"][i])
        for i, day in enumerate(wide["day"])
        for name in features
    ]
    return pl.DataFrame(found, schema=schema, orient="row").filter(pl.col("n") > 0)


def _stream(warehouse: Warehouse, root: Path, relation: _Relation, features: pl.DataFrame) -> WrittenParts:
    import polars as pl

    names = sorted(set(features["feature"]))
    columns = ", ".join(f"u.{quote(c)}" for c in (*LAKE_COLUMNS, *(f"f:{name}" for name in names)))
    by_day = dict(features.group_by("day").agg(pl.col("feature").sort()).iter_rows())

    def columns_of(key: PartKey) -> list[str]:
        return [*LAKE_COLUMNS, *(f"f:{name}" for name in by_day.get(key.day, []))]

    sql = statement("requests", "ordered", unique=relation.query.rows, columns=columns)
    query = Query(relation.query.rows, {**relation.parameters, "source": relation.source})
    return write_parts(root, "requests", sorted_by_file(warehouse, sql, query), columns_of)


def _accepted(written: WrittenParts) -> pl.DataFrame:
    import polars as pl

    counts = written.counts.group_by("file_id", "day").agg(
        accepted=pl.col("rows").sum(), late=pl.col("late").sum()
    )
    return counts.sort("file_id", "day")


def _nothing(days: Sequence[dt.date]) -> Written:
    import polars as pl

    nothing = write_parts(Path(), "requests", (), lambda _: ())
    features = pl.DataFrame(
        schema={"day": pl.Date, "feature": pl.String, "n": pl.Int64, "unreadable": pl.Int64}
    )
    duplicates = pl.DataFrame(schema={"file_id": pl.String, "day": pl.Date, "duplicate": pl.Int64})
    return Written(
        tuple(days), part_rows(nothing), _accepted(nothing), duplicates, features, {}, Query("", {})
    )


def commit_requests(warehouse: Warehouse, batch: Batch, written: Written) -> None:
    """List the written files, and count their rows in the ledger; call inside `ingestion.entered`."""
    import polars as pl

    parameters: dict[str, object] = {"source": batch.source, "days": list(written.days)}
    for name in ("forget_days", "forget_features"):
        warehouse.run(statement("requests", name), parameters)
    warehouse.append("ops.part", written.parts)
    warehouse.append("ops.feature_day", written.features.with_columns(source=pl.lit(batch.source)))
    changes = warehouse.frame(statement("requests", "schema_changes"), {"source": batch.source})
    changes = changes.with_columns(source=pl.lit(batch.source))
    warehouse.replace("ops.schema_change", changes, "source = $source", {"source": batch.source})
    enter_duplicates(warehouse, batch.source, written.duplicates)
    enter_accepted(warehouse, batch.source, written.days, written.accepted)
