"""A rule's monitors judged day after day: the fold from earlier signals to those of the days asked for.

In: input rows of the days to judge, and earlier signals. Out: rows of `mart.signal`. The state between two days is kept
in the signals themselves, so a fold may begin on any day and a night costs what its days cost. Callers: pipeline.watch,
pipeline.replay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dagster_project.core import episodes
from dagster_project.core.alarm import Verdict
from dagster_project.core.types import Bools, Floats
from dagster_project.pipeline.watch_arrays import MonitorArrays
from dagster_project.pipeline.watch_judging import Judge, Today
from dagster_project.spec.rule import Rule

if TYPE_CHECKING:
    import polars as pl

NO_READING = "no reading of this day"
Columns = dict[str, Any]
"""Arrays by column name."""
STATES = ("warming up", "too few")
"""If a reason begins with one of these, that is the state too; otherwise it is 'not known'."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The signals, and how many monitors have an open episode at the end."""

    signals: pl.DataFrame
    open: int


def fold(rule: Rule, arrays: MonitorArrays, judge: Judge, holidays: frozenset[dt.date]) -> Folded:
    """Judge every day of the arrays in order."""
    state, memory, comparable = arrays.state, arrays.memory, arrays.comparable.copy()
    persistence = episodes.Persistence(rule.open_after, rule.close_after)
    judged = []
    for t, day in enumerate(arrays.days):
        at = arrays.before + t
        today = _today(arrays, t, comparable, state, memory)
        verdict, remembered = judge.judge(today)
        verdict = _where(verdict, arrays.has[:, t])
        state, ended = episodes.step(
            state, day.toordinal(), verdict.fires, verdict.clears, verdict.known, persistence
        )
        memory = np.where(arrays.has[:, t, None], remembered, memory)
        calm = np.isfinite(arrays.observed[:, at]) & ~verdict.fires & ~state.open
        comparable[:, at] = calm & (day not in holidays)
        judged.append(_columns(arrays.has[:, t], today, verdict, state, ended, memory))
    return Folded(_frame(arrays, judged), int(state.open.sum()))


def _today(arrays: MonitorArrays, t: int, comparable: Bools, state: episodes.State, memory: Floats) -> Today:
    at = arrays.before + t
    return Today(
        day=arrays.days[t],
        observed=arrays.observed[:, at],
        n=arrays.n[:, at],
        note=arrays.notes[t],
        past=arrays.observed[:, t:at],
        comparable=comparable[:, t:at],
        open=state.open,
        memory=memory,
    )


def _where(verdict: Verdict, has: Bools) -> Verdict:
    """The verdict without monitors that have no reading this day."""
    known = verdict.known & has
    why = [w if h else NO_READING for w, h in zip(verdict.why, has.tolist(), strict=True)]
    return replace(
        verdict, known=known, fires=verdict.fires & known, clears=verdict.clears & known,
        drifts=verdict.drifts & known, why=why,
    )  # fmt: skip


def _columns(
    has: Bools,
    today: Today,
    verdict: Verdict,
    state: episodes.State,
    ended: Mapping[int, episodes.Episode],
    memory: Floats,
) -> Columns:
    """The day's signals of monitors with a reading, with the state after it; `at` is the monitor's place."""
    opened, since, last, repeats = (a.copy() for a in (state.opened, state.since, state.last, state.repeats))
    for i, episode in ended.items():
        opened[i], since[i], last[i], repeats[i] = (
            episode.opened, episode.since, episode.last, episode.repeats,
        )  # fmt: skip
    closed = np.zeros(len(opened), dtype=np.bool_)
    closed[list(ended)] = True
    every = {
        "at": np.arange(len(has)), "day": np.full(len(has), today.day.toordinal()),
        "observed": today.observed, "expected": verdict.expected, "low": _finite(verdict.low),
        "high": _finite(verdict.high), "z": verdict.z, "detectable": verdict.detectable, "n": today.n,
        "since": since, "opened": opened, "last_fired": last, "repeats": repeats, "closed": closed,
        "firing": state.firing, "clearing": state.clearing, "held": memory,
        "state": np.array(_states(verdict, today.open), dtype=object),
        "reason": np.array(_reasons(today, verdict), dtype=object),
    }  # fmt: skip
    return {name: values[has] for name, values in every.items()}


def _frame(arrays: MonitorArrays, judged: Sequence[Columns]) -> pl.DataFrame:
    """All days' columns as rows of `mart.signal`; nan and NEVER become NULL."""
    import polars as pl

    together = {name: np.concatenate([day[name] for day in judged]) for name in judged[0]}
    held = together.pop("held")
    texts = {
        name: pl.Series(name, together.pop(name).tolist(), dtype=pl.String) for name in ("state", "reason")
    }
    frame = pl.DataFrame(together).with_columns(
        pl.col(pl.Float64).fill_nan(None),
        *(_day(name) for name in ("since", "opened", "last_fired", "day")),
        *texts.values(),
        _held(held),
    )
    own = frame.with_columns(
        pl.col("n").cast(pl.Int64), (pl.col("day") + pl.duration(days=arrays.wait)).alias("known_on")
    )
    named = own.join(
        arrays.monitors.with_row_index("at").cast({"at": pl.Int64}), on="at", maintain_order="left"
    )
    return named.drop("at")


def _day(name: str) -> pl.Expr:
    """An ordinal as a day; NEVER becomes NULL."""
    import polars as pl

    since_epoch = pl.col(name) - dt.date(1970, 1, 1).toordinal()
    return pl.when(pl.col(name) != episodes.NEVER).then(since_epoch.cast(pl.Int32).cast(pl.Date)).alias(name)


def _finite(values: Floats) -> Floats:
    """Infinite limits become nan: the series does not alarm on that side."""
    return np.where(np.isfinite(values), values, np.nan)


def _held(memory: Floats) -> pl.Series:
    """What monitors remember [rows, items] as one list per row; NULL if that is nothing."""
    import polars as pl

    lists = pl.Series("held", memory, dtype=pl.Array(pl.Float64, memory.shape[1])).cast(pl.List(pl.Float64))
    something = pl.Series(~np.isnan(memory).all(axis=1))
    return lists.to_frame().select(pl.when(something).then("held"))["held"]


def _states(verdict: Verdict, is_open: Bools) -> list[str]:
    calm = np.where(verdict.clears & is_open, "clears", "ok")
    known = np.where(verdict.fires, "fires", np.where(verdict.drifts, "drifting", calm)).tolist()
    return [
        word if is_known else next((s for s in STATES if why.startswith(s)), "not known")
        for word, is_known, why in zip(known, verdict.known.tolist(), verdict.why, strict=True)
    ]


def _reasons(today: Today, verdict: Verdict) -> Sequence[str]:
    """Why a day is not known, or a known day's note."""
    return [why or note for why, note in zip(verdict.why, today.note, strict=True)]
