"""How fast people answer: against scipy's bootstrap, and when nothing can be said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dagster_project.core.responses import FEWEST, durations

DAYS = st.lists(st.floats(0, 100), min_size=1, max_size=40)


def test_nothing_answered_is_nothing_known() -> None:
    """Not zero days."""
    found = durations([])
    assert found.n == 0
    assert math.isnan(found.median)


@given(DAYS)
def test_median_and_percentile_are_numpys(days: list[float]) -> None:
    """In any order."""
    found = durations(list(reversed(days)))
    assert found.median == pytest.approx(float(np.median(days)))
    assert found.p90 == pytest.approx(float(np.quantile(days, 0.9)))


@given(DAYS)
def test_the_interval_holds_the_median_and_needs_enough_answers(days: list[float]) -> None:
    """Below five answers there is none."""
    found = durations(days)
    if len(days) < FEWEST:
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    else:
        assert found.low <= found.median <= found.high
        assert found == durations(days)


def test_the_interval_is_that_of_scipys_bootstrap() -> None:
    """Percentile method, 90 %."""
    days = np.random.default_rng(3).exponential(4, 60)
    exact = stats.bootstrap(
        (days,),
        np.median,
        confidence_level=0.9,
        method="percentile",
        n_resamples=5000,
        rng=np.random.default_rng(1),
    ).confidence_interval
    found = durations(days.tolist())
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), rel=0.1)
