"""The replay: score every decision of the year as it would have been, one predict call per origin and hour.

In: decisions of `features` and the trained versions. Out: one row per decision with version, prediction, and
duration and size of its call. Called by `build`. No other module of `demo` reads a clock: latency is the only
thing in which two runs of the demo differ.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.demo.models import CANARY_SHARE
from dagster_project.demo.scoring import Scorer
from dagster_project.demo.training import Trained, categories_of, numbers_of

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.demo.models import DemoModel
    from dagster_project.demo.scoring import Floats

CALL = ("call_hour", "origin", "version")
"""What one predict call answers: the decisions of one hour, airport and version."""


def replay(
    decided: pl.DataFrame, model: DemoModel, trained: Sequence[Trained], first: dt.date, last: dt.date
) -> pl.DataFrame:
    """Score the days first..last: the decisions' columns and version, prediction, latency_ms, call_records.

    latency_ms is the wall-clock time of the whole call, on each row it answered. call_records is the call's
    number of rows on its first row and 0 on the others, so it sums to the number of rows. Sorted by call,
    then key.
    """
    import polars as pl

    in_use = decided.filter(pl.col("day").is_between(first, min(last, model.last_day or last)))
    rows = with_version(in_use, model).with_columns(call_hour=pl.col("decided_at").dt.truncate("1h"))
    rows = rows.sort(*CALL, "flight_key")
    sizes = rows.group_by(CALL, maintain_order=True).len()["len"].to_numpy().astype(np.int64)
    scorers = {t.version.version: Scorer(t.artifact) for t in trained}
    predicted, latency_ms = _answer_calls(rows, model, scorers, np.cumsum(sizes))
    call_records = np.zeros(rows.height, dtype=np.int64)
    call_records[np.cumsum(sizes) - sizes] = sizes
    return rows.with_columns(
        prediction=predicted, latency_ms=np.repeat(latency_ms, sizes), call_records=call_records
    )


def with_version(rows: pl.DataFrame, model: DemoModel) -> pl.DataFrame:
    """Add `version`: the newest that is live on the row's day, if only for canary users, for them.

    A user is an aircraft; a flight without a known tail number has none and stays with the fully deployed version.
    """
    import polars as pl

    chosen = pl.lit(model.versions[0].version)
    in_canary = pl.col("tail").is_in(canary_users(rows, model))
    for version in model.versions[1:]:
        live = pl.col("day") >= version.live_from
        for_all = pl.col("day") >= version.full_from
        serves = live & (for_all | in_canary.fill_null(value=False))
        chosen = pl.when(serves).then(pl.lit(version.version)).otherwise(chosen)
    return rows.with_columns(version=chosen)


def canary_users(rows: pl.DataFrame, model: DemoModel) -> list[str]:
    """Return the tail numbers that get a new version first: a fixed share, by hash of model and tail number."""
    tails = rows["tail"].drop_nulls().unique().sort().to_list()
    return [tail for tail in tails if _unit_hash(f"{model.id}/{tail}") < CANARY_SHARE]


def _unit_hash(text: str) -> float:
    """A number in [0, 1) that depends only on the text."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def _answer_calls(
    rows: pl.DataFrame,
    model: DemoModel,
    scorers: dict[str, Scorer],
    ends: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> tuple[Floats, Floats]:
    """Predictions of all rows and milliseconds of each call; a call is the rows up to its end."""
    numbers = numbers_of(rows, model.numeric)
    categories = categories_of(rows, model.categorical)
    versions = rows["version"].to_list()
    predicted, latency_ms = np.empty(rows.height), np.empty(len(ends))
    start = 0
    for call, end in enumerate(ends.tolist()):
        scorer = scorers[versions[start]]
        asked = [values[start:end] for values in categories]
        began = time.perf_counter_ns()
        predicted[start:end] = scorer.predict(numbers[start:end], asked)
        latency_ms[call] = (time.perf_counter_ns() - began) / 1e6
        start = end
    return predicted, latency_ms
