"""Parquet files, by row groups, so that a file larger than memory can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dagster_project.readers.raw import BATCH_ROWS, RawBatch, row_numbers
from dagster_project.spec.source import Source


def read(path: Path, source: Source) -> Iterator[RawBatch]:
    """The file's rows, typed as the file has them. `source` is not needed: the file describes itself."""
    import polars as pl
    import pyarrow.parquet as pq

    del source
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
