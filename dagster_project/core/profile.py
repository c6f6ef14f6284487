"""Training profiles: distributions as a training job writes them, and the same on the grid of the daily summaries.

`profile` makes the mapping that a training job dumps as JSON (format in site/docs/about/methods.md); it needs
numpy alone and may be called from any training code. `binned` puts quantiles on the borders of a grid, so that
the days that are served can be compared with the training data. Callers: training jobs, pipeline.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from dagster_project.core.types import Floats, Numbers

FORMAT = "modelboard profile 1"
STEPS = 1000
"""Quantiles are kept at so many equal steps of probability, ends included: KS is then right within 0.001."""


def profile(
    numbers: Mapping[str, Numbers], categories: Mapping[str, Sequence[str | None]] | None = None
) -> dict[str, object]:
    """Return the profile of a training set as plain data for `json.dump`.

    `numbers`: feature -> values, nan where missing; infinite values are left out as missing. `categories`:
    feature -> values, None where missing. All features must have the same number of rows, at least one of them a
    value in each; ValueError otherwise.
    """
    categories = categories or {}
    lengths = {len(values) for values in (*numbers.values(), *categories.values())}
    if len(lengths) != 1:
        raise ValueError(f"features must have one number of rows, found {sorted(lengths)}")
    features = {name: _number(name, values) for name, values in numbers.items()}
    features |= {name: _category(values) for name, values in categories.items()}
    return {"format": FORMAT, "rows": lengths.pop(), "features": features}


def binned(quantiles: Numbers, rows: float, borders: Floats) -> tuple[Floats, Floats, Floats]:
    """Return rows, sum and sum of squares in each of the bins between `borders`, the outermost two open.

    Between neighbouring quantiles rows are taken to lie evenly; equal neighbours hold one value. `quantiles` and
    `borders` are in one unit, which the sums are in too. A value on a border counts in the bin above it.
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
