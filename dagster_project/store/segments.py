"""Recompute the segments stored with labelled and waiting requests after a model declares other segments.

In: models whose declared segments changed. Out: `lake.waiting` and the labelled files of their days, with
segments read from the lake's requests. Called by `pipeline.ingest_segments`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from dagster_project.store.columns import LABELLED, no_rows
from dagster_project.store.labels import forget_labelled, segments_of
from dagster_project.store.lake import live_paths
from dagster_project.store.parts import STREAM_ROWS, part_rows, write_parts
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse


def days_to_resegment(warehouse: Warehouse, models: Sequence[str]) -> list[tuple[str, dt.date]]:
    """Return source and day wherever requests of the models are labelled or wait for a label."""
    found = warehouse.frame(statement("segments", "days"), {"models": list(models)})
    return [(source, day) for source, day in found.iter_rows()]


def resegment(
    warehouse: Warehouse, root: Path, source: str, day: dt.date, segments: Mapping[str, Sequence[str]]
) -> None:
    """Assign a day's labelled and waiting requests of models to new segments; call inside a transaction."""
    requests = live_paths(warehouse, root, "requests", source, [day])
    described = warehouse.frame(
        "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet($paths, union_by_name = true))",
        {"paths": requests},
    )
    parts, parameters = segments_of(dict(described.iter_rows()), segments)
    parameters |= {"requests": requests, "models": sorted(segments)}
    warehouse.run(statement("segments", "belongings", segments=parts), parameters)
    place = {"source": source, "day": day}
    warehouse.run(statement("segments", "waiting"), place)
    labelled = live_paths(warehouse, root, "labelled", source, [day])
    if not labelled:
        return
    sql = statement("segments", "labelled", none=no_rows(LABELLED))
    rows = warehouse.batches(sql, {"source": source, "labelled": labelled}, rows=STREAM_ROWS)
    written = write_parts(root, "labelled", rows, lambda _: tuple(LABELLED))
    forget_labelled(warehouse, root, labelled)
    warehouse.append("ops.part", part_rows(written))
