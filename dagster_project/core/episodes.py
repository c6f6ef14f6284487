"""From firing days to alarms: one alarm an episode, with persistence and hysteresis.

A fold over days, all monitors at once: an episode opens after so many firing days in a row and closes after so many
clearing days in a row. A day that could not be judged neither opens nor closes nor breaks a row. Caller: pipeline,
which keeps `State` between nights.
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
    """One alarm; days are counted as the caller counts them."""

    since: int
    """The first firing day of the row that opened it."""
    opened: int
    """The day on which the row was long enough: with the monitor it names the episode."""
    last: int
    """The last firing day."""
    closed: int | None
    """The last of the clearing days that closed it; None: still open."""
    repeats: int
    """Firing days after it opened."""


@dataclass(frozen=True, slots=True)
class State:
    """What a night hands to the next; arrays [S]. NEVER (-1) stands where there is no day."""

    firing: Ints
    """Firing days in a row."""
    clearing: Ints
    """Clearing days in a row."""
    since: Ints
    opened: Ints
    """The day the open episode opened; NEVER: none is open."""
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
    """Return the state after one more day, and the episodes that this day closed, by monitor."""
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
    """Return the episodes of each monitor over days [S, D] that begin with `first`; the last may be open."""
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
