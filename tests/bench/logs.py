"""Seeded synthetic workspaces of any size: models, days and events a day. Used by the benchmarks only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

FIRST_DAY = dt.date(2025, 1, 1)
BATCH = 500_000

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


def write_workspace(root: Path, *, models: int, days: int, events: int) -> None:
    """A workspace whose one source holds `events` requests a day, spread evenly over the models."""
    (root / "data" / "catalog").mkdir(parents=True)
    (root / "data" / "sources").mkdir()
    last = FIRST_DAY + dt.timedelta(days=days - 1)
    (root / "data" / "workspace.yml").write_text(f"name: Bench\nas_of: {last}\n", encoding="utf-8")
    (root / "data" / "sources" / "bench.yml").write_text(SOURCE, encoding="utf-8")
    rows = "\n".join(f"m{i:04d},Model {i},Team {i % 9},binary,0.5" for i in range(models))
    catalog = f"id,title,team,task,threshold\n{rows}\n"
    (root / "data" / "catalog" / "models.csv").write_text(catalog, encoding="utf-8")
    for day in range(days):
        write_day(root, FIRST_DAY + dt.timedelta(days=day), models=models, events=events)


def write_day(root: Path, day: dt.date, *, models: int, events: int) -> None:
    """One day's log files, at most BATCH rows each."""
    folder = root / "logs" / str(day)
    folder.mkdir(parents=True)
    for part, start in enumerate(range(0, events, BATCH)):
        rng = np.random.default_rng([day.toordinal(), part])
        frame(rng, day, start, min(BATCH, events - start), models).write_parquet(
            folder / f"{part:04d}.parquet"
        )


def frame(rng: np.random.Generator, day: dt.date, start: int, n: int, models: int) -> pl.DataFrame:
    """`n` events in time order: eight numeric and two categorical features, a score and its label."""
    midnight = np.datetime64(day, "us")
    ts = midnight + np.sort(rng.integers(0, 86_400_000_000, n)).astype("timedelta64[us]")
    z = rng.normal(0, 1, n)
    score = 1 / (1 + np.exp(-z))
    columns: dict[str, object] = {
        "ts": ts,
        "ts_label": ts + np.timedelta64(3_600_000_000, "us"),
        "rid": [f"{day.toordinal()}-{i}" for i in range(start, start + n)],
        "model": np.char.add("m", np.char.zfill(rng.integers(0, models, n).astype(str), 4)),
        "ver": "1",
        "who": np.char.add("c", rng.integers(0, 20, n).astype(str)),
        "usr": np.char.add("u", rng.integers(0, 50_000, n).astype(str)),
        "ms": rng.lognormal(3.2, 0.6, n),
        "code": rng.choice([200, 400, 500], n, p=[0.98, 0.015, 0.005]),
        "score": score,
        "label": (rng.random(n) < score).astype(np.int8),
    }
    shapes = (rng.normal, lambda a, b, k: rng.lognormal(3, 1.2, k), lambda a, b, k: rng.uniform(-1, 1, k))
    for i in range(8):
        values = shapes[i % 3](10.0 + i, 2.0, n)
        columns[f"n{i}"] = np.where(rng.random(n) < 0.02, np.nan, values)
    for i, size in enumerate((10, 200)):
        columns[f"c{i}"] = np.char.add("v", rng.integers(0, size, n).astype(str))
    numeric = [f"n{i}" for i in range(8)]
    return pl.DataFrame(columns).with_columns(pl.col(numeric).fill_nan(None))
