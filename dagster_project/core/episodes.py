"""From firing days to alarms: one alarm per episode, with persistence and hysteresis.

A fold over days, all monitors at once: an episode opens after a number of firing days in a row and closes
after a number of clearing days in a row. A day that could not be judged neither opens nor closes an episode,
nor does it break a row. Callers: pipeline.watch_fold, which keeps `State` between nights, and
pipeline.watch_arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dagster_project.core.types import Bools, Ints

NEVER = -1


@dataclass(frozen=True, slots=True)
class Persistence:
    """Days in a row that open and close an episode."""

    open_after: int = 2
    close_after: int = 2


@dataclass(frozen=True, slots=True)
class Episode:
    """One alarm; days are numbered as the caller numbers them."""

    since: int
    """The first firing day of the row that opened it."""
    opened: int
    """The day on which the row became long enough; together with the monitor it identifies the episode."""
    last: int
    """The last firing day."""
    closed: int | None
    """The last of the clearing days that closed it; None if still open."""
    repeats: int
    """Number of firing days after it opened."""


@dataclass(frozen=True, slots=True)
class State:
    """What one night hands to the next; arrays [S]. NEVER (-1) stands for no day."""

    firing: Ints
    """Firing days in a row."""
    clearing: Ints
    """Clearing days in a row."""
    since: Ints
    opened: Ints
    """The day the open episode opened; NEVER if none is open."""
    last: Ints
    repeats: Ints

    @property
    def open(self) -> Bools:
        """Which monitors have an open episode."""
        return np.asarray(self.opened != NEVER)

    def episode(self, monitor: int, closed: int | None = None) -> Episode:
        """Return the open episode of one monitor."""
        since, opened, last, repeats = (
            int(a[monitor]) for a in (self.since, self.opened, self.last, self.repeats)
        )
        return Episode(since, opened, last, closed, repeats)


def start(monitors: int) -> State:
    """Return the state before the first day."""
    zero, never = np.zeros(monitors, dtype=np.int64), np.full(monitors, NEVER, dtype=np.int64)
    return State(zero, zero, never, never, never, zero)


def step(
    state: State,
    day: int,
    fires: Bools,
    clears: Bools,
    known: Bools,
    persistence: Persistence | None = None,
) -> tuple[State, dict[int, Episode]]:
    """Return the state after one more day, and by monitor the episodes that the day closed."""
    rule = persistence or Persistence()
    fires, clears = fires & known, clears & known & ~fires
    firing = np.where(fires, state.firing + 1, np.where(known, 0, state.firing))
    clearing = np.where(clears, state.clearing + 1, np.where(known, 0, state.clearing))
    was = state.open
    opens, closes = ~was & (firing >= rule.open_after), was & (clearing >= rule.close_after)
    after = State(
        firing=firing,
        clearing=clearing,
        since=np.where(~was & fires & (state.firing == 0), day, state.since),
        opened=np.where(opens, day, state.opened),
        last=np.where(fires, day, state.last),
        repeats=np.where(was & fires, state.repeats + 1, state.repeats),
    )
    ended = {i: after.episode(i, closed=day) for i in np.flatnonzero(closes).tolist()}
    return _forget(after, closes) if ended else after, ended


def _forget(state: State, closes: Bools) -> State:
    return replace(
        state,
        firing=np.where(closes, 0, state.firing),
        clearing=np.where(closes, 0, state.clearing),
        since=np.where(closes, NEVER, state.since),
        opened=np.where(closes, NEVER, state.opened),
        repeats=np.where(closes, 0, state.repeats),
    )


def replay(
    fires: Bools, clears: Bools, known: Bools, persistence: Persistence | None = None, first: int = 0
) -> list[list[Episode]]:
    """Return the episodes of each monitor over days [S, D] numbered from `first`; the last may be open."""
    monitors, days = fires.shape
    found: list[list[Episode]] = [[] for _ in range(monitors)]
    state = start(monitors)
    for i in range(days):
        state, ended = step(state, first + i, fires[:, i], clears[:, i], known[:, i], persistence)
        for monitor, episode in ended.items():
            found[monitor].append(episode)
    for monitor in np.flatnonzero(state.open).tolist():
        found[monitor].append(state.episode(monitor))
    return found
