"""Section `intervals`: how often the 90 % intervals of areas under curves hold the true one, with and without days."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from dagster_project.core import intervals, performance, scores
from dagster_project.core.types import Floats
from dagster_project.pipeline.score_periods import WEEKS_FROM
from tests.bench.report import Section, table
from tests.bench.workspaces import Tell
from tests.core.ranked import Sides, World, drawn, truth

WORLDS = {
    "days alike": World(),
    "days differ a little": World(level=0.2, order=0.1),
    "days differ": World(level=0.7, order=0.3),
    "days differ, AR(1) 0.5": World(level=0.7, order=0.3, follows=0.5),
}
WINDOWS = (7, 28, 90)
ROWS = (100, 1_000)
Area = Callable[..., tuple[Floats, Floats, Floats]]
AREAS: dict[str, Area] = {"ROC AUC": performance.auc, "average precision": scores.average_precision}
TEXT = """\
{samples} samples of each kind of days; scores normal in log odds (-1, sd 1), and on each day the log odds of a label \
are a + b times those of its score. Days that differ a little have a between-day sd of 0.2 of a and 0.1 of b, others \
0.7 and 0.3. "By rows" is the interval that takes rows as independent, "published" the wider of it and that over days \
(weeks from 28 days on), each left out in turn. Goal 90 %; width is the mean.

{table}
"""
Interval = tuple[Floats, Floats]


def section(samples: int, tell: Tell) -> Section:
    """Draw and count."""
    rows = []
    for name, world in WORLDS.items():
        tell(f"intervals where {name}")
        for window in WINDOWS:
            rows += [(f"{name}, {window} days of {n:,} labels", *line) for n in ROWS
                     for line in _lines(world, samples, window, n)]  # fmt: skip
    header = ("days", "figure", "by rows: hold", "width", "published: hold", "width")
    return Section("Intervals", TEXT.format(samples=samples, table=table(header, rows)))


def _lines(world: World, samples: int, window: int, n: int) -> Iterator[tuple[str, ...]]:
    sides = drawn(np.random.default_rng([window, n]), world, samples, window, n)
    for (name, area), true in zip(AREAS.items(), truth(world), strict=True):
        pairs = _both(sides, area, window)
        yield (name, *(cell for pair in pairs for cell in _held(pair, true)))


def _held(interval: Interval, true: float) -> tuple[str, str]:
    low, high = interval
    return f"{np.mean((low <= true) & (true <= high)):.0%}", f"{np.mean(high - low):.3f}"


def _both(sides: Sides, area: Area, window: int) -> list[Interval]:
    """The interval by rows and the published one."""
    value, low, high = area(**{name: cells.sum(axis=1) for name, cells in sides.items()})
    period = np.arange(window) // (7 if window >= WEEKS_FROM else 1)
    left_out = [
        area(**{name: cells[:, period != each].sum(axis=1) for name, cells in sides.items()})[0]
        for each in range(period[-1] + 1)
    ]
    filled = np.ones((len(value), len(left_out)), dtype=bool)
    variance, cells = intervals.left_out_variance(value, np.stack(left_out, axis=1), filled)
    over = performance.logit_interval(value, variance, df=cells - 1)
    return [(low, high), intervals.wider((low, high), over)]
