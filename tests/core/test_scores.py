"""Average precision and calibration from histograms against scikit-learn and the raw rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from dagster_project.core import histogram as h
from dagster_project.core import performance, scores
from tests.core.test_performance import by_label, scored


@pytest.mark.parametrize(
    ("centre", "spread"), [(0, 1), (-1.3, 0.5), (-1.3, 0.3), (-6.8, 1.5), (-5.9, 0.3), (0, 0.1), (0, 3)]
)
def test_average_precision_of_a_histogram_is_that_of_the_rows(centre: float, spread: float) -> None:
    """Within 0.0012, at 0.3 % prevalence and for scores that crowd together too."""
    label, score = scored(3, 300_000, centre, spread)
    sides = by_label(label, score)
    found, low, high = scores.average_precision(**sides)
    assert found[0] == pytest.approx(metrics.average_precision_score(label, score), abs=0.0012)
    assert low[0] < found[0] < high[0]


def test_average_precision_has_its_ends() -> None:
    """1 where every positive is above every negative; the prevalence where all scores are equal."""
    label = np.repeat([1, 0], [30, 70])
    assert scores.average_precision(**by_label(label, label * 0.9 + 0.05))[0][0] == pytest.approx(1.0)
    same = scores.average_precision(**by_label(label, np.full(100, 0.4)))[0][0]
    assert same == pytest.approx(0.3)
    assert np.isnan(scores.average_precision(**by_label(label[:30], np.full(30, 0.4)))[0][0])


def test_tied_scores_count_as_one_threshold() -> None:
    """Eight scores for all rows, as the leaves of a tree give: the average precision is scikit-learn's."""
    label, score = scored(5, 5_000, -1.5, 1.2)
    leaves = np.quantile(score, np.linspace(0.06, 0.94, 8))
    score = leaves[np.abs(score[:, None] - leaves).argmin(axis=1)]
    found = scores.average_precision(**by_label(label, score))[0][0]
    assert found == pytest.approx(metrics.average_precision_score(label, score), abs=1e-12)


@pytest.mark.parametrize("label", [[1, 0], [0, 1]])
def test_one_row_of_each_label_in_a_bin_is_in_its_true_order(label: list[int]) -> None:
    """Also in the open bins at the ends of the grid: areas are those of the rows."""
    rows = np.repeat([[*label, 0]], 3, axis=0).ravel()
    score = np.array([0.5383, 0.5384, 0.001, 0.0021, 0.00211, 0.3, 1 - 1e-7, 1 - 1e-8, 0.7])
    sides = by_label(rows, score)
    assert scores.average_precision(**sides)[0][0] == pytest.approx(
        metrics.average_precision_score(rows, score)
    )
    assert performance.auc(**sides)[0][0] == pytest.approx(metrics.roc_auc_score(rows, score))


def test_no_bin_has_fewer_than_no_negatives_before_a_positive() -> None:
    """Where the 30 rows of each label have one score of their own, both of one bin, and more positives come below."""
    label = np.repeat([1, 0, 1], [30, 30, 90])
    score = np.concatenate([np.repeat([0.5477, 0.5383], 30), np.linspace(0.05, 0.4, 90)])
    found = scores.average_precision(**by_label(label, score))[0][0]
    assert found == pytest.approx(metrics.average_precision_score(label, score), abs=0.025)


@given(st.integers(0, 2**32 - 1), st.integers(2, 200))
def test_average_precision_stays_a_share(seed: int, n: int) -> None:
    """Whatever the rows, it lies within 0 and 1, and within its interval where there is one."""
    label, score = scored(seed, n, -0.5, 1.0)
    value, low, high = (float(a[0]) for a in scores.average_precision(**by_label(label, score)))
    if label.min() == label.max():
        assert np.isnan(value)
        return
    assert 0 <= value <= 1
    assert np.isnan(low) or low <= value <= high


def test_calibration_error_is_exact_on_its_steps() -> None:
    """Means and shares of raw rows by units of log odds, weighted by their rows."""
    label, score = scored(7, 20_000, -1, 1.5)
    score = np.clip(score * 1.2, 0, 0.999)
    found = scores.calibration(**by_label(label, score))
    step = np.floor((h.logit_bin(score) + 5) / 10)
    gaps = [(np.sum(step == s), abs(score[step == s].mean() - label[step == s].mean())) for s in set(step)]
    exact = sum(n * gap for n, gap in gaps) / len(score)
    assert scores.calibration_error(found)[0] == pytest.approx(exact, abs=1e-8)
    assert found.n.sum() == 20_000
    assert np.isnan(scores.calibration_error(scores.calibration(*np.zeros((4, 1, 255))))[0])


def test_true_scores_err_by_what_chance_gives() -> None:
    """Over 200 samples of calibrated scores the error is what chance is said to give, within a tenth."""
    sides = [by_label(*scored(seed, 500, -1.0, 1.0)) for seed in range(200)]
    found = scores.calibration(**{k: np.concatenate([side[k] for side in sides]) for k in sides[0]})
    error, chance = scores.calibration_error(found), scores.calibration_error_by_chance(found)
    assert error.mean() == pytest.approx(chance.mean(), rel=0.1)
