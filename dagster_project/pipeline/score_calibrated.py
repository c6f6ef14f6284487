"""What scores are taken to mean before labels come: the share of positives that their own version showed.

In: rows of `span.score_estimate`. A version with too few labels on reference days of its own is read by those of the
model. Out: counts and chances by group, and in words which of the two. Caller: pipeline.score_estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.histogram import K, dense
from dagster_project.core.types import Floats
from dagster_project.pipeline.score_learned import references, remarks
from dagster_project.pipeline.score_rows import Rows


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Arrays over groups, [groups, 255] where by bin of the score."""

    n: Floats
    decided: Floats
    chance: Floats
    """Mean chance of a positive over the rows of a bin, whatever their versions; nan where nothing is known of it."""
    labels: Floats
    """Labels behind the reference that has the fewest."""
    remark: Sequence[str | None]


def calibrated(rows: Rows) -> Calibrated:
    """Every group's scores, each by the reference of its version."""
    group, bins, n = rows.group, rows.ints("bin"), rows.floats("n")
    counts = dense(group, bins, n, len(rows))
    known = counts.sum(axis=1)
    used, own = references(rows, known)
    table = _chances(rows, counts)
    chance = np.where(used >= 0, table[used, np.clip(bins, -K, K) + K], np.nan)
    labels = np.full(len(rows), np.inf)
    np.minimum.at(labels, group, np.where(used >= 0, known[used], 0.0))
    return Calibrated(
        n=counts,
        decided=dense(group, bins, rows.floats("decided"), len(rows)),
        chance=dense(group, bins, n * chance, len(rows)) / np.maximum(counts, 1.0),
        labels=labels,
        remark=remarks(rows, own),
    )


def _chances(rows: Rows, counts: Floats) -> Floats:
    """The chance of a positive by bin, of reference groups; nan for the others [groups, 255]."""
    positives = dense(rows.group, rows.ints("bin"), rows.floats("positives"), len(rows))
    found = np.full(counts.shape, np.nan)
    for at in np.flatnonzero((rows.keys["part"] == "reference").to_numpy()).tolist():
        found[at] = estimates.calibrated(counts[at], positives[at])
    return found
