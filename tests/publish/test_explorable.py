"""The data of a chart inside its page: small, exact enough to be shown, and never markup."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest

from dagster_project.publish.explorable import NAME, explored
from tests.publish.hostile import HOSTILE, Elements

START = dt.date(2013, 12, 1)
DAYS = [START + dt.timedelta(days=i) for i in range(5)]


def read(markup: str) -> dict[str, Any]:
    """What the page's script will see."""
    text = re.search(rf'<script type="application/json" class="{NAME}">(.*)</script>', markup)
    assert text is not None
    found: dict[str, Any] = json.loads(text[1])
    return found


def test_evenly_spaced_days_are_a_start_and_a_step() -> None:
    """Ninety days cost as little as five."""
    assert read(explored(DAYS[::2], {"value": [1, 2, 3]}, unit="ms", axis="ms"))["days"] == {
        "from": "2013-12-01",
        "every": 2,
        "n": 3,
    }


def test_days_with_gaps_are_listed() -> None:
    """A missing day must not move the others."""
    days = [DAYS[0], DAYS[1], DAYS[4]]
    assert read(explored(days, {"value": [1, 2, 3]}, unit="ms", axis="ms"))["days"] == [
        "2013-12-01",
        "2013-12-02",
        "2013-12-05",
    ]


def test_gaps_stay_gaps_and_series_without_values_are_left_out() -> None:
    """Unknown is not zero."""
    found = read(
        explored(
            DAYS, {"value": [1.5, None, 2, 3, None], "low": [None] * 5, "target": None}, unit="ms", axis="ms"
        )
    )
    assert found["columns"] == {"value": [1.5, None, 2, 3, None]}


@pytest.mark.parametrize(
    ("unit", "value", "kept", "pattern"),
    [
        ("requests", 123_823.4, 123_823, ",.0f"),
        ("share", 0.123456, 0.123, ".3~p"),
        ("ms", 0.0884321, 0.0884, ".3~g"),
    ],
)
def test_figures_have_the_digits_that_are_shown(unit: str, value: float, kept: float, pattern: str) -> None:
    """Counts are whole, the rest has three digits."""
    found = read(explored(DAYS[:1], {"value": [value]}, unit=unit, axis=unit))
    assert found["columns"] == {"value": [kept]}
    assert found["format"] == pattern


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_unit_stays_data(text: str) -> None:
    """One element of data, whatever a catalog calls its unit."""
    markup = explored(DAYS, {"value": [1, 2, 3, 4, 5]}, unit=text, axis=text)
    assert Elements(markup).tags == ["script"]
    assert read(markup)["unit"] == text
