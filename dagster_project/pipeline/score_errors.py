"""How far predictions are expected to err before labels arrive: as far as those of their size did in their version.

In: rows of `span.error_estimate`. Out: counts and expected errors by group, and which version's they are, in words.
Caller: pipeline.score_estimates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.histogram import dense
from dagster_project.core.types import Bools, Floats
from dagster_project.pipeline.score_estimate_references import find_estimate_references
from dagster_project.pipeline.score_rows import Rows

POWERS = {"a": "aa", "aa": "aaaa"}
"""Mean of an error's power -> mean of its square: |e| and e^2, e^2 and e^4."""


@dataclass(frozen=True, slots=True)
class ExpectedErrors:
    """Arrays over groups; those by bin of the prediction are [groups, 255]. Errors are in parts of the grid's scale."""

    n: Floats
    mean: Mapping[str, Floats]
    """'a': |error|, 'aa': error^2, expected of a bin's rows, whatever their versions."""
    squares: Mapping[str, Floats]
    """Their expected squares: the scatter of rows within a version plus the square of the mean over versions."""
    scale: Floats
    labels: Floats
    """Labels behind the reference that has the fewest."""
    left: Bools
    """Whether some predictions are on another grid than their reference."""
    remark: Sequence[str | None]


def expected_errors(rows: Rows) -> ExpectedErrors:
    """Every group's predictions, each interpreted by the reference of its version."""
    group, bins = rows.group, rows.ints("bin")
    grids, newest = _grids(rows)
    counted = {
        name: dense(group, bins, np.where(grids == newest[group], rows.floats(name), 0.0), len(rows))
        for name in ("n", "a", *POWERS.values())
    }
    references = find_estimate_references(rows, counted["n"])
    means = {
        name: references.table(sums, estimates.mean_losses) for name, sums in counted.items() if name != "n"
    }
    mean = {name: references.expected(means[name]) for name in POWERS}
    scatter = {name: references.expected(means[square] - means[name] ** 2) for name, square in POWERS.items()}
    known, left = references.used >= 0, np.zeros(len(rows), dtype=bool)
    np.logical_or.at(left, group, known & (grids != newest[references.used]))
    own_scale, scale = np.zeros(len(rows)), np.zeros(len(rows))
    np.maximum.at(own_scale, group, np.nan_to_num(rows.floats("scale")))
    np.maximum.at(scale, group, np.where(known, own_scale[references.used], 0.0))
    return ExpectedErrors(
        n=dense(group, bins, rows.floats("n"), len(rows)),
        mean=mean,
        squares={name: scatter[name] + mean[name] ** 2 for name in POWERS},
        scale=scale,
        labels=references.fewest_labels(),
        left=left,
        remark=references.remarks(),
    )


def _grids(rows: Rows) -> tuple[Floats, Floats]:
    """The first day of each row's grid, as a number, and the newest of each group."""
    import polars as pl

    grids = rows.column("grid_from").cast(pl.Int32).fill_null(0).to_numpy().astype(np.float64)
    newest = np.zeros(len(rows))
    np.maximum.at(newest, rows.group, grids)
    return grids, newest
