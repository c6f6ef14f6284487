"""Sentences about performance, compared with before, the test set and a simple alternative; estimates, their record.

In: rows of `page.models`, `page.readings`, `page.test_set`, `page.alternative`, `page.estimates`. Out: plain text.
Called through `phrases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.core.formatting import format_delta, format_value
from dagster_project.publish import words
from dagster_project.publish.variation import Variation
from dagster_project.publish.views import Row
from dagster_project.publish.words import number

FEWEST_DAYS = 14
"""Fewest days with both figures that make a record of an estimate."""
NO_FIT = 0.05
"""R2 up to which a model predicts hardly better than the mean of the labels."""
COIN = 0.5
"""Area under the ROC curve of a coin toss."""


def against_test(row: Row) -> str:
    """How a live figure compares with the one on the version's test set."""
    test, live, low, high = (number(row[name]) for name in ("test", "live", "low", "high"))
    if test is None or live is None:
        return f"no live figure: {row['reason']}"
    if low is not None and high is not None and low <= test <= high:
        return "the live interval contains the test figure: no gap is shown"
    gap = f"{_apart(live - test, row)} {'above' if live > test else 'below'} the test set"
    if live == test:
        return "the same as on the test set"
    better = {"up": live > test, "down": live < test}.get(str(row["better"]))
    verdict = "" if better is None else ", better" if better else ", worse"
    return f"{gap}{verdict}{', more than sampling explains' if low is not None else ''}"


def estimate_record(row: Row) -> str:
    """How often a day's realised figure was within its estimate's interval, and on which side the estimate errs."""
    compared, inside = (int(number(row[name]) or 0) for name in ("compared", "inside"))
    if compared < FEWEST_DAYS:
        return f"its record is short: {compared} days have both figures, {FEWEST_DAYS} are needed"
    gap = number(row["gap"]) or 0.0
    side = "above" if gap > 0 else "below"
    within = f"on {inside} of {compared} days the realised figure was within the estimate's interval"
    verdict = "as it should" if inside >= 0.8 * compared else "sampling alone would give about nine in ten"
    return f"{within} ({verdict}); on average it was {_apart(gap, row)} {side} the estimate"


def change_before(reading: Row, window_days: int, weeks: Variation | None = None) -> str:
    """The figure of the window before, and whether the change is real: not if within the interval or the weeks' limits.

    '' if there is no earlier figure. `weeks` is the chart of the weekly figure, if there is one.
    """
    before, low, high = (number(reading[name]) for name in ("before_value", "low", "high"))
    if before is None:
        return ""
    said = f"it was {format_value(before, str(reading['unit']))} in the {window_days} days before"
    if low is None or high is None:
        return f"{said}, and no interval says whether that is a change"
    if low <= before <= high:
        return f"{said}, inside the interval: routine variation"
    is_routine = weeks is not None and weeks.limits is not None and not weeks.signals
    yet = ", yet within the routine variation from week to week" if is_routine else ""
    return f"{said}, outside the interval: more than sampling explains{yet}"


def brings_nothing(model: Row, skills: Sequence[Row]) -> str:
    """That the leading figure is hardly better than having no model; '' if it is better."""
    value, low = number(model["headline_value"]), number(model["headline_low"])
    if model["headline_metric"] == "r2" and value is not None and value <= NO_FIT and not skills:
        return "It predicts hardly better than the mean of the labels: it adds nothing."
    if model["headline_metric"] == "roc_auc" and low is not None and low <= COIN:
        return "It cannot be distinguished from a coin toss: it adds nothing."
    return ""


def skill_by_window(skills: Sequence[Row]) -> str:
    """How the error compares with the simple alternative's: '12.0 % smaller over 28 days (10 to 14 %), ...'."""
    return ", ".join(map(_against_alternative, skills))


def _against_alternative(skill: Row) -> str:
    """A skill below 0 is an error that is larger, and so is its interval."""
    value, low, high = (words.number(skill[key]) for key in ("value", "low", "high"))
    word = "smaller"
    if value is not None and value < 0:
        value, word = -value, "larger"
        low, high = (None if x is None else -x for x in (high, low))
    unit = skill["unit"]
    return f"{words.value(value, unit)} {word} over {skill['period']}{words.in_brackets(low, high, unit)}"


def test_lead(tested: Sequence[Row]) -> str:
    """The message of the figures on the test set: the newest version's first one that has a live figure."""
    row = next((t for t in tested if t["live"] is not None), tested[0])
    return f"{row['title']} of version {row['version']}: {against_test(row)}"


def estimate_lead(reading: Row, estimate: Row) -> str:
    """The message of an estimate: its value with interval, and how often the truth was inside."""
    figure = f"{words.value(reading['value'], reading['unit'])}"
    spread = words.in_brackets(reading["low"], reading["high"], reading["unit"])
    record = (
        f"on {estimate['inside']} of {estimate['compared']} days the realised figure was within the interval"
    )
    return f"{reading['title']} {figure}{spread}; {record}"


def _apart(difference: float, row: Row) -> str:
    """The size of a difference in the row's unit, shares in percentage points."""
    return format_delta(abs(difference), str(row["unit"])).removeprefix("+")


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "against_test": against_test, "test_lead": test_lead, "estimate_record": estimate_record,
    "estimate_lead": estimate_lead, "change_before": change_before, "brings_nothing": brings_nothing,
    "skill_by_window": skill_by_window,
}  # fmt: skip
