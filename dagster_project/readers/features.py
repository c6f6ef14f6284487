"""The inputs of models: each feature is a column `f:<name>`, a number or a category. Used by `requests`.

A feature's type is the one declared by the source or the model's file; else the file's own (numbers are
numbers, text and booleans are categories); else, in CSV, where everything is text, it is a number if all
values are numbers in the rows in which the feature is first seen. The type is then kept: later values of a
number that are not numbers become NaN and count as invalid. The spelling is kept too: SQL does not
distinguish Age from age, so both are the one seen first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.naming import OUTPUT, case_folded
from dagster_project.readers.columns import (
    as_number,
    as_text,
    flat_columns,
    pick,
    unit_factor,
    without_overflow,
)
from dagster_project.readers.mapped import FILE, ROW
from dagster_project.spec.source import Column, Source

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Features:
    """The feature columns of a batch."""

    columns: tuple[pl.Series, ...]
    types: dict[str, str]
    unused: tuple[str, ...]
    """Columns of the file that are not mapped."""


def feature_columns(
    frame: pl.DataFrame, source: Source, types: dict[str, str], answers: frozenset[str] = frozenset()
) -> Features:
    """Return all features that have a value in this batch; `types` are the types already known.

    `answers`: columns that another source maps; unless this source names them they are neither features nor
    unused.
    """
    raw, unused = _raw_features(frame, source, types, answers)
    columns, found = [], {}
    for name in sorted(raw):
        ref, series = raw[name]
        kind = types.get(name) or ref.feature_type or _type_of(series, text_only=_is_csv_text(frame))
        if kind is None or series.null_count() == len(series):
            continue
        found[name] = kind
        columns.append(
            (_as_numbers(series, ref) if kind == "number" else as_text(series)).rename(f"f:{name}")
        )
    return Features(tuple(columns), found, unused)


def _raw_features(
    frame: pl.DataFrame, source: Source, types: dict[str, str], answers: frozenset[str]
) -> tuple[dict[str, tuple[Column, pl.Series]], tuple[str, ...]]:
    raw: dict[str, tuple[Column, pl.Series]] = {}
    spelled = {case_folded(name): name for name in (*types, *source.features)}
    for name, ref in source.features.items():
        series = pick(frame, ref)
        if series is not None:
            raw[name] = (ref, series)
    refs = (*source.columns.values(), *source.features.values(), *source.scores.values())
    mapped = {ref.column for ref in refs} | answers
    unused = []
    others = flat_columns(frame.drop(FILE, ROW))
    for name in sorted(others, key=lambda name: spelled.get(case_folded(name), name) != name):
        if name in mapped or name.partition(".")[0] in mapped:
            continue
        known, series = spelled.setdefault(case_folded(name), name), others[name]
        if not source.all_other_columns_are_features or not _can_be_feature(name, series):
            unused.append(name)
        elif known not in raw:
            raw[known] = (Column(column=name), series)
        elif known in source.features:
            unused.append(name)
        else:
            ref, first = raw[known]
            raw[known] = (ref, _either(first, series))
            if (first.is_not_null() & series.is_not_null()).any():
                unused.append(name)
    return raw, tuple(unused)


def _either(first: pl.Series, other: pl.Series) -> pl.Series:
    """The first if it has a value, else the other; as text if their types differ."""
    import polars as pl

    if first.dtype != other.dtype and not (first.dtype.is_numeric() and other.dtype.is_numeric()):
        first, other = as_text(first), as_text(other)
    return pl.select(pl.coalesce(first, other)).to_series()


def _can_be_feature(name: str, series: pl.Series) -> bool:
    """Whether a column may be a feature: no instants, lists or bytes, and no name like an answer's."""
    return not name.startswith(OUTPUT) and not (
        series.dtype.is_nested() or series.dtype.is_temporal() or str(series.dtype) == "Binary"
    )


def _is_csv_text(frame: pl.DataFrame) -> bool:
    """Whether every column is text, as only in CSV: then text may well hold numbers."""
    import polars as pl

    return all(dtype == pl.String for name, dtype in frame.schema.items() if name not in (FILE, ROW))


def _type_of(series: pl.Series, *, text_only: bool) -> str | None:
    import polars as pl

    if series.null_count() == len(series):
        return None
    if series.dtype.is_numeric():
        return "number"
    if series.dtype == pl.Boolean or not text_only:
        return "category"
    number, wrong = as_number(series)
    if number.null_count() == len(number):
        return "category" if wrong.any() else None
    truths = series.str.to_lowercase().is_in(["true", "false"]).any()
    return "category" if wrong.any() or truths else "number"


def _as_numbers(series: pl.Series, ref: Column) -> pl.Series:
    number, wrong = as_number(series)
    number = without_overflow(number * unit_factor(ref))
    return number.set(wrong, math.nan) if wrong.any() else number
