"""What scores are taken to mean before labels arrive: the share of positives that their own version showed.

In: rows of `span.score_estimate`. A version with too few labels on its own reference days uses those of the model.
Out: counts and chances by group, and which of the two was used, in words. Caller: pipeline.score_estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.core import estimates
from dagster_project.core.histogram import dense
from dagster_project.core.types import Floats
from dagster_project.pipeline.score_estimate_references import find_estimate_references
from dagster_project.pipeline.score_rows import Rows


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Arrays over groups; those by bin of the score are [groups, 255]."""

    n: Floats
    decided: Floats
    chance: Floats
    """Mean chance of a positive over the rows of a bin, whatever their versions; nan where it is unknown."""
    labels: Floats
    """Labels behind the reference that has the fewest."""
    remark: Sequence[str | None]


def calibrated(rows: Rows) -> Calibrated:
    """Every group's scores, each interpreted by the reference of its version."""
    counts, decided, positives = (
        dense(rows.group, rows.ints("bin"), rows.floats(name), len(rows))
        for name in ("n", "decided", "positives")
    )
    references = find_estimate_references(rows, counts)
    chance = references.expected(references.table(positives, estimates.calibrated))
    return Calibrated(counts, decided, chance, references.fewest_labels(), references.remarks())
