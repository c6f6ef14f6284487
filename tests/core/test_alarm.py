"""How rare a day must be: against scipy's bivariate normal and Student's t."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dagster_project.core import alarm


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.5, 0.8])
@pytest.mark.parametrize("rate", [1e-3, 1e-5])
def test_two_days_in_a_row_are_as_rare_as_asked(rate: float, correlation: float) -> None:
    """The chance of one day, put back into scipy's bivariate normal, gives the rate of both."""
    chance = float(alarm.day_chance(np.array([rate]), correlation)[0])
    h = stats.norm.isf(chance)
    both = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([-h, -h])
    assert both == pytest.approx(rate, rel=1e-3)


def test_independent_days_multiply() -> None:
    """Without correlation the chance of one day is the root of that of two; one day alone is the rate itself."""
    assert alarm.day_chance(np.array([1e-4]), 0.0)[0] == pytest.approx(1e-2, rel=1e-6)
    assert alarm.day_chance(np.array([1e-4]), 0.5, in_a_row=1)[0] == 1e-4


@given(st.floats(1e-7, 0.1), st.floats(0, 0.85))
def test_days_that_hang_together_must_lie_farther_out(rate: float, correlation: float) -> None:
    """More correlation never makes the limit nearer, and no limit asks for more than one day at the rate."""
    near, far = alarm.day_chance(np.array([rate, rate]), np.array([correlation, correlation + 0.05]))
    assert rate <= far <= near <= rate**0.5 + 1e-9


def test_limits_are_those_of_student() -> None:
    """Without heavy tails the quantile of t; with them the t of that kurtosis at the same sd."""
    assert alarm.limit(1e-4, 50) == pytest.approx(stats.t.isf(1e-4, 50))
    heavy = stats.t(df=4 + 6 / 1.5)
    assert alarm.limit(1e-4, np.inf, 1.5) == pytest.approx(heavy.isf(1e-4) / heavy.std())
    assert heavy.stats(moments="k") == pytest.approx(1.5)


def test_a_sd_that_is_not_known_exactly_and_heavy_tails_add_up() -> None:
    """Both together put the limit farther out than either: the t of 1 / (1 / 50 + 1 / 8) degrees of freedom."""
    together = stats.t.isf(1e-4, 1 / (1 / 50 + 1 / 8)) / stats.t(df=8).std()
    assert alarm.limit(1e-4, 50, 1.5) == pytest.approx(together)
    assert together > alarm.limit(1e-4, np.inf, 1.5)


def test_a_budget_is_shared_by_the_models_monitors() -> None:
    """A tenth of an alarm a year over 365 days and 25 monitors."""
    assert alarm.alpha(np.array([1, 25])) * 365 * [1, 25] == pytest.approx([0.1, 0.1])


def test_the_first_reason_that_holds_is_given() -> None:
    """Reasons in order; '' where none holds."""
    first, second = np.array([False, True, False]), np.array([True, True, False])
    assert alarm.reasons([(first, ["a", "b", "c"]), (second, "late")], 3) == ["late", "b", ""]
