"""Which figures are shown unfolded."""

from __future__ import annotations

from dagster_project.publish.figure_phrases import figures_lead, held_against, told_first
from dagster_project.publish.views import Row


def reading(metric: str, grade: str = "unknown", good: float | None = None) -> Row:
    return {"metric": metric, "title": metric.upper(), "grade": grade, "good": good}


FIGURES = [reading("a", "good", 1.0), reading("b", "watch", 1.0), reading("c"), reading("d", "unknown", 1.0)]


def test_the_leading_figure_and_what_misses_its_target_stand_in_the_open() -> None:
    """Two figures are not worth folding."""
    assert [r["metric"] for r in told_first(FIGURES, "a")] == ["a", "b"]
    assert [r["metric"] for r in told_first(FIGURES, None)] == ["b"]
    assert told_first(FIGURES[:2], None) == FIGURES[:2]


def test_the_fold_says_what_it_holds() -> None:
    """Good ones by name, those without a grade by name, the others by their number."""
    assert figures_lead(FIGURES[:1]) == "A within its target"
    assert figures_lead([FIGURES[0], FIGURES[3], FIGURES[2]]) == (
        "A within its target; D not graded; 1 more figure without a target"
    )
    assert figures_lead([FIGURES[2]]) == "1 figure without a target"


def test_a_figure_without_a_grade_says_why_beside_its_target() -> None:
    """Otherwise a reader would see 0.86, good at 0.7, and 'unknown' without a reason."""
    young: Row = {
        **reading("roc_auc", good=0.7), "poor": 0.6, "unit": "1", "value": 0.86, "reason": "labels still coming",
    }  # fmt: skip
    bounds = "good at 0.700 or more, poor at 0.600 or less"
    assert held_against(young) == f"labels still coming; {bounds}"
    assert held_against({**young, "grade": "good", "reason": "meets the target"}) == bounds
    assert held_against({**young, "value": None}) == bounds
