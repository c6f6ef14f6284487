"""The grids: bins, borders, quantiles, and that days add up."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dagster_project.core import histogram as h
from dagster_project.core.types import Floats

NUMBERS = hnp.arrays(np.float64, st.integers(0, 40), elements=st.floats(-1e9, 1e9))


def counts(values: np.ndarray) -> np.ndarray:
    """One day's counts on the softsign grid."""
    return h.dense(np.zeros(len(values), int), h.softsign_bin(values), np.ones(len(values)), 1)


def test_what_is_no_number_has_bins_of_its_own() -> None:
    """Missing data never shift a distribution."""
    bins = h.softsign_bin(np.array([np.nan, np.inf, -np.inf, 0.0, 1e300, -1e300]))
    assert bins.tolist() == [h.NAN, h.POS_INF, h.NEG_INF, 0, h.K, -h.K]


def test_borders_part_the_bins() -> None:
    """A value a hair below a border is in the bin left of it, one a hair above in the next."""
    borders = h.edges()
    hair = 1e-9 * (1 + borders**2)
    assert len(borders) == 2 * h.K
    assert h.softsign_bin(borders - hair).tolist() == list(range(-h.K, h.K))
    assert h.softsign_bin(borders + hair).tolist() == list(range(-h.K + 1, h.K + 1))


@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_bins_keep_the_order_of_values(one: float, other: float) -> None:
    """A larger value is never in a lower bin."""
    low, high = h.softsign_bin(np.sort([one, other]))
    assert -h.K <= low <= high <= h.K


def test_centre_and_scale_of_a_normal_column_are_its_mean_and_sd() -> None:
    """IQR / 1.35 estimates the sd where there is nothing odd."""
    values = np.random.default_rng(0).normal(7, 3, 100_000)
    assert h.centre_scale(values) == pytest.approx((7, 3), rel=0.02)


def test_a_column_that_is_mostly_one_value_keeps_a_scale() -> None:
    """The IQR is 0 there; a third of the median distance of the other values stands in."""
    values = np.concatenate([np.zeros(900), np.arange(1.0, 100.0)])
    assert h.centre_scale(values) == (0.0, 50 / 3)


def test_a_narrow_peak_with_a_wide_rest_is_seen_in_both() -> None:
    """A tenth of the sd where that is more than the IQR says, but no more than five IQR."""
    draw = np.random.default_rng(3)
    values = np.concatenate([draw.normal(10, 0.5, 800), draw.uniform(0, 60, 200)])
    assert h.centre_scale(values)[1] == pytest.approx(values.std() / 10, rel=0.1)


@pytest.mark.parametrize(("code", "rows"), [(1e300, 3), (99999.0, 10), (99999.0, 200)])
def test_a_code_for_unknown_does_not_hide_the_other_values(code: float, rows: int) -> None:
    """A normal column keeps dozens of bins beside rows of a code far away."""
    normal = np.random.default_rng(4).normal(50, 10, 1000)
    centre, scale = h.centre_scale(np.concatenate([normal, np.full(rows, code)]))
    assert len(np.unique(h.softsign_bin((normal - centre) / scale))) > 40


def test_a_constant_has_scale_zero_and_nothing_has_none() -> None:
    """Scale 0 says constant; nan says there was no value at all."""
    assert h.centre_scale(np.full(5, 3.0)) == (3.0, 0.0)
    assert np.isnan(h.centre_scale(np.array([np.nan, np.inf]))).all()


def test_two_values_have_a_grid_and_no_warning() -> None:
    """Nothing lies between their outer hundredths: the interquartile range alone says how wide they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert h.centre_scale(np.array([1.0, 3.0])) == (2.0, 1 / h.NORMAL_IQR)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_window_equals_the_sum_of_its_days(one: np.ndarray, two: np.ndarray, three: np.ndarray) -> None:
    """Counts of days add up to the counts of all rows, in any order and grouping."""
    window = counts(np.concatenate([one, two, three]))
    np.testing.assert_array_equal((counts(one) + counts(two)) + counts(three), window)
    np.testing.assert_array_equal(counts(three) + (counts(two) + counts(one)), window)


def test_dense_adds_up_equal_keys_and_leaves_out_special_bins() -> None:
    """Long rows may come from several days; missing values have no column."""
    spread = h.dense(np.array([0, 0, 1, 1]), np.array([3, 3, -127, h.MISSING]), np.array([2, 5, 1, 9]), 3)
    assert spread.shape == (3, 255)
    assert spread[0, 130] == 7
    assert spread[1, 0] == 1
    assert spread.sum() == 8


def test_moments_are_those_of_the_rows() -> None:
    """Mean and sd come back from the integer sums within the rounding of 2^-20."""
    u = np.random.default_rng(1).normal(0.4, 1.3, 5000)
    steps = np.round(u * h.SCALE)
    mean, sd = h.moments(np.array(len(u)), steps.sum(), (steps**2).sum())
    assert (float(mean), float(sd)) == pytest.approx((u.mean(), u.std()), abs=1e-6)
    assert np.isnan(h.moments(np.array(0), np.array(0), np.array(0))).all()


LATENCIES: dict[str, Callable[[np.random.Generator], Floats]] = {
    "lognormal": lambda rng: rng.lognormal(3.2, 0.6, 20_000),
    "heavy tail": lambda rng: rng.pareto(1.5, 20_000) + 0.1,
    "two values": lambda rng: rng.choice([2.0, 900.0], 20_000),
    "microseconds": lambda rng: rng.uniform(0.002, 0.05, 20_000),
    "hours": lambda rng: rng.uniform(1e6, 4e7, 20_000),
    "one request": lambda rng: np.array([37.0]),
}


@pytest.mark.parametrize("shape", sorted(LATENCIES))
@pytest.mark.parametrize("q", [0.5, 0.95, 0.99, 1.0])
def test_latency_quantiles_are_within_one_percent(shape: str, q: float) -> None:
    """Against numpy's inverted_cdf on all rows."""
    ms = LATENCIES[shape](np.random.default_rng(2))
    bins, n = np.unique(h.latency_bin(ms), return_counts=True)
    assert h.quantile(bins, n, q) == pytest.approx(np.quantile(ms, q, method="inverted_cdf"), rel=0.01)


def test_quantiles_of_many_groups_are_those_of_each() -> None:
    """Rows may come in any order; a group without requests has no quantile."""
    rng = np.random.default_rng(3)
    group, bins, n = rng.integers(0, 20, 500), rng.integers(-50, 400, 500), rng.integers(0, 9, 500)
    group[group == 7] = 8
    found = h.grouped_quantile(group, bins, n, 0.95, 20)
    alone = [h.quantile(bins[group == g], n[group == g], 0.95) for g in range(20)]
    np.testing.assert_array_equal(found, alone)
    assert np.isnan(found[7])


def test_no_requests_have_no_quantile() -> None:
    """Not available is not 0 ms."""
    assert np.isnan(h.quantile(np.array([], int), np.array([], int), 0.5))
    assert np.isnan(h.quantile(np.array([5]), np.array([0]), 0.5))


def test_a_latency_of_zero_counts_as_a_microsecond() -> None:
    """Clocks are coarse and sometimes run backwards; the row is kept."""
    assert h.latency_bin(np.array([0.0, -3.0, 0.001])).tolist() == [h.latency_bin(np.array([0.001]))[0]] * 3


def test_scores_of_zero_and_one_stay_on_the_grid() -> None:
    """A tree model gives exact zeros and ones."""
    assert h.logit_bin(np.array([0.0, 0.5, 1.0])).tolist() == [-127, 0, 127]


@given(st.floats(0, 1), st.floats(0, 1))
def test_score_bins_keep_the_order_of_scores(one: float, other: float) -> None:
    """A higher score is never in a lower bin."""
    low, high = h.logit_bin(np.sort([one, other]))
    assert -h.K <= low <= high <= h.K


def test_score_borders_part_the_bins() -> None:
    """The borders, read as scores, lie between the bins they part."""
    borders = h.logit_edges()
    assert h.logit_bin(borders * (1 - 1e-9)).tolist() == list(range(-h.K, h.K))
