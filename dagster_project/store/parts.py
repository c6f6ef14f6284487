"""Write rows as files of the lake: Parquet, named by content, one or a few for each source and day.

In: ordered rows from the warehouse's connection. Out: `Part`s to be listed in `ops.part`. A file is written
to `data/lake/.tmp/` and moved into place. Called by `store.requests`, `store.labels` and `store.segments`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.core.naming import slug
from dagster_project.store.lake import temporary

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP = 122_880
STREAM_ROWS = 122_880
WRITERS = 2
"""This many files are encoded at once while a query sorts the next ones; as many more may wait."""
ZSTD_LEVEL = 1
"""Level 3 makes files 1 % smaller and takes a tenth longer."""
SHORT_SHA = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the lake."""

    kind: str
    source: str
    day: dt.date
    model_id: str
    """'' for the file that small models share."""
    path: str
    """Relative to the workspace, with '/' between folders."""
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PartKey:
    """Rows with the same key go into the same file."""

    source: str
    day: dt.date
    model_id: str
    """'' for the file that small models share."""


@dataclass(frozen=True, slots=True)
class WrittenParts:
    """The files that a stream of rows was written to, and their counts."""

    parts: tuple[Part, ...]
    counts: pl.DataFrame
    """source, day, model_id ('' in shared files), file_id, rows, late: counted from the rows written."""


def write_parts(
    root: Path,
    kind: str,
    batches: Iterable[pa.RecordBatch],
    columns_of: Callable[[PartKey], Sequence[str]],
) -> WrittenParts:
    """Write rows sorted by (part_source, day, part_model) and, within a file, in the order wanted there.

    `columns_of` returns the columns of a file. The same rows give the same bytes: row groups are cut by count
    alone.
    """
    import polars as pl

    counts: list[tuple[object, ...]] = []
    writer: _PartWriter | None = None
    with ThreadPoolExecutor(WRITERS) as pool:
        queue = _Queue(pool)
        for batch in batches:
            frame = pl.DataFrame(pl.from_arrow(batch))
            # As tuples, because even a short column of the batch would keep the whole batch in memory.
            counts += _counted(frame).rows()
            for key, rows in _runs(frame):
                if writer is None or writer.key != key:
                    queue.put(writer)
                    writer = _PartWriter(root, kind, key, list(columns_of(key)))
                writer.add(rows)
        queue.put(writer)
        parts = queue.finished()
    keys = ["source", "day", "model_id", "file_id"]
    counted = pl.DataFrame(counts, schema=_no_counts().schema, orient="row")
    return WrittenParts(parts, counted.group_by(keys).agg(pl.all().sum()).sort(keys))


@dataclass(slots=True)
class _Queue:
    """Files being finished, kept in the order in which they were added."""

    pool: ThreadPoolExecutor
    waiting: deque[Future[Part]] = field(default_factory=deque)
    parts: list[Part] = field(default_factory=list)

    def put(self, writer: _PartWriter | None) -> None:
        """Finish a file in the background; wait for earlier ones if too many hold rows in memory."""
        if writer is None:
            return
        if len(self.waiting) >= 2 * WRITERS:
            self.parts.append(self.waiting.popleft().result())
        self.waiting.append(self.pool.submit(writer.finish))

    def finished(self) -> tuple[Part, ...]:
        """Return all files, once they are in place."""
        return (*self.parts, *(future.result() for future in self.waiting))


def _no_counts() -> pl.DataFrame:
    import polars as pl

    texts = dict.fromkeys(("source", "model_id", "file_id"), pl.String)
    schema = {"source": pl.String, "day": pl.Date, **texts, "rows": pl.Int64, "late": pl.Int64}
    return pl.DataFrame(schema=schema)


def _counted(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    late = pl.col("late").sum() if "late" in frame.columns else pl.lit(0)
    counted = frame.group_by("part_source", "day", "part_model", "file_id").agg(rows=pl.len(), late=late)
    named = counted.rename({"part_source": "source", "part_model": "model_id"})
    return named.select(_no_counts().columns).cast({"rows": pl.Int64, "late": pl.Int64})


def _runs(frame: pl.DataFrame) -> Iterable[tuple[PartKey, pl.DataFrame]]:
    """The frame, cut wherever the file changes."""
    import polars as pl

    runs = frame.select(pl.struct("part_source", "day", "part_model").rle().alias("run"))["run"]
    start = 0
    for length, key in zip(runs.struct.field("len"), runs.struct.field("value"), strict=True):
        yield PartKey(key["part_source"], key["day"], key["part_model"]), frame.slice(start, length)
        start += length


@dataclass(slots=True)
class _PartWriter:
    """One file being written: at once if it has a single row group, like most, else by row groups."""

    root: Path
    kind: str
    key: PartKey
    columns: list[str]
    waiting: list[pl.DataFrame] = field(default_factory=list)
    n_waiting: int = 0
    n: int = 0
    writer: pq.ParquetWriter | None = None

    file: Path = field(init=False)
    """Where it is written until its name is known."""

    def __post_init__(self) -> None:
        """Name the temporary file by its key, which no other file being written has."""
        name = hashlib.sha256(repr(self.key).encode()).hexdigest()[:SHORT_SHA]
        self.file = temporary(self.root / "data" / "lake") / f"{name}.parquet"

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows, and write row groups as soon as they are full."""
        self.waiting.append(rows[self.columns])
        self.n_waiting += rows.height
        self.n += rows.height
        while self.n_waiting > ROW_GROUP:
            self._write_group()

    def finish(self) -> Part:
        """Write the rest, name the file by its content and move it into place."""
        import polars as pl

        if self.writer is None:
            rows = pl.concat(self.waiting) if len(self.waiting) > 1 else self.waiting[0]
            rows.write_parquet(
                self.file, compression="zstd", compression_level=ZSTD_LEVEL, row_group_size=ROW_GROUP
            )
        else:
            self._write_group()
            self.writer.close()
        with self.file.open("rb") as stream:
            sha = hashlib.file_digest(stream, "sha256").hexdigest()
        name = slug(self.key.model_id) if self.key.model_id else "all"
        folder = Path("data/lake", self.kind, slug(self.key.source), self.key.day.isoformat())
        path = folder / f"{name}-{sha[:SHORT_SHA]}.parquet"
        (self.root / folder).mkdir(parents=True, exist_ok=True)
        self.file.replace(self.root / path)
        return Part(self.kind, self.key.source, self.key.day, self.key.model_id, path.as_posix(), self.n, sha)

    def _write_group(self) -> None:
        import polars as pl
        import pyarrow.parquet as pq

        frame = pl.concat(self.waiting)
        table = frame.slice(0, ROW_GROUP).to_arrow(compat_level=pl.CompatLevel.oldest())
        if self.writer is None:
            self.writer = pq.ParquetWriter(
                self.file,
                table.schema,
                compression="zstd",
                compression_level=ZSTD_LEVEL,
                store_schema=False,
            )
        self.writer.write_table(table.combine_chunks(), row_group_size=ROW_GROUP)
        self.waiting = [frame.slice(ROW_GROUP)]
        self.n_waiting = self.waiting[0].height


def part_rows(written: WrittenParts) -> pl.DataFrame:
    """Return rows for `ops.part`: the parts with the ids of the source files that their rows came from."""
    import polars as pl

    names = ("kind", "source", "day", "model_id", "path", "rows", "sha256")
    types = (pl.String, pl.String, pl.Date, pl.String, pl.String, pl.Int64, pl.String)
    rows = [tuple(getattr(part, name) for name in names) for part in written.parts]
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    keys = ["source", "day", "model_id"]
    ids = written.counts.group_by(keys).agg(file_ids=pl.col("file_id").sort())
    return frame.join(ids, on=keys, how="left", maintain_order="left").drop("model_id")
