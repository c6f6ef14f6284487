"""Figures of features computed a second time, from the rows of a window and of the reference days.

In: one feature's values on both sides, and the range within which its numbers are told apart. Out: metric -> figure.
Called by `pipeline.verify`. Distances are scipy's, on all rows: no bins, no stored sums, and nothing from `core` but
that range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.histogram import REACH, softsign_bin
from dagster_project.pipeline.verify_readings import ROUNDED, Tolerance

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.core.types import Floats

PREFIX = "f:"
"""Prefix of the features' columns in the lake."""
OF_FEATURES = {
    "missing_share": ROUNDED, "drift_missing_change": ROUNDED, "drift_l_infinity": ROUNDED,
    "drift_unseen_share": ROUNDED, "drift_cramers_v": Tolerance(absolute=1e-6),
    "drift_ks": Tolerance(absolute=0.03), "drift_wasserstein_sd": Tolerance(absolute=0.005, relative=0.05),
    "drift_wasserstein": Tolerance(absolute=0.002, relative=0.05),
}  # fmt: skip
"""The metrics that are recomputed, with their tolerances. Categories are kept as they are, numbers in 255 bins with the
mean of each."""
AT_BORDERS = "Kolmogorov-Smirnov at the borders of the bins"
"""What is left of the statistic in a column of few values, several of which share a bin."""
MOST_CATEGORIES = 500
"""With more categories, the product pools the rare ones."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The range, in a feature's unit, beyond which numbers count as its ends; unlimited by default."""

    low: float = -np.inf
    high: float = np.inf

    @classmethod
    def of_grid(cls, centre: float | None, scale: float | None) -> Reach:
        """The range that a grid tells apart; unlimited if it has no centre and scale."""
        if centre is None or scale is None:
            return cls()
        return cls(centre - REACH * scale, centre + REACH * scale)

    def cut(self, values: Floats) -> Floats:
        """The values [rows], with those outside replaced by the nearer end."""
        within: Floats = np.clip(values, self.low, self.high)
        return within

    def bins(self, values: Floats) -> Floats:
        """The bin of the grid that each value [rows] lies in; without a grid every value is one of its own."""
        if not np.isfinite(self.high):
            return values
        u = REACH * (2 * values - self.low - self.high) / (self.high - self.low)
        return softsign_bin(u).astype(float)


EVERYWHERE = Reach()


def feature_tolerance(metric: str, figures: Mapping[str, float | None]) -> Tolerance:
    """The bounds of a metric; those of Kolmogorov-Smirnov widen by what the borders of the bins leave of it."""
    allowed, exact, left = OF_FEATURES[metric], figures.get("drift_ks"), figures.get(AT_BORDERS)
    if metric == "drift_ks" and exact is not None and left is not None:
        return Tolerance(absolute=max(allowed.absolute, exact - left + ROUNDED.absolute))
    return allowed


def window_figures(values: pl.Series) -> dict[str, float | None]:
    """Figures of a feature's values [rows] in one window that need no reference."""
    return {"missing_share": values.null_count() / len(values) if len(values) else None}


def drift_figures(
    current: pl.Series, reference: pl.Series, reach: Reach = EVERYWHERE
) -> dict[str, float | None]:
    """Distances of a feature's values [rows] from those of the reference days [rows], numbers cut to their reach.

    What cannot be computed is left out: an empty side, a constant reference, more categories than are kept apart.
    """
    import polars as pl

    if not len(current) or not len(reference):
        return {}
    change = current.null_count() / len(current) - reference.null_count() / len(reference)
    categorical = current.dtype == pl.String
    figures = _categories(current, reference) if categorical else _numbers(current, reference, reach)
    return {"drift_missing_change": change, **figures}


def _numbers(current: pl.Series, reference: pl.Series, reach: Reach) -> dict[str, float | None]:
    from scipy import stats

    now, before = (np.asarray(side.drop_nulls().to_numpy(), np.float64) for side in (current, reference))
    now, before = (reach.cut(side[np.isfinite(side)]) for side in (now, before))
    if not len(now) or len(before) == 0 or before.min() == before.max():
        return {}
    moved = float(stats.wasserstein_distance(before, now))
    return {
        "drift_ks": float(stats.ks_2samp(before, now, method="asymp").statistic),
        AT_BORDERS: float(stats.ks_2samp(reach.bins(before), reach.bins(now), method="asymp").statistic),
        "drift_wasserstein": moved,
        "drift_wasserstein_sd": moved / float(before.std()),
    }


def _categories(current: pl.Series, reference: pl.Series) -> dict[str, float | None]:
    """A row without a category counts as one of its own; categories the reference lacks count as one together."""
    from scipy import stats

    known = sorted(set(reference.drop_nulls()))
    if not known or len(known) > MOST_CATEGORIES:
        return {}
    counts = [side.drop_nulls().value_counts() for side in (reference, current)]
    by_name = [dict(found.iter_rows()) for found in counts]
    unseen = sum(n for name, n in by_name[1].items() if name not in by_name[0])
    rows = [
        [*(found.get(name, 0) for name in known), side.null_count(), new]
        for found, side, new in zip(by_name, (reference, current), (0, unseen), strict=True)
    ]
    table = np.array(rows)[:, np.sum(rows, axis=0) > 0]
    shares = table / table.sum(axis=1, keepdims=True)
    figures: dict[str, float | None] = {
        "drift_l_infinity": float(np.abs(shares[1] - shares[0]).max()),
        "drift_unseen_share": unseen / len(current),
    }
    if table.shape[1] > 1:
        figures["drift_cramers_v"] = float(stats.contingency.association(table, correction=False))
    return figures
