"""What happened, in one sentence: the figure, the day, and what was expected instead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dagster_project.pipeline.watch_words import about, happened
from dagster_project.spec.rule import Rule
from dagster_project.spec.statement import MetricHead

DAY = dt.date(2025, 3, 4)
SHARE = MetricHead(
    title="Missing share",
    family="quality",
    unit="share",
    better="down",
    definition="Missing.",
    formula="m / n",
)


def told(method: str, unit: str = "share", head: MetricHead | None = SHARE, **signal: Any) -> str:
    """The sentence of one signal, with plain spaces."""
    watched: dict[str, Any] = {"families": ["quality"]} if method == "target" else {"metrics": ["x"]}
    if method in ("heartbeat", "schema"):
        watched = {}
    if method == "threshold":
        watched |= {"at": 0.1, "direction": "up"}
    rule = Rule.model_validate(
        {"title": "A rule", "meaning": "It is so.", "method": method, "ask": "Look."} | watched
    )
    none = {
        "day": DAY,
        "metric": "x",
        "reason": "",
        "observed": None,
        "expected": None,
        "low": None,
        "high": None,
    }
    text = happened(rule, none | signal, head, "rain in Late arrival", unit, "EUR")
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("method", "signal", "rest"),
    [
        (
            "spread",
            {"observed": 0.4, "expected": 0.02, "low": 0.0, "high": 0.05},
            "40.0 % on 4 Mar 2025; about 2.00 % was expected, at most 5.00 %.",
        ),
        (
            "spread",
            {"observed": 0.4, "expected": 0.0000137, "low": 0.0, "high": 0.0286},
            "40.0 % on 4 Mar 2025; next to nothing was expected, at most 2.86 %.",
        ),
        (
            "spread",
            {"observed": 0.0, "expected": 0.3, "low": 0.2, "high": 0.4},
            "0 % on 4 Mar 2025; about 30.0 % was expected, at least 20.0 %.",
        ),
        (
            "threshold",
            {"observed": 0.15, "high": 0.1},
            "15.0 % on 4 Mar 2025; the rule raises an alert at 10.0 % or more.",
        ),
        (
            "target",
            {"observed": 0.5, "low": 0.6},
            "50.0 % over the seven days to 4 Mar 2025; by its target, 60.0 % or less is poor.",
        ),
        (
            "weeks",
            {"observed": 0.5, "expected": 0.3, "low": 0.2, "high": 0.4},
            "50.0 % in the week to 4 Mar 2025; about 30.0 % was expected, at most 40.0 %.",
        ),
    ],
)
def test_a_figure_stands_beside_what_was_asked_of_it(method: str, signal: dict[str, Any], rest: str) -> None:
    """The sentence gives the limit that was crossed."""
    assert told(method, **signal) == f"Missing share of rain in Late arrival: {rest}"


@pytest.mark.parametrize(
    ("method", "observed", "rest"),
    [
        (
            "usage_drop",
            822.0,
            (
                "822 on 4 Mar 2025; 17.2 % below the 993 expected on this weekday; "
                "the mean of two days should be at least 844."
            ),
        ),
        (
            "slow_decline",
            910.0,
            "910 on 4 Mar 2025; about 993 are usual on this weekday; the level of the last weeks is below 844.",
        ),
    ],
)
def test_use_is_told_by_what_its_range_is_of(method: str, observed: float, rest: str) -> None:
    """A drop is of two days together, a slow decline of the weeks' level: its own day may be above the limit."""
    requests = SHARE.model_copy(update={"title": "Requests"})
    sentence = told(method, "requests", requests, observed=observed, expected=993.0, low=844.0)
    assert sentence == f"Requests of rain in Late arrival: {rest}"


def test_changed_columns_are_named() -> None:
    """The reason is the phrase that says what they lack."""
    assert told("schema", head=None, reason="no value all day for rain, wind") == (
        "rain in Late arrival had no value all day for rain, wind on 4 Mar 2025."
    )


def test_a_silent_source_says_what_usually_comes() -> None:
    """In rows, not requests, since a source may hold labels."""
    assert told("heartbeat", head=None, expected=1200.0) == (
        "No rows of rain in Late arrival arrived for 4 Mar 2025; that weekday usually has about 1 200."
    )


def test_what_an_alert_is_about_names_the_feature_first_and_answers_by_their_names() -> None:
    """'rain in Delay, planned' can be read where 'Delay, planned, rain' cannot."""
    assert about("Delay, planned", "rain", "") == "rain in Delay, planned"
    assert about("Late arrival", "output:score", "") == "scores in Late arrival"
    assert about("Late arrival", "", "origin=JFK") == "Late arrival, origin=JFK"
