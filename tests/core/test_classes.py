"""Averages over classes against scikit-learn, and their intervals against what many samples give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from dagster_project.core import classes, performance


def macro(
    figure: str, truth: np.ndarray, guess: np.ndarray, bucket: np.ndarray
) -> tuple[float, float, float]:
    found = []
    names = np.unique(np.concatenate([truth, guess]))
    for c in names:
        t, g = truth == c, guess == c
        found.append([np.bincount(bucket[m], minlength=32) for m in (t & g, ~t & g, t & ~g, ~t & ~g)])
    parts = performance.fraction(figure, list(np.array(found, dtype=float).transpose(1, 0, 2)))
    rows = np.bincount(bucket, minlength=32)[None, :]
    mean, low, high = classes.macro_mean(*parts, np.zeros(len(names), dtype=np.int64), rows)
    return float(mean[0]), float(low[0]), float(high[0])


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 6))
def test_macro_averages_are_those_of_scikit_learn(seed: int, n: int, k: int) -> None:
    """Whatever came and was answered, classes without a denominator included."""
    rng = np.random.default_rng(seed)
    truth, guess, bucket = rng.integers(0, k, n), rng.integers(0, k, n), rng.integers(0, 32, n)
    options = {"average": "macro", "zero_division": 0.0}
    expected = {
        "precision": metrics.precision_score(truth, guess, **options),
        "recall": metrics.recall_score(truth, guess, **options),
        "f_beta": metrics.f1_score(truth, guess, **options),
    }
    for figure, value in expected.items():
        assert macro(figure, truth, guess, bucket)[0] == pytest.approx(value), figure


def test_intervals_of_macro_f1_cover_nine_times_in_ten() -> None:
    """300 samples of 1,500 rows of four classes, one rare: the true macro F1 lies in the interval."""
    rng = np.random.default_rng(1)
    share = np.array([0.5, 0.3, 0.15, 0.05])

    def sample(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        truth = rng.choice(4, n, p=share)
        guess = np.where(rng.random(n) < 0.7, truth, rng.choice(4, n, p=share))
        return truth, guess, rng.integers(0, 32, n)

    true = macro("f_beta", *sample(1_000_000))[0]
    found = [macro("f_beta", *sample(1500)) for _ in range(300)]
    assert 0.85 < np.mean([low <= true <= high for _, low, high in found]) < 0.95
