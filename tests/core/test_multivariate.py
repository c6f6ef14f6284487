"""Reconstruction error from moments is that of the rows, with scikit-learn's components."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from dagster_project.core.multivariate import VARIANCE_KEPT, Moments, reconstruction_ratio
from dagster_project.core.types import Floats


def moments(rows: Floats) -> Moments:
    return Moments(len(rows), rows.sum(axis=0), rows.T @ rows)


def correlated(rng: np.random.Generator, n: int, signs: Floats) -> Floats:
    """Columns that follow one hidden number, each by its sign, with noise of its own."""
    return rng.normal(0, 1, (n, 1)) * signs + rng.normal(0, 0.5, (n, len(signs)))


def test_it_is_the_error_of_the_rows() -> None:
    """Standardised by the reference, rebuilt from scikit-learn's components, squared and averaged."""
    rng = np.random.default_rng(1)
    mix = rng.normal(0, 1, (6, 6))
    reference, current = rng.normal(3, 2, (4000, 6)) @ mix, rng.normal(3.2, 2.1, (3000, 6)) @ mix
    mean, sd = reference.mean(axis=0), reference.std(axis=0)
    model = PCA(n_components=VARIANCE_KEPT, svd_solver="full").fit((reference - mean) / sd)
    errors = []
    for rows in (current, reference):
        z = (rows - mean) / sd
        errors.append(((z - model.inverse_transform(model.transform(z))) ** 2).sum(axis=1).mean())
    assert reconstruction_ratio(moments(reference), moments(current)) == pytest.approx(errors[0] / errors[1])


def test_features_that_turn_against_each_other_are_seen() -> None:
    """Each column keeps its distribution, their signs do not: the error grows; equal data stay near 1."""
    rng = np.random.default_rng(2)
    together, against = np.array([1.0, 1, 1, 1]), np.array([1.0, 1, -1, -1])
    reference = moments(correlated(rng, 5000, together))
    assert reconstruction_ratio(reference, moments(correlated(rng, 5000, together))) == pytest.approx(
        1, abs=0.1
    )
    assert reconstruction_ratio(reference, moments(correlated(rng, 5000, against))) > 3


@given(st.integers(0, 2**32 - 1))
def test_a_sample_against_itself_is_one(seed: int) -> None:
    """Whatever the rows, and however often they are counted."""
    rows = np.random.default_rng(seed).normal(0, 1, (50, 3))
    assert reconstruction_ratio(moments(rows), moments(np.vstack([rows, rows]))) == pytest.approx(1)


def test_what_does_not_vary_cannot_be_rebuilt() -> None:
    """One varying column, or no rows, is nan and never a number."""
    rows = np.column_stack([np.arange(50.0), np.ones(50), np.zeros(50)])
    assert np.isnan(reconstruction_ratio(moments(rows), moments(rows)))
    assert np.isnan(reconstruction_ratio(Moments(0, np.zeros(3), np.zeros((3, 3))), moments(rows)))
