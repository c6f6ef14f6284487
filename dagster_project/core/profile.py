"""Training profiles: distributions as a training job writes them, and put on the grid of the daily summaries.

`profile` returns the mapping that a training job dumps as JSON (format in site/docs/about/methods.md); it
needs only numpy and can be called from any training code. `binned` turns quantiles into counts on a grid, so
that the days in production can be compared with the training data. Callers: training jobs,
pipeline.score_references.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from dagster_project.core.types import Floats, Numbers

FORMAT = "modelboard profile 1"
STEPS = 1000
"""Quantiles are kept at this many equal steps of probability, both ends included, so KS is exact to within
0.001."""


def profile(
    numbers: Mapping[str, Numbers], categories: Mapping[str, Sequence[str | None]] | None = None
) -> dict[str, object]:
    """Return the profile of a training set as plain data for `json.dump`.

    `numbers`: feature -> values, nan where missing; infinite values count as missing. `categories`: feature
    -> values, None where missing. Raises ValueError unless all features have the same number of rows and each
    number has a finite value.
    """
    categories = categories or {}
    lengths = {len(values) for values in (*numbers.values(), *categories.values())}
    if len(lengths) != 1:
        raise ValueError(f"all features must have the same number of rows, found {sorted(lengths)}")
    features = {name: _number(name, values) for name, values in numbers.items()}
    features |= {name: _category(values) for name, values in categories.items()}
    return {"format": FORMAT, "rows": lengths.pop(), "features": features}


def binned(quantiles: Numbers, rows: float, borders: Floats) -> tuple[Floats, Floats, Floats]:
    """Return rows, sum and sum of squares in each of the bins between `borders`, the outermost two open.

    Rows are assumed to lie evenly between neighbouring quantiles; equal neighbours hold a single value.
    `quantiles`, `borders` and the sums are in the same unit. A value on a border counts in the bin above it.
    """
    q = np.asarray(quantiles, dtype=np.float64)
    start, stop = q[:-1], q[1:]
    low, high = np.concatenate(([-np.inf], borders)), np.concatenate((borders, [np.inf]))
    left, right = np.maximum(start[:, None], low), np.minimum(stop[:, None], high)
    width = (stop - start)[:, None]
    mass = np.clip(right - left, 0.0, None) / np.where(width > 0, width, 1.0)
    single = width[:, 0] <= 0
    mass[single] = 0.0
    mass[single, np.searchsorted(borders, start[single], side="right")] = 1.0
    left, right = (np.where(mass > 0, a, 0.0) for a in (left, right))
    each = rows / len(start)
    sums = (mass, mass * (left + right) / 2, mass * (left**2 + left * right + right**2) / 3)
    n, s1, s2 = (np.asarray(a.sum(axis=0) * each) for a in sums)
    return n, s1, s2


def _number(name: str, values: Numbers) -> dict[str, object]:
    given = np.asarray(values, dtype=np.float64)
    finite = given[np.isfinite(given)]
    if finite.size == 0:
        raise ValueError(f"feature {name!r} has no finite value")
    steps = np.quantile(finite, np.linspace(0, 1, STEPS + 1), method="inverted_cdf")
    return {"quantiles": steps.tolist(), "missing": int(given.size - finite.size)}


def _category(values: Sequence[str | None]) -> dict[str, object]:
    named = Counter(str(v) for v in values if not _is_missing(v))
    return {"categories": dict(sorted(named.items())), "missing": len(values) - sum(named.values())}


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
