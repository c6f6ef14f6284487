"""Windows of days."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.days import ONE_DAY, days_between, days_until


@given(st.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 31)), st.integers(1, 400))
def test_a_window_holds_its_days_and_ends_with_the_last(last: dt.date, length: int) -> None:
    """In their order, without a gap."""
    days = days_until(last, length)
    assert (days[-1], len(days)) == (last, length)
    assert all(b - a == ONE_DAY for a, b in itertools.pairwise(days))
    assert days_between(days[0], last) == days
    assert days_between(last, last - ONE_DAY) == ()
