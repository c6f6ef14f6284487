"""Performance from sums against scikit-learn on all rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from dagster_project.core import histogram as h
from dagster_project.core import performance as p
from dagster_project.core.intervals import bucket_mean
from dagster_project.core.types import Floats


def scored(seed: int, n: int, centre: float, spread: float) -> tuple[np.ndarray, Floats]:
    """Labels and calibrated scores whose log odds have that centre and spread."""
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-rng.normal(centre, spread, n)))
    return (rng.random(n) < score).astype(int), score


def by_label(label: np.ndarray, score: Floats) -> dict[str, Any]:
    """Counts and sums of the logit grid, as the daily summary keeps them."""
    bins, group = h.logit_bin(score), np.zeros(len(score), dtype=np.int64)
    steps = np.round(score * h.SCORE_SCALE)
    return {
        f"{name}{suffix}": h.dense(group[label == value], bins[label == value], w[label == value], 1)
        for name, value in (("pos", 1), ("neg", 0))
        for suffix, w in (("", np.ones(len(score))), ("_s1", steps))
    }


@given(*(st.integers(0, 50) for _ in range(4)))
def test_shares_are_those_of_scikit_learn(tp: int, fp: int, fn: int, tn: int) -> None:
    """Every figure of the confusion matrix; nan where sklearn has no answer."""
    truth = np.repeat([1, 0, 1, 0], [tp, fp, fn, tn])
    guess = np.repeat([1, 1, 0, 0], [tp, fp, fn, tn])
    cells = [np.array([x]) for x in (tp, fp, fn, tn)]
    options = {"zero_division": np.nan, "pos_label": 1, "average": "binary"}
    if len(truth) == 0:
        assert np.isnan(p.ratio(*p.fraction("accuracy", cells))[0])
        return
    expected = {
        ("accuracy", 1.0): metrics.accuracy_score(truth, guess),
        ("precision", 1.0): metrics.precision_score(truth, guess, **options),
        ("recall", 1.0): metrics.recall_score(truth, guess, **options),
        ("specificity", 1.0): metrics.recall_score(1 - truth, 1 - guess, **options),
        ("selection_rate", 1.0): guess.mean(),
        **{("f_beta", b): metrics.fbeta_score(truth, guess, beta=b, **options) for b in (0.5, 1.0, 2.0)},
    }
    found = {key: float(p.ratio(*p.fraction(key[0], cells, key[1]))[0]) for key in expected}
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("centre", "spread"), [(0, 1), (-1.3, 0.5), (-1.3, 0.3), (-6.8, 1.5), (-5.9, 0.3), (0, 0.1), (0, 3)]
)
def test_auc_of_a_histogram_is_that_of_the_rows(centre: float, spread: float) -> None:
    """Within 0.0012, at 0.3 % prevalence and for scores that crowd together too."""
    label, score = scored(3, 300_000, centre, spread)
    found, low, high = p.auc(**by_label(label, score))
    assert found[0] == pytest.approx(metrics.roc_auc_score(label, score), abs=0.0012)
    assert low[0] < found[0] < high[0]


def test_auc_of_a_strong_model_of_a_rare_class() -> None:
    """0.3 % positives, log odds two higher: counts alone do."""
    rng = np.random.default_rng(4)
    label = (rng.random(400_000) < 0.003).astype(int)
    score = 1 / (1 + np.exp(-(rng.normal(-7, 1, 400_000) + 2 * label)))
    sides = by_label(label, score)
    assert p.auc(sides["pos"], sides["neg"])[0][0] == pytest.approx(
        metrics.roc_auc_score(label, score), abs=0.0012
    )


def test_auc_intervals_cover_nine_times_in_ten() -> None:
    """600 samples of 500 independent rows of a model whose AUC is known."""
    sides = [by_label(*scored(seed, 500, -1.0, 1.0)) for seed in range(600)]
    stacked: dict[str, Any] = {name: np.concatenate([side[name] for side in sides]) for name in sides[0]}
    _, low, high = p.auc(**stacked)
    truth = metrics.roc_auc_score(*scored(9999, 1_000_000, -1.0, 1.0))
    assert np.mean((low <= truth) & (truth <= high)) == pytest.approx(0.9, abs=0.03)


def test_auc_without_both_labels_is_not_computable() -> None:
    """One class alone has no ranking; perfect order has an area but no interval."""
    some, none = np.zeros((1, 255)), np.zeros((1, 255))
    some[0, 100] = 20
    assert np.isnan(p.auc(some, none)).all()
    better = np.roll(some, 5, axis=1)
    area, low, high = p.auc(better, some)
    assert area[0] == 1
    assert np.isnan([low[0], high[0]]).all()


def test_regression_figures_are_those_of_scikit_learn() -> None:
    """From sums scaled by 2^10, within the rounding of that scale; bias is prediction - label."""
    rng = np.random.default_rng(5)
    label = rng.normal(40, 15, 5000)
    guess = label + rng.normal(2, 6, 5000)
    y, e = np.round(label * p.ERROR_SCALE), np.round((guess - label) * p.ERROR_SCALE)
    found = p.regression(
        np.array(5000), y.sum(), (y**2).sum(), e.sum(), (e**2).sum(), np.abs(e).sum(), p.ERROR_SCALE
    )  # fmt: skip
    assert float(found.mse) == pytest.approx(metrics.mean_squared_error(label, guess), rel=1e-4)
    assert float(found.rmse) == pytest.approx(metrics.root_mean_squared_error(label, guess), rel=1e-4)
    assert float(found.mae) == pytest.approx(metrics.mean_absolute_error(label, guess), rel=1e-4)
    assert float(found.r2) == pytest.approx(metrics.r2_score(label, guess), abs=1e-4)
    assert float(found.bias) == pytest.approx(np.mean(guess - label), abs=1e-3)
    assert found.mae_low < found.mae < found.mae_high
    assert found.bias_low < found.bias < found.bias_high


def test_labels_that_do_not_vary_have_no_r2() -> None:
    """Nothing to explain is not an r2 of 0 or 1; no rows have no error."""
    n, y = np.array([3.0, 0.0]), np.array([0.3, 0.0])
    found = p.regression(n, y, np.array([0.03, 0.0]), y, y, y)
    assert np.isnan(found.r2).all()
    assert found.mse[0] == pytest.approx(0.1)
    assert np.isnan(found.mse[1])


def test_squares_around_the_mean_add_up_to_the_denominator_of_r2() -> None:
    """Whatever the cells: days, weeks, buckets of users."""
    rng = np.random.default_rng(3)
    y, cell = rng.normal(40, 7, 500), rng.integers(0, 32, 500)
    n, total, squares = (np.bincount(cell, v, 32)[None] for v in (np.ones(500), y, y * y))
    assert p.around_mean(n, total, squares).sum() == pytest.approx(((y - y.mean()) ** 2).sum())


def test_nine_of_ten_intervals_of_r2_hold_the_true_one() -> None:
    """Heavy-tailed labels, users who are alike: squared errors and the labels' own spread rise together."""
    rng = np.random.default_rng(5)
    bucket = np.repeat(rng.integers(0, 32, (400, 2000)), 6, axis=1)
    x = rng.normal(size=bucket.shape) + np.repeat(0.5 * rng.normal(size=(400, 2000)), 6, axis=1)
    y = 0.4 * x + rng.standard_t(5, size=bucket.shape)
    truth = 0.2 / (0.2 + 5 / 3)
    columns = (np.ones(y.shape), y, y * y, (y - 0.4 * x) ** 2)
    n, total, squares, wrong = (np.array([np.bincount(b, v, 32) for b, v in zip(bucket, c, strict=True)])
                                for c in columns)  # fmt: skip
    _, low, high = bucket_mean(wrong, p.around_mean(n, total, squares), rows=n)
    assert 0.86 <= np.mean((1 - high <= truth) & (truth <= 1 - low)) <= 0.94
    assert np.mean(high - low) < 0.03


def test_skill_is_one_less_the_ratio_of_errors() -> None:
    """Errors of 3 against 4 in every bucket: a quarter better, with an interval that is a point."""
    found = p.skill(np.full((1, 32), 3.0), np.full((1, 32), 4.0), np.ones((1, 32)))
    assert [float(x[0]) for x in found] == pytest.approx([0.25, 0.25, 0.25])
    worse = p.skill(np.full((1, 32), 5.0), np.full((1, 32), 4.0), np.ones((1, 32)))[0]
    assert worse[0] == pytest.approx(-0.25)


def test_nine_of_ten_intervals_of_a_skill_hold_the_true_one() -> None:
    """Users that differ, alternatives that are exactly right at times: coverage of the 90 % interval."""
    rng = np.random.default_rng(5)
    draws, users, each = 1500, 400, 5
    rough = rng.gamma(2.0, 1.0, (draws, users, 1)) * (rng.random((draws, users, each)) < 0.7)
    own, other = rough * rng.gamma(2.0, 0.9, rough.shape), rough * rng.gamma(2.0, 1.0, rough.shape)
    bucket = rng.integers(0, 32, (draws, users))
    flat = (np.arange(draws)[:, None] * 32 + bucket).ravel()
    won, lost = (
        np.bincount(flat, x.sum(axis=2).ravel(), draws * 32).reshape(draws, 32) for x in (own, other)
    )
    n = np.bincount(flat, minlength=draws * 32).reshape(draws, 32) * each
    _, low, high = p.skill(won, lost, n)
    assert ((low <= 0.1) & (high >= 0.1)).mean() == pytest.approx(0.9, abs=0.025)


def test_a_bucket_whose_alternative_made_no_error_counts() -> None:
    """It has rows, so its own error widens the interval; without an error at all there is no skill."""
    own, other, n = np.ones((1, 16)), np.ones((1, 16)), np.ones((1, 16))
    other[0, 0] = 0
    _, low, high = p.skill(own, other, n)
    same_ratio = p.skill(own * 16 / 15, np.ones((1, 16)), n)
    assert high[0] - low[0] > same_ratio[2][0] - same_ratio[1][0] + 0.01
    assert np.isnan(p.skill(own, np.zeros((1, 16)), n)[0][0])
