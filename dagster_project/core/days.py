"""Windows of days. The readers turn instants into days of a time zone, in SQL."""

from __future__ import annotations

import datetime as dt

ONE_DAY = dt.timedelta(days=1)


def days_between(first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return every day from `first` to `last`, both included; empty if `last` comes before `first`."""
    return tuple(first + dt.timedelta(days=i) for i in range((last - first).days + 1))


def days_until(last: dt.date, length: int) -> tuple[dt.date, ...]:
    """Return the `length` days that end with `last`, oldest first."""
    return days_between(last - (length - 1) * ONE_DAY, last)
