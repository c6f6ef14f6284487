"""When labels come, against the plain share of labels and against planted delays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core.arrival import FEWEST_LABELS, arrival_curve


def test_days_that_are_over_give_the_plain_share() -> None:
    """Nothing is cut off: the curve is the share of all labels that came by each lag."""
    counts = np.array([[50, 30, 20], [40, 50, 10]])
    assert arrival_curve(counts, np.array([30, 29])) == pytest.approx([0.45, 0.85, 1.0])


def test_young_days_do_not_look_faster_than_they_are() -> None:
    """Half a day's labels come each day; days watched for 0 to 40 days give back the curve within 0.02."""
    rng = np.random.default_rng(5)
    ages = np.arange(41)
    lag = np.minimum(rng.geometric(0.5, (41, 500)) - 1, 40)
    counts = np.array(
        [np.bincount(row[row <= age], minlength=41) for row, age in zip(lag, ages, strict=True)]
    )
    found = arrival_curve(counts, ages)
    assert found[:6] == pytest.approx(1 - 0.5 ** np.arange(1, 7), abs=0.02)
    plain = np.cumsum(counts.sum(axis=0)) / counts.sum()
    assert plain[0] > found[0]


def test_too_few_labels_make_no_curve() -> None:
    """One label below the minimum is not a curve of ones."""
    assert np.isnan(arrival_curve(np.array([[FEWEST_LABELS - 1]]), np.array([9]))).all()


@given(st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), min_size=1, max_size=6))
def test_a_curve_rises_to_one(counts: list[list[int]]) -> None:
    """Whatever came, shares lie within 0 and 1, never fall, and end at 1."""
    found = arrival_curve(np.array(counts), np.arange(len(counts)) + 1)
    if np.isnan(found).any():
        assert np.isnan(found).all()
        return
    assert found[-1] == 1.0
    assert (np.diff(found, prepend=0.0) >= -1e-12).all()
