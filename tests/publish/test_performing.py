"""Sentences about performance: what is said, and what is not said of too little data."""

from __future__ import annotations

from markupsafe import Markup

from dagster_project.publish import performing
from dagster_project.publish.reliability import calibration_chart
from dagster_project.publish.views import Row

NBSP = "\N{NO-BREAK SPACE}"
TESTED: Row = {
    "test": 0.70,
    "live": 0.64,
    "low": 0.62,
    "high": 0.66,
    "unit": "1",
    "better": "up",
    "reason": "no target",
}
GAP: Row = {
    "compared": 3, "too_small": 1, "unit": "share", "difference": 0.2, "ratio": 2.0, "is_apart": True,
    "high_name": "a", "high_value": 0.4, "high_low": 0.35, "high_high": 0.45,
    "low_name": "b", "low_value": 0.2, "low_low": 0.15, "low_high": 0.25,
}  # fmt: skip


def test_a_gap_to_the_test_set_is_said_with_its_direction() -> None:
    """Outside the interval it is worse or better; inside none is shown; without a figure the reason stands."""
    assert performing.against_test(TESTED) == "0.0600 below the test set, worse, more than sampling explains"
    assert performing.against_test({**TESTED, "better": "down"}).startswith(
        "0.0600 below the test set, better"
    )
    assert "no gap is shown" in performing.against_test({**TESTED, "test": 0.65})
    assert performing.against_test({**TESTED, "live": None}) == "no live figure: no target"
    assert "sampling" not in performing.against_test({**TESTED, "low": None, "high": None})


def test_groups_are_compared_only_with_enough_rows() -> None:
    """Two groups of a hundred rows are needed; overlapping intervals may be chance."""
    said = performing.group_gap(GAP)
    assert said.startswith(f"highest a 40.0{NBSP}% (35")
    assert f"20.0{NBSP}pp apart, 2.0 times as much; the intervals lie apart; 1 group is too small" in said
    assert "it may be chance" in performing.group_gap({**GAP, "is_apart": False})
    few = performing.group_gap({**GAP, "compared": 1, "too_small": 4})
    assert few == "not enough data: 1 of the 2 groups needed have 100 rows; 4 groups are too small to compare"


def test_an_estimate_has_a_record_or_says_that_it_is_short() -> None:
    """Fewer than fourteen days are no record; few days inside are held against nine in ten."""
    row: Row = {"compared": 90, "inside": 85, "gap": -0.01, "unit": "share"}
    assert performing.estimate_record(row) == (
        "on 85 of 90 days the realised figure lay in the estimate's interval (as it should);"
        f" on average it came out 1.00{NBSP}pp below the estimate"
    )
    assert "nine in ten" in performing.estimate_record({**row, "inside": 20})
    assert performing.estimate_record({**row, "compared": 13}).startswith("its record is short: 13 days")


def test_segments_are_told_by_their_part_in_the_loss() -> None:
    """The largest part first, then the one that costs most for its size; nothing without losses."""
    segments: list[Row] = [
        {"segment": "o=A", "loss_share": 0.6, "label_share": 0.7},
        {"segment": "o=B", "loss_share": 0.4, "label_share": 0.3},
    ]
    said = performing.ordered_by_loss(segments)
    assert said.startswith(f"o=A holds the largest part of the loss, 60.0{NBSP}% of it with 70.0{NBSP}%")
    assert said.endswith(f"for its size o=B costs most, 40.0{NBSP}% with 30.0{NBSP}%")
    assert performing.ordered_by_loss([{"segment": "o=A", "loss_share": None, "label_share": None}]) == ""


def test_a_calibration_chart_holds_its_data_and_escapes_its_words() -> None:
    """Every step is a row of the table; the title is text, whatever it holds."""
    rows: list[Row] = [
        {"score": 0.1 * i, "share": 0.2, "low": 0.15, "high": 0.25, "n": 100 + i} for i in range(4)
    ]
    chart = calibration_chart(rows, title="<b>off</b>", description="Scores & shares.")
    assert isinstance(chart, Markup)
    assert "<b>off" not in chart
    assert chart.count("<tr>") == 5
    assert "103" in chart
