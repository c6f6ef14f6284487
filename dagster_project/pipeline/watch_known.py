"""Figures as they were known on a past day: scored again over spans whose labels end on that day.

In: a group's metrics, days. Out: input rows for `pipeline.watch_inputs`. The metrics' own SQL and functions are used;
only `span.window_day.known_on` differs from nightly scoring.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score import readings_of
from dagster_project.pipeline.score_grade import Grading, chosen_target
from dagster_project.pipeline.watch_plan import Group, Plan
from dagster_project.spec.catalog import undeclared
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.spec.loading import Metric

TARGET_DAYS = 7
AT_ONCE = 100
"""Spans read together."""


def readings_as_known(
    night: Night, warehouse: Warehouse, group: Group, rules: pl.DataFrame, days: Sequence[dt.date]
) -> pl.DataFrame:
    """Readings of single days with the labels that had arrived `group.wait` days later."""
    import polars as pl

    spans = [Span(day, 1, day + dt.timedelta(days=group.wait)) for day in days]
    metrics = [m for m in night.workspace.metrics if m.id in group.rule.rule.metrics]
    found = _scored(night, warehouse, spans, metrics, group.models)
    own = found.filter(pl.col("feature") == "", (pl.col("segment") == "") | pl.lit(group.rule.rule.segments))
    return own.join(rules.select("rule", "metric"), on="metric")


def target_readings_as_known(
    night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Sequence[dt.date]
) -> pl.DataFrame:
    """Readings over seven whole days of every metric, model and feature whose explicit target raises alerts."""
    import polars as pl

    targets = night.workspace.targets
    families = group.rule.rule.families
    metrics = [
        m
        for m in night.workspace.metrics
        if m.head.family in families and any(t.metric == m.id for t in targets)
    ]
    spans = [Span(day, TARGET_DAYS, day) for day in days]
    found = _scored(night, warehouse, spans, metrics, group.models).filter(pl.col("segment") == "")
    models = {placed.value.id: placed.value for placed in night.workspace.models}
    pairs = found.select("metric", "model_id", "feature").unique()
    targeted = [
        (pair, chosen_target(targets, pair[0], models.get(pair[1]) or undeclared(pair[1]), pair[2]))
        for pair in pairs.iter_rows()
    ]
    named = [pair for pair, target in targeted if target is not None and target.alert]
    wanted = pl.DataFrame(named, schema=pairs.schema, orient="row")
    first = {m: plan.models[m].first + dt.timedelta(days=TARGET_DAYS - 1) for m in group.models}
    since = pl.DataFrame(list(first.items()), schema={"model_id": pl.String, "since": pl.Date}, orient="row")
    whole = found.join(since, on="model_id").filter(pl.col("day") >= pl.col("since"))
    return whole.join(wanted, on=wanted.columns, how="semi").with_columns(rule=pl.lit(group.rule.id))


def _scored(
    night: Night,
    warehouse: Warehouse,
    spans: Sequence[Span],
    metrics: Sequence[Metric],
    models: Sequence[str],
) -> pl.DataFrame:
    """model_id, metric, segment, feature, day, observed, n, note for all versions together."""
    import polars as pl

    frames = [frame for part in _portions(spans) for frame in _of(night, warehouse, part, metrics, models)]
    if not frames:
        return pl.DataFrame(
            schema=dict.fromkeys(("model_id", "metric", "segment", "feature", "note"), pl.String)
            | {"day": pl.Date, "observed": pl.Float64, "n": pl.Int64}
        )
    readings = pl.concat(frames, how="vertical_relaxed")
    why = pl.when(pl.col("value").is_null()).then(pl.coalesce("reason", pl.lit("not available")))
    return readings.select(
        "model_id", "metric", "segment", "feature", "day", pl.col("value").alias("observed"), "n",
        why.otherwise(pl.lit("")).alias("note"),
    )  # fmt: skip


def _portions(spans: Sequence[Span]) -> Iterator[Sequence[Span]]:
    for start in range(0, len(spans), AT_ONCE):
        yield spans[start : start + AT_ONCE]


def _of(
    night: Night,
    warehouse: Warehouse,
    spans: Sequence[Span],
    metrics: Sequence[Metric],
    models: Sequence[str],
) -> Iterator[pl.DataFrame]:
    import polars as pl

    versions = warehouse.frame(
        "SELECT DISTINCT model_id, version, '' AS shown FROM daily.traffic"
        " WHERE segment = '' AND list_contains($models, model_id) ORDER BY ALL",
        {"models": list(models)},
    )
    set_spans(warehouse, spans, versions, None, night.as_of)
    for readings in readings_of(metrics, warehouse, _grading(night)):
        yield readings.filter(pl.col("version") == "")


def _grading(night: Night) -> Grading:
    """A judge for days that are complete and compared with no reference days."""
    import polars as pl

    models = {placed.value.id: placed.value for placed in night.workspace.models}
    growing = pl.DataFrame(schema={"model_id": pl.String, "version": pl.String, "until": pl.Date})
    nothing = pl.DataFrame(schema={"model_id": pl.String})
    return Grading(night, models, "", growing, nothing)
