"""What scores say about labels, read off the logit grid: precision over all thresholds, and calibration.

In: counts and sums of scores [groups, 255] by label, as `daily.label_score_hist` adds up (`histogram.dense`). Out:
arrays over groups, nan where a label is absent. Caller: pipeline.score_thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dagster_project.core.histogram import SCORE_SCALE, K
from dagster_project.core.performance import leads, logit_interval, mean_scores, ratio
from dagster_project.core.types import Floats, Numbers

BINS_A_STEP = 10
"""Calibration is computed over steps of ten bins, one unit of log odds each: 27 steps."""
NODES = 8
"""Points of the Gauss-Legendre rule that approximates the sum over the positives of a bin."""


def average_precision(
    pos: Numbers, neg: Numbers, pos_s1: Numbers, neg_s1: Numbers
) -> tuple[Floats, Floats, Floats]:
    """Return the precision averaged over the positive rows, and its interval, from histograms [groups, 255].

    Inside a bin the i-th of p positives from above has a share g(i / (p + 1)) of the bin's negatives before
    it: g(t) = t if both labels are distributed alike, else t^k or 1 - (1 - t)^k, with k such that as many
    pairs are in order as `auc` infers from the difference of the mean scores. If both means are exactly
    equal, the bin is treated as a single score: all its rows count before each of its positives, as at one
    threshold. The interval is computed on log odds with variance 1 / (positives a (1 - a)) (Boyd, Eng, Page
    2013). nan without a positive or a negative row.
    """
    mean_pos, mean_neg = mean_scores(pos, neg, pos_s1, neg_s1)
    tied = (mean_pos == mean_neg)[:, ::-1]  # exact: sums are of whole steps
    lead = leads(pos, neg, pos_s1, neg_s1)[:, ::-1]
    pos, neg = (np.atleast_2d(np.asarray(a, dtype=np.float64))[:, ::-1] for a in (pos, neg))
    n_pos = pos.sum(axis=1)
    at = pos > 0  # a bin without a positive adds nothing
    right, wrong = (np.cumsum(pos, axis=1) - pos)[at], (np.cumsum(neg, axis=1) - neg)[at]
    own, others, leading = pos[at], neg[at], lead[at]
    inside = np.zeros_like(pos)
    for place, weight in _places(own):
        hits = right + place
        before = others * _negatives_before(place / (own + 1), leading)
        inside[at] += weight * hits / (hits + wrong + before)
    thresholds = ratio(right + own, right + own + wrong + others)
    inside[at] = np.where(tied[at], thresholds, inside[at])
    mixed = (n_pos > 0) & (neg.sum(axis=1) > 0)
    value = np.where(mixed, np.clip(ratio((pos * inside).sum(axis=1), n_pos), 0.0, 1.0), np.nan)
    low, high = logit_interval(value, value * (1 - value) / np.maximum(n_pos, 1.0))
    return value, low, high


def _places(own: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Places of positives in their bins, 1 to `own`, and weights: all of a few, else the points of a rule."""
    few = own <= NODES
    for nth, (node, weight) in enumerate(zip(*np.polynomial.legendre.leggauss(NODES), strict=True), start=1):
        place = np.where(few, np.minimum(nth, own), 0.5 + own * (node + 1) / 2)
        yield place, np.where(few, (nth <= own) / own, weight / 2)


def _negatives_before(share: Floats, lead: Floats) -> Floats:
    """The share of a bin's negatives that precede a given share of its positives; its mean is 1/2 - lead."""
    with np.errstate(divide="ignore"):
        power = (0.5 + np.abs(lead)) / (0.5 - np.abs(lead))
    return np.where(lead >= 0, share**power, 1 - (1 - share) ** power)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Rows, mean score and share of positives [groups, 27] by unit of log odds; nan where there is no row."""

    n: Floats
    score: Floats
    share: Floats


def calibration(pos: Numbers, neg: Numbers, pos_s1: Numbers, neg_s1: Numbers) -> Calibration:
    """Return mean scores and shares of positives by step of the grid; the means are exact."""
    positives, negatives, promised, other = (_stepped(a) for a in (pos, neg, pos_s1, neg_s1))
    n = positives + negatives
    return Calibration(n, ratio((promised + other) / SCORE_SCALE, n), ratio(positives, n))


def calibration_error(found: Calibration) -> Floats:
    """Return the mean of |score - share| over the rows (expected calibration error, Naeini et al. 2015)."""
    return _mean(found, np.abs(found.score - found.share))


def calibration_error_by_chance(found: Calibration) -> Floats:
    """Return the calibration error expected if every score were true: sampling alone moves the shares."""
    variance = found.score * (1 - found.score) / np.maximum(found.n, 1.0)
    return _mean(found, np.sqrt(2 / np.pi * np.maximum(variance, 0.0)))


def _mean(found: Calibration, gap: Floats) -> Floats:
    return ratio(np.nansum(found.n * gap, axis=1), found.n.sum(axis=1))


def _stepped(bins: Numbers) -> Floats:
    """Sums [groups, 27] over the bins 10 g - 5 to 10 g + 4 of each step g."""
    dense = np.atleast_2d(np.asarray(bins, dtype=np.float64))
    step = np.floor((np.arange(-K, K + 1) + BINS_A_STEP // 2) / BINS_A_STEP).astype(np.int64)
    starts = np.flatnonzero(np.diff(step, prepend=step[0] - 1))
    return np.asarray(np.add.reduceat(dense, starts, axis=1))
