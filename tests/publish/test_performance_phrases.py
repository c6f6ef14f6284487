"""Sentences about performance: what is said, and what is not said of too little data."""

from __future__ import annotations

from markupsafe import Markup

from dagster_project.publish import performance_phrases
from dagster_project.publish.reliability import calibration_chart
from dagster_project.publish.variation import Variation
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


def test_a_gap_to_the_test_set_is_said_with_its_direction() -> None:
    """Outside the interval it is worse or better; inside, no gap is shown; without a figure there is the reason."""
    assert (
        performance_phrases.against_test(TESTED)
        == "0.0600 below the test set, worse, more than sampling explains"
    )
    assert performance_phrases.against_test({**TESTED, "better": "down"}).startswith(
        "0.0600 below the test set, better"
    )
    assert "no gap is shown" in performance_phrases.against_test({**TESTED, "test": 0.65})
    assert performance_phrases.against_test({**TESTED, "live": None}) == "no live figure: no target"
    assert "sampling" not in performance_phrases.against_test({**TESTED, "low": None, "high": None})


def test_an_estimate_has_a_record_or_says_that_it_is_short() -> None:
    """Fewer than fourteen days are not a record; if few days are inside, nine in ten are named for comparison."""
    row: Row = {"compared": 90, "inside": 85, "gap": -0.01, "unit": "share"}
    assert performance_phrases.estimate_record(row) == (
        "on 85 of 90 days the realised figure was within the estimate's interval (as it should);"
        f" on average it was 1.00{NBSP}pp below the estimate"
    )
    assert "nine in ten" in performance_phrases.estimate_record({**row, "inside": 20})
    assert performance_phrases.estimate_record({**row, "compared": 13}).startswith(
        "its record is short: 13 days"
    )


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
    assert "share that was positive" in chart
    assert "share that was right" in calibration_chart(rows, title="", description="", came="right")


READING: Row = {"before_value": 0.65, "low": 0.6, "high": 0.7, "unit": "1", "value": 0.66, "title": "AUC"}


def test_a_figure_beside_the_one_before_says_whether_that_is_a_change() -> None:
    """Inside the interval it is routine; outside, the weeks may still say so; without an interval it is unknown."""
    assert performance_phrases.change_before(READING, 28) == (
        "it was 0.650 in the 28 days before, inside the interval: routine variation"
    )
    far = {**READING, "before_value": 0.5}
    assert performance_phrases.change_before(far, 28).endswith("more than sampling explains")
    quiet = Variation((0.6, 0.5, 0.7), (), "routine")
    assert performance_phrases.change_before(far, 28, quiet).endswith(
        "yet within the routine variation from week to week"
    )
    assert performance_phrases.change_before({**READING, "low": None}, 28).endswith(
        "no interval says whether that is a change"
    )
    assert performance_phrases.change_before({**READING, "before_value": None}, 28) == ""


def test_a_model_that_brings_nothing_is_told_so() -> None:
    """An R2 close to 0 without a better comparison, or an AUC whose interval includes a coin toss."""
    model: Row = {"headline_metric": "r2", "headline_value": 0.01, "headline_low": 0.0}
    skill: Row = {"value": 0.1, "low": 0.05, "high": 0.15, "unit": "share", "period": "28 days"}
    assert "the mean of the labels" in performance_phrases.brings_nothing(model, [])
    assert performance_phrases.brings_nothing(model, [skill]) == ""
    coin = {**model, "headline_metric": "roc_auc", "headline_low": 0.49}
    assert "a coin" in performance_phrases.brings_nothing(coin, [])
    assert performance_phrases.brings_nothing({**coin, "headline_low": 0.51}, []) == ""
    assert performance_phrases.skill_by_window([skill, {**skill, "low": None, "period": "a year"}]) == (
        f"10.0{NBSP}% smaller over 28 days (5 to 15{NBSP}%), 10.0{NBSP}% smaller over a year"
    )
    worse = {**skill, "value": -0.1, "low": -0.15, "high": 0.01}
    assert (
        performance_phrases.skill_by_window([worse])
        == f"10.0{NBSP}% larger over 28 days (\u22121 to 15{NBSP}%)"
    )


def test_folds_of_performance_say_what_they_hold() -> None:
    """The first row with a live figure; the estimate with its record."""
    gone: Row = {**TESTED, "live": None, "title": "AUC", "version": "v1"}
    assert performance_phrases.test_lead([gone, {**gone, "live": 0.64, "version": "v2"}]).startswith(
        "AUC of version v2: 0.0600 below"
    )
    assert performance_phrases.test_lead([gone]) == "AUC of version v1: no live figure: no target"
    assert performance_phrases.estimate_lead(READING, {"inside": 3, "compared": 5}) == (
        "AUC 0.660 (0.60 to 0.70); on 3 of 5 days the realised figure was within the interval"
    )
