"""The readings as files of the static API, in memory that does not grow with the number of models.

The files are sorted by model first, so runs of models, each sorted separately, make the same sequence as one sort
of everything. In: `mart.reading`. Out: `readings.csv` and `readings.parquet`. Called by `pipeline.render`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dagster_project.publish.api import READING_COLUMNS, write_readings
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    import pyarrow as pa

BATCH_ROWS = 20_000
PORTION_BYTES, ROW_BYTES = 20_000_000, 140
"""Bytes of the readings sorted at a time, and of one without its reason. More of one model are sorted on the disk."""
READINGS = f"""
SELECT {", ".join(READING_COLUMNS)} FROM mart.reading
WHERE (day = $day OR (window_days = 1 AND day < $day)) AND model_id BETWEEN $first AND $last
ORDER BY model_id, metric, version, segment, feature, day, window_days
"""  # noqa: S608  names of api
BESIDE_MB = 60
"""The database's share meanwhile, besides room for what is sorted: one model's reasons may be long."""
SIZES = f"""
SELECT model_id, sum({ROW_BYTES} + strlen(coalesce(reason, '')))::BIGINT FROM mart.reading
GROUP BY model_id ORDER BY model_id
"""  # noqa: S608  a number


def write_all(
    warehouse: Warehouse,
    as_of: dt.date,
    folder: Path,
    *,
    rows: int = BATCH_ROWS,
    portion: int = PORTION_BYTES,
) -> None:
    """All days with window 1 and the newest day with all windows as Parquet; the newest day as CSV.

    `rows` is how many readings are passed on at a time, `portion` how many bytes of them are sorted; the files do not
    depend on either.
    """
    import pyarrow as pa

    spans = _spans(warehouse.rows(SIZES), portion)
    schema = _sorted(warehouse, as_of, _Span(), rows).schema
    batches = (batch for span in spans for batch in _within_share(warehouse, as_of, span, rows))
    write_readings(folder, pa.RecordBatchReader.from_batches(schema, batches), as_of)
    pa.default_memory_pool().release_unused()  # Arrow would keep some 40 MB for more writing


class _Span(NamedTuple):
    """The first and the last of a run of models, and the bytes of their readings."""

    first: str | None = None
    last: str | None = None
    size: int = 0


def _within_share(warehouse: Warehouse, as_of: dt.date, span: _Span, rows: int) -> Iterator[pa.RecordBatch]:
    """The sorted readings of a run of models."""
    with warehouse.within(f"{BESIDE_MB + span.size // 1_000_000}MB"):
        yield from _sorted(warehouse, as_of, span, rows)


def _sorted(warehouse: Warehouse, as_of: dt.date, span: _Span, rows: int) -> pa.RecordBatchReader:
    given = {"day": as_of, "first": span.first, "last": span.last}
    return warehouse.batches(READINGS, given, rows=rows)


def _spans(sizes: Sequence[tuple[str, int]], most: int) -> Iterator[_Span]:
    """Runs of models with at most `most` bytes each; a single model may exceed it."""
    run: list[str] = []
    held = 0
    for model, size in sizes:
        if run and held + size > most:
            yield _Span(run[0], run[-1], held)
            run, held = [], 0
        run.append(model)
        held += size
    if run:
        yield _Span(run[0], run[-1], held)
