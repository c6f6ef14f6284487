"""The fine grid: codes keep order, tallies add up, grids fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dagster_project.core import column_profile as p

CODES = hnp.arrays(np.int64, st.integers(1, 60), elements=st.integers(-40_000, 40_000))


def test_positions_rise_without_a_gap_where_the_tail_begins() -> None:
    """The border between grid and tail lies between the middles of its two bins, on both sides."""
    codes = np.arange(-p.TAIL - 500, p.TAIL + 501)
    places = p.positions(codes)
    assert (np.diff(places) > 0).all()
    assert places[codes == p.TAIL - 1] < p.NEAREST_TAIL < places[codes == p.TAIL]
    assert places[codes == 0] == 0
    assert np.allclose(places, -places[::-1])


@given(CODES, CODES)
def test_tallies_add_up_in_any_order(one: np.ndarray, other: np.ndarray) -> None:
    """Counting two parts together gives the sum of both, each code once, rising."""
    ones = np.ones(len(one) + len(other), dtype=np.int64)
    whole = p.tallied(np.concatenate([one, other]), ones)
    turned = p.tallied(np.concatenate([other, one]), ones)
    assert np.array_equal(whole.codes, turned.codes)
    assert np.array_equal(whole.counts, turned.counts)
    assert (np.diff(whole.codes) > 0).all()
    assert whole.n == len(ones)


def test_an_empty_tally_is_empty() -> None:
    """A column without values has no codes, and no error."""
    nothing = np.array([], dtype=np.int64)
    assert p.tallied(nothing, nothing).n == 0


@given(hnp.arrays(np.float64, st.integers(1, 50), elements=st.floats(-1e12, 1e12)))
def test_a_grid_always_has_a_scale(sample: np.ndarray) -> None:
    """Whatever was sampled, values can be placed: a constant has a small scale, never none."""
    grid = p.sampled_grid(sample)
    assert grid.scale > 0
    assert np.isfinite([grid.centre, grid.scale]).all()


def test_a_sample_without_values_has_a_grid_too() -> None:
    """A column that is missing in all sampled rows may hold values elsewhere."""
    assert p.sampled_grid(np.array([np.nan, np.inf])) == p.Grid(0.0, 1.0)


def test_outliers_do_not_widen_the_grid() -> None:
    """One value of a billion leaves the scale of the others as it is."""
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, 1000)
    assert p.sampled_grid(np.append(values, 1e9)).scale == pytest.approx(
        p.sampled_grid(values).scale, rel=0.05
    )


def test_a_fitting_grid_is_kept_and_another_is_replaced() -> None:
    """Values around 0 of scale 1 fit; values a thousand times as wide, or far from the centre, do not."""
    rng = np.random.default_rng(2)
    places = np.sort(rng.normal(0, 1, 5000))
    inner = np.round(p.K * places / (1 + np.abs(places))).astype(np.int64)
    fitting = p.tallied(inner, np.ones(5000, dtype=np.int64))
    assert p.better_grid(p.Grid(0.0, 1.0), fitting) is None
    wide = np.round(p.K * 500 * places / (1 + np.abs(500 * places))).astype(np.int64)
    better = p.better_grid(
        p.Grid(3.0, 2.0), p.tallied(np.clip(wide, 1 - p.TAIL, p.TAIL - 1), fitting.counts[:1].repeat(5000))
    )
    assert better is not None
    assert better.scale == pytest.approx(1000, rel=0.2)


def test_quantiles_are_those_of_numpy() -> None:
    """The values that a share of the rows does not exceed."""
    values = np.array([1.0, 2.0, 5.0])
    counts = np.array([2, 1, 7])
    shares = np.array([0.0, 0.2, 0.21, 0.3, 0.5, 1.0])
    expected = np.quantile(np.repeat(values, counts), shares, method="inverted_cdf")
    assert p.quantiles(values, counts, shares).tolist() == expected.tolist()
