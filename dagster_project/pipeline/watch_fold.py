"""A rule's monitors judged day after day: the fold from what stood before to the signals of the days asked for.

In: input rows of the days to judge, and the signals before them. Out: rows of `mart.signal`. The state between two days
stands in the signals themselves, so a fold may begin on any day and a night costs what its days cost. Caller:
pipeline.watch, pipeline.replay.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import episodes
from dagster_project.core.alarm import Verdict
from dagster_project.core.types import Bools, Floats
from dagster_project.pipeline.watch_board import Board
from dagster_project.pipeline.watch_terms import Judge, Today
from dagster_project.spec.rule import Rule

if TYPE_CHECKING:
    import polars as pl

NO_READING = "no reading of this day"
STATES = ("warming up", "too few")
"""Words that a reason begins with when they are the state too; others are 'not known'."""


@dataclass(frozen=True, slots=True)
class Folded:
    """The signals, and which monitors have an open episode at the end."""

    signals: pl.DataFrame
    open: int


def fold(rule: Rule, board: Board, judge: Judge, holidays: frozenset[dt.date]) -> Folded:
    """Judge every day of the board in order."""
    import polars as pl

    state, memory, comparable = board.state, board.memory, board.comparable.copy()
    persistence = episodes.Persistence(rule.open_after, rule.close_after)
    frames = []
    for t, day in enumerate(board.days):
        at = board.before + t
        today = _today(board, t, comparable, state, memory)
        verdict, remembered = judge.judge(today)
        verdict = _where(verdict, board.has[:, t])
        ordinal = day.toordinal()
        state, ended = episodes.step(
            state, ordinal, verdict.fires, verdict.clears, verdict.known, persistence
        )
        memory = np.where(board.has[:, t, None], remembered, memory)
        calm = np.isfinite(board.observed[:, at]) & ~verdict.fires & ~state.open
        comparable[:, at] = calm & (day not in holidays)
        if board.has[:, t].any():
            frames.append(_rows(board, t, today, verdict, state, ended, memory))
    signals = pl.concat(frames) if frames else pl.DataFrame()
    return Folded(signals, int(state.open.sum()))


def _today(board: Board, t: int, comparable: Bools, state: episodes.State, memory: Floats) -> Today:
    at = board.before + t
    return Today(
        day=board.days[t],
        observed=board.observed[:, at],
        n=board.n[:, at],
        note=board.notes[t],
        past=board.observed[:, t:at],
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


def _rows(
    board: Board,
    t: int,
    today: Today,
    verdict: Verdict,
    state: episodes.State,
    ended: Mapping[int, episodes.Episode],
    memory: Floats,
) -> pl.DataFrame:
    """The day's signals of monitors with a reading, with the state after it."""
    import polars as pl

    opened, since, last, repeats = (
        state.opened.copy(),
        state.since.copy(),
        state.last.copy(),
        state.repeats.copy(),
    )
    for i, episode in ended.items():
        opened[i], since[i], last[i], repeats[i] = (
            episode.opened,
            episode.since,
            episode.last,
            episode.repeats,
        )
    closed = np.zeros(len(opened), dtype=np.bool_)
    closed[list(ended)] = True
    columns = {
        "observed": today.observed, "expected": verdict.expected, "low": _finite(verdict.low),
        "high": _finite(verdict.high), "z": verdict.z, "detectable": verdict.detectable,
    }  # fmt: skip
    frame = board.monitors.with_columns(
        pl.lit(today.day).alias("day"),
        pl.lit(today.day + dt.timedelta(days=board.wait)).alias("known_on"),
        *(pl.Series(name, values, dtype=pl.Float64).fill_nan(None) for name, values in columns.items()),
        pl.Series("n", today.n).fill_nan(None).cast(pl.Int64),
        pl.Series("state", _states(verdict, today.open), dtype=pl.String),
        pl.Series("reason", _reasons(today, verdict), dtype=pl.String),
        *(
            _days(name, values)
            for name, values in (("since", since), ("opened", opened), ("last_fired", last))
        ),
        pl.Series("repeats", repeats.astype(np.int32)),
        pl.Series("closed", closed),
        pl.Series("firing", state.firing.astype(np.int32)),
        pl.Series("clearing", state.clearing.astype(np.int32)),
        pl.Series("held", [_held(row) for row in memory], dtype=pl.List(pl.Float64)),
    )
    return frame.filter(pl.Series(board.has[:, t]))


def _finite(values: Floats) -> Floats:
    """Infinite limits are none: the series does not alarm on that side."""
    return np.where(np.isfinite(values), values, np.nan)


def _held(row: Floats) -> list[float] | None:
    return None if len(row) == 0 or np.isnan(row).all() else row.tolist()


def _days(name: str, ordinals: np.typing.NDArray[np.int64]) -> pl.Series:
    import polars as pl

    days = [dt.date.fromordinal(o) if o != episodes.NEVER else None for o in ordinals.tolist()]
    return pl.Series(name, days, dtype=pl.Date)


def _states(verdict: Verdict, is_open: Bools) -> list[str]:
    clears = verdict.clears & is_open
    known = np.select([verdict.fires, verdict.drifts, clears], ["fires", "drifting", "clears"], "ok")
    return [
        str(word) if is_known else next((s for s in STATES if why.startswith(s)), "not known")
        for word, is_known, why in zip(known, verdict.known.tolist(), verdict.why, strict=True)
    ]


def _reasons(today: Today, verdict: Verdict) -> Sequence[str]:
    """Why a day is not known; of a known one, what its note says."""
    return [why or note for why, note in zip(verdict.why, today.note, strict=True)]
