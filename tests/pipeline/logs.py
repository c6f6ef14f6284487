"""A small workspace of log files for tests of ingestion, and queries about what became of them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from dagster_project.pipeline.ingest import IngestResult, ingest
from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import load_workspace
from dagster_project.store.lake import live_paths
from dagster_project.store.warehouse import Warehouse

AS_OF = dt.date(2024, 3, 31)
HORIZON = dt.datetime(2024, 4, 1, tzinfo=dt.UTC)
COLUMNS = {"event_time": "ts", "model_id": "model", "request_id": "id", "score": "score", "latency_ms": "ms"}
REQUESTS: dict[str, Any] = {"source": "log", "files": "logs/**/*.csv*", "columns": COLUMNS, "features": "*"}
OUTCOMES: dict[str, Any] = {
    "source": "labels",
    "kind": "outcomes",
    "files": "labels/*.jsonl",
    "columns": {"request_id": "id", "label": "y", "label_time": "t"},
}


@dataclass(frozen=True, slots=True)
class Logs:
    """A workspace below `root`."""

    root: Path

    @classmethod
    def make(cls, root: Path, *sources: Mapping[str, object], **settings: object) -> Logs:
        """A workspace with these sources, or with REQUESTS and OUTCOMES."""
        (root / "data" / "sources").mkdir(parents=True, exist_ok=True)
        (root / "data" / "workspace.yml").write_text(yaml.safe_dump({"name": "Test", **settings}))
        logs = cls(root)
        for source in sources or (REQUESTS, OUTCOMES):
            logs.define(source)
        return logs

    def define(self, source: Mapping[str, object]) -> None:
        """Write a source's file."""
        path = self.root / "data" / "sources" / f"{source['source']}.yml"
        path.write_text(yaml.safe_dump(dict(source)))

    def write(self, path: str, content: bytes | str) -> Path:
        """Write a file as given."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def csv(self, path: str, rows: Sequence[Mapping[str, object]]) -> Path:
        """Write rows as CSV, gzipped if the name says so."""
        text = pl.DataFrame(rows, infer_schema_length=None).write_csv().encode()
        return self.write(path, gzip.compress(text, mtime=0) if path.endswith(".gz") else text)

    def jsonl(self, path: str, rows: Sequence[Mapping[str, object]]) -> Path:
        """Write rows as JSON Lines."""
        return self.write(path, "".join(json.dumps(row) + "\n" for row in rows))

    def night(self, as_of: dt.date = AS_OF, horizon: dt.datetime = HORIZON) -> IngestResult:
        """Ingest what is new."""
        # Without the built-in reports, which ingestion does not need.
        workspace = load_workspace(self.root, builtin=self.root / "no-builtin")
        with Warehouse.open(workspace.warehouse) as warehouse:
            return ingest(Night(workspace, as_of, horizon), warehouse)

    def table(self, sql: str) -> pl.DataFrame:
        """The result of a query to the warehouse."""
        with Warehouse.open(self.root / "data" / "warehouse.duckdb") as warehouse:
            return warehouse.frame(sql)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The same, as tuples."""
        return self.table(sql).rows()

    def lake(self, kind: str = "requests") -> pl.DataFrame:
        """All live rows of the lake."""
        with Warehouse.open(self.root / "data" / "warehouse.duckdb") as warehouse:
            paths = live_paths(warehouse, self.root, kind)
            if not paths:
                return pl.DataFrame(schema=["request_id"])
            sql = (
                "SELECT * FROM read_parquet($paths, union_by_name = true) ORDER BY day, model_id, request_id"
            )
            return warehouse.frame(sql, {"paths": paths})

    def files(self) -> dict[str, bytes]:
        """Every file of the lake with its bytes."""
        lake = self.root / "data" / "lake"
        return {f.relative_to(lake).as_posix(): f.read_bytes() for f in sorted(lake.rglob("*.parquet"))}

    def ledger(self) -> dict[str, tuple[int, int, int, int]]:
        """path -> rows read, accepted, rejected, duplicate."""
        sums = self.rows(
            "SELECT path, sum(rows_read)::bigint, sum(accepted)::bigint, sum(rejected)::bigint, sum(duplicate)::bigint"
            " FROM ops.ledger GROUP BY path ORDER BY path"
        )
        return {str(row[0]): row[1:] for row in sums}


def request(number: int, *, hour: int = 12, day: int = 1, **more: object) -> dict[str, object]:
    """A row of the log: request r<number> of day <day> of March 2024."""
    time = f"2024-03-{day:02d}T{hour:02d}:00:00"
    return {
        "ts": time,
        "model": "m",
        "id": f"r{number}",
        "score": 0.5,
        "ms": 10.0,
        "x": float(number),
        **more,
    }


def label(number: int, *, day: int = 2, y: object = 1) -> dict[str, object]:
    """The outcome of request r<number>, known on day <day> of March 2024."""
    return {"id": f"r{number}", "y": y, "t": f"2024-03-{day:02d}T12:00:00Z"}
