"""Two seeded files to compare, with planted changes: 20 numeric columns of six shapes, 5 of categories, a time.

`python -m tests.bench.pair FOLDER ROWS` writes reference.parquet (30 days) and current.parquet (the day after).
Values are missing at random, 2 % of numbers and 1 % of categories.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

NUMBERS = tuple(f"n{i:02d}" for i in range(20))
CATEGORIES = {"c0": 3, "c1": 10, "c2": 50, "c3": 200, "c4": 1000}
"""How many values each has; the i-th is 1 / i as frequent as the first."""
COLUMNS = (*NUMBERS, *CATEGORIES)
PLANTED = {
    "n00": "0.3 sd higher",
    "n01": "1.3 times as large",
    "n02": "0.02 sd higher",
    "n05": "missing 2 % to 10 %",
    "c1": "two categories swapped",
    "c4": "2 % unseen categories",
}
STABLE = tuple(name for name in COLUMNS if name not in PLANTED)
DAYS = 30
FIRST = np.datetime64("2026-03-01", "us")
DAY_US = 86_400_000_000

Draw = Callable[[np.random.Generator, int, int], np.ndarray]
SHAPES: tuple[Draw, ...] = (
    lambda rng, n, i: rng.normal(10.0 + i, 2.0, n),
    lambda rng, n, i: rng.lognormal(3.0, 1.2, n),
    lambda rng, n, i: rng.uniform(-1.0, 1.0, n),
    lambda rng, n, i: np.where(rng.random(n) < 0.6, 0.0, rng.exponential(50.0, n)),
    lambda rng, n, i: rng.poisson(4.0, n).astype(np.float64),
    lambda rng, n, i: rng.standard_t(3.0, n) * 5.0,
)


def frame(rng: np.random.Generator, n: int, *, current: bool) -> pl.DataFrame:
    """One of the two files."""
    first, span = (DAYS * DAY_US, DAY_US) if current else (0, DAYS * DAY_US)
    at = FIRST + (first + np.sort(rng.integers(0, span, n))).astype("timedelta64[us]")
    numbers = {name: _number(rng, i, n, current=current) for i, name in enumerate(NUMBERS)}
    texts = {name: _category(rng, name, n, current=current) for name in CATEGORIES}
    return pl.DataFrame({"ts": at, **numbers, **texts}).with_columns(pl.col(NUMBERS).fill_nan(None))


def _number(rng: np.random.Generator, i: int, n: int, *, current: bool) -> np.ndarray:
    values = SHAPES[i % len(SHAPES)](rng, n, i)
    if current and i == 1:
        values = values * 1.3
    if current and i in (0, 2):
        values = values + {0: 0.3 * 2.0, 2: 0.02 / np.sqrt(3.0)}[i]
    missing = 0.10 if current and i == 5 else 0.02
    return np.where(rng.random(n) < missing, np.nan, values)


def _category(rng: np.random.Generator, name: str, n: int, *, current: bool) -> pl.Series:
    size = CATEGORIES[name]
    weights = 1.0 / np.arange(1, size + 1)
    code = rng.choice(size, n, p=weights / weights.sum())
    if current and name == "c1":
        code = np.where(code < 2, 1 - code, code)
    if current and name == "c4":
        code = np.where(rng.random(n) < 0.02, size + rng.integers(0, 5, n), code)
    words = pl.Series([f"{name}_{i}" for i in range(size + 5)])
    drawn = words.gather(pl.Series(code))
    return pl.select(pl.when(pl.Series(rng.random(n) >= 0.01)).then(drawn)).to_series()


def write(folder: Path, rows: int) -> None:
    """Write both files."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(("reference", "current")):
        rows_of = frame(np.random.default_rng([2026, seed]), rows, current=name == "current")
        rows_of.write_parquet(folder / f"{name}.parquet", row_group_size=122_880)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
