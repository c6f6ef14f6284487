"""Words that sentences are made from."""

from __future__ import annotations

import datetime as dt

import pytest

from dagster_project.publish import words


def test_movement_reads_as_a_sentence() -> None:
    """The words are followed by 'the 28 days before'."""
    assert words.movement(110, 100) == "10.0\u00a0% above"
    assert words.movement(90, 100) == "10.0\u00a0% below"
    assert words.movement(100, 100) == "unchanged from"
    assert words.movement(100, 0) == words.movement(100, None) == "not comparable with"


def test_a_log_that_began_inside_the_earlier_window_is_not_compared_with() -> None:
    """The reader learns since when there is a log."""
    began = dt.date(2013, 12, 1)
    assert words.compared(4, None, 28, began) == (
        "not comparable with the 28 days before, as the log begins on 1 Dec 2013"
    )
    assert words.compared(110, 100, 28, began) == "10.0\u00a0% above the 28 days before"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("not available: no arrival time is logged", ("not available", "no arrival time is logged")),
        ("not enough data: 3 rows.", ("not enough data", "3 rows")),
        ("not enough data", ("not enough data", "")),
        ("no arrival time is logged", ("not available", "no arrival time is logged")),
        (None, ("not available", "")),
    ],
)
def test_what_is_absent_is_said_once(reason: str | None, said: tuple[str, str]) -> None:
    """The word replaces the figure, and the reason is below it."""
    assert words.absence(reason) == said


def test_units_are_named_for_people() -> None:
    """Units with names of our own are explained; all others stay as they are."""
    assert words.unit_words("1", "EUR") == "none (a ratio or score)"
    assert words.unit_words("currency", "EUR") == "money, EUR"
    assert words.unit_words("label", "EUR") == "that of the label"
    assert words.unit_words("ms", "EUR") == "ms"
