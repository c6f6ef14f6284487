"""Turns files into spooled canonical rows: many small files are mapped together, large ones batch by batch.

In: the files of a source's plan. Out: Parquet files in the lake's temporary folder, and the `Reading` that the
ledger is made from. Memory is bounded by the batch. Called by `pipeline.ingest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.core.errors import SourceError
from dagster_project.pipeline.ingest_files import Plan
from dagster_project.pipeline.ingest_listing import LogFile
from dagster_project.readers import formats
from dagster_project.readers.mapped import FILE, ROW, SAMPLE_CHARACTERS, IntakeRules, Mapped
from dagster_project.readers.mapping import map_rows, require_columns, unfound
from dagster_project.readers.raw import BATCH_ROWS
from dagster_project.spec.base import did_you_mean
from dagster_project.spec.source import Source
from dagster_project.store.ingestion import Reading

if TYPE_CHECKING:
    import polars as pl

PLAIN_FILES = 6
"""How many files of the spool are written in the order of the rows: they are sorted in one portion anyway."""
GROUP_ROWS = 24_576
"""Rows per row group of the other files. While it sorts, the database keeps about 1 KB per column and group: with half
as many rows in each, that is some 80 MB more for a day of 50 million."""
SHOWN_COLUMNS = 20
"""How many of a file's columns are named when a mapped one is not among them."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """Everything that was read from a source."""

    reading: Reading
    paths: tuple[Path, ...]
    left_out: frozenset[str]
    """Ids of files that broke while they were read: some of their rows may be spooled, but do not count."""
    feature_types: dict[str, str]


@dataclass(slots=True)
class _Reader:
    """The state of one source's reading."""

    source: Source
    intake: IntakeRules
    folder: Path
    files: Sequence[LogFile]
    groups: list[_Group] = field(default_factory=list)
    spool: list[Path] = field(default_factory=list)
    mapped: list[Mapped] = field(default_factory=list)
    unused: list[pl.DataFrame] = field(default_factory=list)
    unfound: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    """(file, what is mapped, from which column, columns of the file, a hint at the one meant)"""
    broken: list[tuple[int, int, str, str]] = field(default_factory=list)
    """(file, row, reason, text)"""
    rows_read: dict[int, int] = field(default_factory=dict)
    set_aside: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    """Raw frames with compatible columns, to be mapped together."""

    schema: dict[str, pl.DataType]
    frames: list[pl.DataFrame]
    rows: int = 0


def read_files(plan: Plan, source: Source, intake: IntakeRules, folder: Path) -> Spooled:
    """Read and map every file of the plan. A file that cannot be read is set aside; the others are still read."""
    reader = _Reader(source, intake, folder, plan.read)
    for number, file in enumerate(plan.read):
        reader.rows_read[number] = 0
        try:
            if file.problem:
                raise SourceError(file.path, file.problem)
            _read_file(reader, number, file)
        except SourceError as error:
            reader.set_aside[number] = error.reason
    for group in list(reader.groups):
        _flush(reader, group)
    return _spooled(reader, plan)


def _read_file(reader: _Reader, number: int, file: LogFile) -> None:
    import polars as pl

    lacking: list[frozenset[tuple[str, str]]] = []
    has: dict[str, None] = {}
    for i, batch in enumerate(formats.read(file.place, reader.source)):
        if i == 0:
            require_columns(batch.frame, reader.source, file.path)
        reader.rows_read[number] += batch.frame.height + len(batch.broken)
        reader.broken += [(number, b.row, b.reason, _kept_text(reader, b.text)) for b in batch.broken]
        if batch.frame.height:
            lacking.append(unfound(batch.frame, reader.source))
            has |= dict.fromkeys(batch.frame.columns)
            origin = pl.Series(FILE, [number], dtype=pl.Int64).new_from_index(0, batch.frame.height)
            # Not with_columns: it plans a query, which for thousands of small files costs more than their rows.
            _add(reader, batch.frame.hstack([origin, batch.rows.rename(ROW)]))
    if lacking:
        columns = ", ".join(list(has)[:SHOWN_COLUMNS])
        nowhere = sorted(frozenset.intersection(*lacking))
        reader.unfound += [
            (number, name, wanted, columns, did_you_mean(wanted, has)) for name, wanted in nowhere
        ]


def _kept_text(reader: _Reader, text: str) -> str:
    """The start of an unparsed line; not of a source with users, since any of its text may be a user's clear id."""
    return "(not kept: it may name a user)" if "user" in reader.source.columns else text[:SAMPLE_CHARACTERS]


def _add(reader: _Reader, frame: pl.DataFrame) -> None:
    group = next((g for g in reader.groups if _fits(g.schema, frame.schema)), None)
    if group is None:
        group = _Group({}, [])
        reader.groups.append(group)
    group.schema |= {
        n: t for n, t in frame.schema.items() if n not in group.schema or group.schema[n].is_(_null())
    }
    group.frames.append(frame)
    group.rows += frame.height
    if group.rows >= BATCH_ROWS:
        _flush(reader, group)


def _null() -> pl.DataType:
    import polars as pl

    return pl.Null()


def _fits(schema: dict[str, pl.DataType], other: pl.Schema) -> bool:
    """Whether the columns that both have are compatible (same type, both numbers, or one without values), and none is
    `a.b` in one and a field of the record `a` in the other, since a mapping would then find it in only one of them."""
    shared = ((schema[name], dtype) for name, dtype in other.items() if name in schema)
    alike = all(
        a == b or a == _null() or b == _null() or (a.is_numeric() and b.is_numeric()) for a, b in shared
    )
    return alike and not _reaches(schema, other) and not _reaches(other, schema)


def _reaches(names: Mapping[str, pl.DataType], records: Mapping[str, pl.DataType]) -> bool:
    """Whether a dotted name among `names` would reach into a record among `records`."""
    heads = {name.partition(".")[0] for name in names if "." in name}
    return any(records[head].is_nested() for head in heads if head in records)


def _flush(reader: _Reader, group: _Group) -> None:
    """Map a group's frames and spool the resulting rows."""
    import polars as pl

    reader.groups.remove(group)
    frame = pl.concat(group.frames, how="diagonal_relaxed")
    mapped = map_rows(frame, reader.source, reader.intake)
    reader.intake = replace(
        reader.intake, feature_types={**reader.intake.feature_types, **mapped.feature_types}
    )
    reader.unused.append(_unused(frame, mapped))
    ids = pl.Series("file_id", [file.file_id for file in reader.files], dtype=pl.String)
    reader.folder.mkdir(parents=True, exist_ok=True)
    path = reader.folder / f"{len(reader.spool)}.parquet"
    rows = mapped.rows.with_columns(ids.gather(mapped.rows["file"])).drop("file")
    _spool(rows, path, by_model=len(reader.spool) >= PLAIN_FILES and reader.source.kind == "requests")
    if mapped.rows.height:
        reader.spool.append(path)
    reader.mapped.append(replace(mapped, rows=mapped.rows.clear()))


def _spool(rows: pl.DataFrame, path: Path, *, by_model: bool) -> None:
    """Write mapped rows; `by_model` sorts them in small row groups, so that a portion skips those of other models."""
    if by_model:
        rows = rows.sort("day", "model_id", maintain_order=True)
    rows.write_parquet(path, compression="lz4", row_group_size=GROUP_ROWS if by_model else None)


def _unused(frame: pl.DataFrame, mapped: Mapped) -> pl.DataFrame:
    import polars as pl

    there = [name for name in mapped.unused if name in frame.columns]
    counted = frame.group_by(FILE).agg(pl.col(there).count().cast(pl.Int64))
    # Renamed only afterwards: a log may have columns called `name` and `n`, and polars allows no name twice.
    return (
        counted.unpivot(index=FILE, variable_name=f"{FILE}:name", value_name=f"{FILE}:n")
        .rename({FILE: "file", f"{FILE}:name": "name", f"{FILE}:n": "n"})
        .cast({"name": pl.String, "n": pl.Int64})
        .filter(pl.col("n") > 0)
    )


def _spooled(reader: _Reader, plan: Plan) -> Spooled:
    import polars as pl

    paths = pl.DataFrame(
        [(i, file.path, file.file_id) for i, file in enumerate(plan.read) if i not in reader.set_aside],
        schema={"file": pl.Int64, "path": pl.String, "file_id": pl.String},
        orient="row",
    )
    broken = pl.DataFrame(
        reader.broken,
        schema={"file": pl.Int64, "first_row": pl.Int64, "reason": pl.String, "sample": pl.String},
        orient="row",
    )
    counts = _counts([m.counts for m in reader.mapped], broken).join(paths, on="file").drop("file", "file_id")
    rejects = _rejects([m.rejects for m in reader.mapped], broken).join(paths, on="file").drop("file")
    unused = pl.concat(
        [pl.DataFrame(schema={"file": pl.Int64, "name": pl.String, "n": pl.Int64}), *reader.unused]
    )
    unused = unused.group_by("file", "name").agg(pl.col("n").sum()).join(paths, on="file").drop("file")
    reading = Reading(
        reader.source.source,
        reader.source.kind,
        _files(reader, plan),
        counts.sort("path", "day"),
        rejects.sort("path", "first_row", "reason"),
        unused.sort("path", "name"),
        _unfound(reader, paths),
    )
    left_out = frozenset(plan.read[number].file_id for number in reader.set_aside)
    return Spooled(reading, tuple(reader.spool), left_out, reader.intake.feature_types)


def _unfound(reader: _Reader, paths: pl.DataFrame) -> pl.DataFrame:
    """The rows of ops.unfound for the files in `paths` (file, path, file_id)."""
    import polars as pl

    texts = dict.fromkeys(("name", "wanted", "has", "hint"), pl.String)
    rows = pl.DataFrame(reader.unfound, schema={"file": pl.Int64, **texts}, orient="row")
    return rows.join(paths, on="file").drop("file").sort("path", "name")


def _files(reader: _Reader, plan: Plan) -> pl.DataFrame:
    """The rows of ops.file. A copy shares the fate of its original; a file that another source took over has 0 rows."""
    import polars as pl

    reasons = {plan.read[number].path: reason for number, reason in reader.set_aside.items()}
    rows: list[tuple[object, ...]] = []
    for number, file in enumerate(plan.read):
        reason = reasons.get(file.path)
        n = 0 if reason else reader.rows_read[number]
        state = "set aside" if reason else "read"
        rows.append((file.path, file.file_id, file.size, file.mtime_ns, state, reason, n, None, plan.mapping))
    for file, holder in plan.copies:
        reason = reasons.get(holder)
        state, copy_of = ("set aside", None) if reason else ("read", holder)
        rows.append(
            (file.path, file.file_id, file.size, file.mtime_ns, state, reason, 0, copy_of, plan.mapping)
        )
    rows += [
        (file.path, file.file_id, file.size, file.mtime_ns, "read", None, 0, None, None)
        for file in plan.handed
    ]
    texts = dict.fromkeys(("path", "file_id", "state", "reason", "copy_of", "mapping"), pl.String)
    numbers = dict.fromkeys(("size", "mtime_ns", "rows_read"), pl.Int64)
    names = ("path", "file_id", "size", "mtime_ns", "state", "reason", "rows_read", "copy_of", "mapping")
    return pl.DataFrame(rows, schema={n: (texts | numbers)[n] for n in names}, orient="row")


def _counts(counts: Sequence[pl.DataFrame], broken: pl.DataFrame) -> pl.DataFrame:
    """Columns file, day, rows_read, rejected; broken rows have no day and are all rejected."""
    import polars as pl

    schema = {"file": pl.Int64, "day": pl.Date, "rows_read": pl.Int64, "rejected": pl.Int64}
    n = pl.len().cast(pl.Int64)
    lost = broken.group_by("file").agg(rows_read=n, rejected=n).with_columns(day=pl.lit(None, dtype=pl.Date))
    every = pl.concat([pl.DataFrame(schema=schema), *counts, lost.select(schema.keys())])
    return every.group_by("file", "day").agg(pl.col("rows_read", "rejected").sum())


def _rejects(rejects: Sequence[pl.DataFrame], broken: pl.DataFrame) -> pl.DataFrame:
    """One row per file and kind of fault, with the first row that had it."""
    import polars as pl

    lost = broken.with_columns(kind="reason", n=pl.lit(1, dtype=pl.Int64))
    every = pl.concat([lost, *[r.select(lost.columns) for r in rejects]])
    return (
        every.sort("file", "kind", "first_row")
        .group_by("file", "kind", maintain_order=True)
        .agg(pl.col("n").sum(), pl.col("reason", "first_row", "sample").first())
        .drop("kind")
    )
