"""The readings as files of the static API: memory does not grow with the fleet.

The files' order begins with the model, so runs of models, each sorted by itself, make the same sequence as one sort
of everything. In: `mart.reading`. Out: `readings.csv` and `readings.parquet`. Called by `pipeline.render`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagster_project.publish.api import READING_COLUMNS, write_readings
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS = 20_000
PORTION_ROWS = 100_000
"""Readings sorted at a time; one takes some 200 bytes. More of one model are sorted in pieces, on the disk."""
READINGS = f"""
SELECT {", ".join(READING_COLUMNS)} FROM mart.reading
WHERE (day = $day OR (window_days = 1 AND day < $day)) AND model_id BETWEEN $first AND $last
ORDER BY model_id, metric, version, segment, feature, day, window_days
"""  # noqa: S608  names of api
MEMORY = "150MB"
"""The database's share meanwhile: 100 MB do not sort 50,000 readings of one model whose reasons are long."""
COUNTED = "SELECT model_id, count(*) FROM mart.reading GROUP BY model_id ORDER BY model_id"


def write_all(
    warehouse: Warehouse, as_of: dt.date, folder: Path, *, rows: int = BATCH_ROWS, portion: int = PORTION_ROWS
) -> None:
    """All days with window 1 and the newest day with all windows as Parquet; the newest day as CSV.

    `rows` is how many readings are handed on at a time, `portion` how many are sorted; the files' bytes depend on
    neither.
    """
    import pyarrow as pa

    spans = _spans(warehouse.rows(COUNTED), portion)
    schema = _sorted(warehouse, as_of, (None, None), rows).schema
    batches = (batch for span in spans for batch in _sorted(warehouse, as_of, span, rows))
    with warehouse.within(MEMORY):
        write_readings(folder, pa.RecordBatchReader.from_batches(schema, batches), as_of)
    pa.default_memory_pool().release_unused()  # Arrow would keep some 40 MB for writing that does not come again


def _sorted(
    warehouse: Warehouse, as_of: dt.date, span: tuple[str | None, str | None], rows: int
) -> pa.RecordBatchReader:
    """The readings of the models from the first to the last."""
    first, last = span
    return warehouse.batches(READINGS, {"day": as_of, "first": first, "last": last}, rows=rows)


def _spans(counted: Sequence[tuple[str, int]], most: int) -> Iterator[tuple[str, str]]:
    """First and last model of each run that has at most `most` readings; one model may exceed it."""
    run: list[str] = []
    held = 0
    for model, n in counted:
        if run and held + n > most:
            yield run[0], run[-1]
            run, held = [], 0
        run.append(model)
        held += n
    if run:
        yield run[0], run[-1]
