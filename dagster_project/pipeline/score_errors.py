"""What predictions are taken to err by before labels come: as much as those of their size did in their own version.

In: rows of `span.error_estimate`. Out: counts and errors to expect by group, and in words which version's they are.
Caller: pipeline.score_estimates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core import estimates
from dagster_project.core.histogram import K, dense
from dagster_project.core.types import Bools, Floats
from dagster_project.pipeline.score_learned import references, remarks
from dagster_project.pipeline.score_rows import Rows

POWERS = {"a": "aa", "aa": "aaaa"}
"""Mean of an error's power -> mean of its square: |e| and e^2, e^2 and e^4."""


@dataclass(frozen=True, slots=True)
class Erring:
    """Arrays over groups, [groups, 255] where by bin of the prediction; errors in parts of the grid's scale."""

    n: Floats
    mean: Mapping[str, Floats]
    """'a': |error|, 'aa': error^2, to expect of a bin's rows, whatever their versions."""
    squares: Mapping[str, Floats]
    """Their squares: what rows of one version scatter by, beside the mean of all."""
    scale: Floats
    labels: Floats
    """Labels behind the reference that has the fewest."""
    left: Bools
    """Some predictions stand on another grid than their reference."""
    remark: Sequence[str | None]


def erring(rows: Rows) -> Erring:
    """Every group's predictions, each by the reference of its version."""
    group, bins, n = rows.group, rows.ints("bin"), rows.floats("n")
    grids, newest = _grids(rows)
    on_newest = grids == newest[group]
    known = dense(group, bins, np.where(on_newest, n, 0.0), len(rows))
    used, own = references(rows, known.sum(axis=1))
    means = {name: _learned(rows, known, name, on_newest) for name in ("a", *POWERS.values())}
    place = used, np.clip(bins, -K, K) + K
    counts = dense(group, bins, n, len(rows))

    def mixed(by_row: Floats) -> Floats:
        return dense(group, bins, n * np.where(used >= 0, by_row, np.nan), len(rows)) / np.maximum(
            counts, 1.0
        )

    mean = {name: mixed(means[name][place]) for name in POWERS}
    scatter = {name: mixed(means[square][place] - means[name][place] ** 2) for name, square in POWERS.items()}
    labels, scale = np.full(len(rows), np.inf), np.zeros(len(rows))
    np.minimum.at(labels, group, np.where(used >= 0, known.sum(axis=1)[used], 0.0))
    np.maximum.at(scale, group, np.nan_to_num(rows.floats("scale")))
    units = np.zeros(len(rows))
    np.maximum.at(units, group, np.where(used >= 0, scale[used], 0.0))
    left = np.zeros(len(rows), dtype=bool)
    np.logical_or.at(left, group, (used >= 0) & (grids != newest[used]))
    squares = {name: scatter[name] + mean[name] ** 2 for name in POWERS}
    return Erring(counts, mean, squares, units, labels, left, remarks(rows, own))


def _grids(rows: Rows) -> tuple[Floats, Floats]:
    """The first day of each row's grid, as a number, and the newest of each group."""
    import polars as pl

    grids = rows.column("grid_from").cast(pl.Int32).fill_null(0).to_numpy().astype(np.float64)
    newest = np.zeros(len(rows))
    np.maximum.at(newest, rows.group, grids)
    return grids, newest


def _learned(rows: Rows, known: Floats, name: str, on_newest: Bools) -> Floats:
    """Mean of a power of the error by bin, of reference groups; nan for the others [groups, 255]."""
    sums = dense(rows.group, rows.ints("bin"), np.where(on_newest, rows.floats(name), 0.0), len(rows))
    found = np.full(known.shape, np.nan)
    for at in np.flatnonzero((rows.keys["part"] == "reference").to_numpy()).tolist():
        found[at] = estimates.learned(known[at], sums[at])
    return found
