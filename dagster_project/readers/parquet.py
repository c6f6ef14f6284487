"""Read Parquet files: small ones at once, others in batches, so that they may be larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dagster_project.readers.raw import BATCH_ROWS, RawBatch, row_numbers
from dagster_project.spec.source import Source

SMALL_BYTES = 2 * 2**20
"""Files up to this size with no more rows than a batch are read at once, in half the time."""


def read(path: Path, source: Source) -> Iterator[RawBatch]:
    """Yield the file's rows with the file's own types. `source` is not needed: the file describes itself."""
    import polars as pl
    import pyarrow.parquet as pq

    del source
    if path.stat().st_size <= SMALL_BYTES and pq.read_metadata(path).num_rows <= BATCH_ROWS:
        small = pl.read_parquet(path, glob=False, hive_partitioning=False)
        yield RawBatch(small, row_numbers(1, small.height))
        return
    first = 1
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)  # noqa: S101  narrowing: a record batch is a frame
            yield RawBatch(frame, row_numbers(first, frame.height))
            first += frame.height
        if first == 1:
            empty = pl.from_arrow(file.schema_arrow.empty_table())
            assert isinstance(empty, pl.DataFrame)  # noqa: S101  narrowing
            yield RawBatch(empty, row_numbers(1, 0))
