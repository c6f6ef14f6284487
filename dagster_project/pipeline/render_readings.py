"""The readings as files of the static API, some models after the others, so that memory does not grow with the fleet.

In: `mart.reading`. Out: `readings.csv` and `readings.parquet`, sorted as if by one query. Called by `pipeline.render`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_project.publish.api import READING_COLUMNS, write_readings
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pyarrow as pa

GROUP_ROWS = 200_000
"""Readings that are sorted at a time, and those of one model more."""
BATCH_ROWS = 50_000
COLUMNS = ", ".join(READING_COLUMNS)
ORDER = "model_id, metric, version, segment, feature, day, window_days"
OF_GROUP = f"SELECT {COLUMNS} FROM mart.reading WHERE model_id BETWEEN $first AND $last"  # noqa: S608  names of api
NEWEST = f"{OF_GROUP} AND day = $day ORDER BY {ORDER}"
ALL_DAYS = f"{OF_GROUP} AND (day = $day OR (window_days = 1 AND day < $day)) ORDER BY {ORDER}"
GROUPS = """
WITH model AS (SELECT model_id, count(*) AS n FROM mart.reading GROUP BY model_id),
grouped AS (SELECT model_id, (sum(n) OVER (ORDER BY model_id) - n) // $rows AS part FROM model)
SELECT min(model_id), max(model_id) FROM grouped GROUP BY part ORDER BY part
"""


def write_all(warehouse: Warehouse, as_of: dt.date, folder: Path, *, rows: int = GROUP_ROWS) -> None:
    """All days with window 1 and the newest day with all windows as Parquet; the newest day as CSV.

    `rows` is how many readings are sorted at a time; the files' bytes do not depend on it.
    """
    groups = [
        {"first": first, "last": last, "day": as_of}
        for first, last in warehouse.frame(GROUPS, {"rows": rows}).iter_rows()
    ] or [{"first": "", "last": "", "day": as_of}]
    schema = warehouse.batches(ALL_DAYS, groups[0], rows=1).schema
    newest = (warehouse.frame(NEWEST, group) for group in groups)
    write_readings(folder, newest, _batches(warehouse, groups), schema)


def _batches(warehouse: Warehouse, groups: list[dict[str, object]]) -> Iterator[pa.RecordBatch]:
    for group in groups:
        yield from warehouse.batches(ALL_DAYS, group, rows=BATCH_ROWS)
