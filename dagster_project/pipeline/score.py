"""Daily summaries to readings: every metric file's SQL over the spans that changed, one function, one grade.

Flows in: `daily.*`, `reports/metrics/*.sql`, targets. Flows out: `mart.reading`, `mart.scorecard`, `ops.scored`.
A second run without changes writes nothing. Called by the nightly job after the summaries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.errors import Problem, QueryError, WorkspaceError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_apply import APPLY
from dagster_project.pipeline.score_asked import WINDOWS, Asked, find_asked
from dagster_project.pipeline.score_card import scorecard
from dagster_project.pipeline.score_grade import Judge, head_of, judged
from dagster_project.pipeline.score_rows import KEY, read_rows
from dagster_project.spec.loading import Statement
from dagster_project.store.spans import Span, ask
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

AT_ONCE = 1000
"""Spans times models read together: bounds the memory of the dense arrays."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What was done."""

    days: int
    """Days whose own readings were made anew."""
    windows: int
    """Longer windows made anew."""
    readings: int
    """Readings written."""


def score(night: Night, warehouse: Warehouse) -> Scored:
    """Make the readings of every span whose summaries, definitions or reference days changed."""
    asked = find_asked(night, warehouse)
    if not (asked.spans or asked.gone):
        return Scored(0, 0, 0)
    judge = _judge(night, warehouse, asked)
    batches = list(_batches(asked, _versions(warehouse)))
    written = 0
    with warehouse.transaction():
        _forget(warehouse, asked)
        for done, (spans, versions) in enumerate(batches):
            ask(
                warehouse, spans, versions, asked.references.select("model_id", "start", "until"), night.as_of
            )
            for readings in readings_of(night.workspace.metrics, warehouse, judge):
                warehouse.append("mart.reading", readings)
                written += len(readings)
            night.progress("score", done + 1, len(batches))
        _remember(warehouse, asked)
        warehouse.replace("mart.scorecard", scorecard(night, warehouse))
    return Scored(len(asked.days), len(asked.windows), written)


def readings_of(wanted: Sequence[Statement], warehouse: Warehouse, judge: Judge) -> Iterator[pl.DataFrame]:
    """Readings of the wanted metrics over the spans asked for; metrics with the same SQL share its rows.

    Raises WorkspaceError that names the files of all metrics whose SQL fails or does not fit their function.
    """
    by_sql: dict[str, list[Statement]] = {}
    for metric in wanted:
        by_sql.setdefault(metric.sql, []).append(metric)
    traffic = _traffic(warehouse)
    problems: list[Problem] = []
    for sql, metrics in by_sql.items():
        try:
            rows = read_rows(warehouse, sql)
            figures = [APPLY[h.apply or "ratio"](rows, h.arguments) for h in map(head_of, metrics)]
        except QueryError as error:
            problems += [error.in_file(metric.file, metric.line) for metric in metrics]
            continue
        for metric, found in zip(metrics, figures, strict=True):
            kept = _of_tasks(found, metric, judge)
            yield judged(_with_absent(kept, metric, traffic, judge), metric, judge)
    if problems:
        raise WorkspaceError(problems)


def _of_tasks(found: pl.DataFrame, metric: Statement, judge: Judge) -> pl.DataFrame:
    """Without the models that are declared to do something else than the metric measures."""
    import polars as pl

    tasks = head_of(metric).tasks
    other = [m.id for m in judge.models.values() if tasks and m.task is not None and m.task not in tasks]
    return found.filter(~pl.col("model_id").is_in(other))


def _with_absent(found: pl.DataFrame, metric: Statement, traffic: pl.DataFrame, judge: Judge) -> pl.DataFrame:
    """Say what is not available: spans with requests whose latency, predictions or labels nobody brought."""
    import polars as pl

    head = head_of(metric)
    models = [m.id for m in judge.models.values() if m.task in head.tasks]
    if head.family == "performance" and head.tasks:
        wanted = traffic.filter(pl.col("model_id").is_in(models))
        problem = (
            pl.when(pl.col("scored") == 0)
            .then(pl.lit("not available: no score or prediction is logged"))
            .otherwise(pl.lit("not available: no labels have come"))
        )
    elif head.family == "latency" and not metric.id.endswith("per_100_ms"):
        wanted, problem = traffic, pl.lit("not available: no latency is logged")
    else:
        return found
    absent = wanted.join(found.select(KEY), on=KEY, how="anti").with_columns(problem=problem)
    empty = absent.with_columns(
        pl.lit(None, dtype=d).alias(c) for c, d in found.schema.items() if c not in absent.columns
    )
    counted = empty.with_columns(n=pl.lit(0, dtype=pl.Int64))
    return pl.concat([found, counted.select(found.columns)])


def _traffic(warehouse: Warehouse) -> pl.DataFrame:
    """The keys of all spans with requests, without segments, and how many requests have a score or prediction."""
    return warehouse.frame(
        """
        SELECT model_id, version, '' AS segment, '' AS feature, day, window_days, sum(scored)::BIGINT AS scored
        FROM span.traffic WHERE segment = '' GROUP BY ALL ORDER BY ALL
        """
    )


def _judge(night: Night, warehouse: Warehouse, asked: Asked) -> Judge:
    import polars as pl

    growing = asked.references.filter(pl.col("until") > night.as_of).select("model_id", "until")
    models = {placed.value.id: placed.value for placed in night.workspace.models}
    return Judge(night, models, _partial(night, warehouse), growing)


def _partial(night: Night, warehouse: Warehouse) -> str:
    """Until when the running day's events are there, in the workspace's zone."""
    if night.running_day is None:
        return ""
    paths = warehouse.connection.execute(
        "SELECT path FROM ops.part WHERE kind = 'requests' AND day = ? ORDER BY path", [night.running_day]
    ).fetchall()
    if not paths:
        return "partial day: no events yet"
    files = [str(night.workspace.root / path) for (path,) in paths]
    newest = warehouse.value("SELECT max(event_time) FROM read_parquet(?)", [files])
    assert isinstance(newest, dt.datetime)  # noqa: S101  narrowing: files have rows
    return f"partial day: events until {newest.astimezone(night.workspace.settings.zone):%H:%M}"


def _versions(warehouse: Warehouse) -> pl.DataFrame:
    """model_id, version, shown: every version counts into '' and, where a model has several, into itself."""
    return warehouse.frame(
        """
        WITH seen AS (SELECT DISTINCT model_id, version FROM daily.traffic WHERE segment = '')
        SELECT model_id, version, '' AS shown FROM seen
        UNION ALL
        SELECT model_id, version, version FROM seen
        WHERE version <> '' AND model_id IN (SELECT model_id FROM seen GROUP BY model_id HAVING count(*) > 1)
        ORDER BY ALL
        """
    )


def _batches(asked: Asked, versions: pl.DataFrame) -> Iterator[tuple[Sequence[Span], pl.DataFrame]]:
    """Spans and models in portions of bounded size."""
    import polars as pl

    models = versions["model_id"].unique().sort().to_list()
    spans = asked.spans
    some_models = max(1, AT_ONCE // 8)
    for first in range(0, len(models), some_models):
        portion = models[first : first + some_models]
        some_spans = max(8, AT_ONCE // len(portion))
        for start in range(0, len(spans), some_spans):
            yield spans[start : start + some_spans], versions.filter(pl.col("model_id").is_in(portion))


def _forget(warehouse: Warehouse, asked: Asked) -> None:
    days = [*asked.days, *asked.gone]
    warehouse.run("DELETE FROM mart.reading WHERE window_days = 1 AND list_contains(?, day)", [days])
    if asked.windows:
        warehouse.run("DELETE FROM mart.reading WHERE window_days > 1")


def _remember(warehouse: Warehouse, asked: Asked) -> None:
    warehouse.run("DELETE FROM ops.scored WHERE list_contains(?, day)", [[*asked.days, *asked.gone]])
    if asked.days:
        rows = [(day, asked.digests[day]) for day in asked.days]
        warehouse.connection.executemany("INSERT INTO ops.scored VALUES (?, ?)", rows)
    warehouse.run("INSERT OR REPLACE INTO ops.state VALUES (?, ?)", [WINDOWS, asked.windows_digest])
