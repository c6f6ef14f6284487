"""A training profile says what the training rows say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dagster_project.core import drift as d
from dagster_project.core.histogram import SCALE, centre_scale, edges
from dagster_project.core.profile import STEPS, binned, profile
from tests.core.columns import SHAPES, summary

ROWS = 20_000


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_a_binned_profile_is_the_summary_of_its_rows(shape: str) -> None:
    """No bin's cumulated share is further off than a step of the quantiles, the mean within 1 % of the spread."""
    values = SHAPES[shape](np.random.default_rng(5), ROWS)
    centre, scale = centre_scale(values)
    made = profile({"x": values})["features"]["x"]  # type: ignore[index]
    n, s1, _ = binned((np.array(made["quantiles"]) - centre) / scale, ROWS, edges())
    exact = summary(values, centre, scale)
    assert n.sum() == pytest.approx(ROWS)
    assert d.ks(exact.n, n)[0] <= 1 / STEPS + 1e-9
    spread = (values.std() / scale) or 1.0
    assert s1.sum() / ROWS == pytest.approx(exact.s1.sum() / SCALE / ROWS, abs=0.1 * spread)


@given(hnp.arrays(np.float64, st.integers(2, 40), elements=st.floats(-50, 50, width=32)))
def test_no_row_is_lost_between_bins(values: np.ndarray) -> None:
    """Whatever the quantiles, the bins hold all rows, their sum and their sum of squares."""
    q = np.sort(values)
    n, s1, s2 = binned(q, 100, edges())
    a, b = q[:-1], q[1:]
    assert n.sum() == pytest.approx(100)
    assert s1.sum() == pytest.approx(100 * ((a + b) / 2).mean(), abs=1e-6)
    assert s2.sum() == pytest.approx(100 * ((a * a + a * b + b * b) / 3).mean(), rel=1e-6, abs=1e-6)


def test_a_profile_is_plain_json_with_missing_values_counted() -> None:
    """nan, infinite and None are missing; categories are counted by name."""
    made = profile({"x": np.array([1.0, np.nan, np.inf, 3.0])}, {"c": ["b", None, "a", "b"]})
    assert json.loads(json.dumps(made)) == made
    assert made["rows"] == 4
    features = made["features"]
    assert isinstance(features, dict)
    assert (features["x"]["missing"], features["x"]["quantiles"][0], features["x"]["quantiles"][-1]) == (
        2,
        1.0,
        3.0,
    )
    assert features["c"] == {"categories": {"a": 1, "b": 2}, "missing": 1}


def test_what_has_no_profile_is_refused() -> None:
    """Columns of different lengths, and a column without any number."""
    with pytest.raises(ValueError, match="same number of rows"):
        profile({"x": np.zeros(2), "y": np.zeros(3)})
    with pytest.raises(ValueError, match="no finite value"):
        profile({"x": np.array([np.nan])})
