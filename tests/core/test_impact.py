"""Money and its intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dagster_project.core import impact as m


def arm(rng: np.random.Generator, users: int, mean: float) -> tuple[np.ndarray, np.ndarray]:
    """Outcome sums and counts by bucket, five outcomes a user, users differing by 1 around the mean."""
    bucket, level = rng.integers(0, 32, users), rng.normal(mean, 1, users)
    outcomes = level[:, None] + rng.normal(0, 2, (users, 5))
    return np.bincount(bucket, outcomes.sum(axis=1), 32), np.bincount(bucket, minlength=32) * 5.0


def test_value_is_the_sum_of_outcomes_times_their_worth() -> None:
    """Every bucket alike: the total is certain."""
    tp, fp = np.full((1, 32), 10), np.full((1, 32), 5)
    value, low, high = m.outcome_value([tp, fp], [40.0, -25.0])
    assert (value[0], low[0], high[0]) == pytest.approx((32 * (400 - 125),) * 3)


def test_value_of_errors_avoided_may_be_negative() -> None:
    """Error 7 against a baseline of 6, 32 decisions at 2 a unit: 64 lost."""
    value, _, _ = m.error_value(np.full((1, 32), 7.0), np.full((1, 32), 6.0), unit_value=2.0)
    assert value[0] == pytest.approx(-64)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_windows_value_is_the_sum_of_its_days(one: int, other: int) -> None:
    """Values add up as counts do."""
    days = [np.full((1, 32), n) for n in (one, other)]
    apart = sum(m.outcome_value([day], [3.5])[0][0] for day in days)
    assert m.outcome_value([days[0] + days[1]], [3.5])[0][0] == pytest.approx(apart)


def test_incremental_value_covers_the_truth_nine_times_in_ten() -> None:
    """Treated users gain 0.3 an outcome; 1,500 experiments."""
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(1500):
        found = m.incremental(*arm(rng, 300, 1.3), *arm(rng, 600, 1.0))
        truth = 300 * 5 * 0.3
        assert found.low is not None
        assert found.high is not None
        covered.append(found.low <= truth <= found.high)
    assert np.mean(covered) == pytest.approx(0.9, abs=0.025)


def test_a_small_experiment_has_no_value() -> None:
    """Under 100 outcomes in an arm, or a handful of users, the effect is not shown."""
    n, few = np.full(32, 10.0), np.zeros(32)
    few[:3] = 100
    short = m.incremental(n, n, n / 10, n / 10)
    assert (short.value, short.reason) == (None, "not enough data: 32 of 100 outcomes in the smaller arm")
    narrow = m.incremental(n, n, few, few)
    assert narrow.value is None
    assert "8 buckets" in narrow.reason


def test_arms_without_any_spread_differ_for_certain() -> None:
    """Equal users in each arm: the interval is the value."""
    n = np.full(32, 10.0)
    found = m.incremental(2 * n, n, n, n)
    assert (found.value, found.low, found.high) == (320, 320, 320)


@given(st.integers(0, 5000), st.integers(1, 5000), st.floats(0.05, 0.95))
def test_sample_ratio_is_pearsons_chi_square(treated: int, control: int, share: float) -> None:
    """The p-value of scipy on the same two counts."""
    n = treated + control
    exact = stats.chisquare([treated, control], [n * share, n * (1 - share)]).pvalue
    assert m.sample_ratio(treated, control, share) == pytest.approx(exact, abs=1e-9)


def test_sample_ratio_of_nothing_is_not_computable() -> None:
    """No units, or an arm that was never planned."""
    assert math.isnan(m.sample_ratio(0, 0, 0.5))
    assert math.isnan(m.sample_ratio(5, 5, 1.0))
    assert m.sample_ratio(5000, 5500, 0.5) < m.MISMATCH < m.sample_ratio(5000, 5100, 0.5)


def test_exposed_value_is_never_clipped() -> None:
    """Quality above the accepted one counts as a gain; a missing figure as none."""
    assert m.exposed(1000, accepted=0.8, present=0.7, baseline=0.6) == pytest.approx(500)
    assert m.exposed(1000, accepted=0.8, present=0.82, baseline=0.6) == pytest.approx(-100)
    assert m.exposed(1000, accepted=0.8, present=0.7, baseline=0.79, floor=0.05) == pytest.approx(2000)
    assert m.exposed(1000, accepted=math.nan, present=0.7, baseline=0.6) is None
    assert m.exposed(1000, accepted=0.6, present=0.5, baseline=0.6) is None
