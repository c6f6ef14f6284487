"""Histograms of scores by label whose days differ, with the areas under the curves that all days to come would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dagster_project.core.histogram import LOGIT_STEPS, SCORE_SCALE, K
from dagster_project.core.performance import auc
from dagster_project.core.scores import average_precision
from dagster_project.core.types import Floats

PLACES = np.arange(-K, K + 1) / LOGIT_STEPS
"""Log odds in the middle of each bin."""
CENTRE, SPREAD = -1.0, 1.0
SIDES = ("pos", "neg", "pos_s1", "neg_s1")
Sides = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class World:
    """What the days of a world share with nobody else: log odds of a label are a + b * log odds of its score."""

    level: float = 0.0
    """Standard deviation of a from day to day: more or fewer positives than the scores say."""
    order: float = 0.0
    """Standard deviation of b: days on which the model ranks better or worse."""
    follows: float = 0.0
    """Correlation of a day's a and b with those of the day before."""


def drawn(rng: np.random.Generator, world: World, samples: int, days: int, rows: int) -> Sides:
    """Counts and sums of scores by label [samples, days, 255]."""
    a = world.level * _series(rng, samples, days, world.follows)
    b = 1 + world.order * _series(rng, samples, days, world.follows)
    chance = _chance(a[..., None] + b[..., None] * PLACES)
    n = rng.multinomial(rows, _density(), size=(samples, days))
    positive = rng.binomial(n, chance)
    return _sides(positive.astype(float), (n - positive).astype(float))


def truth(world: World) -> tuple[float, float]:
    """ROC AUC and average precision of the mixture of all days."""
    node, weight = np.polynomial.hermite_e.hermegauss(31)
    a, b = world.level * node[:, None, None], 1 + world.order * node[None, :, None]
    weights = np.outer(weight, weight)[..., None] / weight.sum() ** 2
    chance = (weights * _chance(a + b * PLACES)).sum(axis=(0, 1))
    n = _density() * 1e6
    sides = _sides(np.round(n * chance), np.round(n * (1 - chance)))
    area, _, _ = auc(sides["pos"], sides["neg"], pos_s1=sides["pos_s1"], neg_s1=sides["neg_s1"])
    return float(area[0]), float(average_precision(**sides)[0][0])


def _sides(positive: Floats, negative: Floats) -> Sides:
    score = np.round(_chance(PLACES) * SCORE_SCALE)  # whole steps, as in summaries: sums stay exact
    cells = (positive, negative, positive * score, negative * score)
    return dict(zip(SIDES, cells, strict=True))


def _series(rng: np.random.Generator, samples: int, days: int, follows: float) -> Floats:
    """Normal, as wide whatever follows what [samples, days]."""
    drawn = rng.normal(size=(samples, days))
    for day in range(1, days):
        drawn[:, day] = follows * drawn[:, day - 1] + np.sqrt(1 - follows**2) * drawn[:, day]
    return drawn


def _density() -> Floats:
    weight = np.exp(-((PLACES - CENTRE) ** 2) / (2 * SPREAD**2))
    return np.asarray(weight / weight.sum())


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
