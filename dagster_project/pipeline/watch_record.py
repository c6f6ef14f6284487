"""The record of rules and of the people who answer: MTTA, MTTR, false alarms, and which rules are up for review.

In: alerts with what people answered. Out: rows of `mart.alert_record`, by rule, by severity and in all. Caller:
pipeline.watch_alerts.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster_project.core.responses import Durations, durations

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.pipeline.watch_people import Episode, Handling

    Handled = Sequence[tuple[Episode, Handling, dt.date]]

FEWEST = 5
"""Alerts that must be due, or judged, before a rule is held to its record."""
LEAST_ACKNOWLEDGED = 0.5
MOST_FALSE = 0.2
FALSE = "false alarm"


def record(handled: Handled, as_of: dt.date) -> pl.DataFrame:
    """Rows by rule, by severity and in all; `handled` has episodes with their handling and deadline.

    Alerts count as due if they were acknowledged, or should have been since people began to answer: nobody answers all
    that a first night finds in years of logs.
    """
    import polars as pl

    answered = [h.acknowledged for _, h, _ in handled if h.acknowledged is not None]
    since = min(answered, default=None)
    keys = [("", "")]
    keys += [(rule, "") for rule in sorted({e.rule for e, _, _ in handled})]
    keys += [("", severity) for severity in sorted({e.severity for e, _, _ in handled})]
    rows = []
    for rule, severity in keys:
        own = [item for item in handled if rule in ("", item[0].rule) and severity in ("", item[0].severity)]
        rows.append({"rule": rule, "severity": severity, **_row(own, since, as_of, is_rule=rule != "")})
    return pl.DataFrame(rows, infer_schema_length=None).cast(_schema())  # type: ignore[arg-type]


def _row(own: Handled, since: dt.date | None, as_of: dt.date, *, is_rule: bool) -> dict[str, object]:
    due = [
        (e, h)
        for e, h, deadline in own
        if h.acknowledged is not None or (since is not None and e.known_on >= since and deadline < as_of)
    ]
    verdicts = [h.answer.value.verdict for _, h, _ in own if h.answer is not None and h.answer.value.verdict]
    false = sum(verdict == FALSE for verdict in verdicts)
    taken = [(h.acknowledged - e.known_on).days for e, h in due if h.acknowledged is not None]
    solved = [
        (h.resolved - e.known_on).days
        for e, h, _ in own
        if h.resolved is not None and h.acknowledged is not None
    ]
    review = _review(len(taken), len(due), false, len(verdicts)) if is_rule else None
    return {
        "alerts": len(own), "judged": len(verdicts), "false_alarms": false, "due": len(due),
        "acknowledged": len(taken), "resolved": len(solved),
        **_times("mtta", durations([max(d, 0) for d in taken])),
        **_times("mttr", durations([max(d, 0) for d in solved])),
        "review": review,
    }  # fmt: skip


def _times(name: str, found: Durations) -> dict[str, float | None]:
    values = {"days": found.median, "p90": found.p90, "low": found.low, "high": found.high}
    return {f"{name}_{key}": None if math.isnan(value) else value for key, value in values.items()}


def _review(acknowledged: int, due: int, false: int, judged: int) -> str | None:
    """Why a rule is up for review, in words."""
    said = []
    if due >= FEWEST and acknowledged < LEAST_ACKNOWLEDGED * due:
        said.append(f"only {acknowledged} of {due} alerts were acknowledged")
    if judged >= FEWEST and false > MOST_FALSE * judged:
        said.append(f"{false} of {judged} judged alerts were false")
    return "; ".join(said) or None


def _schema() -> dict[str, pl.DataType | type[pl.DataType]]:
    import polars as pl

    counts = ("alerts", "judged", "false_alarms", "due", "acknowledged", "resolved")
    times = [f"{name}_{key}" for name in ("mtta", "mttr") for key in ("days", "p90", "low", "high")]
    return {"rule": pl.String, "severity": pl.String, **dict.fromkeys(counts, pl.Int32),
            **dict.fromkeys(times, pl.Float64), "review": pl.String}  # fmt: skip
