"""Days of a time zone: where they begin and end in UTC, and windows made of them.

A day that daylight saving makes 23 or 25 hours long is one day; one that a zone skipped is zero hours long.
Arrays of instants are turned into days in SQL; this is for the few days that Python handles itself.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def day_bounds(day: dt.date, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """Return the first instant of `day` in `zone` and the first one after it, both in UTC."""
    return _midnight(day, zone), _midnight(day + dt.timedelta(days=1), zone)


def day_of(instant: dt.datetime, zone: str) -> dt.date:
    """Return the day that `zone`'s calendar shows at `instant`. Raises ValueError without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone: a naive time does not say when it was")
    return instant.astimezone(ZoneInfo(zone)).date()


def window(last: dt.date, length: int) -> tuple[dt.date, dt.date]:
    """Return first and last day (both inside) of the `length` days that end with `last`."""
    if length < 1:
        raise ValueError(f"a window is at least one day long, not {length}")
    return last - dt.timedelta(days=length - 1), last


def window_before(last: dt.date, length: int) -> tuple[dt.date, dt.date]:
    """Return the window of the same length that ends where the window of `last` has not begun."""
    return window(last - dt.timedelta(days=length), length)


def days_between(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return every day from `first` to `last`, both inside; empty where `last` comes before `first`."""
    return tuple(first + dt.timedelta(days=i) for i in range((last - first).days + 1))


def _midnight(day: dt.date, zone: str) -> dt.datetime:
    # Where the clock jumps over midnight, fold 0 reads the offset before the jump: the instant of the jump.
    return dt.datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
