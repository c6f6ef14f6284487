"""A model with 150 days of readings, labels and a ledger, for tests of what watches them: rows straight by SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dagster_project.core.types import Floats
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.watch import Watch, watch
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import declared, night_of, write_workspace

FIRST = dt.date(2025, 1, 6)
LENGTH = 150
DAYS = tuple(FIRST + dt.timedelta(days=i) for i in range(LENGTH))
LAST = DAYS[-1]
REFERENCE = {"start": str(FIRST), "end": str(DAYS[69])}
SERIES = ("requests", "latency_p95_ms", "error_share", "missing_share")


def workspace(root: Path, files: Mapping[str, object] | None = None, **changes: object) -> Path:
    """A workspace with one declared model 'm'; nothing is targeted."""
    model = declared("m", **{"reference": REFERENCE, "since": str(FIRST), **changes})
    return write_workspace(root, [model], {"data/targets.yml": "targets: []\n", **(files or {})})


def series(seed: int = 1) -> dict[str, Floats]:
    """Calm daily values of the model's metrics."""
    draw = np.random.default_rng(seed)
    weekday = np.array([1.0 if day.weekday() < 5 else 0.6 for day in DAYS])
    return {
        "requests": draw.poisson(1000 * weekday).astype(np.float64),
        "latency_p95_ms": np.exp(draw.normal(3.0, 0.05, LENGTH)),
        "error_share": draw.binomial(1000, 0.01, LENGTH) / 1000,
        "missing_share": draw.binomial(1000, 0.02, LENGTH) / 1000,
    }


def put(warehouse: Warehouse, values: Mapping[str, Floats], days: Sequence[dt.date] = DAYS) -> None:
    """Readings, traffic, ledger and scored marks of some days; a request count of nan leaves the day without a row."""
    place = {day: i for i, day in enumerate(DAYS)}
    for table in ("mart.reading", "ops.scored"):
        warehouse.run(f"DELETE FROM {table} WHERE list_contains(?, day)", [list(days)])
    warehouse.run("DELETE FROM daily.traffic WHERE list_contains(?, day)", [list(days)])
    warehouse.run("DELETE FROM ops.ledger WHERE list_contains(?, day)", [list(days)])
    came = [day for day in days if np.isfinite(values["requests"][place[day]])]
    rows = [
        (
            "m",
            "",
            metric,
            "",
            "amount" if metric == "missing_share" else "",
            day,
            1,
            float(values[metric][place[day]]),
            1000,
        )
        for day in came
        for metric in SERIES
    ]
    names = ["model_id", "version", "metric", "segment", "feature", "day", "window_days", "value", "n"]
    warehouse.append("mart.reading", pl.DataFrame(rows, schema=names, orient="row"))
    traffic = [("log", "m", "1", day, "", int(values["requests"][place[day]])) for day in came]
    warehouse.append(
        "daily.traffic",
        pl.DataFrame(
            traffic, schema=["source", "model_id", "version", "day", "segment", "requests"], orient="row"
        ),
    )
    ledger = [("log", str(day), "f", "requests", day, 1000) for day in came]
    warehouse.append(
        "ops.ledger",
        pl.DataFrame(ledger, schema=["source", "path", "file_id", "kind", "day", "rows_read"], orient="row"),
    )
    marks = [(day, str([float(values[m][place[day]]) for m in SERIES])) for day in came]
    warehouse.append("ops.scored", pl.DataFrame(marks, schema=["day", "digest"], orient="row"))


@contextmanager
def watched(values: Mapping[str, Floats], days: Sequence[dt.date] = DAYS) -> Iterator[Warehouse]:
    """A warehouse in memory with these readings."""
    with Warehouse.open(None) as warehouse:
        warehouse.run("INSERT INTO catalog.model (model_id, slug) VALUES ('m', 'm')")
        put(warehouse, values, days)
        yield warehouse


def judge(root: Path, warehouse: Warehouse, as_of: dt.date = LAST) -> Watch:
    """Run the stage for a night of the workspace."""
    return watch(a_night(root, as_of), warehouse)


def a_night(root: Path, as_of: dt.date = LAST) -> Night:
    """A night of the workspace as its files are now."""
    return night_of(root, as_of)


def signals(warehouse: Warehouse) -> pl.DataFrame:
    """All signals in order."""
    return warehouse.frame("SELECT * FROM mart.signal ORDER BY model_id, rule, metric, segment, feature, day")


def alerts(warehouse: Warehouse, columns: str = "rule, opened, state") -> list[tuple[Any, ...]]:
    """Some columns of all alerts, by opening."""
    return warehouse.frame(f"SELECT {columns} FROM mart.alert ORDER BY opened, rule, feature").rows()
