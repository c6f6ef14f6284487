"""Read one column of a raw frame as numbers or text, and collect the flaws in it. Used by the mappings.

A flaw is a value that cannot be read as its column requires; a row with a flaw is rejected with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.spec.source import Column

if TYPE_CHECKING:
    import polars as pl

MISSING_MARKS = ("", "NA", "N/A", "null", "NULL", "None")
"""Texts that mean "no value" where a number or a time is expected; in columns of text they are kept."""
_MS = {"ns": 1e-6, "us": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6}
_WHOLE = 2.0**53
LARGEST_CLASS = 1e15
"""Smaller whole numbers are written without a decimal point in names of classes, as in
`pipeline.summarise_scans`."""
_HINTS = (
    (
        r"^[+-]?[1-9]\d{0,2}(,\d{3})+$",
        "if commas separate thousands, set thousands: ','; if they mark decimals, set decimal: ','",
    ),
    (r"^[+-]?\d*,\d+$", "if commas mark decimals, set decimal: ','"),
    (
        r"^[+-]?[1-9]\d{0,2}([ '’\u00a0\u202f]\d{3})+([.,]\d+)?$",
        "set what separates thousands, thousands: ' ' or \"'\"",
    ),
    (r"^[+-]?[1-9]\d{0,2}(\.\d{3}){2,}$", "if points separate thousands, set decimal: ','"),
)
"""How numbers are written in other countries, and the key of a CSV source that makes them readable."""
_POINTS_IN_COMMA, _COMMAS_IN_POINT = r"^[+-]?\d{1,3}(\.\d{3})+,\d+$", r"^[+-]?\d{1,3}(,\d{3})+\.\d+$"
"""Thousands and decimals together, such as 1.234,50 and 1,234.50: these can only be read in one way."""
LARGEST = 1e150
"""Larger numbers count as infinite, because their squares, or their quotients with small numbers, are."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """Rows (`mask`, Boolean) whose value in a canonical column cannot be used, and what is wrong with it."""

    column: str
    complaint: str
    mask: pl.Series
    values: pl.Series | None = None
    """The values as text, for the reason."""


def pick(frame: pl.DataFrame, ref: Column | None) -> pl.Series | None:
    """Return the raw column that `ref` names, or its constant; None if the frame has no such column.

    A name with dots reaches into nested records, unless a column has exactly that name. If `ref` says which
    texts are positive, the values are 1 and 0.
    """
    raw = None if ref is None else _raw(frame, ref)
    return raw if raw is None or ref is None or not ref.positive else _truths(raw, ref.positive)


def _raw(frame: pl.DataFrame, ref: Column) -> pl.Series | None:
    import polars as pl

    if ref.column is None:
        return pl.select(pl.lit(ref.constant)).to_series().new_from_index(0, frame.height)
    if ref.column in frame.columns:
        return frame[ref.column]
    head, *path = ref.column.split(".")
    if not path or head not in frame.columns:
        return None
    series = frame[head]
    for name in path:
        if not isinstance(series.dtype, pl.Struct) or name not in series.struct.fields:
            return None
        series = series.struct.field(name)
    return series


def as_text(series: pl.Series) -> pl.Series:
    """Return text, whole numbers without a decimal point, so that an id reads the same from every format."""
    import polars as pl

    if series.dtype.is_float():
        whole = series.is_finite() & (series == series.floor()) & (series.abs() < _WHOLE)
        if (whole | series.is_null()).all():
            return series.cast(pl.Int64).cast(pl.String)
    if series.dtype == pl.String:
        return series
    if isinstance(series.dtype, pl.Struct):
        return series.struct.json_encode()
    if isinstance(series.dtype, pl.Binary):
        return series.cast(pl.String, strict=False)
    if series.dtype.is_nested():
        return pl.Series(
            series.name, [None if v is None else str(v.to_list()) for v in series], dtype=pl.String
        )
    return series.cast(pl.String)


def class_names(number: pl.Series) -> pl.Series:
    """Return numbers as names of classes, each as summaries name it: whole ones without a decimal point."""
    import polars as pl

    value = pl.col(number.name)
    is_whole = (value == value.floor()) & (value.abs() < LARGEST_CLASS)
    name = (
        pl.when(is_whole)
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(value.cast(pl.String))
    )
    return number.to_frame().select(name).to_series()


def as_number(series: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return Float64 values, and a mask of values that are given but not numbers. Booleans are 1 and 0."""
    import polars as pl

    if series.dtype.is_numeric() or series.dtype in (pl.Boolean, pl.Null):
        return series.cast(pl.Float64), _all_false(series)
    text = as_text(series).str.strip_chars()
    text = text.to_frame("t").select(pl.when(~pl.col("t").is_in(MISSING_MARKS)).then("t"))["t"]
    number = text.cast(pl.Float64, strict=False)
    if number.null_count() > text.null_count():
        number = number.zip_with(number.is_not_null(), _unusual_numbers(text))
    return number, text.is_not_null() & number.is_null()


def _unusual_numbers(text: pl.Series) -> pl.Series:
    """Numbers that a plain cast does not read: true and false, and those with separated thousands."""
    import polars as pl

    value = pl.col("t")
    plain = (
        pl.when(value.str.contains(_POINTS_IN_COMMA))
        .then(value.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
        .when(value.str.contains(_COMMAS_IN_POINT))
        .then(value.str.replace_all(",", "", literal=True))
    )
    truth = value.str.to_lowercase().replace_strict(
        {"true": 1.0, "false": 0.0}, default=None, return_dtype=pl.Float64
    )
    return text.to_frame("t").select(pl.coalesce(truth, plain.cast(pl.Float64, strict=False))).to_series()


def number_column(
    frame: pl.DataFrame, ref: Column | None, name: str, *, keep_text: bool = False
) -> tuple[pl.Series, list[Flaw]]:
    """Return a canonical number in the canonical unit, and its flaws (none with `keep_text`).

    NaN, infinities and numbers beyond `LARGEST` are NULL.
    """
    import polars as pl

    raw = pick(frame, ref)
    if raw is None or ref is None:
        return pl.Series(name, [None], dtype=pl.Float64).new_from_index(0, frame.height), []
    number, wrong = as_number(raw)
    number = number * unit_factor(ref, latency=name == "latency_ms")
    inside = pl.col("v").is_between(-LARGEST, LARGEST)
    number = number.to_frame("v").select(pl.when(inside).then("v"))["v"].rename(name)
    if keep_text or not wrong.any():
        return number, []
    texts = as_text(raw)
    unread = texts.filter(wrong).str.strip_chars()
    hint = next((f"; {remedy}" for shape, remedy in _HINTS if unread.str.contains(shape).any()), "")
    return number, [Flaw(name, f"is not a number{hint}", wrong, texts)]


def _truths(raw: pl.Series, positive: Collection[str]) -> pl.Series:
    """1 if the text is one of `positive`, 0 if it is another, NULL if there is none."""
    import polars as pl

    text = pl.col("t").str.strip_chars()
    there = pl.when(~text.is_in(MISSING_MARKS)).then(text)
    return as_text(raw).to_frame("t").select(there.is_in(list(positive)).cast(pl.Float64)).to_series()


def without_overflow(number: pl.Series) -> pl.Series:
    """Return the numbers, with those beyond `LARGEST` as infinities."""
    import polars as pl

    value = pl.col("v")
    cut = pl.when(value > LARGEST).then(math.inf).when(value < -LARGEST).then(-math.inf).otherwise(value)
    return (
        number.to_frame("v")
        .select(pl.when(value.is_nan()).then(value).otherwise(cut))["v"]
        .rename(number.name)
    )


def text_column(frame: pl.DataFrame, ref: Column | None, name: str) -> pl.Series:
    """Return a canonical text; '' where none is given."""
    import polars as pl

    raw = pick(frame, ref)
    if raw is None:
        return pl.Series(name, [""], dtype=pl.String).new_from_index(0, frame.height)
    return as_text(raw).fill_null("").rename(name)


def unit_factor(ref: Column, *, latency: bool = False) -> float:
    """Return the factor to apply to values: to ms for latencies, from percent to shares."""
    if latency:
        return _MS.get(ref.unit, 1.0)
    return 0.01 if ref.unit == "percent" else 1.0


def flat_columns(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """Return all columns, with nested records flattened to dotted names."""
    import polars as pl

    found: dict[str, pl.Series] = {}
    waiting = [(name, frame[name]) for name in reversed(frame.columns)]
    while waiting:
        name, series = waiting.pop()
        if isinstance(series.dtype, pl.Struct):
            fields = reversed(series.struct.fields)
            waiting.extend((f"{name}.{field}", series.struct.field(field)) for field in fields)
        else:
            found[name] = series
    return found


def _all_false(series: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(series))
