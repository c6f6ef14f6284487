"""Windows of days."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.days import days_between, window


@given(st.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 31)), st.integers(1, 400))
def test_a_window_holds_its_days_and_ends_with_the_last(last: dt.date, length: int) -> None:
    """Both ends are inside."""
    first, stop = window(last, length)
    days = days_between(first, stop)
    assert (days[0], days[-1], len(days)) == (first, last, length)
    assert days_between(last, last - dt.timedelta(days=1)) == ()


def test_a_window_is_at_least_a_day() -> None:
    """No length, no window."""
    with pytest.raises(ValueError, match="at least one day"):
        window(dt.date(2013, 1, 1), 0)
