"""Small synthetic lakes in the layout that ingestion writes, for tests of what comes after it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.store.warehouse import Warehouse

START = dt.date(2024, 1, 1)
REQUEST = {
    "request_id": pl.String, "file_id": pl.String, "event_time": pl.Datetime("us", "UTC"),
    "arrival_time": pl.Datetime("us", "UTC"), "day": pl.Date, "model_id": pl.String, "version": pl.String,
    "deployment": pl.String, "pattern": pl.String, "consumer": pl.String, "user_hash": pl.UInt64,
    "records": pl.Int64, "latency_ms": pl.Float64, "status": pl.String, "error": pl.Boolean, "late": pl.Boolean,
    "score": pl.Float64, "prediction": pl.Float64, "prediction_text": pl.String, "baseline": pl.Float64,
    "tokens_in": pl.Int64, "tokens_out": pl.Int64, "cost": pl.Float64,
    "eligible": pl.Int64,
}  # fmt: skip
LABELLED = {
    "request_id": pl.String, "file_id": pl.String, "model_id": pl.String, "version": pl.String, "day": pl.Date,
    "label_day": pl.Date, "label_time": pl.Datetime("us", "UTC"), "user_hash": pl.UInt64, "records": pl.Int64,
    "score": pl.Float64, "prediction": pl.Float64, "prediction_text": pl.String, "baseline": pl.Float64,
    "label": pl.Float64, "label_text": pl.String, "segments": pl.List(pl.String),
}  # fmt: skip
DEFAULTS: dict[str, object] = {
    "file_id": "f", "version": "", "deployment": "", "pattern": "rest", "consumer": "", "records": 1,
    "status": "200", "error": False, "late": False,
}  # fmt: skip


def day(number: int) -> dt.date:
    """The number-th day of the lake, from 0."""
    return START + dt.timedelta(days=number)


def workspace(root: Path, models: Sequence[Mapping[str, object]] = (), **files: object) -> Workspace:
    """A workspace with these catalog entries and `files` by their path below data/, without .yml."""
    data = root / "data"
    (data / "catalog").mkdir(parents=True, exist_ok=True)
    (data / "workspace.yml").write_text("name: Test\n")
    for position, model in enumerate(models):
        (data / "catalog" / f"model{position}.yml").write_text(yaml.safe_dump(dict(model)))
    for name, content in files.items():
        (data / f"{name}.yml").write_text(yaml.safe_dump(content))
    return load_workspace(root)


def measuring(of: Workspace, *wanted: str) -> Workspace:
    """The workspace with only the metrics of these names or families, since scoring all takes longer."""
    known = {metric.id for metric in of.metrics} | {metric.head.family for metric in of.metrics}
    assert set(wanted) <= known, f"no metric or family: {set(wanted) - known}"
    kept = tuple(m for m in of.metrics if {m.id, m.head.family} & set(wanted))
    return replace(of, metrics=kept)


def night(of: Workspace, as_of: dt.date, running: dt.date | None = None) -> Night:
    """A night that reports `as_of`."""
    last = running or as_of
    horizon = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), dt.UTC)
    return Night(of, as_of, horizon, running)


def requests(
    model_id: str, on: dt.date, n: int, features: Mapping[str, object] | None = None, **columns: object
) -> pl.DataFrame:
    """Make n requests of one model, spread over the day; columns are arrays of length n or constants."""
    begin = dt.datetime.combine(on, dt.time(), dt.UTC)
    version = columns.get("version", "")
    name = f"{model_id}-{on}-{version if isinstance(version, str) else ''}"
    given: dict[str, object] = {
        "request_id": [f"{name}-{i}" for i in range(n)],
        "event_time": [begin + dt.timedelta(seconds=86400 * i // max(n, 1)) for i in range(n)],
        "day": on, "model_id": model_id,
    }  # fmt: skip
    return _frame(REQUEST, n, {**DEFAULTS, **given, **columns}, features or {})


def labelled(rows: pl.DataFrame, label: object, lag: object = 0, **columns: object) -> pl.DataFrame:
    """Labels for requests, `lag` days later."""
    n = len(rows)
    lags = np.broadcast_to(np.asarray(lag), (n,))
    kept = {c: rows[c] for c in LABELLED if c in rows.columns}
    days = [d + dt.timedelta(days=int(g)) for d, g in zip(rows["day"], lags, strict=True)]
    return _frame(
        LABELLED, n, {**kept, "label": label, "label_day": days, "segments": [[]] * n, **columns}, {}
    )


def put(of: Workspace, warehouse: Warehouse, kind: str, source: str, frame: pl.DataFrame) -> None:
    """Write a frame as the day's parts of a source, replacing earlier ones."""
    for (on,), rows in frame.group_by("day", maintain_order=True):
        order = ["model_id", "event_time", "request_id"] if kind == "requests" else ["model_id", "request_id"]
        folder = of.lake / kind / source / str(on)
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder / "aside"
        rows.sort(order).write_parquet(aside)
        sha = hashlib.sha256(aside.read_bytes()).hexdigest()
        path = folder / f"all-{sha[:12]}.parquet"
        aside.replace(path)
        warehouse.run("DELETE FROM ops.part WHERE kind = ? AND source = ? AND day = ?", [kind, source, on])
        warehouse.run(
            "INSERT INTO ops.part (kind, source, day, path, rows, sha256) VALUES (?, ?, ?, ?, ?, ?)",
            [kind, source, on, str(path.relative_to(of.root)), len(rows), sha],
        )
        if kind == "requests":
            _note_features(warehouse, source, on, rows)


def _note_features(warehouse: Warehouse, source: str, on: object, rows: pl.DataFrame) -> None:
    """Note which features have values on the day, as ingestion does."""
    warehouse.run("DELETE FROM ops.feature_day WHERE source = ? AND day = ?", [source, on])
    for column in (c for c in rows.columns if c.startswith("f:") and rows[c].count()):
        warehouse.run(
            "INSERT INTO ops.feature_day (source, day, feature, n, unreadable) VALUES (?, ?, ?, ?, 0)",
            [source, on, column[2:], rows[column].count()],
        )


def _frame(
    schema: Mapping[str, Any], n: int, columns: Mapping[str, object], features: Mapping[str, object]
) -> pl.DataFrame:
    def series(name: str, value: object, dtype: Any = None) -> pl.Series:
        if isinstance(value, pl.Series):
            return value.alias(name).cast(dtype) if dtype is not None else value.alias(name)
        if isinstance(value, list | np.ndarray):
            return pl.Series(name, value, dtype=dtype, strict=False)
        return pl.Series(name, [value] * n, dtype=dtype)

    known = [series(name, columns.get(name), dtype) for name, dtype in schema.items()]
    return pl.DataFrame(known + [series(f"f:{name}", value) for name, value in features.items()])


def fill(of: Workspace, warehouse: Warehouse, days: list[tuple[pl.DataFrame, pl.DataFrame]]) -> None:
    """Write requests and labels of some days into the lake."""
    for rows, labels in days:
        put(of, warehouse, "requests", "log", rows)
        put(of, warehouse, "labelled", "log", labels)


def one(readings: pl.DataFrame, metric: str, number: int = 4, window: int = 1, **key: str) -> dict[str, Any]:
    """The only reading of a metric on a day, of the whole model unless `key` says otherwise."""
    wanted = {
        "version": "",
        "segment": "",
        "feature": "",
        **key,
        "metric": metric,
        "day": day(number),
        "window_days": window,
    }
    found = readings.filter(*(pl.col(c) == v for c, v in wanted.items()))
    assert len(found) == 1, f"{len(found)} readings of {wanted}"
    return found.to_dicts()[0]
