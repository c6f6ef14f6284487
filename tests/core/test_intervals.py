"""Intervals against scipy, and that they cover what they say they cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dagster_project.core import intervals as i


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_is_that_of_scipy(k: int, n: int) -> None:
    """Same limits as binomtest's proportion_ci, at the ends too."""
    k = min(k, n)
    low, high = i.wilson(np.array([k]), np.array([n]))
    exact = stats.binomtest(k, n).proportion_ci(0.9, method="wilson")
    assert (low[0], high[0]) == pytest.approx((exact.low, exact.high), abs=1e-12)


def test_a_share_of_nothing_has_no_interval() -> None:
    """0 of 0 is not available."""
    assert np.isnan(i.wilson(np.array([0]), np.array([0]))).all()


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40))
def test_the_mean_interval_is_students(values: list[int]) -> None:
    """From sums the same as from all rows."""
    x = np.array(values, dtype=np.float64)
    mean, low, high = i.mean_interval(x.sum(), (x**2).sum(), len(x))
    exact = stats.t.interval(0.9, len(x) - 1, loc=x.mean(), scale=max(stats.sem(x), 1e-300))
    assert float(mean) == pytest.approx(x.mean(), abs=1e-9)
    assert (float(low), float(high)) == pytest.approx(exact, abs=1e-4)


def test_one_row_has_a_mean_and_no_interval() -> None:
    """A single value says nothing of spread."""
    mean, low, high = i.mean_interval(np.array([5.0]), np.array([25.0]), np.array([1]))
    assert mean[0] == 5
    assert np.isnan([low[0], high[0]]).all()


def test_few_users_have_a_total_and_no_interval() -> None:
    """Seven filled buckets may be seven users; eight are the fewest that say something."""
    sums = np.zeros((2, 32))
    sums[0, :7], sums[1, :8] = 3, 3
    total, low, high = i.bucket_total(sums)
    assert total.tolist() == [21, 24]
    assert np.isnan(low[0]) and np.isnan(high[0])  # noqa: PT018
    assert low[1] < 24 < high[1]
    ratio, low, _ = i.bucket_mean(sums, (sums > 0) * 6)
    assert ratio.tolist() == [0.5, 0.5]
    assert np.isnan(low[0])
    assert low[1] == pytest.approx(0.5)


def test_buckets_without_rows_have_no_mean() -> None:
    """Nothing over nothing is nan."""
    assert np.isnan(i.bucket_mean(np.zeros((1, 32)), np.zeros((1, 32)))).all()


def visits(rng: np.random.Generator, users: int, icc: float) -> tuple[np.ndarray, np.ndarray]:
    """Successes and requests by bucket: 20 requests a user, users alike by `icc`, mean 0.3."""
    weight = 1 / icc - 1
    successes = rng.binomial(20, rng.beta(0.3 * weight, 0.7 * weight, users))
    bucket = rng.integers(0, i.BUCKETS, users)
    return (
        np.bincount(bucket, weights=successes, minlength=i.BUCKETS),
        np.bincount(bucket, minlength=i.BUCKETS) * 20.0,
    )


def test_bucket_intervals_cover_nine_times_in_ten() -> None:
    """With 20 requests a user and ICC 0.1: buckets cover about 90 %, a binomial interval far less."""
    rng = np.random.default_rng(13)
    drawn = [visits(rng, users=400, icc=0.1) for _ in range(4000)]
    sums, ns = (np.array(side) for side in zip(*drawn, strict=True))
    _, low, high = i.bucket_mean(sums, ns)
    assert np.mean((low <= 0.3) & (high >= 0.3)) == pytest.approx(0.9, abs=0.02)
    low, high = i.wilson(sums.sum(axis=1), ns.sum(axis=1))
    assert np.mean((low <= 0.3) & (high >= 0.3)) < 0.75


def test_bucket_totals_cover_nine_times_in_ten() -> None:
    """The total of a random number of users' requests, each user as ever."""
    rng = np.random.default_rng(14)
    drawn = [visits(rng, users=int(rng.poisson(400)), icc=0.1)[0] for _ in range(4000)]
    _, low, high = i.bucket_total(np.array(drawn))
    expected = 400 * 20 * 0.3
    assert np.mean((low <= expected) & (high >= expected)) == pytest.approx(0.9, abs=0.02)


@given(st.lists(st.integers(-1000, 1000), min_size=4, max_size=13))
def test_the_interval_over_weeks_is_students_on_weekly_means(means: list[int]) -> None:
    """Weeks of equal size: the t interval of their means, whatever the requests inside a week do."""
    x = np.array(means, dtype=np.float64)
    mean, low, high = i.period_mean(x[None, :] * 50, np.full((1, len(x)), 50))
    exact = stats.t.interval(0.9, len(x) - 1, loc=x.mean(), scale=max(stats.sem(x), 1e-300))
    assert mean[0] == pytest.approx(x.mean(), abs=1e-9)
    assert (low[0], high[0]) == pytest.approx(exact, abs=1e-6)


def test_three_weeks_have_a_mean_and_no_interval() -> None:
    """Their spread says nothing; a week without rows is none."""
    mean, low, _ = i.period_mean(np.array([[1.0, 2, 3, 0]]), np.array([[1, 1, 1, 0]]))
    assert mean[0] == 2
    assert np.isnan(low[0])


@given(st.lists(st.integers(-1000, 1000), min_size=4, max_size=13))
def test_leaving_out_periods_of_a_mean_is_students(means: list[int]) -> None:
    """The jackknife of a plain mean is its textbook variance; an empty period changes nothing."""
    x = np.array(means, dtype=np.float64)
    left_out = np.append((x.sum() - x) / (len(x) - 1), np.nan)
    filled = np.append(np.ones(len(x), dtype=bool), False)
    variance, n = i.left_out_variance(x.mean()[None], left_out[None], filled[None])
    assert n[0] == len(x)
    assert variance[0] == pytest.approx(stats.sem(x) ** 2, abs=1e-6)


def test_three_periods_left_out_say_nothing() -> None:
    """Nor does a figure that cannot be had without one of them."""
    filled = np.array([[True, True, True, False], [True] * 4])
    left_out = np.array([[1.0, 2, 3, 0], [1.0, 2, 3, np.nan]])
    variance, _ = i.left_out_variance(np.array([2.0, 2]), left_out, filled)
    assert np.isnan(variance).all()
