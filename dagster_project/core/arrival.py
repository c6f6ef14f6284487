"""When labels arrive: the share of a day's labels present at a given age, learned from the reference days.

In: labels by day and by the days between request and label. Out: a curve over ages. A day or window with too
few of its labels gets no verdict, because the first labels are not like the rest. Callers:
pipeline.score_labels (the curve), pipeline.score_grade and pipeline.score_card.
"""

from __future__ import annotations

import numpy as np

from dagster_project.core.types import Floats, Numbers

MATURE = 0.95
"""No verdict is given below this share of the labels expected in the end."""
STILL_COMING = "labels still coming"
"""How the reason of a figure without a verdict begins."""
FEWEST_LABELS = 100
"""A curve needs this many labels on the reference days."""


def arrival_curve(counts: Numbers, ages: Numbers) -> Floats:
    """Return the share of labels that have arrived by each lag [lags]; the last is 1.

    counts [days, lags]: labels of each day by the days until they arrived; ages [days]: for how many days
    each day has been watched. A young day shows only short lags. The chance of lag k among lags up to k is
    therefore taken from the days watched for at least k days, and a share is the product of 1 - chance over
    all later lags (right-truncated data: Lagakos, Barraj, De Gruttola 1988). Labels beyond the longest lag
    seen cannot be known about. nan below FEWEST_LABELS.
    """
    counts = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    lags = np.arange(counts.shape[1])
    watched = np.asarray(ages, dtype=np.float64)[:, None] >= lags
    at = (counts * watched).sum(axis=0)
    upto = (np.cumsum(counts, axis=1) * watched).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = 1 - np.where(upto > 0, at / upto, 0.0)
    later = np.cumprod(np.append(kept[1:], 1.0)[::-1])[::-1]
    return later if counts.sum() >= FEWEST_LABELS else np.full(len(lags), np.nan)
