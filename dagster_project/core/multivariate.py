"""Joint drift of several numbers, from sums alone: how badly the reference's components fit a window.

If each feature looks as before but their combination does not, the directions in which the reference varies
describe the window badly. Method: the principal components of the standardised reference that hold 65 % of
its variance, and the squared error left after rows are reconstructed from them (the Q statistic of Jackson
and Mudholkar, "Control Procedures for Residuals Associated With Principal Component Analysis", Technometrics
1979; NannyML uses its root). The mean squared error needs only first and second moments, which add up over
days. Caller: pipeline.score_joint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.types import Floats

VARIANCE_KEPT = 0.65
"""Share of the reference's variance that the components hold, as in NannyML."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over n rows of k values: `first` [k] of the values, `second` [k, k] of their products."""

    n: float
    first: Floats
    second: Floats


def reconstruction_ratio(reference: Moments, current: Moments) -> float:
    """Return the current mean squared reconstruction error over the reference's own; about 1 without a change.

    nan without rows, or if fewer than two values vary in the reference. Values that are constant in the
    reference are left out, because they have no scale.
    """
    if reference.n < 1 or current.n < 1:
        return float("nan")
    mean = reference.first / reference.n
    own = _about(reference, mean)
    varies = np.diag(own) > 1e-12
    if varies.sum() < 2:
        return float("nan")
    scale = np.sqrt(np.outer(np.diag(own), np.diag(own)))[np.ix_(varies, varies)]
    before, now = (m[np.ix_(varies, varies)] / scale for m in (own, _about(current, mean)))
    values, vectors = np.linalg.eigh(before)
    held = np.cumsum(values[::-1]) / values.sum()
    kept = min(int(np.searchsorted(held, VARIANCE_KEPT - 1e-9)) + 1, len(values) - 1)
    lost = vectors[:, : len(values) - kept]
    error, usual = (float(np.trace(lost.T @ m @ lost)) for m in (now, before))
    return error / usual if usual > 1e-9 else float("nan")


def _about(moments: Moments, centre: Floats) -> Floats:
    """Mean products [k, k] of the distances from `centre`."""
    mean = moments.first / moments.n
    crossed = np.outer(centre, mean)
    about: Floats = moments.second / moments.n - crossed - crossed.T + np.outer(centre, centre)
    return about
