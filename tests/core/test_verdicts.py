"""Levels and words: beyond chance, by size, and unknown is never good."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from dagster_project.core import verdicts as v
from dagster_project.core.column_profile import Column, Grid, Profile, tallied
from dagster_project.core.types import Floats

GRID = Grid(0.0, 1.0)
ROWS = 2000


def number(values: np.ndarray, missing: int = 0, name: str = "x") -> Column:
    """A numeric column of whole numbers."""
    tally = tallied(values.astype(np.int64), np.ones(len(values), dtype=np.int64))
    return Column(name, "DOUBLE", "number", missing, grid=GRID, tally=tally)


def words(counts: dict[str, int], name: str = "x") -> Column:
    """A column of categories."""
    return Column(name, "VARCHAR", "category", categories=counts)


def judged(reference: Column, current: Column, rows: int = 1000) -> v.Verdict:
    """The verdict on one column."""
    before, now = (Profile(name, rows, (column,)) for name, column in (("a", reference), ("b", current)))
    return v.judge(before, now, v.THRESHOLDS).verdicts[0]


def drawn(n: int, middle: float = 0.0, width: float = 1.0, seed: int = 0) -> np.ndarray:
    """Normal values as codes."""
    return np.round(np.random.default_rng(seed).normal(middle, width, n) * 1000)


def test_few_rows_never_make_a_chance_look_like_a_change() -> None:
    """Forty rows that differ by 0.3 sd say nothing; four thousand say that it changed."""
    assert judged(number(drawn(40)), number(drawn(40, 0.3, seed=1)), 40).level == "none"
    found = judged(number(drawn(4000)), number(drawn(4000, 0.3, seed=1)), 4000)
    assert found.level == "changed"
    assert "sd higher" in found.words


def test_many_rows_never_make_a_small_change_look_large() -> None:
    """0.02 sd over a million rows is beyond chance, and small."""
    assert judged(number(drawn(10**6)), number(drawn(10**6, 0.02, seed=1)), 10**6).level == "small"


def test_a_wider_column_is_told_as_wider() -> None:
    """The words name what moved: place, width or shape."""
    assert "times as wide" in judged(number(drawn(9000)), number(drawn(9000, 0, 1.5, 1)), 9000).words


def test_missing_values_are_found_where_the_distribution_stays() -> None:
    """2 % to 10 % missing."""
    found = judged(number(drawn(980), 20), number(drawn(900, seed=1), 100))
    assert found.level == "changed"
    assert "missing" in found.words


def test_unseen_categories_are_found() -> None:
    """2 % of values in new categories changed it, said once."""
    found = judged(words({"a": 600, "b": 400}), words({"a": 588, "b": 392, "c": 20}))
    assert found.level == "changed"
    assert found.words.count("lacks") == 1


@pytest.mark.parametrize("weights", [1 / np.arange(1, 301), 1 / np.arange(1, 5001), np.ones(700)])
def test_two_samples_of_many_rare_categories_show_no_change(weights: Floats) -> None:
    """Each holds some that the other lacks; of 100 pairs of one source at most one is named."""
    rng = np.random.default_rng(4)
    levels = []
    for _ in range(100):
        pair = (rng.choice(len(weights), ROWS, p=weights / weights.sum()) for _ in range(2))
        before, now = (dict(Counter(map(str, side)).most_common()) for side in pair)
        levels.append(judged(words(before), words(now), ROWS).level)
    assert levels.count("none") >= 99


def test_a_new_category_among_many_rare_ones_is_found() -> None:
    """One that the reference lacks and that is not rare stands for itself."""
    rng = np.random.default_rng(4)
    before, now = (dict(Counter(map(str, rng.choice(700, ROWS))).most_common()) for _ in range(2))
    found = judged(words(before), words({"new": 400, **now}), ROWS)
    assert found.level == "strong"
    assert "lacks" in found.words


def test_against_a_constant_a_break_is_named() -> None:
    """No distance can be told, but values that differ from the only one are."""
    same = judged(number(np.zeros(1000)), number(np.zeros(1000)))
    broken = judged(number(np.zeros(1000)), number(np.repeat([0, 5], 500)))
    assert (same.level, same.distance) == ("none", None)
    assert (broken.level, broken.distance) == ("strong", None)
    assert "only one" in broken.words


@pytest.mark.parametrize(
    ("reference", "current", "rows", "reason"),
    [
        (number(drawn(20)), number(drawn(20)), 20, "not enough data, 20 of the 30 rows"),
        (Column("x", "INTEGER[]", "other"), Column("x", "INTEGER[]", "other"), 99, "neither a number"),
        (
            Column("x", "VARCHAR", "category", problem="nearly every value is different"),
            words({}),
            99,
            "nearly",
        ),
        (number(np.array([]), 99), number(np.array([]), 99), 99, "no values"),
    ],
)
def test_what_cannot_be_compared_is_unknown(
    reference: Column, current: Column, rows: int, reason: str
) -> None:
    """With its reason, and never as no change."""
    found = judged(reference, current, rows)
    assert found.level == "unknown"
    assert reason in found.words


def test_categories_that_become_identifiers_are_a_strong_change() -> None:
    """The current side has too many values to count, the reference had few."""
    current = Column("x", "VARCHAR", "category", problem="more than 50,000 different values")
    found = judged(words({"a": 1000}), current)
    assert (found.level, found.words) == ("strong", "more than 50,000 different values now")


def test_values_that_vanish_are_a_strong_change() -> None:
    """All missing now: the share of missing values tells, though no distance can."""
    assert judged(number(drawn(1000)), number(np.array([]), 1000)).level == "strong"


def test_columns_that_come_go_or_change_their_kind_are_named() -> None:
    """A column that vanished is worst; the sentence counts them."""
    reference = Profile(
        "a", 100, (number(drawn(100), name="kept"), number(drawn(100), name="gone"), words({"a": 100}))
    )
    current = Profile("b", 100, (number(drawn(100), name="kept"), number(drawn(100)), words({"a": 9}, "new")))
    found = v.judge(reference, current, v.THRESHOLDS)
    assert [(c.name, c.level) for c in found.verdicts] == [
        ("gone", "strong"), ("x", "strong"), ("new", "changed"), ("kept", "none"),
    ]  # fmt: skip
    assert found.sentence == "3 of 4 columns changed, 2 of them strongly."


def test_an_owners_thresholds_count() -> None:
    """The same difference is small where only larger ones matter."""
    before, now = (Profile(str(seed), 4000, (number(drawn(4000, 0.3 * seed, seed=seed)),)) for seed in (0, 1))
    limits = {name: v.Threshold(10, 20) for name in v.THRESHOLDS}
    assert v.judge(before, now, limits).verdicts[0].level == "small"


def test_equal_files_are_rarely_named() -> None:
    """Of 200 reports on 20 equal columns each, not one names a column."""
    named = 0
    for report in range(200):
        rng = np.random.default_rng(report)
        sides = [
            Profile(
                side, 300, tuple(number(np.round(rng.normal(0, 50, 300)), name=f"n{i}") for i in range(20))
            )
            for side in "ab"
        ]
        named += any(c.level != "none" for c in v.judge(sides[0], sides[1], v.THRESHOLDS).verdicts)
    assert named == 0
