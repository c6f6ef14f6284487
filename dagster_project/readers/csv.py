"""Read CSV files, plain, gzipped or zstd-compressed. Every value is read as text; the mapping casts it.

Quoted values may contain line ends. A line with too few or too many values is a broken row; the rest is read.
An empty value is missing. The file must have a header, and be UTF-8 unless its source names another encoding.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.core.errors import SourceError
from dagster_project.readers.raw import BLOCK_BYTES, BrokenRow, RawBatch, open_bytes, row_numbers
from dagster_project.spec.source import Source

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    import pyarrow.csv as pc

MARKS = {".": "[.]", ",": ",", " ": r"[ \u00a0\u202f]", "'": "['’]"}
"""Thousands separators as regular expressions, because spaces and apostrophes are written in several ways."""
NUMBERS = frozenset({
    "latency_ms", "score", "prediction", "baseline", "cost", "records", "tokens_in", "tokens_out", "eligible", "label",
})  # fmt: skip
"""Canonical columns that are or may be numbers; features may be, too."""
MOST_GROWTH = 4
"""In UTF-8 a text may be up to this many times longer than in another encoding."""


def read(path: Path, source: Source) -> Iterator[RawBatch]:
    """Yield the file's rows, all columns as text. Raises SourceError if two columns have the same name."""
    import polars as pl

    names = _header(path, source)
    broken: list[BrokenRow] = []
    seen, next_row = 0, 1
    with open_bytes(path) as stream:
        reader = _open(_Utf8(stream, source.encoding), source, names, broken)
        for batch in reader:
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)  # noqa: S101  narrowing: a record batch is a frame
            rows = _good_rows(next_row, frame.height, broken)
            next_row = int(rows[-1]) + 1 if frame.height else next_row
            frame = _without_thousands(frame, source) if source.between_thousands else frame
            frame = _with_points(frame) if source.decimal == "," else frame
            yield RawBatch(frame, rows, tuple(broken[seen:]))
            seen = len(broken)
    if len(broken) > seen:
        yield RawBatch(
            pl.DataFrame(schema=dict.fromkeys(names, pl.String)), row_numbers(1, 0), tuple(broken[seen:])
        )


class _Utf8:
    """A stream's text as UTF-8. Bytes that are invalid in its encoding raise UnicodeDecodeError here.

    Otherwise pyarrow would decode a broken line before reporting it, and silently drop the line if that
    fails.
    """

    closed = False

    def __init__(self, stream: pa.NativeFile, encoding: str) -> None:
        self._stream = stream
        self._as_it_is = encoding == "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)()

    def read(self, n: int = -1) -> bytes:
        """Return at most the next `n` bytes."""
        if self._as_it_is:
            content: bytes = self._stream.read(n)
            self._decoder.decode(content, final=not content)
            return content
        text = ""
        while not text:
            content = self._stream.read(max(n // MOST_GROWTH, 1) if n > 0 else n)
            text = self._decoder.decode(content, final=not content)
            if not content:
                break
        return text.encode()

    def readable(self) -> bool:
        """Return True: the stream can be read."""
        return True

    def close(self) -> None:
        """Mark it as closed; the underlying stream belongs to whoever opened it."""
        self.closed = True


def _header(path: Path, source: Source) -> list[str]:
    """The names of the columns. A header must fit into one block."""
    import csv
    import io

    with open_bytes(path) as stream:
        decoder = codecs.getincrementaldecoder(source.encoding)(errors="replace")
        start = decoder.decode(stream.read(BLOCK_BYTES)).removeprefix("\ufeff")
    try:
        # newline='': a line may also end in \r alone.
        names = next(csv.reader(io.StringIO(start, newline=""), delimiter=source.delimiter), [])
    except csv.Error as error:
        raise SourceError(str(path), f"the header cannot be read: {error}") from error
    if not names:
        raise SourceError(str(path), "the file has no header")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SourceError(str(path), f"two columns are named {twice[0]!r}")
    return names


def _open(
    stream: _Utf8, source: Source, names: list[str], broken: list[BrokenRow]
) -> Iterator[pa.RecordBatch]:
    """A reader over the stream that adds broken lines to `broken`; a header alone yields no batch."""
    import pyarrow as pa
    import pyarrow.csv as pc

    def note(row: pc.InvalidRow) -> str:
        reason = f"the line has {row.actual_columns} values, the header {row.expected_columns}"
        broken.append(BrokenRow(row.number - 1, reason, row.text))
        return "skip"

    try:
        reader = pc.open_csv(
            pa.PythonFile(stream, mode="r"),
            # pyarrow numbers lines only on a single thread.
            read_options=pc.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
            parse_options=pc.ParseOptions(
                delimiter=source.delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return iter(())
        raise
    return iter(reader)


def _without_thousands(frame: pl.DataFrame, source: Source) -> pl.DataFrame:
    """Join numbers with separated thousands, such as 1.234 or 1 234,5; leave ids, texts and times alone."""
    import polars as pl

    mark, point = MARKS[source.between_thousands], "[.]" if source.decimal == "." else ","
    separated = rf"^\s*[+-]?[1-9]\d{{0,2}}({mark}\d{{3}})+({point}\d+)?\s*$"
    kept = {ref.column for name, ref in source.columns.items() if name not in NUMBERS}
    names = [name for name in frame.columns if name not in kept] if source.columns else []
    value = pl.col(names)
    return frame.with_columns(
        pl.when(value.str.contains(separated)).then(value.str.replace_all(mark, "")).otherwise(value)
    )


def _with_points(frame: pl.DataFrame) -> pl.DataFrame:
    """Give numbers written with a decimal comma a point; other texts stay unchanged."""
    import polars as pl

    point = pl.col(pl.String).str.replace(r"^(\s*[+-]?\d*),(\d+\s*)$", "${1}.${2}")
    return frame.with_columns(point)


def _good_rows(first: int, n: int, broken: list[BrokenRow]) -> pl.Series:
    """The numbers of the next `n` good rows from row `first` on, skipping broken ones."""
    if not broken:
        return row_numbers(first, n)
    candidates = row_numbers(first, n + len(broken))
    return candidates.filter(~candidates.is_in([b.row for b in broken])).head(n)
