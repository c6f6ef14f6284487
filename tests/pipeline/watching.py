"""A model with 150 days of readings, labels and a ledger, inserted by SQL, for tests of what watches them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
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
Values = dict[str, Floats]
Change = Callable[[Values], None]
"""What happens to a model."""
SERIES = ("requests", "latency_p95_ms", "error_share", "missing_share")


def workspace(root: Path, files: Mapping[str, object] | None = None, **changes: object) -> Path:
    """A workspace with one declared model 'm', without targets."""
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
    """Insert readings, traffic, ledger and scored marks of some days; a day with nan requests gets no row."""
    for table in ("mart.reading", "ops.scored", "daily.traffic", "ops.ledger"):
        warehouse.run(f"DELETE FROM {table} WHERE list_contains(?, day)", [list(days)])
    came = lay(warehouse, values, days)
    marks = [(day, str([float(values[m][DAYS.index(day)]) for m in SERIES])) for day in came]
    _append(warehouse, "ops.scored", "day digest", marks)


def lay(
    warehouse: Warehouse,
    values: Mapping[str, Floats],
    days: Sequence[dt.date] = DAYS,
    *,
    model: str = "m",
    source: str = "log",
) -> list[dt.date]:
    """Add readings, traffic and ledger of a model that has a log of its own; return the days that have rows."""
    at = {day: {name: float(column[DAYS.index(day)]) for name, column in values.items()} for day in days}
    came = [day for day in days if np.isfinite(at[day]["requests"])]
    of = {"missing_share": "amount"}
    readings = [
        (model, "", metric, "", of.get(metric, ""), day, 1, at[day][metric], 1000)
        for day in came
        for metric in SERIES
    ]
    _append(
        warehouse, "mart.reading", "model_id version metric segment feature day window_days value n", readings
    )
    traffic = [(source, model, "1", day, "", int(at[day]["requests"])) for day in came]
    _append(warehouse, "daily.traffic", "source model_id version day segment requests", traffic)
    ledger = [(source, str(day), "f", "requests", day, 1000) for day in came]
    _append(warehouse, "ops.ledger", "source path file_id kind day rows_read", ledger)
    return came


def times(metric: str, days: slice, factor: float) -> Change:
    """A change that multiplies some days' values; nan removes them."""

    def change(values: Values) -> None:
        values[metric][days] *= factor

    return change


def put_case(warehouse: Warehouse, model: str, change: Change | None) -> None:
    """Insert a model to which this happens; its log has its name, without a final '-too'."""
    values = series()
    if change is not None:
        change(values)
    warehouse.run("INSERT INTO catalog.model (model_id, slug) VALUES ($m, $m)", {"m": model})
    lay(warehouse, values, model=model, source=model.removesuffix("-too"))


def _append(warehouse: Warehouse, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    warehouse.append(table, pl.DataFrame(rows, schema=columns.split(), orient="row"))


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


def alerts_of(warehouse: Warehouse, case: str, columns: str = "rule, opened") -> list[tuple[Any, ...]]:
    """Some columns of the alerts about a model or its log, by opening."""
    return warehouse.frame(
        f"SELECT {columns} FROM mart.alert WHERE model_id = $c OR feature = $c ORDER BY opened, rule",
        {"c": case},
    ).rows()
