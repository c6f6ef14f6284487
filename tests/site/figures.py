"""Figures of the synthetic warehouse: daily rows, readings, grades and value. Called by `fixture`."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator

from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, DAYS, HOSTILE, HOSTILE_ID, LENGTH, SHAPES, Shape, insert

Row = tuple[object, ...]
READING = "model_id version metric segment feature day window_days value unit n low high grade reason"
DAILY = "source model_id version day segment"
LOG = "predictions"


def fill_figures(w: Warehouse) -> None:
    """Insert everything, the same every time."""
    draw = random.Random(20131231)
    served = [s for s in SHAPES if s.daily]
    _traffic(w, served, draw)
    _features(w, served)
    insert(w, "mart.reading", READING, [row for s in served for row in _readings(s, draw)])
    insert(
        w,
        "mart.scorecard",
        "model_id family grade reason metric value unit",
        [r for s in SHAPES for r in _grades(s)],
    )
    _impact(w)


def _traffic(w: Warehouse, served: list[Shape], draw: random.Random) -> None:
    """Requests of each day; those of the first model fall by 40 % in the last week."""
    traffic: list[Row] = []
    consumers: list[Row] = []
    for s in served:
        for i, day in enumerate(DAYS):
            fall = 0.6 if s.id == "late-departure" and i > LENGTH - 8 else 1
            n = round(s.daily * (0.7 + 0.4 * draw.random()) * fall)
            traffic.append((LOG, s.id, "1", day, "", n, n, n // 200))
            for consumer, share in (("UA", 0.6), (HOSTILE, 0.3), ("DL", 0.1)):
                consumers.append((LOG, s.id, "1", day, consumer, int(n * share), int(n * share), 0))
    insert(w, "daily.traffic", f"{DAILY} requests records errors", traffic)
    insert(w, "daily.consumer", "source model_id version day consumer requests records errors", consumers)


def _features(w: Warehouse, served: list[Shape]) -> None:
    """Two numbers, one of which moved, and a category, in the reference and in the last 28 days."""
    kinds = (("distance", "number"), ("wind_speed", "number"), ("carrier", "category"))
    grids: list[Row] = [(s.id, f, DAYS[0], kind, 10.0, 5.0, 1000, True) for s in served for f, kind in kinds]
    insert(w, "ops.grid", "model_id feature from_day kind centre scale n frozen", grids)
    bins: list[Row] = []
    values: list[Row] = []
    for s in served:
        for i, day in [*enumerate(DAYS)][:28] + [*enumerate(DAYS)][-28:]:
            for feature, shift in (("distance", 0), ("wind_speed", 25 if i >= 28 else 0)):
                counts = {b: int(100 * math.exp(-(((b - shift) / 50) ** 2))) + 1 for b in range(-96, 97, 16)}
                for b, n in {**counts, 999: 5}.items():
                    bins.append((LOG, s.id, "1", day, "", feature, DAYS[0], b, n, 0))
            for value, kind, n in (
                ("UA", "value", 60),
                (HOSTILE, "value", 30),
                (None, "other", 5),
                (None, "missing", 2),
            ):
                values.append((LOG, s.id, "1", day, "", "carrier", value, kind, n, 0))
    insert(w, "daily.feature_hist", f"{DAILY} feature grid_from bin n invalid", bins)
    insert(w, "daily.category_hist", f"{DAILY} feature value kind n invalid", values)


def _reading(s: Shape, metric: str, value: float | None, unit: str, **more: object) -> Row:
    known = value is not None
    row: dict[str, object] = {
        "version": "", "segment": "", "feature": "", "day": AS_OF, "window_days": 28, "n": 1000, "low": None,
        "high": None, "grade": "good" if known else "unknown",
        "reason": "within target" if known else "not available: the log holds no value",
    }  # fmt: skip
    row |= {"model_id": s.id, "metric": metric, "value": value, "unit": unit} | more
    return tuple(row[column] for column in READING.split())


def _readings(s: Shape, draw: random.Random) -> Iterator[Row]:
    spans = [(d, 1) for d in DAYS] + [(AS_OF - dt.timedelta(days=k), w) for w in (7, 28, 90) for k in (0, w)]
    for day, window in spans:
        yield from _of_span(s, day, window, 0.8 + 0.4 * draw.random())
    for feature, psi, grade in (
        ("distance", 0.01, "good"),
        ("wind_speed", 0.31, "poor"),
        ("carrier", 0.06, "watch"),
    ):
        for metric in ("drift_psi", "drift_js", "drift_ks", "drift_wasserstein_sd"):
            if feature != "carrier" or metric in ("drift_psi", "drift_js"):
                yield _reading(s, metric, psi, "1", feature=feature, grade=grade, reason=f"PSI {psi}")
        yield _reading(s, "drift_missing_change", psi / 10, "share", feature=feature)
    for segment, share in (("origin=JFK", 0.5), ("origin=LGA", 0.3), (f"origin={HOSTILE}", 0.2)):
        yield _reading(s, "requests", s.daily * 28 * share, "requests", segment=segment)
        if s.metric:
            yield _reading(
                s, s.metric, s.value + share / 20, "1", segment=segment, low=s.value, high=s.value + 0.05
            )
    if s.id == "arrival-delay-plan":
        yield from _skill(s)
    if s.id == "late-departure":
        for version, value in (("1", 0.63), ("2", 0.68)):
            yield _reading(s, "requests", s.daily * 14.0, "requests", version=version)
            yield _reading(s, "roc_auc", value, "1", version=version, low=value - 0.02, high=value + 0.02)


def _of_span(s: Shape, day: dt.date, window: int, wave: float) -> Iterator[Row]:
    span = {"day": day, "window_days": window}
    yield _reading(s, "requests", float(round(s.daily * window * wave)), "requests", **span)
    yield _reading(s, "error_share", 0.005 * wave, "share", low=0.004 * wave, high=0.006 * wave, **span)
    yield _reading(s, "active_consumers", 3.0, "consumers", **span)
    latency = s.latency_ms and s.latency_ms * wave
    yield _reading(s, "latency_p95_ms", latency, "ms", **span)
    yield _reading(s, "late_share", 0.01 * wave, "share", **span)
    if s.metric:
        value = s.value + 0.02 * (wave - 1)
        grade = "poor" if s.value < 0.1 else "good"
        yield _reading(s, s.metric, value, "1", low=s.value - 0.02, high=s.value + 0.02, grade=grade, **span)


def _skill(s: Shape) -> Iterator[Row]:
    """A good month of a model that does worse than its simple alternative over the longer window."""
    for window, value in ((28, 0.04), (90, -0.03)):
        span = {"window_days": window, "low": value - 0.02, "high": value + 0.02}
        yield _reading(s, "mae_skill", value, "share", grade="watch" if value > 0 else "poor", **span)


def _grades(s: Shape) -> Iterator[Row]:
    if not s.daily:
        return
    yield s.id, "usage", "good", "25 200 requests, above 20 000", "requests", 25200.0, "requests"
    if s.latency_ms:
        yield s.id, "latency", "watch", "p95 12 ms, between 10 and 20", "latency_p95_ms", s.latency_ms, "ms"
    else:
        yield s.id, "latency", "unknown", "not available: the log holds no latency", None, None, None
    if s.metric:
        poor = s.value < 0.1
        reason = "R² 0.03: hardly better than the median" if poor else "within target"
        yield s.id, "performance", "poor" if poor else "good", reason, s.metric, s.value, "1"
    yield s.id, "quality", "good", "1 % late", "late_share", 0.01, "share"
    yield s.id, "drift", "poor", "wind_speed: PSI 0.31, above 0.25", "drift_psi", 0.31, "1"


def _impact(w: Warehouse) -> None:
    """One measured value, two declared ones of which one is a loss, and one that is not available."""
    columns = "model_id day window_days currency value low high n cost plan evidence kind basis reason"
    fixed = (AS_OF, 28, "USD")
    insert(w, "mart.impact", columns, [
        ("late-departure", *fixed, 5200.0, 4100.0, 6300.0, 900, 120.0, 5700.0, "A", "measured", "experiment", None),
        ("arrival-delay-live", *fixed, 8100.0, 6500.0, 9700.0, 900, 120.0, None, "C", "declared", "counted", None),
        ("arrival-delay-plan", *fixed, -300.0, -390.0, -210.0, 900, 20.0, 400.0, "C", "declared", "counted", None),
        (HOSTILE_ID, *fixed, None, None, None, 0, None, None, None, None, None, "not available: no value is declared"),
    ])  # fmt: skip
