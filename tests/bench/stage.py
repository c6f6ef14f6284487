"""One stage of a night as a process of its own: `python -m tests.bench.stage STAGE WORKSPACE`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path

from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.ingest import ingest
from dagster_project.pipeline.mature import mature
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.publish import publish
from dagster_project.pipeline.score import score
from dagster_project.pipeline.start import night_for
from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.value import value
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse

NOW = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
Stage = Callable[[Night, Warehouse], object]
STAGES: dict[str, tuple[Stage, ...]] = {
    "nothing": (),
    "ingest": (ingest,),
    "summarise": (summarise,),
    "figures": (refresh, score, value, mature),
    "site": (publish,),
    "night": (ingest, summarise, refresh, score, value, mature, publish),
}


def floor(root: Path) -> None:
    """The scan floor: read every column of the lake's request files once, and no more."""
    import duckdb

    files = sorted(str(p) for p in (root / "data" / "lake" / "requests").rglob("*.parquet"))
    connection = duckdb.connect()
    connection.execute("SET threads=2")
    relation = connection.read_parquet(files)
    numbers = {"DOUBLE", "BIGINT", "UBIGINT", "BOOLEAN"}
    terms = [
        f'sum("{name}"::double)' if str(kind) in numbers else f'bit_xor(hash("{name}"))'
        for name, kind in zip(relation.columns, relation.types, strict=True)
    ]
    relation.aggregate(", ".join(terms)).fetchall()


def main(stage: str, root: Path) -> None:
    """Run the stage on the workspace."""
    if stage == "floor":
        floor(root)
        return
    night = night_for(load_workspace(root), day=None, now=NOW)
    for function in STAGES[stage]:
        with Warehouse.open(night.workspace.warehouse) as warehouse:
            function(night, warehouse)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
