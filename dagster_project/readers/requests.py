"""Turn raw rows into canonical requests, for sources of kind 'requests'. Called by `mapping`.

A row is rejected if a canonical number is not a number or a time not a time. NaN and infinities of canonical
numbers become "not available"; features keep them. A label beside the request is kept in `label*` columns.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from dagster_project.readers.columns import (
    Flaw,
    as_number,
    as_text,
    class_names,
    number_column,
    pick,
    text_column,
)
from dagster_project.readers.features import feature_columns
from dagster_project.readers.mapped import IntakeRules, Mapped, missing, split_rows
from dagster_project.readers.probabilities import BEYOND, no_scores, probabilities, probability
from dagster_project.readers.times import days_of, localized, time_column
from dagster_project.spec.source import Source

if TYPE_CHECKING:
    import polars as pl

DEFAULT_ERRORS = ("error", "failed", "timeout")
_TEXTS = ("model_id", "version", "deployment", "pattern", "consumer", "status")
_WHOLE = ("records", "tokens_in", "tokens_out", "eligible")
_SEPARATOR = "\x1f"
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)
"""Earlier times were never set (1970) or are in another unit; accepting them would score every day since."""

MOST, DEAREST = 1e12, 1e9
"""A larger count or cost of one request is a mistake, and a day's sum of such values would not be exact."""
LONGEST_MS = 1e11
"""Three years. No request takes longer, so a longer latency, like a negative one, counts as not measured."""


def map_requests(frame: pl.DataFrame, source: Source, intake: IntakeRules) -> Mapped:
    """Return the canonical requests of a raw frame that has FILE and ROW."""
    import polars as pl

    refs = source.columns
    event, flaws = time_column(frame, refs.get("event_time"), source, "event_time")
    arrival, more = time_column(frame, refs.get("arrival_time"), source, "arrival_time")
    flaws += [missing(event, "event_time"), *more, _future(event, intake), _ancient(event)]
    columns = [event, arrival, days_of(event, intake.zone).rename("day")]
    columns += [text_column(frame, refs.get(name), name) for name in _TEXTS]
    flaws.append(missing(columns[3], "model_id"))
    numbers, more = _numbers(frame, source)
    flaws += more
    columns += numbers
    columns += _outcome_columns(frame, source, intake, flaws)
    features = feature_columns(frame, source, intake.feature_types, intake.answers)
    columns += [user_hashes(frame, source, intake.salt), *features.columns]
    rows, scores = _with_scores(pl.DataFrame(columns), frame, source, flaws)
    rows = rows.with_columns(error_flags(rows["status"], source), late_flags(rows, source, intake.zone))
    rows = rows.with_columns(_request_ids(frame, rows, source, flaws), scores)
    mapped = split_rows(frame, rows, trusted_days(event, intake), flaws, source)
    return Mapped(mapped.rows, mapped.counts, mapped.rejects, features.types, features.unused)


def trusted_days(event: pl.Series, intake: IntakeRules) -> pl.Series:
    """Return the day of each event; NULL if its clock is wrong: in the future, or before `EARLIEST`."""
    import polars as pl

    past = event.is_between(EARLIEST, intake.horizon).fill_null(value=False)
    return days_of(event.zip_with(past, pl.Series([None], dtype=event.dtype)), intake.zone).rename("day")


def user_hashes(frame: pl.DataFrame, source: Source, salt: str) -> pl.Series:
    """Return UInt64 hashes, the first 8 bytes of BLAKE2b(salt, NUL, user); NULL where no user is given."""
    import polars as pl

    raw = pick(frame, source.columns.get("user"))
    if raw is None:
        return pl.Series("user_hash", [None], dtype=pl.UInt64).new_from_index(0, frame.height)
    users = as_text(raw)
    clear = [user for user in users.unique().to_list() if user]
    hashed = [user_hash(user, salt) for user in clear]
    return users.replace_strict(
        pl.Series(clear, dtype=pl.String),
        pl.Series(hashed, dtype=pl.UInt64),
        default=None,
        return_dtype=pl.UInt64,
    ).rename("user_hash")


@lru_cache(maxsize=65_536)
def user_hash(user: str, salt: str) -> int:
    """Return the number that stands for a user; cached, as most users of a batch were in the one before."""
    digest = hashlib.blake2b(f"{salt}\0{user}".encode(), digest_size=64).digest()
    return int.from_bytes(digest[:8], "big")


def error_flags(status: pl.Series, source: Source) -> pl.Series:
    """Return whether the status says that the request failed; NULL without a status."""
    import polars as pl

    text = status.str.strip_chars()
    lower = text.str.to_lowercase()
    if source.errors:
        failed = lower.is_in([text.lower() for text in source.errors])
    else:
        number = text.cast(pl.Float64, strict=False)
        failed = (number >= 500).fill_null(value=False) | lower.is_in(DEFAULT_ERRORS)
    given = pl.DataFrame({"status": text, "error": failed})
    return given.select(pl.when(pl.col("status") != "").then("error").alias("error"))["error"]


def late_flags(rows: pl.DataFrame, source: Source, zone: str) -> pl.Series:
    """Return whether a row arrived over `late_after_hours` after its day ended; NULL without an arrival."""
    import polars as pl

    day_end = localized(rows["day"].dt.offset_by("1d").cast(pl.Datetime("us")), zone)
    allowed = pl.duration(microseconds=round(source.late_after_hours * 3_600_000_000))
    frame = pl.DataFrame({"arrival": rows["arrival_time"], "end": day_end})
    return frame.select((pl.col("arrival") > pl.col("end") + allowed).alias("late"))["late"]


def label_columns(frame: pl.DataFrame, source: Source) -> list[pl.Series]:
    """Return `label` (numbers) and `label_text` (all others); both NULL where there is no label."""
    return _number_or_text(frame, source, "label")


def _future(event: pl.Series, intake: IntakeRules) -> Flaw:
    return Flaw("event_time", "is in the future", (event > intake.horizon).fill_null(value=False))


def _ancient(event: pl.Series) -> Flaw:
    return Flaw("event_time", f"is before {EARLIEST:%Y}", (event < EARLIEST).fill_null(value=False))


def _numbers(frame: pl.DataFrame, source: Source) -> tuple[list[pl.Series], list[Flaw]]:
    import polars as pl

    columns, flaws = [], []
    for name in ("latency_ms", "score", "baseline", "cost", "records", "tokens_in", "tokens_out", "eligible"):
        column, wrong = number_column(frame, source.columns.get(name), name)
        flaws += wrong
        if name in _WHOLE:
            bad = ((column < 0) | (column != column.floor()) | (column > MOST)).fill_null(value=False)
            flaws.append(Flaw(name, "is not a whole number from 0 to 10^12", bad, column.cast(pl.String)))
            column = column.zip_with(~bad, pl.Series([None], dtype=pl.Float64)).cast(pl.Int64)
        if name == "cost":
            bad = (column.abs() > DEAREST).fill_null(value=False)
            flaws.append(Flaw(name, "is beyond 10^9", bad, column.cast(pl.String)))
            column = column.zip_with(~bad, pl.Series([None], dtype=pl.Float64))
        if name == "score":
            column, beyond = probability(
                column, f"{BEYOND}; map any other number as prediction or as a feature"
            )
            flaws.append(beyond)
        columns.append(column.fill_null(1) if name == "records" else column)
    latency = columns[0]
    measured = latency.is_between(0, LONGEST_MS).fill_null(value=True)
    columns[0] = latency.zip_with(measured, pl.Series([None], dtype=pl.Float64))
    return columns, flaws


def _number_or_text(frame: pl.DataFrame, source: Source, name: str) -> list[pl.Series]:
    import polars as pl

    ref = source.columns.get(name)
    number, _ = number_column(frame, ref, name, keep_text=True)
    raw = pick(frame, ref)
    if raw is None:
        return [number, pl.Series(f"{name}_text", [None], dtype=pl.String).new_from_index(0, frame.height)]
    text = as_text(raw)
    _, is_text = as_number(raw)
    return [number, text.zip_with(is_text, pl.Series([None], dtype=pl.String)).rename(f"{name}_text")]


def _outcome_columns(
    frame: pl.DataFrame, source: Source, intake: IntakeRules, flaws: list[Flaw]
) -> list[pl.Series]:
    """The prediction, and the label given with the request; a label from the future does not count yet."""
    label_time, wrong = time_column(frame, source.columns.get("label_time"), source, "label_time")
    flaws += wrong
    labels = label_columns(frame, source)
    known = ~(label_time > intake.horizon).fill_null(value=False)
    none = [series.clear(1) for series in labels]
    labels = [series.zip_with(known, empty) for series, empty in zip(labels, none, strict=True)]
    return [*_number_or_text(frame, source, "prediction"), *labels, label_time]


def _with_scores(
    rows: pl.DataFrame, frame: pl.DataFrame, source: Source, flaws: list[Flaw]
) -> tuple[pl.DataFrame, pl.Series]:
    """The rows with the probability of the class answered as `score`, and `scores`, those of all classes.

    If the source maps no answer, it is the likeliest class.
    """
    import polars as pl

    if not source.scores:
        return rows, no_scores(rows.height)
    found = probabilities(frame, source.scores)
    flaws += found.flaws
    if "prediction" not in source.columns:
        rows = rows.with_columns(found.likeliest.alias("prediction_text"))
    numbered = class_names(rows["prediction"])
    answered = rows.select(pl.coalesce("prediction_text", numbered)).to_series()
    return rows.with_columns(found.of(answered)), found.listed()


def _request_ids(frame: pl.DataFrame, rows: pl.DataFrame, source: Source, flaws: list[Flaw]) -> pl.Series:
    """The id as text. If the source has none, a hash of the row; equal rows are numbered later."""
    import polars as pl

    if "request_id" in source.columns:
        ids = text_column(frame, source.columns["request_id"], "request_id")
        flaws.append(missing(ids, "request_id"))
        return ids
    # Named columns without the missing ones, so that columns of other files make no difference.
    named = [pl.concat_str(pl.lit(f"{name}="), pl.col(name).cast(pl.String)) for name in sorted(rows.columns)]
    texts = rows.select(pl.concat_str(named, separator=_SEPARATOR, ignore_nulls=True).alias("t"))["t"]
    hashes = [hashlib.blake2b(text.encode(), digest_size=12).hexdigest() for text in texts]
    return pl.Series("request_id", hashes, dtype=pl.String)
