"""Intervals of days on which something was true: pure functions from old intervals and tonight's facts to new ones.

In: the rows of `catalog.history` and what this night found. Out: the rows that replace them. Called by `catalog`.
An interval includes its first day and excludes its last: on `valid_to` it was no longer true.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

Key = tuple[str, str, str]
"""(model_id, version or '', field)."""


@dataclass(frozen=True, slots=True)
class CurrentValue:
    """What is true of a key now; `since` is the day it became true, if known."""

    value: str
    method: str
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the days on which it held; `valid_to` is None while it still holds."""

    value: str
    method: str
    valid_from: dt.date
    valid_to: dt.date | None = None

    def says(self, found: CurrentValue) -> bool:
        """Whether this interval states what was found."""
        return (self.value, self.method) == (found.value, found.method)


History = dict[Key, tuple[Interval, ...]]
"""The intervals of each key, oldest first, without overlaps."""


def extended_history(
    history: Mapping[Key, Iterable[Interval]], found: Mapping[Key, CurrentValue], as_of: dt.date
) -> History:
    """The history after the night of `as_of`: changed and vanished values end, new ones begin."""
    after: History = {}
    for key in sorted(history.keys() | found.keys()):
        past = tuple(sorted(history.get(key, ()), key=lambda interval: interval.valid_from))
        now = found.get(key)
        intervals = _gone(past, as_of) if now is None else _stated(past, now, as_of)
        if intervals:
            after[key] = intervals
    return after


def _gone(past: tuple[Interval, ...], as_of: dt.date) -> tuple[Interval, ...]:
    """It is no longer stated: an open interval ends at `as_of`."""
    last = past[-1]
    if last.valid_to is not None:
        return past
    return (*past[:-1], replace(last, valid_to=as_of)) if last.valid_from < as_of else past[:-1]


def _stated(past: tuple[Interval, ...], now: CurrentValue, as_of: dt.date) -> tuple[Interval, ...]:
    """It is stated: the newest interval continues, is corrected, or gives way to a new one."""
    if not past:
        return (_begin(now, now.since or as_of),)
    *earlier, last = past
    if last.says(now) and (last.valid_to is None or last.valid_to >= as_of):
        start = last.valid_from if earlier else _known_since(last, now, as_of)
        if (start, None) == (last.valid_from, last.valid_to):
            return past
        return (*earlier, replace(last, valid_from=start, valid_to=None))
    start = now.since if now.since and now.since > last.valid_from else as_of
    if last.valid_to is not None:
        return (*past, _begin(now, max(start, last.valid_to)))
    if start <= last.valid_from:  # the past is being rebuilt from changed files, and they decide
        return (*earlier, _begin(now, last.valid_from))
    return (*earlier, replace(last, valid_to=start), _begin(now, start))


def _known_since(only: Interval, now: CurrentValue, as_of: dt.date) -> dt.date:
    """The earliest day stated or seen; a later statement does not withdraw what was already true."""
    return min(only.valid_from, now.since or as_of)


def _begin(now: CurrentValue, start: dt.date) -> Interval:
    return Interval(now.value, now.method, start)
