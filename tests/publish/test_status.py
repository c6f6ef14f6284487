"""Grades and states as words with a shape and a colour."""

from __future__ import annotations

from typing import get_args

import pytest

from dagster_project.core.types import Grade, State
from dagster_project.publish import status
from tests.publish.hostile import HOSTILE, Elements, assert_harmless


def test_every_grade_and_state_has_its_own_word_and_shape() -> None:
    """They can be told apart without colours."""
    assert set(get_args(Grade)) == set(status.GRADES)
    assert set(get_args(State)) == set(status.STATES)
    for known in (status.GRADES, status.STATES):
        assert len({word for _, _, word in known.values()}) == len(known)
        assert len({shape for _, shape, _ in known.values()}) == len(known)


@pytest.mark.parametrize("grade", [None, "", "excellent"])
def test_what_is_not_known_is_never_good(grade: str | None) -> None:
    """An unheard-of grade is unknown, an unheard-of state not reported."""
    assert Elements(status.status(grade)).text == "○Unknown"
    assert Elements(status.state(grade)).text == "○Not reported"


def test_a_pill_says_its_word_with_a_shape_that_is_not_read_out() -> None:
    """Screen readers get the word alone."""
    assert status.status("poor", word="Breach") == (
        '<span class="mb-pill mb-pill--poor"><span class="mb-shape" aria-hidden="true">■</span>Breach</span>'
    )


def test_a_meter_counts_in_words_and_nothing_is_not_zero() -> None:
    """0 of 0 is neither progress nor a lack of it."""
    assert "12 of 30" in Elements(status.meter(12, 30, label="Milestones")).text
    assert "width:40%" in status.meter(12, 30, label="Milestones")
    assert "nothing to count" in status.meter(0, 0, label="Milestones")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_becomes_markup(text: str) -> None:
    """Words may come from people."""
    assert_harmless(
        status.status(text, word=text) + status.pill(text, text, text) + status.meter(1, 2, label=text)
    )
