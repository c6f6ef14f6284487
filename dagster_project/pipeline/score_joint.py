"""Multivariate drift of many (model, version, span): from long rows of sums to matrices to `core.multivariate`.

In: rows of `span.joint`, parts 'current' and 'reference'. Out: one row per current group, with the problem in words
if nothing can be computed. Caller: pipeline.score_apply.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.multivariate import Moments, reconstruction_ratio
from dagster_project.pipeline.score_drift import FEWEST_REFERENCE, TOO_EARLY
from dagster_project.pipeline.score_rows import KEY, Rows

if TYPE_CHECKING:
    import polars as pl

Cell = tuple[str, str, str, float, float]
"""grids, a, b, n, s: the sum of feature a over n rows, or of its product with b if that is named."""
CHANGED = "not computable: the features or their grids are not those of the reference"


def reconstruction(rows: Rows, arguments: Mapping[str, float | str]) -> pl.DataFrame:
    """Reconstruction error of every current group over that of its reference."""
    import polars as pl

    del arguments
    starts = np.searchsorted(rows.group, np.arange(len(rows) + 1)).tolist()
    cells = rows.columns.select("grids", "a", "b", "n", "s").rows()
    parts = [cells[a:b] for a, b in itertools.pairwise(starts)]
    keys = rows.keys.select("part", "ref").rows()
    references = {ref: _grids(parts[i]) for i, (part, ref) in enumerate(keys) if part == "reference"}
    found = [_compared(parts[i], ref, references) for i, (part, ref) in enumerate(keys) if part == "current"]
    schema = {"value": pl.Float64, "n": pl.Int64, "problem": pl.String}
    figures = pl.DataFrame(found, schema=schema, orient="row")
    none = pl.lit(None, dtype=pl.Float64)
    current = rows.keys.filter(pl.col("part") == "current").select(KEY)
    return pl.concat([current, figures], how="horizontal").select(
        *KEY, "value", none.alias("numerator"), none.alias("denominator"), "n", none.alias("low"),
        none.alias("high"), "problem", pl.lit(None, dtype=pl.String).alias("remark"),
    )  # fmt: skip


def _compared(
    own: Sequence[Cell], ref: int | None, references: Mapping[int, dict[str, Moments]]
) -> tuple[float | None, int, str | None]:
    """value, n, problem of one group."""
    sides = _grids(own)
    n = round(sum(side.n for side in sides.values()))
    if ref is None:
        return None, n, TOO_EARLY
    held = references.get(ref, {})
    if len(sides) != 1 or next(iter(sides)) not in held:
        return None, n, CHANGED
    grid, current = next(iter(sides.items()))
    if held[grid].n < FEWEST_REFERENCE:
        return (
            None,
            n,
            f"not enough data: {held[grid].n:.0f} of {FEWEST_REFERENCE} rows on the reference days",
        )
    value = reconstruction_ratio(held[grid], current)
    if np.isnan(value):
        return None, n, "not computable: fewer than two features vary on the reference days"
    return value, n, None


def _grids(cells: Sequence[Cell]) -> dict[str, Moments]:
    """Moments by the digest of features and grids: only cells with the same digest add up."""
    by_grids: dict[str, list[Cell]] = {}
    for cell in cells:
        by_grids.setdefault(str(cell[0]), []).append(cell)
    return {digest: _moments(own) for digest, own in by_grids.items()}


def _moments(cells: Sequence[Cell]) -> Moments:
    first = sorted((a, float(n), float(s)) for _, a, b, n, s in cells if b == "")
    place = {a: i for i, (a, _, _) in enumerate(first)}
    second = np.zeros((len(place), len(place)))
    for _, a, b, _, s in cells:
        if b != "":
            second[place[a], place[b]] = second[place[b], place[a]] = s
    return Moments(first[0][1], np.array([s for _, _, s in first]), second)
