"""One grade per model and family: that of the worst metric that counts. Caller: pipeline.score.

A metric is read over the leading window; over the longest one if its file says so; or over the next longer one if the
leading one's labels are still arriving.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from dagster_project.core.arrival import STILL_COMING
from dagster_project.core.formatting import format_day, format_value, format_window
from dagster_project.core.naming import feature_name
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_grade import UNCOUNTED
from dagster_project.spec.catalog import Model, undeclared
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

FAMILIES = ("usage", "latency", "performance", "quality", "drift")
ABSENT = {
    "usage": "not available: no requests in the window",
    "latency": "not available: no latency is logged",
    "performance": "not available: no labels yet",
    "quality": "not available: no requests in the window",
    "drift": "not available: neither features nor answers are logged",
}
SEVERITY = {"poor": 0, "watch": 1, "good": 2, "unknown": 3}
WORST_FIRST = {"up": 1.0, "down": -1.0, "neither": 0.0}
"""Which side of a metric is better -> the factor for its values that makes the worst sort first."""
SCHEMA = ("model_id", "family", "grade", "reason", "metric", "value", "unit")
Row = tuple[str, str, str, str, str | None, float | None, str | None]


def scorecard(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """Rows of `mart.scorecard`: every family of every model that is declared or has requests."""
    import polars as pl

    readings = _readings(night, warehouse)
    worst = {(row["model_id"], row["family"]): row for row in readings.to_dicts()}
    served = {
        model_id: (first, last)
        for model_id, first, last in warehouse.rows(
            "SELECT model_id, min(day), max(day) FROM daily.traffic WHERE day <= ? GROUP BY ALL",
            [night.as_of],
        )
    }
    models = {placed.value.id: placed.value for placed in night.workspace.models}
    none_counts = "SELECT model_id FROM mart.uncounted_label WHERE codes IS NULL AND yes IS NULL"
    silent = {model_id for (model_id,) in warehouse.rows(none_counts)}
    rows = []
    for m in sorted(models.keys() | served.keys()):
        absent = ABSENT | ({"performance": f"not available: {UNCOUNTED}"} if m in silent else {})
        model = models.get(m) or undeclared(m)
        for family in FAMILIES:
            reading = worst.get((m, family))
            rows.append(_row(model, family, reading, served.get(m, (None, None)), night, absent[family]))
    schema = {c: pl.Float64 if c == "value" else pl.String for c in SCHEMA}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _readings(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """The deciding reading of each model and family: worst grade, then weight, then metric, then worst feature."""
    import polars as pl

    readings = warehouse.frame(
        """
        SELECT model_id, metric, feature, window_days, value, unit, grade, reason FROM mart.reading
        WHERE day = ? AND version = '' AND segment = ''
        """,
        [night.as_of],
    )
    main = night.workspace.settings.main_window
    joined = _windows(readings.join(_heads(night), on="metric"), main).filter(
        pl.col("leading").is_not_null(), pl.col("window_days") == pl.col("chosen"), pl.col("weight") > 0
    )
    ranked = joined.with_columns(
        pl.col("grade").replace_strict(SEVERITY, return_dtype=pl.Int8).alias("severity"),
        pl.col("value").is_null().alias("no_value"),
        (pl.col("value") * pl.col("direction")).alias("standing"),
    ).sort(
        "model_id",
        "family",
        "severity",
        "no_value",
        "weight",
        "metric",
        "standing",
        "feature",
        descending=[False] * 4 + [True, False, False, False],
    )
    return ranked.unique(["model_id", "family"], keep="first", maintain_order=True)


def _heads(night: Night) -> pl.DataFrame:
    """What ranks the metrics: metric, family, title, weight, longest, direction."""
    import polars as pl

    rows = [
        {
            "metric": metric.id, "family": metric.head.family, "title": metric.head.title,
            "weight": metric.head.weight, "longest": metric.head.graded_over == "longest",
            "direction": WORST_FIRST[metric.head.better],
        }
        for metric in night.workspace.metrics
    ]  # fmt: skip
    texts = dict.fromkeys(("metric", "family", "title"), pl.String)
    kinds = {"weight": pl.Float64, "longest": pl.Boolean, "direction": pl.Float64}
    return pl.DataFrame(rows, schema={**texts, **kinds})


def _windows(readings: pl.DataFrame, main: int) -> pl.DataFrame:
    """Add `leading` and `chosen`, the window that the metric is read over.

    The main window leads; for a model without readings over it, the longest of the shorter ones. If the labels of the
    leading window are still arriving, the next longer one whose labels are there is chosen.
    """
    import polars as pl

    window, metric = pl.col("window_days"), ("model_id", "metric", "feature")
    young = pl.col("reason").fill_null("").str.starts_with(STILL_COMING)
    readings = readings.with_columns(
        window.filter(window <= main).max().over("model_id").alias("leading"),
        window.max().over("model_id").alias("longest_window"),
        young.alias("young"),
    )
    leading = pl.col("leading")
    readings = readings.with_columns(
        ((window == leading) & pl.col("young")).any().over(metric).alias("waits"),
        window.filter((window > leading) & ~pl.col("young")).min().over(metric).alias("settled"),
    )
    return readings.with_columns(
        pl.when("longest").then("longest_window")
        .when("waits").then(pl.coalesce("settled", "leading"))
        .otherwise("leading").alias("chosen")
    )  # fmt: skip


def _row(
    model: Model,
    family: str,
    reading: dict[str, object] | None,
    served: tuple[dt.date | None, dt.date | None],
    night: Night,
    absent: str,
) -> Row:
    """`served`: the first and the last day with requests; `absent`: why a model in use has no reading."""
    first, last = served
    if reading is None:
        return model.id, family, "unknown", _absent(model, last, night, absent), None, None, None
    value, unit = reading["value"], str(reading["unit"])
    assert value is None or isinstance(value, float)  # noqa: S101  narrowing: the column is DOUBLE
    shown = f" {format_value(value, unit, night.workspace.settings.currency)}" if value is not None else ""
    feature = f" of {feature_name(str(reading['feature']))}" if reading["feature"] else ""
    length = reading["window_days"]
    assert isinstance(length, int)  # noqa: S101  narrowing: the column is INTEGER
    other = reading["longest"] or reading["chosen"] != reading["leading"]
    over = f" over {format_window(length, night.as_of, first)}" if other and value is not None else ""
    reason = f"{reading['title']}{feature}{shown}{over}: {reading['reason']}"
    return model.id, family, str(reading["grade"]), reason, str(reading["metric"]), value, unit


def _absent(model: Model, last: dt.date | None, night: Night, usual: str) -> str:
    """Why a family has nothing to show."""
    if last is None:
        return f"not available: {model.stage}, no requests yet"
    if model.stage == "retired" and model.retired_on:
        return f"not available: retired on {format_day(model.retired_on)}"
    if (night.as_of - last).days >= night.workspace.settings.main_window:
        return f"not available: the last request was on {format_day(last)}"
    return usual
