"""Days of time zones, with the clock changes that make them odd."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.days import day_bounds, day_of, days_between, window, window_before

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (dt.date(2013, 3, 10), "America/New_York", 23),
        (dt.date(2013, 11, 3), "America/New_York", 25),
        (dt.date(2013, 7, 1), "America/New_York", 24),
        (dt.date(2018, 11, 4), "America/Sao_Paulo", 23),  # the clock jumps over midnight itself
        (dt.date(2024, 4, 7), "Australia/Lord_Howe", 24.5),
        (dt.date(2011, 12, 30), "Pacific/Apia", 0),  # a day that never was
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(day: dt.date, zone: str, hours: float) -> None:
    """Bounds are the instants at which the calendar turns."""
    start, stop = day_bounds(day, zone)
    assert (stop - start) == dt.timedelta(hours=hours)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 31)), st.sampled_from(ZONES))
def test_bounds_and_day_agree(day: dt.date, zone: str) -> None:
    """The first and the last instant between the bounds are on that day, the next one on the next."""
    start, stop = day_bounds(day, zone)
    assert day_of(start, zone) == day
    assert day_of(stop - dt.timedelta(microseconds=1), zone) == day
    assert day_of(stop, zone) == day + dt.timedelta(days=1)


@given(st.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 31)), st.sampled_from(ZONES))
def test_days_leave_no_gap(day: dt.date, zone: str) -> None:
    """One day stops where the next starts, whatever the clocks do."""
    assert day_bounds(day, zone)[1] == day_bounds(day + dt.timedelta(days=1), zone)[0]


def test_a_naive_time_is_refused() -> None:
    """A time without a zone does not say when it was."""
    with pytest.raises(ValueError, match="time zone"):
        day_of(dt.datetime(2013, 1, 1), "UTC")  # noqa: DTZ001


@given(st.dates(dt.date(1990, 1, 1), dt.date(2035, 12, 31)), st.integers(1, 400))
def test_a_window_follows_the_one_before_it(last: dt.date, length: int) -> None:
    """Both are equally long and touch without overlap."""
    (first, stop), (first_before, stop_before) = window(last, length), window_before(last, length)
    assert stop == last
    assert len(days_between(first, stop)) == len(days_between(first_before, stop_before)) == length
    assert first - stop_before == dt.timedelta(days=1)
