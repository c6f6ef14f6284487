"""What a mapping returns: canonical rows, counts for the ledger, and rejected rows with their reasons.

The raw frames of many files are mapped at once; FILE and ROW tell where each row came from.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_project.readers.columns import Flaw
from dagster_project.spec.source import Source

if TYPE_CHECKING:
    import polars as pl

FILE = "modelboard:file"
"""Int64; the number that the caller gave the file."""
ROW = "modelboard:row"
"""Int64; the 1-based row of the file."""
SAMPLE_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What the workspace prescribes for incoming rows."""

    zone: str
    """IANA name of the time zone whose days the report uses."""
    salt: str
    horizon: dt.datetime
    """UTC; a later event time comes from a wrong clock."""
    feature_types: dict[str, str] = field(default_factory=dict)
    """feature -> 'number' or 'category', as declared or as decided when the feature was first seen."""
    answers: frozenset[str] = frozenset()
    """Columns that another source maps as answers from the same files: not features unless named as such."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """The rows of one batch."""

    rows: pl.DataFrame
    """Canonical columns, `file` (Int64) and `file_row` (Int64); accepted unless they turn out to be
    duplicates."""
    counts: pl.DataFrame
    """file, day (NULL: no time), rows_read, rejected."""
    rejects: pl.DataFrame
    """file, kind, reason, n, first_row, sample: one row per file and kind of flaw; the reason quotes the
    first value."""
    feature_types: dict[str, str] = field(default_factory=dict)
    """Types of the features of this batch, for later batches."""
    unused: tuple[str, ...] = ()
    """Columns of the file that are not mapped."""


def missing(series: pl.Series, name: str) -> Flaw:
    """Return the flaw of rows that lack a required value: NULL or an empty text."""
    import polars as pl

    mask = series.is_null()
    if series.dtype == pl.String:
        mask = mask | (series == "")
    return Flaw(name, "is missing", mask.fill_null(value=True))


def split_rows(
    frame: pl.DataFrame, rows: pl.DataFrame, days: pl.Series, flaws: Sequence[Flaw], source: Source
) -> Mapped:
    """Separate the rows: those with flaws are counted and sampled by the first flaw, the others accepted.

    `frame` is the raw frame (with FILE and ROW), `rows` the canonical one of the same height, `days` the day
    of each row's event.
    """
    import polars as pl

    flaws = [flaw for flaw in flaws if flaw.mask.any()]
    verdict = pl.DataFrame({"file": frame[FILE], "file_row": frame[ROW], "day": days})
    verdict = verdict.with_columns(flaw=_first_flaw(flaws, frame.height))
    counts = (
        verdict.group_by("file", "day")
        .agg(rows_read=pl.len().cast(pl.Int64), rejected=pl.col("flaw").is_not_null().sum().cast(pl.Int64))
        .sort("file", "day")
    )
    good = verdict["flaw"].is_null()
    accepted = rows.with_columns(file=frame[FILE], file_row=frame[ROW]).filter(good)
    return Mapped(accepted, counts, _rejects(frame, verdict, flaws, source))


def _first_flaw(flaws: Sequence[Flaw], height: int) -> pl.Series:
    import polars as pl

    frame = pl.DataFrame({f"{i}": flaw.mask for i, flaw in enumerate(flaws)})
    if not flaws:
        return pl.Series([None], dtype=pl.Int32).new_from_index(0, height)
    chosen = [pl.when(pl.col(f"{i}")).then(pl.lit(i, dtype=pl.Int32)) for i in range(len(flaws))]
    return frame.select(pl.coalesce(chosen).alias("flaw"))["flaw"]


def _rejects(
    frame: pl.DataFrame, verdict: pl.DataFrame, flaws: Sequence[Flaw], source: Source
) -> pl.DataFrame:
    import polars as pl

    found = (
        verdict.with_row_index("place")
        .filter(pl.col("flaw").is_not_null())
        .sort("file", "flaw", "file_row")
        .group_by("file", "flaw", maintain_order=True)
        .agg(n=pl.len().cast(pl.Int64), first_row=pl.col("file_row").first(), place=pl.col("place").first())
    )
    records = [
        {
            "file": file,
            "reason": _reason(flaws[flaw], place),
            "kind": f"{flaws[flaw].column} {flaws[flaw].complaint}",
            "n": n,
            "first_row": first_row,
            "sample": _sample(frame, place, source),
        }
        for file, flaw, n, first_row, place in found.iter_rows()
    ]
    numbers = {"file": pl.Int64, "n": pl.Int64, "first_row": pl.Int64}
    texts = {"reason": pl.String, "kind": pl.String, "sample": pl.String}
    return pl.DataFrame(records, schema={**numbers, **texts})


def _reason(flaw: Flaw, place: int) -> str:
    if flaw.values is None:
        return f"{flaw.column} {flaw.complaint}"
    return f"{flaw.column}: {str(flaw.values[place])[:80]!r} {flaw.complaint}"


def _sample(frame: pl.DataFrame, place: int, source: Source) -> str:
    """The row as JSON, shortened. The user is hidden, because ids in clear text must not reach the disk."""
    record = {k: v for k, v in frame.row(place, named=True).items() if k not in (FILE, ROW) and v is not None}
    user = source.columns.get("user")
    if user is not None and user.column is not None:
        for name in (user.column, user.column.partition(".")[0]):
            if name in record:
                record[name] = "(hidden)"
    return json.dumps(record, default=str, ensure_ascii=False, sort_keys=True)[:SAMPLE_CHARACTERS]
