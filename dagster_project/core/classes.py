"""Averages over the classes of a multiclass model, with intervals over user buckets.

In: numerators and denominators of a figure for each pair of group and class [pairs, buckets], and the group
of each pair. Out: arrays over groups. Caller: pipeline.score_classes.
"""

from __future__ import annotations

import numpy as np

from dagster_project.core.intervals import around, filled_buckets
from dagster_project.core.performance import ratio
from dagster_project.core.types import Floats, Ints, Numbers


def macro_mean(sums: Numbers, ns: Numbers, group: Ints, rows: Numbers) -> tuple[Floats, Floats, Floats]:
    """Return the plain mean over a group's classes of sum(sums) / sum(ns), and its t interval over buckets.

    A class whose denominator is 0 counts as 0, as in scikit-learn (zero_division). rows [groups, buckets]
    says which buckets are filled. The variance is that of the linearised mean of ratios (Cochran 1977,
    chapter 6).
    """
    sums, ns, rows = (np.atleast_2d(np.asarray(a, dtype=np.float64)) for a in (sums, ns, rows))
    groups = len(rows)
    classes = np.bincount(group, minlength=groups).astype(np.float64)
    bottom = ns.sum(axis=1)
    each = np.nan_to_num(ratio(sums.sum(axis=1), bottom))
    mean = ratio(np.bincount(group, each, groups).astype(np.float64), classes)
    moved = (sums - each[:, None] * ns) / np.where(bottom > 0, bottom, np.inf)[:, None]
    residual = np.zeros_like(rows)
    np.add.at(residual, group, moved / classes[group][:, None])
    filled = filled_buckets(rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = filled / (filled - 1) * (residual**2).sum(axis=1)
    low, high = around(mean, variance, filled)
    return mean, low, high
