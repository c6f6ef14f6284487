"""The readings as files of the static API, in one pass over a sorted query: memory does not grow with the fleet.

In: `mart.reading`. Out: `readings.csv` and `readings.parquet`. Called by `pipeline.render`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.publish.api import READING_COLUMNS, write_readings
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

BATCH_ROWS = 50_000
READINGS = f"""
SELECT {", ".join(READING_COLUMNS)} FROM mart.reading
WHERE day = $day OR (window_days = 1 AND day < $day)
ORDER BY model_id, metric, version, segment, feature, day, window_days
"""  # noqa: S608  names of api
"""The database sorts what its share does not hold in pieces, on the disk."""


def write_all(warehouse: Warehouse, as_of: dt.date, folder: Path, *, rows: int = BATCH_ROWS) -> None:
    """All days with window 1 and the newest day with all windows as Parquet; the newest day as CSV.

    `rows` is how many readings are handed on at a time; the files' bytes do not depend on it.
    """
    write_readings(folder, warehouse.batches(READINGS, {"day": as_of}, rows=rows), as_of)
