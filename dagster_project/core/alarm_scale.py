"""Scales on which the days of a series are nearly normal, and the way back to the unit of the series.

| kind | what | scale |
|---|---|---|
| plain | means, figures of quality | unchanged |
| log | latencies, other positive sizes | natural logarithm |
| share | k of n rows | arcsin of the root of (k + 3/8) / (n + 3/4): variance 1 / (4 n + 2), also at 0 (Anscombe 1948) |
| distance | KS, Jensen-Shannon, Hellinger, Wasserstein | a power between 1/4 and 2/3 (Wilson, Hilferty 1931) |
| squared distance | PSI | the root, then as a distance |

A distance is either sampling noise alone (nearly normal at the power 1/4, variation 0.3) or the size of one
wandering mean (2/3, variation 0.76); the reference's own variation shows which. Caller: alarm_spread.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from dagster_project.core.types import Floats

Kind = Literal["plain", "log", "share", "distance", "squared distance"]

_SAMPLING, _WANDERING = (0.30, 1 / 4), (0.76, 2 / 3)
"""Coefficient of variation of a distance, and the power that makes it nearly normal."""


def is_magnitude(kind: Kind) -> bool:
    """Whether days are sizes of something that may move to either side."""
    return kind.endswith("distance")


def power(values: Floats, kind: Kind) -> Floats:
    """Return the power [S] for the reference days [S, R] of distances; 1 for other kinds."""
    if not is_magnitude(kind):
        return np.ones(len(values))
    size = magnitude(values, kind)
    seen = np.maximum(np.isfinite(size).sum(axis=1), 1)
    mean = np.nansum(size, axis=1) / seen
    spread = np.sqrt(np.nansum((size - mean[:, None]) ** 2, axis=1) / seen)
    variation = spread / np.where(mean > 0, mean, 1.0)
    return np.asarray(np.interp(variation, [_SAMPLING[0], _WANDERING[0]], [_SAMPLING[1], _WANDERING[1]]))


def magnitude(values: Floats, kind: Kind) -> Floats:
    """Return squared distances as distances, other values unchanged."""
    return np.sqrt(np.maximum(values, 0.0)) if kind == "squared distance" else values


def stretch(n: Floats, rows: Floats) -> Floats:
    """Return how many times wider a day of n rows may lie than one with the usual `rows`; at least 1."""
    return np.asarray(np.sqrt(np.maximum(rows / np.maximum(n, 1.0), 1.0)))


def sampling(n: Floats, kind: Kind) -> Floats:
    """Return the variance on the scale from sampling n rows; known for shares, 0 for other kinds."""
    return np.asarray(1 / (4 * n + 2)) if kind == "share" else np.zeros(np.shape(n))


def growth(centre: Floats, level: Floats, kind: Kind) -> Floats:
    """Return how many times wider days may vary at a level than at the reference's centre; at least 1.

    Shares vary in proportion on log odds: on their own scale by sin(2 y) / 4 of that. Other kinds keep their
    sd.
    """
    if kind != "share":
        return np.ones(np.shape(level))
    return np.asarray(np.maximum(np.sin(2 * level) / np.maximum(np.sin(2 * centre), 1e-9), 1.0))


def scaled(values: Floats, n: Floats, rows: Floats, powers: Floats, kind: Kind) -> Floats:
    """Return values on the scale, nan if they have no place on it; distances as of a day with usual rows."""
    with np.errstate(divide="ignore", invalid="ignore"):
        match kind:
            case "plain":
                return values
            case "log":
                return np.where(values > 0, np.log(values), np.nan)
            case "share":
                share = (values * n + 3 / 8) / (n + 3 / 4)
                return np.asarray(np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0))))
            case _:
                return np.asarray((magnitude(values, kind) / stretch(n, rows)) ** powers)


def unscaled(places: Floats, n: Floats, rows: Floats, powers: Floats, kind: Kind) -> Floats:
    """Return places on the scale as values in the unit of the series: the inverse of `scaled`."""
    match kind:
        case "plain":
            return places
        case "log":
            return np.asarray(np.exp(places))
        case "share":
            share = np.sin(np.clip(places, 0.0, np.pi / 2)) ** 2
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(np.clip((share * (n + 3 / 4) - 3 / 8) / n, 0.0, 1.0))
        case _:
            size = np.maximum(places, 0.0) ** (1 / powers) * stretch(n, rows)
            return np.asarray(size**2 if kind == "squared distance" else size)


def scale_limits(n: Floats, powers: Floats, kind: Kind) -> tuple[Floats, Floats]:
    """Return the lowest and highest place on the scale; no change leads beyond them."""
    zero, infinite = np.zeros(np.shape(n)), np.full(np.shape(n), np.inf)
    if kind == "share":
        return scaled(zero, n, n, powers, kind), scaled(zero + 1, n, n, powers, kind)
    return (zero if is_magnitude(kind) else -infinite), infinite
