"""When labels come: the share of a day's labels that are there at an age, learned from the reference days.

In: labels by day and by how many days after their request they came. Out: a curve over ages. A day or window with
too few of its labels gets no verdict: the first labels are not like the rest. Caller: pipeline.score_labels.
"""

from __future__ import annotations

import numpy as np

from dagster_project.core.types import Floats, Numbers

MATURE = 0.95
"""With less than this share of the labels that are to come, no verdict is given."""
STILL_COMING = "labels still coming"
"""How the reason of such a figure begins."""
FEWEST_LABELS = 100
"""So many labels on the reference days make a curve."""


def arrival_curve(counts: Numbers, ages: Numbers) -> Floats:
    """Return the share of labels that have come by each lag [lags], the last of them 1.

    counts [days, lags]: labels of each day that came so many days later; ages [days]: for how many days each day
    has been watched. A young day shows only short lags, so the chance of lag k among those up to k is taken from the
    days watched for at least k days, and the shares are products of the rest (right-truncated data: Lagakos,
    Barraj, De Gruttola 1988). What comes after the longest lag seen cannot be known. nan below FEWEST_LABELS.
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
