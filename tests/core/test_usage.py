"""Sketches of users: exact when small, mergeable, honest about their error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.usage import Hashes, kmv_estimate, kmv_merge

K = 8
DAY = st.lists(st.integers(0, 2**64 - 1), max_size=20).map(
    lambda hashes: kmv_merge([np.array(hashes, dtype=np.uint64)], K)
)


@given(DAY, DAY, DAY)
def test_merging_is_associative_commutative_and_idempotent(one: Hashes, two: Hashes, three: Hashes) -> None:
    """A window is the same however its days are put together."""
    window = kmv_merge([one, two, three], K)
    np.testing.assert_array_equal(kmv_merge([kmv_merge([one, two], K), three], K), window)
    np.testing.assert_array_equal(kmv_merge([three, kmv_merge([two, one], K)], K), window)
    np.testing.assert_array_equal(kmv_merge([window, one], K), window)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=20), max_size=5))
def test_a_window_equals_the_sketch_of_all_its_users(days: list[list[int]]) -> None:
    """Cutting each day to k hashes loses nothing that the window needs."""
    merged = kmv_merge([kmv_merge([np.array(day, dtype=np.uint64)], K) for day in days], K)
    everyone = np.array(sorted({user for day in days for user in day})[:K], dtype=np.uint64)
    np.testing.assert_array_equal(merged, everyone)


def test_few_users_are_counted_exactly() -> None:
    """Below k distinct users there is no error to speak of; none at all is 0 users."""
    found = kmv_estimate(np.arange(1, 8, dtype=np.uint64), K)
    assert (found.value, found.low, found.high, found.exact) == (7, 7, 7, True)
    assert kmv_estimate(kmv_merge([], K), K).value == 0


def test_intervals_of_large_counts_cover_nine_times_in_ten() -> None:
    """500 sketches of 5,000 users with k = 64: unbiased, 90 % covered."""
    rng = np.random.default_rng(1)
    found = [
        kmv_estimate(kmv_merge([rng.integers(0, 2**64 - 1, 5_000, dtype=np.uint64)], 64), 64)
        for _ in range(500)
    ]
    assert np.mean([f.value for f in found]) == pytest.approx(5_000, rel=0.02)
    assert np.mean([f.low <= 5_000 <= f.high for f in found]) == pytest.approx(0.9, abs=0.04)
    assert not any(f.exact for f in found)


def test_a_sketch_that_is_too_long_is_refused() -> None:
    """It would have been made with another k: its estimate would be wrong."""
    with pytest.raises(ValueError, match="cannot hold"):
        kmv_estimate(np.arange(9, dtype=np.uint64), K)
