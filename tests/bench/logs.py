"""Seeded synthetic workspaces of any size: models, days and events a day. Used by the benchmarks only.

`python -m tests.bench.logs WORKSPACE MODELS FIRST DAYS EVENTS` writes the logs of DAYS days from day FIRST on, in a
process of its own: a child's peak memory counts what its parent held, so the process that measures stays small.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import polars as pl

from tests.bench.workspaces import FIRST_DAY, day

BATCH = 500_000
NUMBERS, CATEGORIES = 8, (10, 200)
"""Numeric features, and how many values each categorical one has."""

SOURCE = """\
source: bench
files: logs/**/*.parquet
columns:
  event_time: ts
  request_id: rid
  model_id: model
  version: ver
  consumer: who
  user: usr
  latency_ms: ms
  status: code
  score: score
  label: label
  label_time: ts_label
features: [n0, n1, n2, n3, n4, n5, n6, n7, c0, c1]
"""


def write_workspace(root: Path, *, models: int) -> None:
    """A workspace of `models` binary models and one source, still without logs."""
    (root / "data" / "catalog").mkdir(parents=True)
    (root / "data" / "sources").mkdir()
    settings = f"name: Bench\nas_of: {FIRST_DAY}\n"
    (root / "data" / "workspace.yml").write_text(settings, encoding="utf-8")
    (root / "data" / "sources" / "bench.yml").write_text(SOURCE, encoding="utf-8")
    rows = "\n".join(f"m{i:04d},Model {i},Team {i % 9},binary,0.5" for i in range(models))
    catalog = f"id,title,team,task,threshold\n{rows}\n"
    (root / "data" / "catalog" / "models.csv").write_text(catalog, encoding="utf-8")


def write_day(root: Path, on: dt.date, *, models: int, events: int) -> None:
    """One day's log files, at most BATCH rows each."""
    folder = root / "logs" / str(on)
    folder.mkdir(parents=True)
    for part, start in enumerate(range(0, events, BATCH)):
        rng = np.random.default_rng([on.toordinal(), part])
        rows = frame(rng, on, start, min(BATCH, events - start), models)
        rows.write_parquet(folder / f"{part:04d}.parquet")


def frame(rng: np.random.Generator, on: dt.date, start: int, n: int, models: int) -> pl.DataFrame:
    """`n` events of a day in time order: features, a score and its label an hour later."""
    midnight = np.datetime64(on, "us")
    at = midnight + np.sort(rng.integers(0, 86_400_000_000, n)).astype("timedelta64[us]")
    score = 1 / (1 + np.exp(-rng.normal(0, 1, n)))
    numbers = {f"n{i}": _numbers(rng, i, n) for i in range(NUMBERS)}
    texts = {f"c{i}": _names(rng, "v", size, n) for i, size in enumerate(CATEGORIES)}
    rows = pl.DataFrame(
        {
            "ts": at,
            "ts_label": at + np.timedelta64(3_600_000_000, "us"),
            "rid": pl.Series(np.arange(start, start + n)).cast(pl.String),
            "model": pl.Series(rng.integers(0, models, n)).cast(pl.String).str.zfill(4),
            "who": _names(rng, "c", 20, n),
            "usr": _names(rng, "u", 50_000, n),
            "ms": rng.lognormal(3.2, 0.6, n),
            "code": rng.choice([200, 400, 500], n, p=[0.98, 0.015, 0.005]),
            "score": score,
            "label": (rng.random(n) < score).astype(np.int8),
            **numbers,
            **texts,
        }
    )
    named = (f"{on}-" + pl.col("rid")).alias("rid"), ("m" + pl.col("model")).alias("model")
    return rows.with_columns(*named, pl.lit("1").alias("ver"), pl.col(list(numbers)).fill_nan(None))


def _numbers(rng: np.random.Generator, which: int, n: int) -> np.ndarray:
    """Normal, lognormal and uniform columns in turn, each with 2 % missing."""
    shapes = (rng.normal(10.0 + which, 2.0, n), rng.lognormal(3, 1.2, n), rng.uniform(-1, 1, n))
    return np.where(rng.random(n) < 0.02, np.nan, shapes[which % 3])


def _names(rng: np.random.Generator, letter: str, size: int, n: int) -> pl.Series:
    """Names drawn evenly from `size` of them."""
    drawn = pl.Series(rng.integers(0, size, n)).cast(pl.String)
    return pl.select(letter + drawn).to_series()


def main(root: Path, models: int, first: int, days: int, events: int) -> None:
    """Write the workspace if it is not there, and the logs of some days."""
    if not root.exists():
        write_workspace(root, models=models)
    for number in range(first, first + days):
        write_day(root, day(number), models=models, events=events)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
