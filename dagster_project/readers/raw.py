"""What every reader yields, and how a file's bytes are opened. Used by the three readers and `formats`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

BATCH_ROWS = 100_000
BLOCK_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be split into columns: a line that is not JSON, a CSV line of another length."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Up to about 100,000 rows as they are in the file."""

    frame: pl.DataFrame
    rows: pl.Series
    """Int64; the 1-based row of the file (its header not counted) of each row of the frame."""
    broken: tuple[BrokenRow, ...] = ()


def row_numbers(first: int, n: int) -> pl.Series:
    """Return `n` row numbers starting with `first`."""
    import numpy as np
    import polars as pl

    return pl.Series(np.arange(first, first + n, dtype=np.int64))


def compression_of(path: Path) -> str | None:
    """Return pyarrow's name for the compression that the file's ending stands for; None if there is none."""
    return {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.lower())


def open_bytes(path: Path) -> pa.NativeFile:
    """Open the file's bytes, decompressed. Reading a truncated compressed file to its end raises OSError."""
    import pyarrow as pa

    return pa.input_stream(str(path), compression=compression_of(path))


def release_memory() -> None:
    """Release memory that pyarrow keeps after reading files, 100 MB for a large day: nothing reuses it."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
