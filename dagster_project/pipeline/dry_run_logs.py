"""The first rows of each source's newest file, tried as a night would read them: what it could not use.

In: a workspace, the current time. Out: lines of text, for people; files stay as they are, nothing is written. For each
pattern of a source, one batch of one file is read. Caller: commands.check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_project.core.days import ONE_DAY
from dagster_project.core.errors import SourceError
from dagster_project.pipeline.ingest_listing import LogFile, list_files
from dagster_project.readers import formats
from dagster_project.readers.columns import as_text, pick
from dagster_project.readers.mapped import FILE, ROW, IntakeRules
from dagster_project.readers.mapping import map_rows, require_columns, unfound
from dagster_project.readers.raw import RawBatch
from dagster_project.spec.answers import answers_beside
from dagster_project.spec.base import did_you_mean
from dagster_project.spec.source import Column

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.spec.loading import Workspace
    from dagster_project.spec.source import Source

ROWS = 1_000
"""How many of a file's first rows are tried."""
SHOWN = 5
"""How many values of a column are named."""


def dry_run_logs(workspace: Workspace, now: dt.datetime) -> list[str]:
    """What a night would say about the logs as they are now; `now` is in UTC."""
    return [
        f"source {source.source}: {line}"
        for source in workspace.sources
        for pattern in source.files
        for line in _of_pattern(workspace, source.model_copy(update={"files": (pattern,)}), now)
    ]


def _of_pattern(workspace: Workspace, source: Source, now: dt.datetime) -> Iterator[str]:
    found = list_files(workspace, source)
    if not found:
        yield f"no file matches {source.files[0]}"
        return
    newest = max(found, key=lambda file: (file.mtime_ns, file.path))
    try:
        lines = list(_of_file(workspace, source, newest, now))
    except SourceError as error:
        lines = [f"it would be set aside: {error.reason}"]
    for line in lines:
        yield f"{newest.path}: {line}"


def _of_file(workspace: Workspace, source: Source, file: LogFile, now: dt.datetime) -> Iterator[str]:
    """What is wrong with a file's columns and first rows. Raises SourceError if it cannot be read."""
    if file.problem:
        raise SourceError(file.path, file.problem)
    batch = next(formats.read(file.place, source), None)
    if batch is None:
        return
    require_columns(batch.frame, source, file.path)
    frame = _first(batch)
    broken = [(1, row.reason) for row in batch.broken[:ROWS]]
    tried = frame.height + len(broken)
    if frame.height:
        for name, wanted in sorted(unfound(frame, source)):
            meant = did_you_mean(wanted, batch.frame.columns)
            yield f"there is no column {wanted!r}, which {name} comes from{meant}"
        yield from _never_yes(frame, source)
        broken += (
            map_rows(frame, source, _intake_rules(workspace, source, now))
            .rejects.select("n", "reason")
            .rows()
        )
    if broken:
        rejected = sum(n for n, _ in broken)
        yield f"{rejected} of its first {tried} rows would be rejected, such as: {max(broken)[1]}"


def _never_yes(frame: pl.DataFrame, source: Source) -> Iterator[str]:
    """Columns in which no value means yes, though two or more mean no: a typing error in `positive` looks like this."""
    for name, ref in source.columns.items():
        raw = pick(frame, Column(column=ref.column)) if ref.positive and ref.column else None
        told = None if raw is None else pick(frame, ref)
        if raw is None or told is None:
            continue
        texts = as_text(raw).filter(told.is_not_null()).str.strip_chars().unique().sort().to_list()
        if len(texts) > 1 and not set(texts) & set(ref.positive):
            there, yes = (", ".join(map(repr, values)) for values in (texts[:SHOWN], ref.positive))
            yield f"none of its first {frame.height} rows has a {name} of {yes}, which means yes; there are {there}"


def _intake_rules(workspace: Workspace, source: Source, now: dt.datetime) -> IntakeRules:
    settings, answers = workspace.settings, answers_beside(source, workspace.sources)
    return IntakeRules(settings.timezone, settings.salt, now + ONE_DAY, answers=answers)


def _first(batch: RawBatch) -> pl.DataFrame:
    """The first rows of a batch, with their row numbers."""
    import polars as pl

    frame = batch.frame.head(ROWS)
    origin = pl.Series(FILE, [0], dtype=pl.Int64).new_from_index(0, frame.height)
    return frame.hstack([origin, batch.rows.head(frame.height).rename(ROW)])
