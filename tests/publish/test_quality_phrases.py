"""Sentences about data quality."""

from __future__ import annotations

import datetime as dt

from dagster_project.publish import quality_phrases as phrases
from dagster_project.publish.views import Row

NBSP = "\N{NO-BREAK SPACE}"
DAY = dt.date(2025, 3, 3)
MISSING: Row = {
    "features": 8, "missing_count": 5, "seen": 100, "share": 0.05, "when_missing": "on one day", "with_gaps": 1,
    "worst_feature": "wind", "worst_share": 0.04,
}  # fmt: skip
SKEW: Row = {
    "feature": "wind", "kind": "number", "shift_sd": -0.4, "share_shift": None, "trained_n": 10.0, "data_from": DAY,
    "data_to": DAY,
}  # fmt: skip


def test_what_is_missing() -> None:
    """How much, when and where; or that nothing is."""
    assert phrases.missing_lead(MISSING) == (
        f"5.00{NBSP}% of all feature values are missing: on one day; 1 of 8 features has gaps,"
        f" wind most (4.00{NBSP}%)."
    )
    assert "2 of 8 features have gaps" in phrases.missing_lead({**MISSING, "with_gaps": 2})
    assert phrases.missing_lead({**MISSING, "missing_count": 0}) == (
        "None of the 100 values of 8 features is missing."
    )


def test_changes_of_the_schema_are_told_by_day() -> None:
    """Four of them; the others by number."""
    gone: Row = {"change": "vanished", "features": ["a", "b"], "day": DAY}
    assert phrases.schema_lead([gone]) == "No value all day for a and b: 3 Mar 2025."
    assert phrases.schema_lead([{**gone, "change": "appeared"}]).startswith("First values of a")
    assert phrases.schema_lead([{**gone, "change": "retyped"}]).startswith("No readable number all day for a")
    assert phrases.schema_lead([gone] * 6).endswith("2 more in 91 days.")
    assert phrases.schema_lead([]).startswith("No feature appeared")


def test_rules_say_how_many_hold_and_which_is_broken_most() -> None:
    """A rule that is never broken is not named."""
    good: Row = {"grade": "good", "value": 0.0, "rule": "a"}
    assert phrases.rules_lead([good]) == "1 of 1 declared rule within its target"
    assert phrases.rules_lead([good, {**good, "rule": "b", "value": 0.04}]) == (
        f"2 of 2 declared rules within their target; most broken: b, 4.00{NBSP}% of what could be judged"
    )


def test_training_against_serving() -> None:
    """The feature that moved furthest; categories by their largest share."""
    assert phrases.trained_lead([SKEW], "v1") == (
        "Version v1 was trained on 10 rows of 3 Mar 2025 to 3 Mar 2025."
    )
    assert (
        phrases.trained_lead([{**SKEW, "data_from": None}], None)
        == "Version not given was trained on 10 rows."
    )
    assert phrases.skew_lead([SKEW]) == (
        f"Of 1 feature, wind is furthest from its training: its mean is 0.400{NBSP}sd lower"
    )
    assert "higher" in phrases.skew_lead([{**SKEW, "shift_sd": 0.4}])
    assert phrases.skew_lead([{**SKEW, "shift_sd": None}]) == "1 feature compared with training"
    assert phrases.shift(SKEW) == f"\u22120.400{NBSP}sd"
    assert phrases.shift({**SKEW, "kind": "category", "share_shift": 0.02}) == f"+2.00{NBSP}pp at most"


def test_metadata_that_is_missing_is_named() -> None:
    """Or all are known."""
    items: list[Row] = [{"title": "Owner", "value": "x"}, {"title": "Commit", "value": None}]
    assert phrases.metadata_lead(items) == "1 of 2 items are known; missing: Commit"
    assert phrases.metadata_lead(items[:1]) == "All 1 items are known"
