"""Seeded daily histories for section `alarms`: what a monitor would have read on each day of a made-up world.

Rows of a day are counted on the product's own grids (`core.histogram`) and compared by its own distances
(`core.drift`); only the log lines themselves are left out: the counts of a day are drawn at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.core import drift, histogram
from dagster_project.core.types import Floats, Ints

REFERENCE = 90
"""Reference days."""
YEAR = 365.25
EDGES = histogram.edges()
MIDDLES = np.concatenate(([2 * EDGES[0]], (EDGES[1:] + EDGES[:-1]) / 2, [2 * EDGES[-1]]))


@dataclass(frozen=True, slots=True)
class World:
    """How a model's days are when nothing is wrong."""

    rows: float
    """Requests a day."""
    wander: float = 0.05
    """Sd of a feature's daily mean, in sd of the feature; other series wander in proportion."""
    correlation: float = 0.0
    """Of neighbouring days' wander."""
    weekly: float = 0.0
    """What a weekend adds, in units of the wander; and how much fewer requests it brings."""
    yearly: float = 0.0
    """Half the way from winter to summer, in units of the wander."""
    heavy: bool = False
    """Shocks of Student's t with 5 degrees of freedom instead of normal ones."""

    def __str__(self) -> str:
        parts = [f"{self.rows:,.0f} rows, wander {self.wander:g}"]
        parts += [f"AR {self.correlation:g}"] if self.correlation else []
        parts += ["weekly"] if self.weekly else []
        parts += ["yearly"] if self.yearly else []
        return ", ".join(parts + (["heavy tails"] if self.heavy else []))


def shocks(rng: np.random.Generator, world: World, monitors: int, days: int) -> Floats:
    """Wander [monitors, days] of sd 1 with its correlation, weekly and yearly seasons on top."""
    fresh = (
        rng.standard_t(5, (monitors, days)) / np.sqrt(5 / 3)
        if world.heavy
        else rng.normal(size=(monitors, days))
    )
    found = fresh.copy()
    for day in range(1, days):
        found[:, day] = world.correlation * found[:, day - 1]
        found[:, day] += np.sqrt(1 - world.correlation**2) * fresh[:, day]
    wave = np.sin(2 * np.pi * (np.arange(days) / YEAR + rng.random((monitors, 1))))
    return found + world.weekly * weekend(days) + world.yearly * wave


def weekend(days: int) -> Floats:
    """1 on Saturdays and Sundays; the first day is a Monday."""
    return (np.arange(days) % 7 >= 5).astype(np.float64)


def load(rng: np.random.Generator, world: World, monitors: int, days: int, spread: float = 0.1) -> Floats:
    """Requests to be expected of each day: a level that wanders by `spread`; quiet weekends, a yearly wave."""
    level = 1 - 0.4 * weekend(days) if world.weekly else np.ones(days)
    quiet = World(world.rows, correlation=world.correlation, heavy=world.heavy)
    wave = np.exp(
        0.04 * world.yearly * np.sin(2 * np.pi * (np.arange(days) / YEAR + rng.random((monitors, 1))))
    )
    return np.asarray(
        world.rows * level * wave * np.maximum(1 + spread * shocks(rng, quiet, monitors, days), 0.05)
    )


def requests(rng: np.random.Generator, world: World, monitors: int, days: int) -> Ints:
    """Requests that came on each day, at least one."""
    return np.maximum(rng.poisson(load(rng, world, monitors, days)), 1)


@dataclass(frozen=True, slots=True)
class Series:
    """What a monitor reads; arrays [monitors, days]."""

    values: Floats
    n: Floats


def joined(parts: Sequence[Series]) -> Series:
    """One after another, to be watched together."""
    return Series(np.concatenate([p.values for p in parts]), np.concatenate([p.n for p in parts]))


@dataclass(frozen=True, slots=True)
class Pair:
    """A history, and the same one with a change from day `at` on."""

    clean: Series
    changed: Series
    at: int


Make = Callable[[np.random.Generator, World, int, int, int, Floats], Pair]
"""(rng, world, monitors, days, at, size [monitors]) -> the pair; size 0 is no change."""


def shifted(statistic: str, *, wider: bool = False) -> Make:
    """A numeric feature whose mean shifts by `size` sd (or which grows 1 + size times as wide), read by a distance."""

    def make(rng: np.random.Generator, world: World, monitors: int, days: int, at: int, size: Floats) -> Pair:
        means = world.wander * shocks(rng, world, monitors, days)
        due, ones = load(rng, world, monitors, days), np.ones(monitors)
        whole = np.sum([_counts(rng, means[:, d], ones, due[:, d]) for d in range(REFERENCE)], axis=0)
        values, n = np.empty((2, monitors, days)), np.empty((2, monitors, days))
        for day in range(days):
            counts = _counts(rng, means[:, day], ones, due[:, day])
            values[:, :, day], n[:, :, day] = _distance(statistic, whole, counts), counts.sum(axis=1)
            if day >= at:
                mean, width = (means[:, day], 1 + size) if wider else (means[:, day] + size, ones)
                counts = _counts(rng, mean, width, due[:, day])
                values[1, :, day], n[1, :, day] = _distance(statistic, whole, counts), counts.sum(axis=1)
        return Pair(Series(values[0], n[0]), Series(values[1], n[1]), at)

    return make


def _counts(rng: np.random.Generator, mean: Floats, width: Floats, due: Floats) -> Ints:
    """Rows of a day on the softsign grid: of a normal feature, Poisson in each bin, so Poisson altogether."""
    from scipy.special import ndtr

    below = ndtr((EDGES[None, :] - mean[:, None]) / width[:, None])
    return rng.poisson(np.diff(below, axis=1, prepend=0.0, append=1.0) * due[:, None])


def _distance(statistic: str, reference: Ints, counts: Ints) -> Floats:
    match statistic:
        case "ks":
            return drift.ks(reference, counts)
        case "wasserstein":
            sums = [side * MIDDLES * histogram.SCALE for side in (reference, counts)]
            ones = np.ones(len(counts))
            squares = reference * MIDDLES**2 * histogram.SCALE**2
            return drift.wasserstein_sd(reference, sums[0], counts, sums[1], 0 * ones, ones, squares)
        case _:
            coarse = drift.coarsen(reference, counts)
            return drift.psi(*coarse) if statistic == "psi" else drift.jensen_shannon(*coarse)


def share(base: float, *, falls: bool = False) -> Make:
    """A share of rows (missing, unseen, failed, right) that rises (or falls) by `size`, a share itself."""

    def make(rng: np.random.Generator, world: World, monitors: int, days: int, at: int, size: Floats) -> Pair:
        n = requests(rng, world, monitors, days)
        odds = (
            base / (1 - base) * np.exp(2 * world.wander * shocks(rng, world, monitors, days))
            if base
            else 0 * n
        )
        chance = odds / (1 + odds)
        moved = np.clip(chance + (-size if falls else size)[:, None], 0.0, 1.0)
        clean, other = rng.binomial(n, chance) / n, rng.binomial(n, moved) / n
        other[:, :at] = clean[:, :at]
        return Pair(Series(clean, n.astype(float)), Series(other, n.astype(float)), at)

    return make


def latency(sigma: float = 0.8, q: float = 0.95) -> Make:
    """The 95th percentile of log-normal latencies around 20 ms on the 2 % grid; all grow by a share `size`."""

    def make(rng: np.random.Generator, world: World, monitors: int, days: int, at: int, size: Floats) -> Pair:
        from scipy.special import ndtri

        n = requests(rng, world, monitors, days)
        rank = np.ceil(q * n)
        place = ndtri(rng.beta(rank, n - rank + 1))
        typical = np.log(20) + world.wander * shocks(rng, world, monitors, days)
        ms = np.exp(typical + sigma * place)
        slower = np.where(np.arange(days) >= at, ms * (1 + size[:, None]), ms)
        clean, other = (histogram.latency_value(histogram.latency_bin(a)) for a in (ms, slower))
        return Pair(Series(clean, n.astype(float)), Series(other, n.astype(float)), at)

    return make


def use(spread: float, *, a_day: bool = False) -> Make:
    """Requests of a day, of which a share `size` goes away: at once, or `size` of what is left every day."""

    def make(rng: np.random.Generator, world: World, monitors: int, days: int, at: int, size: Floats) -> Pair:
        counts = rng.poisson(load(rng, world, monitors, days, spread))
        after = np.maximum(np.arange(days) - at + 1, 0)
        kept = (1 - size[:, None]) ** (after if a_day else np.minimum(after, 1))
        fewer = np.where(after > 0, rng.binomial(counts, kept), counts)
        ones = np.ones(counts.shape)
        return Pair(Series(counts.astype(float), ones), Series(fewer.astype(float), ones), at)

    return make
