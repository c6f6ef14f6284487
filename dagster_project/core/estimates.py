"""Estimate performance before labels arrive, from what scores and predictions meant on the reference days.

Confidence-based performance estimation: a calibrated score is the chance that its row is positive, which
gives the expected confusion matrix of rows without labels. Direct loss estimation: predictions of a given
size have had a given loss. Both see inputs move to where the model is more or less sure; neither can see that
the same inputs now mean something else (concept drift). Arrays [groups, 255] are on the logit grid or on that
of the predictions. Callers: pipeline.score_estimates, score_calibrated, score_estimate_references, score_errors.
"""

from __future__ import annotations

import numpy as np

from dagster_project.core.intervals import LEVEL
from dagster_project.core.performance import auc, fraction, ratio
from dagster_project.core.types import Floats, Numbers

FEWEST_LABELS = 200
"""A calibration needs this many labels on the reference days."""
LABELS_A_STEP = 50
"""Neighbouring bins are averaged together until they hold about this many labels."""


def calibrated(n: Numbers, positives: Numbers) -> Floats:
    """Return the expected share of positives in each bin [bins], never falling as scores rise.

    Isotonic regression weighted by rows (Zadrozny and Elkan 2002); bins without rows are interpolated between
    their neighbours. nan if there are no rows at all.
    """
    from scipy.optimize import isotonic_regression

    n, positives = (np.asarray(a, dtype=np.float64) for a in (n, positives))
    there = np.flatnonzero(n > 0)
    if not len(there):
        return np.full(len(n), np.nan)
    fitted = isotonic_regression(positives[there] / n[there], weights=n[there]).x
    return np.interp(np.arange(len(n)), there, fitted)


def expected(
    figure: str, n: Numbers, decided: Numbers, chance: Numbers, beta: float = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Return a figure of the expected confusion matrix (`performance.fraction`) and its sampling interval.

    n, decided: rows and positive decisions by bin; chance: the expected share of positives there. The
    interval is that of the figure once labels arrive, each row drawn independently with its chance (delta
    method); it does not include the error of the calibration itself.
    """
    n, decided, chance = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (n, decided, chance))
    left = n - decided
    tp, fn = decided * chance, left * chance
    top, bottom = fraction(
        figure, [a.sum(axis=1) for a in (tp, decided - tp, fn, left - fn)], beta
    )  # fmt: skip
    value = ratio(top, bottom)
    moves = [_moved(figure, is_decided, value, beta) ** 2 for is_decided in (True, False)]
    spread = (chance * (1 - chance) * (decided * moves[0][:, None] + left * moves[1][:, None])).sum(axis=1)
    half = _z() * np.sqrt(np.maximum(spread, 0.0)) / np.where(bottom > 0, bottom, np.nan)
    return value, np.clip(value - half, 0.0, 1.0), np.clip(value + half, 0.0, 1.0)


def expected_auc(n: Numbers, chance: Numbers) -> tuple[Floats, Floats, Floats]:
    """Return the expected area under the ROC curve, and its sampling interval."""
    n, chance = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (n, chance))
    return auc(n * chance, n * (1 - chance))


def mean_losses(n: Numbers, sums: Numbers) -> Floats:
    """Return the mean loss by bin [bins] from rows and sums of losses by bin; nan below one step of labels.

    A step is a run of bins that hold about LABELS_A_STEP labels, so that no mean rests on a handful; bins
    without rows take the mean of the step below them.
    """
    n, sums = (np.asarray(a, dtype=np.float64) for a in (n, sums))
    steps = int(n.sum() // LABELS_A_STEP)
    if steps == 0:
        return np.full(len(n), np.nan)
    step = np.minimum((np.cumsum(n) - n) // LABELS_A_STEP, steps - 1).astype(np.int64)
    filled = np.flatnonzero(n > 0)
    nearest = filled[np.maximum(np.searchsorted(filled, np.arange(len(n)), side="right") - 1, 0)]
    rows, total = (np.bincount(step, a, steps).astype(np.float64) for a in (n, sums))
    means: Floats = ratio(total, rows)[step[nearest]]
    return means


def expected_loss(n: Numbers, mean: Numbers, squares: Numbers) -> tuple[Floats, Floats, Floats]:
    """Return the expected mean loss and its sampling interval, all [groups].

    n [groups, bins]: rows by bin of their prediction; mean, squares: the expected loss and squared loss
    there.
    """
    n, mean, squares = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (n, mean, squares))
    rows = n.sum(axis=1)
    value = ratio((n * mean).sum(axis=1), rows)
    spread = (n * np.maximum(squares - mean**2, 0.0)).sum(axis=1)
    half = _z() * ratio(np.sqrt(spread), rows)
    return value, np.maximum(value - half, 0.0), value + half


def _moved(figure: str, is_decided: bool, value: Floats, beta: float) -> Floats:
    """How numerator - value * denominator moves when one row's label is positive instead of negative."""
    one, none = np.ones(1), np.zeros(1)
    positive = (one, none, none, none) if is_decided else (none, none, one, none)
    negative = (none, one, none, none) if is_decided else (none, none, none, one)
    (over_1, under_1), (over_0, under_0) = (fraction(figure, cells, beta) for cells in (positive, negative))
    return np.asarray((over_1 - over_0) - value * (under_1 - under_0))


def _z() -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + LEVEL) / 2))
