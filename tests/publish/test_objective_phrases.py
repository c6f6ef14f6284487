"""Sentences about service-level objectives."""

from __future__ import annotations

import pytest

from dagster_project.publish.objective_phrases import budget, burn, kept, promised
from dagster_project.publish.views import Row

KEPT: Row = {
    "kind": "availability", "target": 0.999, "latency_ms": 10.0, "window_days": 28, "met": 0.9995, "n": 2000,
    "budget_left": 0.5, "burn_recent": 2.0, "burn_recent_days": 7, "burn_day": 1.0,
}  # fmt: skip


def test_each_kind_says_what_is_promised_and_kept() -> None:
    """Latency names its bound."""
    slow = {**KEPT, "kind": "latency"}
    assert promised(KEPT) == "99.90\u00a0%"
    assert promised(slow) == "99.90\u00a0% within 10.0\u00a0ms"
    assert kept(KEPT) == "of 2\u202f000 requests ended without an error over 28 days"
    assert "timed requests were answered within 10.0\u00a0ms" in kept(slow)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (1.0, "None of the error budget is spent"),
        (0.5, "50.0\u00a0% of the error budget is left"),
        (0.0, "The error budget is spent"),
        (-1.0, "The error budget is spent, 2.00 times over"),
        (None, ""),
    ],
)
def test_what_is_left_of_the_budget(left: float | None, words: str) -> None:
    """Nothing is said where it cannot be judged."""
    assert budget({**KEPT, "budget_left": left}) == words


def test_a_burn_rate_is_told_only_where_something_burns() -> None:
    """A rate of 1 spends exactly what is allowed."""
    assert burn(KEPT).endswith("allows: 2.00 over 7 days, 1.00 on the last day")
    assert burn({**KEPT, "burn_recent": None, "burn_recent_days": None}).endswith(
        "allows: 1.00 on the last day"
    )
    assert burn({**KEPT, "budget_left": 1.0}) == burn({**KEPT, "budget_left": None}) == ""
