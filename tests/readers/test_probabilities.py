"""One column a class becomes an answer, its probability, and the list that the lake keeps."""

from __future__ import annotations

import polars as pl

from dagster_project.readers.probabilities import no_scores, probabilities
from dagster_project.spec.source import Column

REFS = {"cat": Column(column="p_cat"), "dog": Column(column="p_dog", unit="percent")}
FRAME = pl.DataFrame({
    "p_cat": ["0.7", "0.4", "", "0.5"], "p_dog": ["30", "60", "80", "50"],
})  # fmt: skip


def test_the_likeliest_class_is_the_answer_and_the_first_among_equals() -> None:
    """Units are turned; a missing probability never wins."""
    found = probabilities(FRAME, REFS)
    assert found.likeliest.to_list() == ["cat", "dog", "dog", "cat"]
    assert not any(flaw.mask.any() for flaw in found.flaws)


def test_the_score_is_the_probability_of_the_class_named() -> None:
    """Not of the likeliest one; a class without a column has none."""
    answered = pl.Series(["dog", "dog", "emu", None])
    assert probabilities(FRAME, REFS).of(answered).to_list() == [0.3, 0.6, None, None]


def test_probabilities_are_listed_where_all_of_them_are_there() -> None:
    """In the source's order, in the type of rows that have none."""
    listed = probabilities(FRAME, REFS).listed()
    assert listed[0].to_list() == [{"class": "cat", "p": 0.7}, {"class": "dog", "p": 0.3}]
    assert listed[2] is None
    assert listed.dtype == no_scores(1).dtype


def test_what_is_no_probability_is_a_flaw_and_rounding_is_none() -> None:
    """Beyond 0 and 1 by more than what 32 bits round; the reason says what may have been meant."""
    frame = pl.DataFrame({"p_cat": [1.0000001, 55.0, -0.1, None], "p_dog": [0, 0, 0, 0]})
    found = probabilities(frame, REFS)
    wrong = next(flaw for flaw in found.flaws if flaw.mask.any())
    assert wrong.mask.to_list() == [False, True, True, False]
    assert wrong.column == "score of cat"
    assert "percent" in wrong.complaint
    assert found.given["cat"][0] == 1.0
