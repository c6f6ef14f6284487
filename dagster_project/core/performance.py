"""Statistical performance of models, from sums that add up over days.

In: confusion counts, score histograms by label, error sums; arrays over groups (model, version, day, ...).
Out: frozen results of arrays; nan where a denominator is 0. Intervals of ratios come from
`intervals.bucket_mean` if user buckets are available. Callers: pipeline, `classes`, `estimates`, `scores`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core.histogram import SCORE_SCALE, logit_edges
from dagster_project.core.intervals import LEVEL, bucket_mean, mean_interval
from dagster_project.core.types import Floats, Numbers

ERROR_SCALE = 2**10
"""daily.outcome_regression holds sums of round(x 2^10), so its sums of squares are in units of 2^-20."""
PERCENTAGE_SCALE = 2**20
"""The same table holds absolute errors relative to their labels as sums of round(x 2^20)."""


CELLS = ("tp", "fp", "fn", "tn")
"""The order of every confusion matrix here: right and wrong positive decisions, then wrong and right negative
ones."""


def fraction(figure: str, cells: Sequence[Numbers], beta: float = 1.0) -> tuple[Floats, Floats]:
    """Return numerator and denominator of a figure of the confusion matrix, from its cells (`CELLS`) of any shape.

    Both are weighted sums of cells, so they add up over buckets and days. F-beta gives recall beta times the
    weight of precision (van Rijsbergen 1979). The selection rate is the share of positive decisions.
    """
    square = beta**2
    over, under = {
        "accuracy": ((1, 0, 0, 1), (1, 1, 1, 1)),
        "precision": ((1, 0, 0, 0), (1, 1, 0, 0)),
        "recall": ((1, 0, 0, 0), (1, 0, 1, 0)),
        "specificity": ((0, 0, 0, 1), (0, 1, 0, 1)),
        "selection_rate": ((1, 1, 0, 0), (1, 1, 1, 1)),
        "f_beta": ((1 + square, 0, 0, 0), (1 + square, 1, square, 0)),
    }[figure]
    return _weighted(cells, over), _weighted(cells, under)


def auc(
    pos: Numbers,
    neg: Numbers,
    level: float = LEVEL,
    pos_s1: Numbers | None = None,
    neg_s1: Numbers | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Return the area under the ROC curve and its interval from score histograms [groups, 255] by label.

    A pair in one bin counts half, or, if the sums s1 (of round(score 2^30)) are given, what the bin's mean
    scores by label imply: without them, scores crowded into a few bins cost up to 0.003. The variance is that
    of placements (DeLong, DeLong, Clarke-Pearson 1988), rows treated as independent; the interval is computed
    on log odds, so it stays within 0 and 1. nan where a label is absent; no interval below two rows of each
    label or at an area of 0 or 1.
    """
    pos, neg = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (pos, neg))
    n_pos, n_neg = _known(pos.sum(axis=1)), _known(neg.sum(axis=1))
    beaten = (np.cumsum(neg, axis=1) - neg / 2) / n_neg[:, None]
    beating = 1 - (np.cumsum(pos, axis=1) - pos / 2) / n_pos[:, None]
    area = (pos * beaten).sum(axis=1) / n_pos
    if pos_s1 is not None and neg_s1 is not None:
        ordered = (pos * neg * leads(pos, neg, pos_s1, neg_s1)).sum(axis=1)
        area = np.clip(area + ordered / (n_pos * n_neg), 0.0, 1.0)
    variance = _placement_variance(pos, beaten, area) + _placement_variance(neg, beating, area)
    low, high = logit_interval(area, variance, level)
    return area, low, high


def leads(pos: Numbers, neg: Numbers, pos_s1: Numbers, neg_s1: Numbers) -> Floats:
    """Return how far a bin's positives lie above its negatives, in bin widths [groups, 255], -0.5 to 0.5.

    One half plus this is the share of a bin's pairs that are in order: exact for densities that are straight
    lines over the bin, and if a bin has one row of each label. The two open end bins have no width, so with
    more rows they stay at 0.
    """
    mean_pos, mean_neg = mean_scores(pos, neg, pos_s1, neg_s1)
    above = mean_pos - mean_neg
    lead = np.zeros_like(above)
    lead[:, 1:-1] = np.nan_to_num(np.clip(above[:, 1:-1] / np.diff(logit_edges()), -0.5, 0.5))
    one_each = np.atleast_2d((np.asarray(pos) == 1) & (np.asarray(neg) == 1))
    return np.where(one_each, np.sign(above) / 2, lead)


def mean_scores(pos: Numbers, neg: Numbers, pos_s1: Numbers, neg_s1: Numbers) -> tuple[Floats, Floats]:
    """Return the mean scores of positives and of negatives by bin [groups, 255]; nan where a bin has none."""
    n_pos, n_neg, s1_pos, s1_neg = (
        np.atleast_2d(np.asarray(cells, dtype=np.float64)) for cells in (pos, neg, pos_s1, neg_s1)
    )
    return ratio(s1_pos, n_pos) / SCORE_SCALE, ratio(s1_neg, n_neg) / SCORE_SCALE


@dataclass(frozen=True, slots=True)
class Regression:
    """Errors in the model's unit (mse in its square); bias is the mean of prediction - label."""

    mse: Floats
    rmse: Floats
    mae: Floats
    mae_low: Floats
    mae_high: Floats
    r2: Floats
    bias: Floats
    bias_low: Floats
    bias_high: Floats


def regression(
    n: Numbers, y: Numbers, yy: Numbers, e: Numbers, ee: Numbers, ae: Numbers, scale: float = 1.0
) -> Regression:
    """Return error figures from n and the sums of label, its square, error, its square and absolute error.

    Sums are in the model's unit, or of round(x scale) if `scale` is given (squares then of scale^2).
    Intervals treat rows as independent. r2 is nan if the labels do not vary.
    """
    n, y, yy, e, ee, ae = (np.asarray(a, dtype=np.float64) for a in (n, y, yy, e, ee, ae))
    spread = yy - ratio(y * y, n)
    # Below this share of yy the difference is rounding: the labels are constant.
    spread = np.where(spread > 1e-12 * yy, spread, np.nan)
    mse = ratio(ee, n) / scale**2
    mae = [bound / scale for bound in mean_interval(ae, ee, n)]
    bias = [bound / scale for bound in mean_interval(e, ee, n)]
    return Regression(
        mse, np.sqrt(mse), mae[0], np.maximum(mae[1], 0.0), mae[2], 1 - ee / spread, bias[0], bias[1], bias[2]
    )


def around_mean(n: Numbers, y: Numbers, yy: Numbers) -> Floats:
    """Return the sum of (label - mean)^2 of each cell [groups, cells], around the mean label of its whole group.

    They add up to the denominator of R2, so R2 has the interval of 1 - a ratio (Cochran 1977): days on which labels
    scatter widely raise both sums. That the mean is itself an estimate is a second-order effect.
    """
    n, y, yy = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (n, y, yy))
    mean = ratio(y.sum(axis=1), n.sum(axis=1))[:, None]
    return np.asarray(np.maximum(yy - 2 * mean * y + n * mean**2, 0.0))


def skill(own: Numbers, alternative: Numbers, n: Numbers) -> tuple[Floats, Floats, Floats]:
    """Return 1 - own / alternative, summed errors of a model and its simple alternative, with an interval.

    Arrays [groups, buckets] over the same n rows (skill score, Murphy 1988, here of absolute errors). 0 is no
    better than the alternative, below 0 worse. nan if the alternative made no error.
    """
    totals = [np.atleast_2d(np.asarray(a, dtype=np.float64)).sum(axis=1) for a in (own, alternative)]
    _, low, high = bucket_mean(own, alternative, rows=n)
    return 1 - ratio(*totals), 1 - high, 1 - low


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, nan where the denominator is 0."""
    return numerator / _known(denominator)


def _weighted(cells: Sequence[Numbers], weights: Sequence[float]) -> Floats:
    pairs = zip(weights, cells, strict=True)
    total: Floats = np.sum([weight * np.asarray(cell, dtype=np.float64) for weight, cell in pairs], axis=0)
    return total


def _known(n: Floats) -> Floats:
    return np.where(n > 0, n, np.nan)


def _placement_variance(counts: Floats, placement: Floats, mean: Floats) -> Floats:
    """Variance of the mean placement of one label's rows."""
    n = counts.sum(axis=1)
    squares = (counts * (placement - mean[:, None]) ** 2).sum(axis=1)
    return np.asarray(squares / _known(n - 1) / _known(n))


def logit_interval(
    area: Floats, variance: Floats, level: float = LEVEL, df: Numbers | float = np.inf
) -> tuple[Floats, Floats]:
    """Return the interval of an area under a curve, computed on log odds so that it stays within 0 and 1.

    `df`: degrees of freedom of the variance, for Student's t; infinite: normal.
    """
    from scipy.special import expit, logit, stdtrit

    inside = (area > 0) & (area < 1)
    safe = np.where(inside, area, 0.5)
    half = stdtrit(np.maximum(df, 1.0), (1 + level) / 2) * np.sqrt(variance) / (safe * (1 - safe))
    half = np.where(inside, half, np.nan)
    return expit(logit(safe) - half), expit(logit(safe) + half)
