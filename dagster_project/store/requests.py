"""Requests into the lake: rows just read are joined with those of the same days, deduplicated, written by day.

Two rows with one request id of one model and day are the same request; the one with the earliest event time
stays, among equals the one whose file has the smallest content hash, so that the order in which files arrive
does not matter. Flows in: a `Batch` of spooled Parquet files. Flows out: `Written`, to be committed by
`store.ingestion`. Called by `pipeline.ingest`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.store.ingestion import enter_accepted, enter_duplicates
from dagster_project.store.lake import STREAM_ROWS, PartKey, WrittenParts, live_paths, part_rows, write_parts
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse, quote

if TYPE_CHECKING:
    import polars as pl

LARGE_MODEL_ROWS = 250_000
LAKE_COLUMNS = (
    "request_id", "file_id", "event_time", "arrival_time", "day", "model_id", "version", "deployment", "pattern",
    "consumer", "user_hash", "records", "latency_ms", "status", "error", "late", "score", "prediction",
    "prediction_text", "baseline", "tokens_in", "tokens_out", "cost", "eligible",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one source to be brought into the lake."""

    source: str
    zone: str
    spool: tuple[Path, ...]
    """Parquet files of mapped rows."""
    numbered: bool = False
    """The ids are hashes of rows, to be numbered among equal rows of their file."""
    left_out: frozenset[str] = frozenset()
    """Ids of files that broke midway: what is spooled of them does not count."""
    replaced: frozenset[str] = frozenset()
    """Ids of files whose earlier rows go."""


@dataclass(frozen=True, slots=True)
class Written:
    """What lies in the lake now and waits to be listed."""

    days: tuple[dt.date, ...]
    parts: pl.DataFrame
    """Rows of ops.part."""
    accepted: pl.DataFrame
    """file_id, day, accepted, late of all rows of the days."""
    duplicates: pl.DataFrame
    """file_id, day, duplicate: rows dropped just now, from the spool or from the lake."""
    features: pl.DataFrame
    """day, feature, n, unreadable."""
    has_labels: bool
    """temp.inline_label holds labels that came with requests."""
    types: Mapping[str, str]
    """Columns of the rows and their SQL types."""
    rows: str
    """SQL for the rows of the parts, which reads the spool: one file, where the parts are many."""
    parameters: Mapping[str, object]
    """Of `rows`."""


def write_requests(warehouse: Warehouse, root: Path, batch: Batch) -> Written:
    """Write the files of every day that the batch touches. Nothing is listed yet."""
    days = _touched_days(warehouse, batch)
    stored = live_paths(warehouse, root, "requests", batch.source, days)
    relation = _Relation(batch, tuple(stored))
    if not days or not relation.pending:
        return _nothing(days)
    warehouse.run(statement("requests", "find_duplicates", pending=relation.pending), relation.parameters)
    features = _feature_days(warehouse, relation)
    written = _stream(warehouse, root, relation, features)
    duplicates = warehouse.frame(statement("requests", "duplicate_counts"))
    has_labels = _keep_labels(warehouse, relation)
    return Written(
        tuple(days),
        part_rows(written),
        _accepted(written),
        duplicates,
        features,
        has_labels,
        relation.columns(warehouse),
        relation.unique,
        relation.parameters,
    )


class _Relation:
    """SQL for the rows to assemble, and its parameters."""

    def __init__(self, batch: Batch, stored: Sequence[str]) -> None:
        self.source, self.zone = batch.source, batch.zone
        self._columns: dict[str, str] = {}
        self.parameters: dict[str, object] = {}
        pieces = []
        if batch.spool:
            pieces.append(statement("requests", "spooled_numbered" if batch.numbered else "spooled"))
            self.parameters |= {"spool": [str(p) for p in batch.spool], "left_out": sorted(batch.left_out)}
        if stored:
            pieces.append(statement("requests", "stored"))
            self.parameters |= {"stored": list(stored), "replaced": sorted(batch.replaced)}
        self.pending = " UNION ALL BY NAME ".join(pieces)

    @property
    def unique(self) -> str:
        """The rows without the duplicates that temp.duplicate names."""
        return statement("requests", "unique_rows", pending=self.pending)

    def columns(self, warehouse: Warehouse) -> dict[str, str]:
        """Column -> SQL type."""
        if not self._columns:
            described = warehouse.frame(f"DESCRIBE {self.pending}", self.parameters)
            self._columns = dict(described.select("column_name", "column_type").iter_rows())
        return self._columns

    def features(self, warehouse: Warehouse) -> dict[str, str]:
        """Feature columns, by name."""
        return {name: kind for name, kind in sorted(self.columns(warehouse).items()) if name.startswith("f:")}


def _touched_days(warehouse: Warehouse, batch: Batch) -> list[dt.date]:
    parameters: dict[str, object] = {"source": batch.source, "replaced": sorted(batch.replaced)}
    if not batch.spool:
        return warehouse.frame(statement("requests", "replaced_days"), parameters)["day"].to_list()
    parameters |= {"spool": [str(p) for p in batch.spool], "left_out": sorted(batch.left_out)}
    spooled = statement("requests", "spooled")
    days = warehouse.frame(statement("requests", "touched_days", spooled=spooled), parameters)
    return days["day"].to_list()


def _feature_days(warehouse: Warehouse, relation: _Relation) -> pl.DataFrame:
    """Which features have values on which day: a file of a day has no column for the others."""
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
    sql = f"SELECT day, {', '.join(counted)} FROM ({relation.unique}) GROUP BY day ORDER BY day"  # noqa: S608
    wide = warehouse.frame(sql, relation.parameters)
    rows = [
        (day, name[2:], wide[f"n{name}"][i], wide[f"u{name}"][i])
        for i, day in enumerate(wide["day"])
        for name in features
    ]
    return pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("n") > 0)


def _stream(warehouse: Warehouse, root: Path, relation: _Relation, features: pl.DataFrame) -> WrittenParts:
    import polars as pl

    warehouse.run(
        statement("requests", "large_models", unique=relation.unique),
        {**relation.parameters, "large": LARGE_MODEL_ROWS},
    )
    names = sorted(set(features["feature"]))
    columns = ", ".join(f"u.{quote(c)}" for c in (*LAKE_COLUMNS, *(f"f:{name}" for name in names)))
    by_day = dict(features.group_by("day").agg(pl.col("feature").sort()).iter_rows())

    def columns_of(key: PartKey) -> list[str]:
        return [*LAKE_COLUMNS, *(f"f:{name}" for name in by_day.get(key.day, []))]

    sql = statement("requests", "ordered", unique=relation.unique, columns=columns)
    parameters = {**relation.parameters, "source": relation.source}
    reader = warehouse.batches(sql, parameters, rows=STREAM_ROWS)
    return write_parts(root, "requests", reader, columns_of)


def _accepted(written: WrittenParts) -> pl.DataFrame:
    import polars as pl

    counts = written.counts.group_by("file_id", "day").agg(
        accepted=pl.col("rows").sum(), late=pl.col("late").sum()
    )
    return counts.sort("file_id", "day")


def _keep_labels(warehouse: Warehouse, relation: _Relation) -> bool:
    if "label" not in relation.columns(warehouse):
        return False
    sql = statement("requests", "inline_labels", unique=relation.unique)
    warehouse.run(sql, {**relation.parameters, "source": relation.source, "zone": relation.zone})
    return True


def _nothing(days: Sequence[dt.date]) -> Written:
    import polars as pl

    nothing = write_parts(Path(), "requests", (), lambda _: ())
    features = pl.DataFrame(
        schema={"day": pl.Date, "feature": pl.String, "n": pl.Int64, "unreadable": pl.Int64}
    )
    duplicates = pl.DataFrame(schema={"file_id": pl.String, "day": pl.Date, "duplicate": pl.Int64})
    return Written(
        tuple(days), part_rows(nothing), _accepted(nothing), duplicates, features, False, {}, "", {}
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
