"""Scales and the way back; that they make days nearly normal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dagster_project.core import alarm_scale as s

KINDS: tuple[s.Kind, ...] = ("plain", "log", "share", "distance", "squared distance")


@given(st.floats(1e-6, 0.999), st.integers(1, 10**6), st.sampled_from(KINDS), st.floats(0.25, 0.7))
def test_the_way_back_is_the_inverse(value: float, n: int, kind: s.Kind, power: float) -> None:
    """A value put on its scale and taken back is the value, whatever the rows."""
    rows, given_n = np.array([1_000.0]), np.array([float(n)])
    powers = np.array([power])
    place = s.scaled(np.array([value]), given_n, rows, powers, kind)
    assert s.unscaled(place, given_n, rows, powers, kind)[0] == pytest.approx(value, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("mean", [2, 10, 100, 5_000])
def test_sampling_of_shares_has_the_variance_that_is_said(mean: int) -> None:
    """Anscombe's root: variance 1 / (4 n + 2) from two expected rows on, at any share."""
    n = np.full(40_000, 10_000.0)
    k = np.random.default_rng(1).binomial(10_000, mean / 10_000, 40_000)
    places = s.scaled(k / n, n, n, np.ones(40_000), "share")
    assert places.var() * (4 * 10_000 + 2) == pytest.approx(1, abs=0.12 if mean < 10 else 0.05)


@pytest.mark.parametrize(
    ("draw", "near"),
    [
        (lambda rng, size: stats.kstwobign.rvs(size=size, random_state=rng), 0.25),
        (lambda rng, size: np.abs(rng.normal(size=size)), 2 / 3),
        (lambda rng, size: np.sqrt(rng.chisquare(9, size)), 0.25),
    ],
    ids=["sampling, Kolmogorov", "one wandering mean", "sampling, Jensen-Shannon"],
)
def test_distances_get_a_normal_upper_tail(draw: object, near: float) -> None:
    """A day beyond 3.1 sd is about as rare as of a normal: at most three times, at least a tenth."""
    assert callable(draw)
    values = draw(np.random.default_rng(2), (1, 400_000)) * 0.01
    power = s.power(values, "distance")
    assert power[0] == pytest.approx(near, abs=0.03)
    places = values[0] ** power[0]
    beyond = (places > places.mean() + 3.09 * places.std()).mean()
    assert 1e-4 < beyond < 3e-3


def test_what_has_no_place_is_not_known() -> None:
    """No logarithm of 0; a share of no rows is nothing."""
    one = np.ones(1)
    assert np.isnan(s.scaled(np.zeros(1), one, one, one, "log"))[0]
    assert np.isnan(s.scaled(np.array([np.nan]), one, one, one, "share"))[0]


def test_fewer_rows_stretch_and_more_do_not_shrink() -> None:
    """A quarter of the usual rows: twice as wide; ten times as many: as wide as ever."""
    assert s.stretch(np.array([25.0, 100.0, 1_000.0]), np.array([100.0])).tolist() == [2, 1, 1]
