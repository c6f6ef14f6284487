"""Performance to expect without labels, against scikit-learn and against the labels that then come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core import estimates, performance
from dagster_project.core import histogram as h
from dagster_project.core.types import Floats, Numbers

BINS = 2 * h.K + 1


def on_grid(score: Floats, weight: Numbers) -> Floats:
    return np.asarray(h.dense(np.zeros(len(score), dtype=np.int64), h.logit_bin(score), weight, 1)[0])


@given(st.integers(0, 2**32 - 1))
def test_a_calibration_is_isotonic_regression(seed: int) -> None:
    """The same as scikit-learn on the bins, and a rising chance everywhere."""
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.default_rng(seed)
    n = rng.integers(0, 30, BINS) * (rng.random(BINS) < 0.5)
    positives = rng.binomial(n, np.linspace(0.1, 0.8, BINS))
    found = estimates.calibrated(n, positives)
    there = n > 0
    if not there.any():
        assert np.isnan(found).all()
        return
    fitted = IsotonicRegression().fit_transform(
        np.flatnonzero(there), positives[there] / n[there], sample_weight=n[there]
    )
    assert found[there] == pytest.approx(fitted)
    assert (np.diff(found) >= -1e-12).all()


@pytest.mark.parametrize("figure", ["accuracy", "precision", "recall", "specificity", "f_beta", "roc_auc"])
def test_intervals_hold_what_comes_nine_times_in_ten(figure: str) -> None:
    """400 draws of labels for the same 2,000 scores: the realised figure lies inside the estimate's interval."""
    rng = np.random.default_rng(8)
    score = 1 / (1 + np.exp(-rng.normal(-0.5, 1.5, 2000)))
    decided = (score >= 0.4).astype(float)
    n, positive = on_grid(score, np.ones(2000)), on_grid(score, decided)
    chance = on_grid(score, score) / np.maximum(n, 1)
    if figure == "roc_auc":
        value, low, high = estimates.expected_auc(n, chance)
    else:
        value, low, high = estimates.expected(figure, n, positive, chance)
    came = np.array([realised(figure, score, decided, rng) for _ in range(400)])
    assert value[0] == pytest.approx(came.mean(), abs=0.003)
    inside = np.mean((low[0] <= came) & (came <= high[0]))
    assert 0.86 < inside < 0.97


def realised(figure: str, score: Floats, decided: Floats, rng: np.random.Generator) -> float:
    label = (rng.random(len(score)) < score).astype(float)
    if figure == "roc_auc":
        pos, neg = (on_grid(score, side)[None, :] for side in (label, 1 - label))
        return float(performance.auc(pos, neg)[0][0])
    parts = (decided * label, decided * (1 - label), (1 - decided) * label, (1 - decided) * (1 - label))
    return float(performance.ratio(*performance.fraction(figure, [np.array([p.sum()]) for p in parts]))[0])


def test_what_moved_is_seen_and_what_changed_its_meaning_is_not() -> None:
    """Scores that crowd around the threshold lower the estimate; labels that turn round leave it as it was."""
    rng = np.random.default_rng(3)
    wide, narrow = (1 / (1 + np.exp(-rng.normal(0, spread, 20_000))) for spread in (2.0, 0.5))
    n = on_grid(wide, np.ones(20_000))
    chance = estimates.calibrated(n, on_grid(wide, (rng.random(20_000) < wide).astype(float)))
    accuracy = [
        estimates.expected("accuracy", on_grid(s, np.ones(20_000)), on_grid(s, (s >= 0.5) * 1.0), chance)[0][
            0
        ]
        for s in (wide, narrow)
    ]
    assert accuracy[0] - accuracy[1] > 0.1
    turned = rng.random(20_000) >= wide
    assert np.mean((wide >= 0.5) == turned) < 0.3 < accuracy[0]


def test_nothing_learned_is_nothing_expected() -> None:
    """Without a labelled reference there is no chance and no figure."""
    chance = estimates.calibrated(np.zeros(BINS), np.zeros(BINS))
    assert np.isnan(chance).all()
    assert np.isnan(estimates.expected("accuracy", np.ones(BINS), np.zeros(BINS), chance)[0]).all()


def test_a_mean_never_rests_on_a_handful_of_labels() -> None:
    """Steps hold about 50 labels; together they keep the sum; below one step nothing is learned."""
    rng = np.random.default_rng(2)
    n = rng.poisson(3, BINS).astype(float)
    sums = rng.gamma(2, n)
    found = estimates.mean_losses(n, sums)
    assert (n * found).sum() == pytest.approx(sums.sum())
    assert len(np.unique(found)) == int(n.sum() // estimates.LABELS_A_STEP)
    heavy = np.zeros(BINS)
    heavy[[3, 200]] = 1000, 500
    gaps = estimates.mean_losses(heavy, heavy * np.arange(BINS))
    assert (gaps[[0, 3, 199, 200, 254]] == [3, 3, 3, 200, 200]).all()
    assert np.isnan(estimates.mean_losses(np.ones(BINS) * 0.1, np.ones(BINS))).all()


def test_loss_follows_where_predictions_went() -> None:
    """Errors grow with the prediction; larger predictions are expected to err more, as they then do."""
    rng = np.random.default_rng(4)
    k = np.arange(BINS)
    before, now = rng.binomial(BINS - 1, 0.4, 20_000), rng.binomial(BINS - 1, 0.6, 3000)
    loss = np.abs(rng.normal(0, before))
    n, sums, squares = (np.bincount(before, w, BINS) for w in (np.ones(20_000), loss, loss**2))
    mean, square = estimates.mean_losses(n, sums), estimates.mean_losses(n, squares)
    count = np.bincount(now, minlength=BINS)
    value = estimates.expected_loss(count, mean, square)[0]
    assert value[0] > 1.05 * loss.mean()
    true = np.sqrt(2 / np.pi) * k
    same, low, high = estimates.expected_loss(count, true, true**2 * np.pi / 2)
    came = [np.abs(rng.normal(0, now)).mean() for _ in range(300)]
    assert same[0] == pytest.approx(np.mean(came), rel=0.01)
    assert 0.85 < np.mean((came > low) & (came < high)) < 0.95
