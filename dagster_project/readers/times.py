"""Times in files as instants in UTC: the one place that reads time.

Text is ISO 8601, or as `format` says (strptime); numbers need `epoch_s`, `epoch_ms` or `epoch_us`. A time
without an offset is a wall-clock time in the zone of the column or the source. If the clock was put back and
a wall-clock time occurred twice, the first is taken. If it was put forward and a time never occurred, it is
read with the offset from before the jump, so that 02:30 becomes 03:30.
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
_LAST_US = 4_102_444_800_000_000  # the year 2100; a larger number is in another unit than declared
_BEFORE_THE_JUMP = "25h"
_EPOCH_TEXT = r"^\s*\d{10}(\d{3}){0,2}(\.\d+)?\s*$"


def time_column(
    frame: pl.DataFrame, ref: Column | None, source: Source, name: str
) -> tuple[pl.Series, list[Flaw]]:
    """Return a Datetime in UTC with microseconds (NULL where there is none), and the flaws."""
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
    texts = as_text(raw)
    is_number = raw.dtype.is_numeric() or texts.filter(wrong).str.contains(_EPOCH_TEXT).all()
    return instants, [Flaw(name, _hint(ref.format, is_number=is_number), wrong, texts)]


def _hint(given: str | None, *, is_number: bool) -> str:
    """What is wrong with values that are not times, and what to do."""
    if given is not None:
        return f"is not a time in the format {given}"
    if is_number:
        return "is a number, not a time: set format to epoch_s, epoch_ms or epoch_us"
    return "is not a time: if times are written in another way, set format, such as '%d.%m.%Y %H:%M'"


def localized(naive: pl.Series, zone: str) -> pl.Series:
    """Return wall-clock times of a zone as instants in UTC; the module says what happens at clock changes."""
    import polars as pl

    wall = naive.to_frame("t").cast(pl.Datetime("us")).lazy()

    def in_zone(column: pl.Expr) -> pl.Expr:
        return column.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")

    plain = in_zone(pl.col("t")).dt.convert_time_zone("UTC")
    shifted = in_zone(pl.col("t").dt.offset_by(f"-{_BEFORE_THE_JUMP}")).dt.convert_time_zone("UTC")
    return wall.select(plain.fill_null(shifted.dt.offset_by(_BEFORE_THE_JUMP)).alias("t")).collect()["t"]


def days_of(instants: pl.Series, zone: str) -> pl.Series:
    """Return the day of each instant in the time zone `zone`."""
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
    """Instants from counts of `factor` microseconds each; values out of range become NULL, not overflow."""
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
