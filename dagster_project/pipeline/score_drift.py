"""Drift of many (model, version, feature, span) at once: from long rows to dense arrays to `core.drift`.

In: rows of `span.drift`, parts 'current' and 'reference', on one grid per feature, on the logit grid of scores, or by
a dictionary's codes. Out: one row per current group, with the problem in words if a distance cannot be computed, and
what chance alone gives for distances that it makes larger than 0. Caller: pipeline.score_apply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.errors import QueryError
from dagster_project.core.histogram import MISSING, K, dense
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.score_distances import COMPUTED, FREE, Side, Sides, distance, paired
from dagster_project.pipeline.score_rows import KEY, SIDE, Rows

if TYPE_CHECKING:
    import polars as pl

FEWEST_REFERENCE = 200
"""Fewest rows on the reference days that a distance needs."""
TOO_EARLY = "not computable: the log does not go back far enough for a whole reference"
"""Why the first windows have no drift from a rolling reference."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All groups of one kind with their references."""

    groups: pl.DataFrame
    """The current keys with has, oldest, newest, reference_grid."""
    sides: Sides


def drift(rows: Rows, arguments: Mapping[str, float | str]) -> pl.DataFrame:
    """One statistic for every current group that it is defined for, against the group's reference."""
    import polars as pl

    statistic = str(arguments["statistic"])
    both = rows.once(compare)
    fitting = [_judged(both[kind], statistic) for kind in COMPUTED if statistic in COMPUTED[kind]]
    return pl.concat(fitting).sort(KEY)


def compare(rows: Rows) -> dict[str, Comparison]:
    """Dense arrays of both sides, for numbers, scores and categories."""
    return {kind: _comparison(rows, kind) for kind in COMPUTED}


def _comparison(rows: Rows, kind: str) -> Comparison:
    import polars as pl

    missing = [name for name in SIDE if name not in rows.keys.columns]
    if missing:
        raise QueryError(f"the SELECT yields no column {', '.join(missing)}, which drift needs")
    keys = rows.keys.with_row_index("place")
    current = keys.filter(pl.col("part") == "current", pl.col("kind") == kind)
    reference = keys.filter(pl.col("part") == "reference", pl.col("kind") == kind)
    groups = current.join(
        reference.select("ref", "feature", pl.col("place").alias("reference")), on=["ref", "feature"],
        how="left", maintain_order="left",
    )  # fmt: skip
    days = rows.column("grid_from").cast(pl.Int32).fill_null(0).to_numpy().astype(np.int64)
    oldest, newest = _range(days, rows.group, len(rows))
    at_reference = groups["reference"].fill_null(0).to_numpy().astype(np.int64)
    use = days == newest[rows.group] if kind == "number" else np.ones(len(days), dtype=bool)
    own = groups["place"].to_numpy().astype(np.int64)
    has = groups["reference"].is_not_null().to_numpy()
    flagged = groups.select(*KEY, "ref").with_columns(
        pl.Series("has", has), pl.Series("oldest", oldest[own]), pl.Series("newest", newest[own]),
        pl.Series("reference_grid", newest[at_reference] if len(newest) else newest),
    )  # fmt: skip
    scale = _scales(rows)[own] if len(own) else np.zeros(0)
    sides = paired(kind, _side(rows, own, kind, None), _side(rows, at_reference, kind, use, has), scale)
    return Comparison(flagged, sides)


def _scales(rows: Rows) -> Floats:
    """The scale of each key's grid; nan if it has none or several."""
    given = rows.floats("scale")
    lowest, highest = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    np.fmin.at(lowest, rows.group, given)
    np.fmax.at(highest, rows.group, given)
    return np.where(lowest == highest, lowest, np.nan)


def _range(days: Ints, group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Smallest and largest grid day (days since 1970) of each group."""
    oldest, newest = np.full(groups, np.iinfo(np.int64).max), np.zeros(groups, dtype=np.int64)
    np.minimum.at(oldest, group, days)
    np.maximum.at(newest, group, days)
    return oldest, newest


def _side(rows: Rows, places: Ints, kind: str, use: Bools | None, has: Bools | None = None) -> Side:
    """The arrays of the groups at `places` among the keys, from the rows that `use` selects; zeros where not `has`."""
    wanted, back = np.unique(places, return_inverse=True)
    slot = np.full(len(rows), -1, dtype=np.int64)
    slot[wanted] = np.arange(len(wanted))
    mine = slot[rows.group] >= 0
    if use is not None:
        mine &= use
    at, bins, n = slot[rows.group][mine], rows.ints("bin")[mine], rows.floats("n")[mine]
    keep = np.ones(len(places)) if has is None else has.astype(np.float64)

    def spread(values: Floats) -> Floats:
        return dense(at, bins, values, len(wanted))[back] * keep[:, None]

    if kind == "category":
        counts = _codes(at, bins, n, len(wanted), rows)[back] * keep[:, None]
        nothing = np.zeros((len(places), 0))
        return Side(counts, nothing, nothing, nothing)
    odd = [np.bincount(at, weights=n * which, minlength=len(wanted)) for which in _odd(bins)]
    s1, s2 = (rows.floats(c)[mine] for c in ("s1", "s2"))
    return Side(spread(n), np.column_stack(odd)[back] * keep[:, None], spread(s1), spread(s2))


def _odd(bins: Ints) -> tuple[Bools, Bools]:
    """Which rows count missing values, and which count non-finite ones."""
    return bins == MISSING, (np.abs(bins) > K) & (bins != MISSING)


def _codes(at: Ints, codes: Ints, n: Floats, groups: int, rows: Rows) -> Floats:
    """Counts [groups, codes]: as many columns as the largest code of all rows needs, the same on both sides."""
    width = int(rows.ints("bin").max(initial=0)) + 1
    counts = np.bincount(at * width + codes, n, groups * width).astype(np.float64)
    return counts.reshape(groups, width)


def _judged(pair: Comparison, statistic: str) -> pl.DataFrame:
    """Figures with the first problem that applies."""
    import polars as pl

    found = distance(pair.sides, statistic)
    flags = pair.groups.with_columns(
        pl.Series("n", pair.sides.current.behind(statistic).astype(np.int64)),
        pl.Series("n_reference", pair.sides.reference.behind(statistic).astype(np.int64)),
        pl.Series("value", found.value, dtype=pl.Float64).fill_nan(None),
        pl.Series("numerator", found.numerator, dtype=pl.Float64).fill_nan(None),
        pl.Series("denominator", found.denominator, dtype=pl.Float64).fill_nan(None),
        pl.Series("remark", found.remark, dtype=pl.String),
        pl.Series("constant", pair.sides.constant),
    )
    moved = (pl.col("oldest") < pl.col("reference_grid")) | (pl.col("newest") > pl.col("reference_grid"))
    constant = pl.col("constant") & pl.lit(statistic not in FREE)
    problem = (
        pl.when(pl.col("ref").is_null()).then(pl.lit(TOO_EARLY))
        .when(~pl.col("has")).then(pl.lit("not computable: it does not occur in the reference"))
        .when(moved).then(pl.format("not computable: new grid since {}", pl.col("newest").cast(pl.Int32).cast(pl.Date)))
        .when(pl.col("n_reference") < FEWEST_REFERENCE)
        .then(pl.format(f"not enough data: {{}} of {FEWEST_REFERENCE} rows on the reference days", "n_reference"))
        .when(constant).then(pl.lit("not computable: the reference is constant"))
        .when(pl.col("value").is_null()).then(pl.lit("not computable: no values in the window"))
    )  # fmt: skip
    none = pl.lit(None, dtype=pl.Float64)
    known = flags.with_columns(problem.alias("problem"))
    shown = [
        pl.when(pl.col("problem").is_null()).then(c).alias(c) for c in ("value", "numerator", "denominator")
    ]
    said = pl.when(pl.col("problem").is_null()).then("remark").alias("remark")
    return known.select(*KEY, *shown, "n", none.alias("low"), none.alias("high"), "problem", said)
