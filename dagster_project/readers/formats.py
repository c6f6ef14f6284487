"""Which reader a file gets, and what every unreadable file ends in. Called by `pipeline.ingest_rows`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from dagster_project.core.errors import SourceError
from dagster_project.readers import csv, jsonl, parquet
from dagster_project.readers.raw import RawBatch
from dagster_project.spec.source import Source

Reader = Callable[[Path, Source], Iterator[RawBatch]]
READERS: dict[str, Reader] = {"parquet": parquet.read, "csv": csv.read, "jsonl": jsonl.read}
_ENDINGS = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def format_of(path: Path, source: Source) -> str:
    """The source's format, or the one the file's name says. Raises SourceError where neither does."""
    if source.format is not None:
        return source.format
    plain = path.with_suffix("") if path.suffix.lower() in (".gz", ".zst") else path
    found = _ENDINGS.get(plain.suffix.lower())
    if found is None:
        raise SourceError(
            str(path), f"its name does not say the format; expected one of {', '.join(_ENDINGS)}"
        )
    return found


def read(path: Path, source: Source) -> Iterator[RawBatch]:
    """The file's rows in order. Raises SourceError, with the reason in one line, when it cannot be read."""
    import polars as pl
    import pyarrow as pa

    if path.stat().st_size == 0:
        raise SourceError(str(path), "the file is empty")
    try:
        yield from READERS[format_of(path, source)](path, source)
    except (OSError, UnicodeError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise SourceError(str(path), _one_line(error)) from error


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"cannot be read: {lines[0][:300] if lines else type(error).__name__}"
