"""A figure against its target: good, watch, poor or unknown, with the reason in words.

Which direction is better follows from the two thresholds: if good is above poor, more is better. Unknown is
never good. Callers: pipeline.score_grade (`grades`, over all readings of a metric),
pipeline.score_performance, publish.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Literal

import numpy as np

from dagster_project.core.formatting import format_value
from dagster_project.core.types import Floats, Grade, Numbers

Verdict = Literal["too few", "not available", "no target", "good", "watch", "poor"]

_GRADE: dict[Verdict, Grade] = {"good": "good", "watch": "watch", "poor": "poor"}


def grade(value: float | None, good: float | None, poor: float | None) -> Grade:
    """Return the grade of one figure, regardless of the number of its rows."""
    (found,), _ = grades(_row(value), _row(good), _row(poor), _row(1))
    return found


def grades(
    values: Numbers,
    good: Numbers,
    poor: Numbers,
    n: Numbers,
    minimum: int = 1,
    unit: str = "1",
    currency: str = "",
) -> tuple[list[Grade], list[str]]:
    """Return grade and reason of each figure [rows] of one metric.

    At `good` or better: good; at `poor` or worse: poor; in between: watch. Unknown, each with its own reason:
    fewer than `minimum` rows, no value (nan), no target (good or poor nan, or both equal).
    """
    values, good, poor, n = (np.asarray(a, dtype=np.float64) for a in (values, good, poor, n))
    verdicts = _verdicts(values, good, poor, n, minimum)
    # No nan may reach the cache: it equals no other, so each row would be formatted anew.
    targeted = np.isfinite(good) & np.isfinite(poor)
    at_good, at_poor = np.where(targeted, good, 0.0).tolist(), np.where(targeted, poor, 0.0).tolist()
    reason = lru_cache(maxsize=4096)(partial(_reason, minimum=minimum, unit=unit, currency=currency))
    found: list[Grade] = [_GRADE.get(verdict, "unknown") for verdict in verdicts]
    reasons = [
        reason(verdict, above, below, count if verdict == "too few" else 0.0)
        for verdict, above, below, count in zip(verdicts, at_good, at_poor, n.tolist(), strict=True)
    ]
    return found, reasons


def against_alternative(skill: float | None, low: float | None) -> str:
    """Return in words what a skill means (0: as good as the simple alternative); '' if the model is better.

    `low` is the lower end of the skill's interval.
    """
    if skill is None or not np.isfinite(skill):
        return ""
    if skill <= 0:
        return "it adds nothing over its simple alternative"
    return "it cannot be distinguished from its simple alternative" if low is not None and low <= 0 else ""


def _row(value: float | None) -> Floats:
    return np.array([np.nan if value is None else value], dtype=np.float64)


def _verdicts(values: Floats, good: Floats, poor: Floats, n: Floats, minimum: int) -> list[Verdict]:
    sign = np.where(good > poor, 1.0, -1.0)
    targeted = np.isfinite(good) & np.isfinite(poor) & (good != poor)
    cases: list[tuple[Verdict, Numbers]] = [
        ("too few", n < minimum),
        ("not available", ~np.isfinite(values)),
        ("no target", ~targeted),
        ("good", sign * values >= sign * good),
        ("poor", sign * values <= sign * poor),
    ]
    chosen = np.select([case for _, case in cases], list(range(len(cases))), default=len(cases))
    names: list[Verdict] = [name for name, _ in cases] + ["watch"]
    return [names[i] for i in chosen.tolist()]


def _reason(
    verdict: Verdict, good: float, poor: float, n: float, *, minimum: int, unit: str, currency: str
) -> str:
    show = partial(format_value, unit=unit, currency=currency)
    match verdict:
        case "too few":
            return (
                f"not enough data: {format_value(n, 'count')} of the {format_value(minimum, 'count')} needed"
            )
        case "good":
            return f"meets the target of {show(good)}"
        case "poor":
            return f"at or beyond the limit of {show(poor)}"
        case "watch":
            return f"between the target of {show(good)} and the limit of {show(poor)}"
        case _:
            return verdict
