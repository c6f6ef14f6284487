"""Sentences about a service-level objective: was it met, what is left of the error budget, how fast it burns.

In: rows of `page.objectives`. Out: plain text, in pieces that a template joins with marks and receipts. Called
through `phrases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from dagster_project.publish import words
from dagster_project.publish.views import Row


def promised(objective: Row) -> str:
    """What was promised: '99 % within 10 ms'."""
    within = f" within {words.value(objective['latency_ms'], 'ms')}" if _is_latency(objective) else ""
    return f"{words.value(objective['target'], 'share')}{within}"


def kept(objective: Row) -> str:
    """What follows the share that was met: 'of 25 171 requests ended without an error over 28 days'."""
    requests = words.value(objective["n"], "requests")
    what = (
        f"timed requests were answered within {words.value(objective['latency_ms'], 'ms')}"
        if _is_latency(objective)
        else "requests ended without an error"
    )
    return f"of {requests} {what} over {objective['window_days']} days"


def budget(objective: Row) -> str:
    """What is left of the errors that the objective allows; '' if it cannot be judged."""
    left = words.number(objective["budget_left"])
    if left is None or objective["met"] is None:
        return ""
    if left == 1:
        return "None of the error budget is spent"
    if left > 0:
        return f"{words.value(left, 'share')} of the error budget is left"
    return "The error budget is spent" + (f", {words.value(1 - left, '1')} times over" if left < 0 else "")


def burn(objective: Row) -> str:
    """How fast the budget is spent, where 1 spends exactly what the objective allows; '' if nothing is spent."""
    left = words.number(objective["budget_left"])
    if left is None or left >= 1:
        return ""
    days = objective["burn_recent_days"]
    recent = f"{words.value(objective['burn_recent'], '1')} over {days} days, " if days is not None else ""
    day = words.value(objective["burn_day"], "1")
    return f"where 1 spends exactly what the objective allows: {recent}{day} on the last day"


def _is_latency(objective: Row) -> bool:
    return objective["kind"] == "latency"


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "promised": promised, "kept": kept, "budget": budget, "burn": burn,
}  # fmt: skip
