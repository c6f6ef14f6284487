"""The pictures of a comparison: bars are shares of the counts on each side."""

from __future__ import annotations

import numpy as np
import pytest

from dagster_project.core.column_profile import Grid, Tally, tallied, values
from dagster_project.publish import compare_figures

GRID = Grid(10.0, 2.0)


def drawn(seed: int, spread: float) -> Tally:
    """The tally of 5,000 values about the grid's centre."""
    codes = np.random.default_rng(seed).normal(0, spread, 5000).astype(np.int64)
    return tallied(codes, np.ones(5000, dtype=np.int64))


def test_bars_are_the_shares_between_the_edges() -> None:
    """As numpy counts them, with everything beyond the ends in the end bars."""
    side, edges = drawn(1, 9000.0), np.array([9.0, 9.5, 10.0, 10.5, 11.0])
    bars, beyond = compare_figures._bars(GRID, side, edges)
    x = np.repeat(values(GRID, side.codes), side.counts)
    assert bars == (np.histogram(np.clip(x, 9.0, 11.0), edges)[0] / 5000).tolist()
    assert beyond == ((x < 9.0) | (x > 11.0)).mean()


def test_a_picture_reaches_over_the_middle_of_both_sides() -> None:
    """From the value with a hundredth of both sides below it to the one with a hundredth above it."""
    reference, current = drawn(1, 3000.0), drawn(2, 12_000.0)
    x = np.concatenate([np.repeat(values(GRID, s.codes), s.counts) for s in (reference, current)])
    expected = np.quantile(x, [0.01, 0.99], method="inverted_cdf")
    assert compare_figures._middle(GRID, reference, current) == pytest.approx(expected.tolist())


def test_a_bar_that_holds_all_is_one() -> None:
    """However many codes it is the sum of: shares are of whole counts, not added up."""
    heap = Tally(np.arange(-20, 20), np.full(40, 3))
    bars, beyond = compare_figures._bars(GRID, heap, np.array([0.0, 20.0, 40.0]))
    assert (bars, beyond) == ([1.0, 0.0], 0.0)
