"""Axes: ranges, steps and labels."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dagster_project.publish.scales import day_share, day_ticks, finite, tick_text, value_scale


@given(st.lists(st.floats(-1e12, 1e12), min_size=1, max_size=30), st.booleans())
@example([0.0, 5e-324], False)
@example([1e-300, 1e-290], True)
def test_every_value_lies_inside_its_scale(values: list[float], zero: bool) -> None:
    """Nothing is drawn outside, whatever the data."""
    scale = value_scale(values, zero=zero)
    slack = 1e-6 * max(1.0, abs(scale.high), abs(scale.low))
    assert scale.low - slack <= min(values)
    assert max(values) <= scale.high + slack
    assert 2 <= len(scale.ticks) <= 14
    if zero:
        assert scale.low <= 0 <= scale.high


@pytest.mark.parametrize("values", [[], [None], [float("nan")], [float("inf"), None]])
def test_without_values_there_is_still_a_scale(values: list[float | None]) -> None:
    """An empty chart is drawn by its frame, not by an exception."""
    assert value_scale(values).high > value_scale(values).low


def test_a_constant_series_lies_in_the_middle() -> None:
    """A flat line is not drawn on the edge."""
    assert value_scale([5.0, 5.0, 5.0]).share(5.0) == pytest.approx(0.5)


def test_whole_numbers_get_whole_steps() -> None:
    """A count of 2.5 does not exist."""
    assert value_scale([9, 4], zero=True).ticks == (0, 5, 10)
    assert value_scale([1, 0], zero=True).ticks == (0, 1)


@pytest.mark.parametrize(
    ("values", "unit", "texts"),
    [
        ([0.94, 0.99], "share", ["94\u00a0%", "96\u00a0%", "98\u00a0%", "100\u00a0%"]),
        ([0, 1_900_000], "requests", ["0\u00a0M", "0.5\u00a0M"]),
        ([-5, 5], "1", ["\u22125", "0", "5"]),
    ],
)
def test_ticks_have_the_decimals_their_step_needs(values: list[float], unit: str, texts: list[str]) -> None:
    """The labels tell neighbouring ticks apart."""
    scale = value_scale(values)
    shown = [tick_text(t, scale, unit) for t in scale.ticks]
    assert len(set(shown)) == len(shown)
    for text in texts:
        assert text in shown or text.startswith("0")


@pytest.mark.parametrize("days", [1, 2, 9, 40, 69, 71, 200, 334, 1100])
def test_a_day_axis_has_a_few_labels_inside_its_span_in_order(days: int) -> None:
    """Whatever the span, about eight labels and at most half of them needed on a phone."""
    first = dt.date(2013, 1, 22)
    span = [first + dt.timedelta(days=i) for i in range(days)]
    ticks = day_ticks(span)
    assert 1 <= len(ticks) <= 12
    assert [t.day for t in ticks] == sorted(t.day for t in ticks)
    assert all(span[0] <= t.day <= span[-1] for t in ticks)
    assert 1 <= sum(not t.minor for t in ticks) <= 4


def test_a_year_is_named_where_it_begins() -> None:
    """A label never leaves open which year it means."""
    span = [dt.date(2012, 11, 1) + dt.timedelta(days=i) for i in range(120)]
    assert [t.text for t in day_ticks(span)] == ["Nov\u00a02012", "Dec", "Jan\u00a02013", "Feb"]


def test_unknown_numbers_are_none_and_one_day_lies_in_the_middle() -> None:
    """NaN and infinity are not figures."""
    assert [finite(v) for v in (None, float("nan"), float("inf"), 2)] == [None, None, None, 2.0]
    assert day_share(dt.date(2013, 1, 1), [dt.date(2013, 1, 1)]) == 0.5
