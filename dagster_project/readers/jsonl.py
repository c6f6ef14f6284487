"""Read JSON Lines, plain, gzipped or zstd-compressed. A line that is not a JSON object is a broken row.

Blocks of lines are read by polars; only a block that polars refuses (a broken line, one key with values of
different types, NaN) is read line by line. There, a key with values of several types becomes text, and nested
records become dotted names; `columns.pick` finds `a.b` either way.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.readers.raw import BLOCK_BYTES, BrokenRow, RawBatch, open_bytes, row_numbers
from dagster_project.spec.source import Source

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

_INT64 = 2**63


def read(path: Path, source: Source) -> Iterator[RawBatch]:
    """Yield the file's rows: lines that are not blank. `source` is not needed: lines name their keys."""
    del source
    first = 1
    with open_bytes(path) as stream:
        for block in _blocks(stream):
            batch = _quickly(block, first) or _line_by_line(block, first)
            first += batch.frame.height + len(batch.broken)
            yield batch


def _blocks(stream: pa.NativeFile) -> Iterator[bytes]:
    """Blocks that end where a line ends; the last line needs no line end."""
    rest, piece = b"", stream.read(BLOCK_BYTES)
    while piece:
        following = stream.read(BLOCK_BYTES)
        if not following:
            yield rest + piece
            return
        head, newline, tail = piece.rpartition(b"\n")
        if newline:
            yield rest + head + newline
        rest = tail if newline else rest + piece
        piece = following


def _quickly(block: bytes, first: int) -> RawBatch | None:
    import polars as pl

    if not block.strip():
        return RawBatch(pl.DataFrame(), row_numbers(first, 0))
    try:
        frame = pl.read_ndjson(io.BytesIO(block), infer_schema_length=None)
    except pl.exceptions.PolarsError:
        return None
    return RawBatch(frame, row_numbers(first, frame.height))


def _line_by_line(block: bytes, first: int) -> RawBatch:
    import polars as pl

    records: list[dict[str, object]] = []
    rows: list[int] = []
    broken: list[BrokenRow] = []
    lines = (line for line in block.splitlines() if line.strip())
    for row, line in enumerate(lines, start=first):
        record = _record(line)
        if record is None:
            text = line.decode("utf-8", errors="replace")
            broken.append(BrokenRow(row, "the line is not a JSON object", text))
        else:
            records.append(record)
            rows.append(row)
    return RawBatch(_frame(records), pl.Series(rows, dtype=pl.Int64), tuple(broken))


def _record(line: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return dict(_flat(value)) if isinstance(value, dict) else None


def _flat(record: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _frame(records: list[dict[str, object]]) -> pl.DataFrame:
    import polars as pl

    names = dict.fromkeys(name for record in records for name in record)
    columns = [_series(name, [record.get(name) for record in records]) for name in names]
    return pl.DataFrame(columns) if columns else pl.DataFrame(height=len(records))


def _series(name: str, values: list[object]) -> pl.Series:
    """One column: numbers or booleans if all values are, else text."""
    import polars as pl

    kinds = {_kind(value) for value in values if value is not None}
    if not kinds:
        return pl.Series(name, values, dtype=pl.Null)
    if kinds == {"number"} and all(v is None or (isinstance(v, int) and abs(v) < _INT64) for v in values):
        return pl.Series(name, values, dtype=pl.Int64)
    if kinds == {"number"}:
        return pl.Series(name, [None if v is None else float(str(v)) for v in values], dtype=pl.Float64)
    if kinds == {"boolean"}:
        return pl.Series(name, values, dtype=pl.Boolean)
    texts = [v if v is None or isinstance(v, str) else json.dumps(v) for v in values]
    return pl.Series(name, texts, dtype=pl.String)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"
