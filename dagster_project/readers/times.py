"""Times of files as instants in UTC: the one place that reads time.

Text is ISO 8601, or what `format` says (strptime); numbers need `epoch_s`, `epoch_ms` or `epoch_us`. A time
without an offset is a wall-clock time of the column's or the source's zone. Where the clock was put back and a
wall-clock time came twice, the first is taken; where it was put forward and a time never came, it is read with
the offset from before the jump, so that 02:30 becomes 03:30.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.readers.columns import MISSING_MARKS, Flaw, as_text, pick
from dagster_project.spec.source import Column, Source

if TYPE_CHECKING:
    import polars as pl

_EPOCH_US = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_NAIVE = (
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y%m%dT%H%M%S",
)
_OFFSET = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f %#z",
    "%Y-%m-%dT%H:%M%#z",
)
_LAST_US = 4_102_444_800_000_000  # the year 2100; a number beyond it has another unit than the file says
_BEFORE_THE_JUMP = "25h"


def time_column(
    frame: pl.DataFrame, ref: Column | None, source: Source, name: str
) -> tuple[pl.Series, list[Flaw]]:
    """(Datetime in UTC with microseconds, NULL where there is none; the flaws)."""
    import polars as pl

    raw = pick(frame, ref)
    if raw is None or ref is None:
        return pl.Series(name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, frame.height), []
    instants = _instants(raw, ref, ref.timezone or source.timezone).rename(name)
    there = raw.is_not_null()
    if raw.dtype == pl.String:
        there = there & ~raw.str.strip_chars().is_in(MISSING_MARKS)
    wrong = there & instants.is_null()
    if not wrong.any():
        return instants, []
    return instants, [Flaw(name, _hint(raw, ref.format), wrong, as_text(raw))]


def _hint(raw: pl.Series, given: str | None) -> str:
    """What is wrong with values that are no times, and what would help."""
    if given is not None:
        return f"is not a time as the format {given} writes it"
    if raw.dtype.is_numeric():
        return "is a number, not a time: give format epoch_s, epoch_ms or epoch_us"
    return "is not a time: where times are written otherwise, give format, such as '%d.%m.%Y %H:%M'"


def localized(naive: pl.Series, zone: str) -> pl.Series:
    """Wall-clock times of a zone as instants in UTC; see the module for days when the clock changes."""
    import polars as pl

    wall = naive.to_frame("t").cast(pl.Datetime("us")).lazy()

    def in_zone(column: pl.Expr) -> pl.Expr:
        return column.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")

    plain = in_zone(pl.col("t")).dt.convert_time_zone("UTC")
    shifted = in_zone(pl.col("t").dt.offset_by(f"-{_BEFORE_THE_JUMP}")).dt.convert_time_zone("UTC")
    return wall.select(plain.fill_null(shifted.dt.offset_by(_BEFORE_THE_JUMP)).alias("t")).collect()["t"]


def days_of(instants: pl.Series, zone: str) -> pl.Series:
    """The day of each instant in `zone`'s calendar."""
    return instants.dt.convert_time_zone(zone).dt.date()


def _instants(raw: pl.Series, ref: Column, zone: str) -> pl.Series:
    import polars as pl

    if ref.format in _EPOCH_US:
        return _from_epoch(raw, _EPOCH_US[ref.format])
    if isinstance(raw.dtype, pl.Datetime):
        micros = raw.cast(pl.Datetime("us", raw.dtype.time_zone))
        return micros.dt.convert_time_zone("UTC") if raw.dtype.time_zone else localized(micros, zone)
    if raw.dtype == pl.Date:
        return localized(raw.cast(pl.Datetime("us")), zone)
    if raw.dtype == pl.String:
        return _from_text(raw.str.strip_chars(), ref.format, zone)
    return pl.Series(raw.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(raw))


def _from_epoch(raw: pl.Series, factor: int) -> pl.Series:
    """Instants from counts of `factor` microseconds each; what lies out of reach is NULL before it could overflow."""
    import polars as pl

    count, last = pl.col("t"), _LAST_US // factor
    numbers = raw.cast(pl.Int64 if raw.dtype.is_integer() else pl.Float64, strict=False).to_frame("t")
    micros = (count * factor).round().cast(pl.Int64, strict=False)
    inside = numbers.select(pl.when(count.is_between(-last, last)).then(micros).alias("t"))["t"]
    return inside.cast(pl.Datetime("us", "UTC"))


def _from_text(text: pl.Series, given: str | None, zone: str) -> pl.Series:
    import polars as pl

    found = pl.Series(text.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(text))
    for form in (given,) if given else (*_NAIVE, *_OFFSET, "%Y-%m-%d"):
        left = found.is_null() & text.is_not_null()
        if not left.any():
            break
        candidates = text.to_frame("t").select(pl.when(left).then("t"))["t"]
        found = found.zip_with(found.is_not_null(), _parsed(candidates, form, zone))
    return found


def _parsed(text: pl.Series, form: str, zone: str) -> pl.Series:
    import polars as pl

    if "%z" in form or "%#z" in form:
        return text.str.to_datetime(form, time_unit="us", strict=False).cast(pl.Datetime("us", "UTC"))
    if not any(mark in form for mark in ("%H", "%I", "%T", "%R", "%s")):
        return localized(text.str.to_date(form, strict=False).cast(pl.Datetime("us")), zone)
    return localized(text.str.to_datetime(form, time_unit="us", strict=False), zone)
