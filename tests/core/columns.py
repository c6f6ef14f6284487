"""Columns as feature stores have them, for comparing summaries with all rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dagster_project.core import histogram as h
from dagster_project.core.curves import Sums
from dagster_project.core.types import Floats

Shape = Callable[[np.random.Generator, int], Floats]

SHAPES: dict[str, Shape] = {
    "normal": lambda rng, n: rng.normal(10, 2, n),
    "far from zero": lambda rng, n: rng.normal(1e9, 1, n),
    "uniform": lambda rng, n: rng.uniform(-1, 1, n),
    "exponential": lambda rng, n: rng.exponential(50, n),
    "lognormal": lambda rng, n: rng.lognormal(3, 1.2, n),
    "pareto": lambda rng, n: rng.pareto(2.5, n),
    "student t 3": lambda rng, n: rng.standard_t(3, n) * 5,
    "beta 2 5": lambda rng, n: rng.beta(2, 5, n),
    "two modes": lambda rng, n: np.where(rng.random(n) < 0.4, rng.normal(-3, 1, n), rng.normal(3, 1.5, n)),
    "mostly zero": lambda rng, n: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(50, n)),
    "poisson": lambda rng, n: rng.poisson(4, n).astype(float),
    "one decimal": lambda rng, n: np.round(rng.normal(20, 0.3, n), 1),
    "hour of day": lambda rng, n: rng.integers(0, 24, n).astype(float),
    "yes or no": lambda rng, n: (rng.random(n) < 0.3).astype(float),
}
WHOLE = frozenset({"poisson", "one decimal", "hour of day", "yes or no"})
"""Columns of few distinct values: they change by a step, not by a fraction of their sd."""


def changed(name: str, change: str, values: Floats) -> Floats:
    """Return the column after a change: none, 0.02 sd, 0.3 sd, or 1.3 times as wide; zeros of "mostly zero" stay."""
    step = {"one decimal": 0.1}.get(name, 1.0)
    if name in WHOLE:
        steps: dict[str, Floats] = {"none": values, "wider": np.maximum(values, 1.0).round(1)}
        return steps[change] if change in steps else np.round(values + step, 1)
    moved: Floats | float | None = {"none": 0.0, "shift 0.02 sd": 0.02, "shift 0.3 sd": 0.3}.get(change)
    middle = float(np.median(values))
    if name == "mostly zero":
        middle, moved = 0.0, None if moved is None else np.where(values > 0, moved, 0.0)
    return middle + (values - middle) * 1.3 if moved is None else values + moved * values.std()


def summary(values: Floats, centre: float, scale: float) -> Sums:
    """Return the daily summary of one column, as the SQL writes it: one group."""
    u = (values - centre) / scale
    steps = np.round(np.clip(u, -h.SCALE, h.SCALE) * h.SCALE)
    group, bins = np.zeros(len(u), dtype=np.int64), h.softsign_bin(u)
    return Sums(*(h.dense(group, bins, weight, 1) for weight in (np.ones(len(u)), steps, steps**2)))
