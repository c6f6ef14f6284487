"""Grades and their reasons."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.grading import against_alternative, grade, grades
from dagster_project.core.types import Floats, Grade

NUMBER = st.one_of(st.none(), st.floats(allow_nan=True))


def column(*values: float | None) -> Floats:
    """Figures as an array, nan where there is none."""
    return np.array([math.nan if x is None else x for x in values], dtype=np.float64)


@pytest.mark.parametrize(
    ("value", "good", "poor", "expected"),
    [
        (0.72, 0.7, 0.6, "good"), (0.7, 0.7, 0.6, "good"), (0.65, 0.7, 0.6, "watch"), (0.6, 0.7, 0.6, "poor"),
        (0.1, 0.7, 0.6, "poor"), (80, 100, 200, "good"), (150, 100, 200, "watch"), (200, 100, 200, "poor"),
        (900, 100, 200, "poor"),
    ],
)  # fmt: skip
def test_thresholds_say_which_way_is_better(value: float, good: float, poor: float, expected: Grade) -> None:
    """Good above poor: more is better; below: less is. The thresholds themselves belong to their side."""
    assert grade(value, good, poor) == expected


@pytest.mark.parametrize(
    ("value", "good", "poor", "n", "reason"),
    [
        (None, 0.7, 0.6, 50, "not available"),
        (math.nan, 0.7, 0.6, 50, "not available"),
        (math.inf, 0.7, 0.6, 50, "not available"),
        (0.9, 0.7, 0.6, 12, "not enough data: 12 of the 30 needed"),
        (None, 0.7, 0.6, 0, "not enough data: 0 of the 30 needed"),
        (0.9, None, 0.6, 50, "no target"),
        (0.9, 0.7, 0.7, 50, "no target"),
    ],
)
def test_unknown_says_why(
    value: float | None, good: float | None, poor: float | None, n: int, reason: str
) -> None:
    """Missing data, too little data and a missing target are different words."""
    found = grades(column(value), column(good), column(poor), column(n), minimum=30)
    assert found == (["unknown"], [reason])


def test_reasons_name_target_and_limit_in_the_figures_unit() -> None:
    """A reader sees what the figure was held against."""
    slow = grades(column(150), column(100), column(200), column(1), unit="ms")
    assert slow[1] == ["between the target of 100\u00a0ms and the limit of 200\u00a0ms"]
    rates = grades(column(0.01, 0.05), column(0.02, 0.02), column(0.05, 0.05), column(1, 1), unit="share")
    assert rates[1] == ["meets the target of 2.00\u00a0%", "at or beyond the limit of 5.00\u00a0%"]


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=20))
def test_many_grades_are_the_grades_of_each(
    rows: list[tuple[float | None, float | None, float | None]],
) -> None:
    """The vectorised form is the same function."""
    values, good, poor = (column(*one) for one in zip(*rows, strict=True))
    found, _ = grades(values, good, poor, np.ones(len(rows)))
    assert found == [grade(*row) for row in rows]


def test_a_skill_of_0_or_less_brings_nothing() -> None:
    """Below 0, exactly 0, an interval that reaches 0, clearly better, unknown."""
    said = [against_alternative(*case) for case in ((-0.1, -0.2), (0.0, None), (0.02, -0.01), (0.1, 0.05))]
    nothing = "it adds nothing over its simple alternative"
    assert said == [nothing, nothing, "it cannot be distinguished from its simple alternative", ""]
    assert against_alternative(None, None) == against_alternative(math.nan, math.nan) == ""
