"""Windows of days. Instants are turned into days of a time zone in SQL, by the readers."""

from __future__ import annotations

import datetime as dt


def window(last: dt.date, length: int) -> tuple[dt.date, dt.date]:
    """Return first and last day (both inside) of the `length` days that end with `last`."""
    if length < 1:
        raise ValueError(f"a window is at least one day long, not {length}")
    return last - dt.timedelta(days=length - 1), last


def days_between(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return every day from `first` to `last`, both inside; empty where `last` comes before `first`."""
    return tuple(first + dt.timedelta(days=i) for i in range((last - first).days + 1))
