"""Sentences about money."""

from __future__ import annotations

import datetime as dt

from dagster_project.publish import impact_phrases as phrases


def test_the_message_of_money_names_sum_and_plan() -> None:
    """Rows in two currencies have no sum."""
    row = {"kind": "declared", "currency": "USD", "month_value": 300.0, "month_plan": 200.0}
    assert phrases.money_title([row, row], "USD") == (
        "Declared value: 600\u00a0USD a month, 200\u00a0USD above plan"
    )
    behind = row | {"month_value": 100.0}
    assert phrases.money_title([row, row, behind], "USD").endswith(
        "100\u00a0USD above plan; 1 of 3 models below"
    )
    assert phrases.money_title([row, row | {"currency": "EUR"}], "USD") == "Declared value of 2 models"
    assert "plan" not in phrases.money_title([row, row | {"month_plan": None}], "USD")


def test_the_interval_of_a_sum_adds_in_squares() -> None:
    """3 and 4 make 5, not 7."""
    parts = [
        {"value": 100.0, "low": 97.0, "high": 103.0, "currency": "EUR"},
        {"value": 200.0, "low": 196.0, "high": 204.0, "currency": "EUR"},
    ]
    assert phrases.total_interval(parts) == "295 to 305\u00a0EUR"
    assert phrases.total_interval([*parts, {**parts[0], "low": None}]) == "not available"


IMPACT = {
    "currency": None, "month_value": 300.0, "month_low": 200.0, "month_high": 400.0, "month_plan": 250.0,
    "evidence": "C", "kind": "declared", "basis": "labels", "window_days": 28, "days": 28, "day": dt.date(2025, 3, 3),
}  # fmt: skip


def test_a_month_is_told_with_interval_plan_and_days() -> None:
    """Rows without a currency are in the organization's; what has no plan says nothing of one."""
    assert phrases.impact_spread(IMPACT, "EUR") == "a month (90 % interval 200 to 400\u00a0EUR), evidence C"
    assert phrases.impact_spread(IMPACT | {"kind": "measured"}, "EUR").endswith("evidence C, measured")
    assert phrases.impact_plan(IMPACT, "EUR") == (
        "Plan: 250\u00a0EUR; the figure is 50\u00a0EUR above it. Counted as: labels. "
        "Over the 28 days to 3 Mar 2025, times 30.4375\u00a0/\u00a028 for a month."
    )
    assert "is 100\u00a0EUR below it." in phrases.impact_plan(IMPACT | {"month_plan": 400.0}, "EUR")
    assert "the figure meets it." in phrases.impact_plan(IMPACT | {"month_plan": 300.0}, "EUR")
    assert (
        phrases.impact_plan(IMPACT | {"month_plan": None, "basis": None}, "EUR")
        == "Over the 28 days to 3 Mar 2025, times 30.4375\u00a0/\u00a028 for a month."
    )


def test_the_longest_window_is_told_where_it_is_longer() -> None:
    """Only beside a declared value."""
    skill = {"is_longest": True, "month_value": 100.0, "month_low": None, "month_high": None, "currency": None,
             "window_days": 364}  # fmt: skip
    assert phrases.impact_longest(IMPACT, [skill], "EUR") == "Over 364 days it is 100\u00a0EUR a month."
    assert phrases.impact_longest(IMPACT, [skill | {"window_days": 28}], "EUR") == ""
    assert phrases.impact_longest(IMPACT | {"kind": "measured"}, [skill], "EUR") == ""
    assert phrases.impact_longest(IMPACT, [], "EUR") == ""
