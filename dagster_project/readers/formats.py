"""Choose a file's reader, and report unreadable files as SourceError. Called by `pipeline.ingest_rows`.

To add a format, write a module beside this one that yields batches, and add its name to `spec.source.Format`,
READERS and, if files are named after it, _ENDINGS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from dagster_project.core.errors import SourceError
from dagster_project.readers import csv, jsonl, parquet
from dagster_project.readers.raw import RawBatch
from dagster_project.spec.source import Format, Source

Reader = Callable[[Path, Source], Iterator[RawBatch]]
READERS: dict[Format, Reader] = {"parquet": parquet.read, "csv": csv.read, "jsonl": jsonl.read}
_ENDINGS: dict[str, Format] = {".parquet": "parquet", ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


def format_of(path: Path, source: Source) -> Format:
    """Return the source's format, else that of the file's ending. Raises SourceError if neither is known."""
    if source.format is not None:
        return source.format
    found = _ENDINGS.get(_plain(path).suffix.lower())
    if found is None:
        raise SourceError(str(path), f"its name tells no format; expected one of {', '.join(_ENDINGS)}")
    return found


def named_as_file(path: Path) -> bool:
    """Whether a name has the ending of a format, compressed or not."""
    return _plain(path).suffix.lower() in _ENDINGS


def _plain(path: Path) -> Path:
    """The path without the ending of a compression."""
    return path.with_suffix("") if path.suffix.lower() in (".gz", ".zst") else path


def read(path: Path, source: Source) -> Iterator[RawBatch]:
    """Yield the file's rows in order. Raises SourceError with a one-line reason if it cannot be read."""
    import polars as pl
    import pyarrow as pa

    try:
        if path.stat().st_size == 0:
            raise SourceError(str(path), "the file is empty")
        yield from READERS[format_of(path, source)](path, source)
    except UnicodeDecodeError as error:
        raise SourceError(str(path), _undecodable(error, path, source)) from error
    except (OSError, UnicodeError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise SourceError(str(path), _one_line(error)) from error


def _undecodable(error: UnicodeDecodeError, path: Path, source: Source) -> str:
    """Which byte is invalid in the encoding, and what to do about it."""
    byte = error.object[error.start : error.start + 1].hex()
    named = format_of(path, source) == "csv"
    hint = "; set encoding in the source, such as windows-1252 or utf-16" if named else ""
    return f"cannot be read: it is not {source.encoding.upper()} (byte 0x{byte}){hint}"


def _one_line(error: Exception) -> str:
    # An error of the operating system contains the whole path, which differs between machines.
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    lines = text.strip().splitlines()
    return f"cannot be read: {lines[0][:300] if lines else type(error).__name__}"
