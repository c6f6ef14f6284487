"""Words about alerts: marks on a chart, one sentence on how a model is, how long people took. Called by page templates.

In: rows of `page.alerts`. Out: plain text that Jinja escapes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from dagster_project.core.formatting import NOT_AVAILABLE, format_day
from dagster_project.publish import words
from dagster_project.publish.views import Row

MOST_MARKS = 5
RANGES: Final = {
    "usage_drop": "The range is for the mean of a day and the day before: one low day is no alarm unless it is empty.",
    "target": "Each point covers the seven days up to it, with the labels that had arrived by then.",
    "slow_decline": "The range is for the level of the last weeks, not for a single day.",
}
"""Method of a rule -> what the points and the range of a chart cover, where that is not each day by itself."""
SPANS: Final = {"target": "over the seven days to", "weeks": "in the week to"}


def alert_marks(alerts: Sequence[Row], *metrics: str) -> list[tuple[dt.date, str]]:
    """Notes on a chart of these metrics: the newest alerts about a whole model, by day; none grouped under others."""
    own = [
        (row["opened"], str(row["rule_title"] or row["title"]))
        for row in alerts
        if row["metric"] in metrics and not row["segment"] and row["grouped_under"] is None
    ]
    dated = sorted({(day, text) for day, text in own if isinstance(day, dt.date)})
    return dated[-MOST_MARKS:]


def wellness(alerts: Sequence[Row], grade: str) -> str:
    """Since when one model's alerts are open, worst first, in words that agree with the model's grade."""
    still = [row for row in alerts if row["is_open"] and row["grouped_under"] is None]
    if not still:
        return _quiet(alerts, "Well" if grade == "good" else "")
    since = format_day(min(row["opened"] for row in still if isinstance(row["opened"], dt.date)))
    worst = str(still[0]["rule_title"] or still[0]["title"]).lower()
    more = len(still) - 1
    if grade == "poor":
        return f"Not well since {since}: {worst}{f'; {more} more' if more else ''}"
    if not more:
        return f"An alert has been open since {since}: {worst}"
    return f"{len(still)} alerts are open, the first since {since}; the most severe: {worst}"


def _quiet(alerts: Sequence[Row], well: str) -> str:
    """That no alert is open, and since when; `well` comes first, if the grade allows that word."""
    ended = [row["ended"] for row in alerts if isinstance(row["ended"], dt.date)]
    if not well:
        return f"No alert has been open since {format_day(max(ended))}" if ended else "No alert is open"
    return (
        f"{well} since {format_day(max(ended))}: no alert is open" if ended else f"{well}: no alert is open"
    )


def judged_how(alert: Row) -> str:
    """What the rule means, and what the range on the chart of its days is for."""
    said = (alert["meaning"], RANGES.get(str(alert["method"])))
    return " ".join(str(text) for text in said if text)


def seen_when(alert: Row) -> str:
    """The days whose figure opened an alert: 'on 3 Mar 2025', 'over the seven days to 3 Mar 2025'."""
    span = SPANS.get(str(alert["method"]), "on")
    return f"{span} {words.day(alert['opened'])}"


def as_signal(day: dt.date) -> tuple[dt.date, str]:
    """An alarming day as a chart's signal."""
    return day, "poor"


def days_between(low: float | None, high: float | None) -> str:
    """An interval of durations: '1 day to 2.5 days', or 'the same day' if both ends are."""
    first, last = days_taken(low), days_taken(high)
    return first if first == last else f"{first} to {last}"


def days_taken(value: float | None) -> str:
    """A duration in days: 'the same day', '1 day', '2.5 days'."""
    if value is None:
        return NOT_AVAILABLE
    if value < 0.05:
        return "the same day"
    text = f"{value:.1f}".removesuffix(".0")
    return f"{text} day" if text == "1" else f"{text} days"
