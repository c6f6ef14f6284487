"""Words about alerts: marks on a chart, one sentence on how a model is, how long people took. Called by page templates.

In: rows of `page.alerts`. Out: plain text that Jinja escapes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from dagster_project.core.formatting import NOT_AVAILABLE, format_day
from dagster_project.publish.views import Row

MOST_MARKS = 5


def alert_marks(alerts: Sequence[Row], *metrics: str) -> list[tuple[dt.date, str]]:
    """Notes on a chart of these metrics: the newest alerts about a whole model, by day; those under others left out."""
    own = [
        (row["opened"], str(row["rule_title"] or row["title"]))
        for row in alerts
        if row["metric"] in metrics and not row["segment"] and row["grouped_under"] is None
    ]
    dated = sorted({(day, text) for day, text in own if isinstance(day, dt.date)})
    return dated[-MOST_MARKS:]


def wellness(alerts: Sequence[Row]) -> str:
    """Well or not, since when, why; of one model's alerts, worst first."""
    still = [row for row in alerts if row["is_open"] and row["grouped_under"] is None]
    if not still:
        ended = [row["ended"] for row in alerts if isinstance(row["ended"], dt.date)]
        return f"Well since {format_day(max(ended))}: no alert is open" if ended else "Well: no alert is open"
    first = min(row["opened"] for row in still if isinstance(row["opened"], dt.date))
    more = f"; {len(still) - 1} more" if len(still) > 1 else ""
    return f"Not well since {format_day(first)}: {str(still[0]['rule_title'] or still[0]['title']).lower()}{more}"


def as_signal(day: dt.date) -> tuple[dt.date, str]:
    """An alarming day as a chart's signal."""
    return day, "poor"


def days_taken(value: float | None) -> str:
    """A duration in days: 'the same day', '1 day', '2.5 days'."""
    if value is None:
        return NOT_AVAILABLE
    if value < 0.05:
        return "the same day"
    text = f"{value:.1f}".removesuffix(".0")
    return f"{text} day" if text == "1" else f"{text} days"
