"""Words about alerts."""

from __future__ import annotations

import datetime as dt

import pytest

from dagster_project.publish.alert_phrases import (
    alert_marks,
    days_between,
    days_taken,
    judged_how,
    seen_when,
    wellness,
)

DAY = dt.date(2025, 3, 3)


def alert(number: int = 0, **changes: object) -> dict[str, object]:
    """A row of page.alerts."""
    row = {"opened": DAY + dt.timedelta(days=number), "ended": None, "is_open": True, "grouped_under": None,
           "rule_title": "Errors rose", "title": "Errors rose: m", "metric": "error_share", "segment": ""}  # fmt: skip
    return row | changes


def test_one_glance_says_well_or_not_since_when_and_why() -> None:
    """An alert grouped under another is not counted."""
    assert wellness([], "good") == "Well: no alert is open"
    over = alert(is_open=False, ended=DAY)
    assert wellness([over], "good") == "Well since 3 Mar 2025: no alert is open"
    one = [alert(2), over, alert(1, grouped_under="x")]
    assert wellness(one, "poor") == "Not well since 5 Mar 2025: errors rose"
    assert wellness([alert(2), alert(1)], "poor") == "Not well since 4 Mar 2025: errors rose; 1 more"


def test_a_model_that_is_not_poor_is_not_called_unwell_nor_one_that_is_not_good_well() -> None:
    """The words beside a grade do not contradict it."""
    assert wellness([alert(2)], "watch") == "An alert has been open since 5 Mar 2025: errors rose"
    both = wellness([alert(2), alert(1)], "good")
    assert both == "2 alerts are open, the first since 4 Mar 2025; the most severe: errors rose"
    assert wellness([], "poor") == "No alert is open"
    assert wellness([alert(is_open=False, ended=DAY)], "watch") == "No alert has been open since 3 Mar 2025"


def test_marks_are_the_newest_of_the_charts_own_figure() -> None:
    """In order of days, each once."""
    alerts = [alert(i) for i in (9, 3, 3)] + [
        alert(1, metric="requests"),
        alert(2, grouped_under="x"),
        alert(2, segment="a=b"),
    ]
    assert alert_marks(alerts, "error_share") == [(DAY + dt.timedelta(days=i), "Errors rose") for i in (3, 9)]
    assert len(alert_marks([alert(i) for i in range(20)], "error_share")) == 5


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "not available"), (0.0, "the same day"), (1.0, "1 day"), (2.5, "2.5 days"), (30.0, "30 days")],
)
def test_durations_in_words(value: float | None, text: str) -> None:
    """Days."""
    assert days_taken(value) == text


def test_an_interval_of_durations_is_one_where_its_ends_are() -> None:
    """It never reads 'the same day to the same day'."""
    assert days_between(0.0, 1.0) == "the same day to 1 day"
    assert days_between(0.0, 0.04) == "the same day"


def test_a_range_that_is_not_for_single_days_says_so() -> None:
    """Otherwise a day inside the range may alarm and one outside may not, and nobody sees why."""
    drop = {"meaning": "Fewer requests come.", "method": "usage_drop"}
    assert judged_how(drop).startswith(
        "Fewer requests come. The range is for the mean of a day and the day before"
    )
    assert judged_how({"meaning": "It moved.", "method": "spread"}) == "It moved."
    assert judged_how({"meaning": None, "method": None}) == ""


def test_the_figure_of_seven_days_is_not_told_as_one_day_s() -> None:
    """The chart's title says the same as the sentence above it."""
    assert seen_when({"method": "target", "opened": DAY}) == "over the seven days to 3 Mar 2025"
    assert seen_when({"method": "spread", "opened": DAY}) == "on 3 Mar 2025"
