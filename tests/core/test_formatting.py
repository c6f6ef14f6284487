"""What numbers look like to people."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core import formatting as f

UNITS = (
    "requests",
    "records",
    "count",
    "ms",
    "share",
    "currency",
    "sd",
    "bits",
    "minutes",
    "1",
    "currency/month",
)
ANY_NUMBER = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))


def plain(text: str) -> str:
    """Spaces and minus as on a keyboard, so that expectations can be read."""
    return text.replace(f.THIN, " ").replace(f.SPACE, " ").replace(f.MINUS, "-")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "ms", "not available"),
        (math.nan, "share", "not available"),
        (math.inf, "count", "not available"),
        (1234567, "requests", "1 234 567"),
        (0, "count", "0"),
        (1234.5, "ms", "1 234 ms"),
        (99.96, "ms", "100 ms"),
        (1.0, "ms", "1.00 ms"),
        (0.1234, "share", "12.3 %"),
        (0.9987, "share", "99.87 %"),
        (0.99999, "share", "99.9990 %"),
        (1, "share", "100 %"),
        (0, "share", "0 %"),
        (-0.0312, "share", "-3.12 %"),
        (0.6412, "1", "0.641"),
        (0.01234, "1", "0.0123"),
        (-0.0000001, "1", "0.00000"),
        (1.234e16, "1", "1.23e+16"),
        (0.3, "sd", "0.300 sd"),
        (0.25, "bits", "0.250 bits"),
        (12.345, "minutes", "12.3 min"),
        (1234.4, "currency", "1 234 USD"),
        (-1234567.2, "currency", "-1 234 567 USD"),
        (12.3, "currency", "12.30 USD"),
        (0.0123, "currency", "0.01 USD"),
        (-0.00423, "currency", "-0.0042 USD"),
        (0.0000001, "currency", "0.00000 USD"),
        (12, "currency/month", "12 USD/month"),
    ],
)
def test_values_read_as_people_write_them(value: float | None, unit: str, text: str) -> None:
    """Three significant digits, whole numbers in full, unit behind."""
    assert plain(f.format_value(value, unit, "USD")) == text


def test_thousands_and_units_never_break_across_lines() -> None:
    """The spaces are no-break spaces and the minus is a minus."""
    assert f.format_value(-1234, "ms") == "\u22121\u202f234\u00a0ms"


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.6412, 0.6789, "1", "0.64 to 0.68"),
        (0.631, 0.652, "share", "63.1 to 65.2 %"),
        (-0.83, 0.21, "1", "-0.8 to 0.2"),
        (1200, 1534, "currency", "1 200 to 1 534 USD"),
        (-5.4, 12.3, "ms", "-5 to 12 ms"),
        (0.5, 0.5, "1", "0.500"),
        (0.1, None, "1", "not available"),
        (0.1, math.nan, "1", "not available"),
    ],
)
def test_ranges_are_as_exact_as_their_width(low: float, high: float, unit: str, text: str) -> None:
    """The unit stands once, the digits that mean nothing are left out."""
    assert plain(f.format_range(low, high, unit, "USD")) == text


@pytest.mark.parametrize(
    ("change", "unit", "text"),
    [
        (12, "ms", "+12.0 ms"),
        (-0.0123, "share", "-1.23 pp"),
        (0, "count", "no change"),
        (None, "count", "not available"),
        (-1500, "currency", "-1 500 USD"),
    ],
)
def test_changes_carry_their_sign(change: float | None, unit: str, text: str) -> None:
    """A change of a share is in percentage points, no change is said in words."""
    assert plain(f.format_delta(change, unit, "USD")) == text


def test_a_change_of_nothing_has_no_percentage() -> None:
    """Against zero a relative change is not available, never infinite."""
    assert f.format_relative(5, 0) == "not available"
    assert plain(f.format_relative(112.3, 100)) == "+12.3 %"
    assert plain(f.format_relative(90, 100)) == "-10.0 %"
    assert f.format_relative(100, 100) == "no change"


@given(ANY_NUMBER, ANY_NUMBER, st.sampled_from(UNITS))
def test_no_text_ever_shows_nan_infinity_or_minus_zero(
    value: float | None, other: float | None, unit: str
) -> None:
    """Whatever comes in, people read a number or 'not available'."""
    for text in (
        f.format_value(value, unit, "USD"),
        f.format_delta(value, unit, "USD"),
        f.format_range(value, other, unit, "USD"),
        f.format_relative(value, other),
    ):
        assert "nan" not in text.lower()
        assert "inf" not in text.lower()
        for part in text.split(" "):
            assert not part.startswith(f.MINUS) or any(digit in part for digit in "123456789")


@given(st.floats(-1e12, 1e12), st.sampled_from(UNITS))
def test_text_says_the_value_within_its_digits(value: float, unit: str) -> None:
    """Reading the text back gives the value within half a unit of its last digit, or a whole one of 0.1 %."""
    text = plain(f.format_value(value, unit, "")).replace(" ", "")
    digits = text.rstrip("%abcdefghijklmnopqrstuvwxyz/")
    step = 10.0 ** -len(digits.partition(".")[2])
    assert float(digits) == pytest.approx(
        value * (100 if unit == "share" else 1), abs=0.5001 * step, rel=1e-12
    )


def test_days_read_in_english_whatever_the_locale() -> None:
    """Month names are ours."""
    assert f.format_day(dt.date(2013, 12, 31)) == "31 Dec 2013"
    assert f.format_day(None) == "not available"


def test_instants_say_their_zone() -> None:
    """The same instant reads in the workspace's time."""
    instant = dt.datetime(2014, 1, 1, 4, 59, tzinfo=dt.UTC)
    assert f.format_instant(instant, "America/New_York") == "31 Dec 2013, 23:59 EST"


@pytest.mark.parametrize(
    ("window", "first", "words", "days"),
    [
        (28, dt.date(2025, 1, 1), "28 days", 28),
        (28, dt.date(2025, 3, 4), "28 days", 28),
        (28, dt.date(2025, 3, 27), "5 days of data", 5),
        (28, dt.date(2025, 3, 31), "1 day of data", 1),
        (1, dt.date(2025, 3, 31), "1 day", 1),
        (28, None, "28 days", 28),
        (28, dt.date(2025, 4, 2), "28 days", 28),
    ],
)
def test_a_window_says_how_much_of_it_there_is(
    window: int, first: dt.date | None, words: str, days: int
) -> None:
    """A log that began inside it holds fewer days; one that is not known, or begins later, changes nothing."""
    last = dt.date(2025, 3, 31)
    assert f.format_window(window, last, first) == words
    assert f.days_held(window, last, first) == days


@pytest.mark.parametrize(("n", "noun"), [(0, "days"), (1, "day"), (2, "days")])
def test_a_noun_agrees_with_its_number(n: int, noun: str) -> None:
    """Only one is singular."""
    assert f.plural(n, "day") == noun
