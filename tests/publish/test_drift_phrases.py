"""Sentences about drift."""

from __future__ import annotations

import datetime as dt

from dagster_project.publish import drift_phrases as phrases
from dagster_project.publish.views import Row

DAY = dt.date(2025, 3, 3)
MODEL: Row = {
    "reference_start": DAY, "reference_end": DAY, "reference_method": "declared", "performance_grade": "good",
    "drift_grade": "watch", "headline_title": "ROC AUC", "headline_value": None, "headline_unit": "1",
}  # fmt: skip
SEASON: Row = {"is_other_season": True, "words": "no winter in it"}


def distance(title: str, grade: str = "good", **changes: object) -> Row:
    row: dict[str, object] = {
        "feature": title, "title": title, "grade": grade, "is_output": False, "psi": 0.1, "since": None,
        "is_still": True,
        "usual_high": 0.2,
    }  # fmt: skip
    return row | changes


ANSWER = distance("scores", "watch", feature="output:score", is_output=True)


def test_the_lead_counts_features_names_answers_and_says_what_it_does_not_mean() -> None:
    """Against which days; a different season is named if it may explain the drift."""
    rows = [ANSWER, distance("a", "poor"), distance("b")]
    said = phrases.drift_lead(rows, [], MODEL, SEASON)
    assert said.startswith(
        "1 of 2 features poor (a), 0 on watch, compared with 3 Mar 2025 to 3 Mar 2025 (declared)."
    )
    assert "Its answers moved too: scores. No winter in it. Drift shows" in said
    assert said.endswith("performance is good.")
    unknown = {**MODEL, "performance_grade": "unknown", "drift_grade": "good", "reference_start": None}
    said = phrases.drift_lead([distance("b")], [], unknown, SEASON)
    assert said.startswith("None of 1 feature is poor or on watch, compared with the declared. Drift shows")
    assert said.endswith("performance is not known.")


def test_a_figure_without_a_grade_is_not_called_unknown() -> None:
    """The figure is on the same page: having no target is not the same as having no figure."""
    model = {**MODEL, "performance_grade": "unknown", "headline_value": 0.8333}
    assert phrases.how_it_performs(model) == "performance has no grade, ROC AUC is 0.833"
    assert phrases.how_it_performs({**MODEL, "performance_grade": "watch"}) == "performance is on watch"


def test_without_features_only_answers_are_compared() -> None:
    """Nothing is counted that is not there."""
    said = phrases.drift_lead([{**ANSWER, "grade": "good"}], [], MODEL, None)
    assert said.startswith(
        "No feature is logged; answers are compared with 3 Mar 2025 to 3 Mar 2025 (declared). Its answers"
    )


def test_answers_are_within_their_targets_only_where_that_is_known() -> None:
    """Nothing is said about predictions that cannot be graded."""
    assert phrases.answers_moved([{**ANSWER, "grade": "good"}]) == "Its answers are within their targets."
    assert phrases.answers_moved([{**ANSWER, "grade": "unknown", "psi": None}]) == ""


def test_labels_are_the_truth_and_no_answers() -> None:
    """A change in what happened is not reported as a change of the model."""
    label = distance("labels", "watch", feature="output:label", is_output=True)
    assert phrases.answers_moved([{**ANSWER, "grade": "good"}, label]) == (
        "Its answers are within their targets. The true outcomes moved too: labels."
    )
    assert phrases.answers_moved([{**label, "grade": "good"}]) == ""


def test_the_share_of_positive_decisions_is_told_beside_the_reference() -> None:
    """Only for decisions, which have a positive."""
    output: Row = {
        "feature": "output:prediction", "labels": ["negative", "positive"], "reference": [0.8, 0.2],
        "current": [0.6, 0.4],
    }  # fmt: skip
    assert phrases.positives(output).startswith(
        "40.0\u00a0% of its decisions are positive; on the reference days 20.0"
    )
    assert phrases.positives({**output, "labels": ["a", "b"]}) == ""
    assert phrases.positives({**output, "current": [0.6, None]}) == ""


def test_what_moved_first_comes_in_the_order_of_time() -> None:
    """What came back says so; another season is not a fault."""
    later = distance("late", since=DAY + dt.timedelta(days=1))
    first = distance("early", since=DAY, is_still=False)
    said = phrases.moved_lead([later, first], MODEL, SEASON)
    assert "early on 3 Mar 2025 (back since), late on 4 Mar 2025. Values leave a reference" in said
    assert "a reference from another season" in said
    assert "season" not in phrases.moved_lead([later], MODEL, None)
    assert phrases.moved_lead([later] * 8, MODEL, None).endswith("and 2 more.")
    assert phrases.moved_title([later, first]) == "early moved first, on 3 Mar 2025"
    assert phrases.moved_key([later, first]).endswith("The line marks the day it left its usual range.")
    assert phrases.moved_key([distance("a")]).endswith("the furthest first.")
    assert phrases.moved_lead([distance("a")], MODEL, None).startswith("Nothing left the usual range")
    assert phrases.moved_lead([distance("a", usual_high=None)], MODEL, None) == ""
    assert phrases.moved_title([distance("a")]) == "Nothing left its usual range for 3 days"
    assert phrases.moved_title([distance("a", usual_high=None)]) == "The usual range is not known yet"


def test_a_row_says_since_when_it_is_out() -> None:
    """Not known if no usual range is known."""
    assert phrases.out_since(distance("a", since=DAY)) == "3 Mar 2025"
    assert phrases.out_since(distance("a", since=DAY, is_still=False)) == "3 Mar 2025, back"
    assert phrases.out_since(distance("a")) == "not out"
    assert phrases.out_since(distance("a", usual_high=None)) == "not known"


def test_what_moved_stands_first_and_the_fold_says_what_it_holds() -> None:
    """Those out of their usual range, then by grade; else as they come."""
    rows = [distance("a"), distance("b", "poor"), distance("c", since=DAY)]
    first, others = phrases.moved_first(rows, 2)
    assert [r["title"] for r in first + others] == ["c", "b", "a"]
    near = [distance("a", psi=0.1), distance("b", "unknown", psi=0.2)]
    assert phrases.within_lead(near, [*near, ANSWER]) == (
        "1 of 3 within their targets; 1 cannot be graded; the furthest is b, PSI 0.200"
    )
    assert phrases.within_lead([distance("b", "unknown", psi=None)], near) == "1 cannot be graded"


def test_shapes_come_with_their_distance_those_that_moved_first() -> None:
    """What has no reference is not drawn; outputs are called by what they are."""
    drawn: dict[str, object] = {"reference": [0.5], "current": [0.5], "labels": ["x"], "edges": None}
    shapes: list[Row] = [drawn | {"feature": name} for name in ("a", "output:score")]
    shapes.append({**shapes[0], "reference": None})
    pairs = phrases.shapes_by_distance(shapes, [distance("a"), ANSWER])
    assert [s["feature"] for s, _ in pairs] == ["output:score", "a"]
    assert phrases.shape_title(*pairs[0]) == "Scores moved: PSI 0.100"
    assert phrases.shape_title(shapes[0], None) == "a cannot be graded"
    assert phrases.shapes_lead(pairs) == "scores moved"
    assert phrases.shapes_lead(pairs[1:]) == "none of them moved far"
    assert phrases.shape_description(MODEL, "28 days") == (
        "Share of values, reference (3 Mar 2025 to 3 Mar 2025) and 28 days."
    )


def test_what_features_say_together() -> None:
    """Or why they say nothing."""
    assert phrases.joint_lead({"value": 1.5, "reason": ""}).endswith(
        "with 1.50 times the error of the reference"
    )
    assert phrases.joint_lead({"value": None, "reason": "few"}).endswith("cannot be compared: few")
