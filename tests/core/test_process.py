"""XmR charts and the weeks they are made of."""

from __future__ import annotations

import numpy as np
import pytest

from dagster_project.core.process import xmr


def test_limits_are_moving_ranges_from_the_mean() -> None:
    """By hand: values alternate by 2, so the average moving range is 2."""
    chart = xmr(np.array([9.0, 11.0] * 13))
    assert (chart.mean, chart.moving_range) == (10, 2)
    assert (chart.low, chart.high) == pytest.approx((10 - 5.32, 10 + 5.32))
    assert (chart.signal_low, chart.signal_high) == (3, 17)
    assert chart.reason == ""
    assert not chart.signals.any()


def test_below_26_weeks_a_chart_is_warming_up() -> None:
    """No limits, no signals, and the reason in words."""
    chart = xmr(np.append(np.ones(25), np.nan))
    assert np.isnan([chart.mean, chart.low, chart.signal_high]).all()
    assert chart.reason == "warming up: 25 of 26 weeks"
    assert not chart.signals.any()


def test_a_jump_signals_and_a_missing_week_does_not() -> None:
    """Limits come from the baseline; what follows is held against them."""
    points = np.concatenate([np.tile([9.0, 11.0], 13), [np.nan, 10.0, 18.0]])
    assert xmr(points, baseline=26).signals.tolist() == [False] * 28 + [True]


def test_false_signals_stay_below_a_tenth_in_a_chart_year() -> None:
    """No change, limits from 26 weeks, 52 weeks judged: the published rate, and what 2.66 would cost."""
    rng = np.random.default_rng(2)
    charts = [(x, xmr(x, baseline=26)) for x in rng.normal(0, 1, (2000, 78))]
    assert np.mean([chart.signals[26:].sum() for _, chart in charts]) < 0.1
    outside = [((x < chart.low) | (x > chart.high))[26:].sum() for x, chart in charts]
    assert np.mean(outside) > 0.3
