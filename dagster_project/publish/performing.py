"""Sentences about performance: test set against live, groups against each other, the record of an estimate.

In: rows of `page.test_set`, `page.fairness_gaps`, `page.estimates`. Out: plain text. Called through `phrases`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from dagster_project.core.formatting import format_delta, format_range, format_value
from dagster_project.publish.views import Row

FEWEST_DAYS = 14
"""So many days with both figures make a record of an estimate."""


def against_test(row: Row) -> str:
    """How a live figure stands to the one on the version's test set."""
    test, live, low, high = (number(row[name]) for name in ("test", "live", "low", "high"))
    if test is None or live is None:
        return f"no live figure: {row['reason']}"
    if low is not None and high is not None and low <= test <= high:
        return "the live interval holds the test figure: no gap is shown"
    gap = f"{_apart(live - test, row)} {'above' if live > test else 'below'} the test set"
    if live == test:
        return "the same as on the test set"
    better = {"up": live > test, "down": live < test}.get(str(row["better"]))
    verdict = "" if better is None else ", better" if better else ", worse"
    return f"{gap}{verdict}{', more than sampling explains' if low is not None else ''}"


def group_gap(row: Row) -> str:
    """The largest difference of one figure between groups, or why there is none to tell."""
    compared, unit = int(number(row["compared"]) or 0), str(row["unit"])
    small = int(number(row["too_small"]) or 0)
    left_out = f"; {small} {'group is' if small == 1 else 'groups are'} too small to compare" if small else ""
    if compared < 2:
        return f"not enough data: {compared} of the 2 groups needed have 100 rows{left_out}"
    ends = [
        f"{row[f'{end}_name']} {format_value(number(row[f'{end}_value']), unit)}"
        f" ({format_range(number(row[f'{end}_low']), number(row[f'{end}_high']), unit)})"
        for end in ("high", "low")
    ]
    ratio = number(row["ratio"])
    times = f", {ratio:.1f} times as much" if ratio is not None and unit == "share" else ""
    apart = "the intervals lie apart" if row["is_apart"] else "the intervals overlap: it may be chance"
    difference = _apart(number(row["difference"]) or 0.0, row)
    return f"highest {ends[0]}, lowest {ends[1]} of {compared} groups: {difference} apart{times}; {apart}{left_out}"


def estimate_record(row: Row) -> str:
    """How often a day's realised figure lay in its estimate's interval, and on which side it errs."""
    compared, inside = (int(number(row[name]) or 0) for name in ("compared", "inside"))
    if compared < FEWEST_DAYS:
        return f"its record is short: {compared} days have both figures, {FEWEST_DAYS} are needed"
    gap = number(row["gap"]) or 0.0
    side = "above" if gap > 0 else "below"
    within = f"on {inside} of {compared} days the realised figure lay in the estimate's interval"
    verdict = "as it should" if inside >= 0.8 * compared else "sampling alone would give about nine in ten"
    return f"{within} ({verdict}); on average it came out {_apart(gap, row)} {side} the estimate"


def ordered_by_loss(segments: Sequence[Row]) -> str:
    """Which segment holds the largest part of the loss, and how that compares with its part of the rows."""
    known = [s for s in segments if s["loss_share"] is not None and s["label_share"]]
    if not known:
        return ""
    most = max(known, key=lambda s: number(s["loss_share"]) or 0.0)
    dear = max(known, key=lambda s: (number(s["loss_share"]) or 0.0) / (number(s["label_share"]) or 1.0))
    said = (
        f"{most['segment']} holds the largest part of the loss, {_share(most['loss_share'])} of it"
        f" with {_share(most['label_share'])} of the labelled rows"
    )
    if dear["segment"] == most["segment"]:
        return said
    parts = f"{_share(dear['loss_share'])} with {_share(dear['label_share'])}"
    return f"{said}; for its size {dear['segment']} costs most, {parts}"


def _apart(difference: float, row: Row) -> str:
    """The size of a difference in the row's unit, shares in percentage points."""
    return format_delta(abs(difference), str(row["unit"])).removeprefix("+")


def _share(value: object) -> str:
    return format_value(number(value), "share")


def number(value: object) -> float | None:
    """A figure of a row; None for what is no number, and for NaN."""
    return float(value) if isinstance(value, int | float) and not math.isnan(value) else None
