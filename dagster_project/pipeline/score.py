"""From daily summaries to readings: every metric's SQL runs over the spans that changed, then its function and grade.

Flows in: `daily.*`, `reports/metrics/*.sql`, targets. Flows out: `mart.reading`, `mart.scorecard`, `ops.scored`.
A second run without changes writes nothing. Called by the nightly job after the summaries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from dagster_project.core.errors import Problem, QueryError, WorkspaceError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_apply import APPLY
from dagster_project.pipeline.score_card import scorecard
from dagster_project.pipeline.score_due import WINDOWS, Due, find_due
from dagster_project.pipeline.score_grade import UNCOUNTED, Grading, graded_readings
from dagster_project.pipeline.score_importance import importance_rows
from dagster_project.pipeline.score_references import comparisons, estimate_reference_days, profile_rows
from dagster_project.pipeline.score_rows import KEY, read_rows
from dagster_project.spec.loading import Metric
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

Batch = tuple[Sequence[Span], "pl.DataFrame"]
"""Spans, and the versions of some models."""
AT_ONCE = 1000
"""Most spans times models read together: bounds the memory of the dense arrays."""
READINGS_AT_ONCE = 20_000
"""How many readings are gathered before they are written to the warehouse."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one run did."""

    days: int
    """Days whose own readings were recomputed."""
    windows: int
    """Longer windows that were recomputed."""
    readings: int
    """Readings written."""


def score(night: Night, warehouse: Warehouse) -> Scored:
    """Recompute the readings of every span whose summaries, definitions or reference days changed."""
    due = find_due(night, warehouse)
    if not (due.spans or due.gone):
        return Scored(0, 0, 0)
    batches = list(_batches(due, served_versions(warehouse)))
    try:
        with warehouse.transaction():
            _forget(warehouse, due)
            warehouse.replace("catalog.importance", importance_rows(night, warehouse))
            warehouse.replace("catalog.profile", profile_rows(night, warehouse, due.rules))
            warehouse.replace("mart.label_arrival", due.arrival)
            warehouse.replace("mart.uncounted_label", due.uncounted)
            written = _write(night, warehouse, due, batches)
            _remember(warehouse, due)
            warehouse.replace("mart.scorecard", scorecard(night, warehouse))
    except WorkspaceError as error:
        raise WorkspaceError(_problems(night, warehouse, due, batches) or [*error.problems]) from error
    return Scored(len(due.days), len(due.windows), written)


def _write(night: Night, warehouse: Warehouse, due: Due, batches: Sequence[Batch]) -> int:
    """Write the readings of all batches to `mart.reading`; return their number."""
    context = _grading(night, warehouse, due)
    written = 0
    for done, batch in enumerate(batches):
        _show(night, warehouse, due, batch)
        for readings in readings_of(night.workspace.metrics, warehouse, context):
            warehouse.append("mart.reading", readings)
            written += len(readings)
        night.progress("score", done + 1, len(batches))
    return written


def _show(night: Night, warehouse: Warehouse, due: Due, batch: Batch) -> None:
    """Point the `span.*` views, which metrics read, at a batch."""
    spans, versions = batch
    set_spans(
        warehouse, spans, versions, comparisons(night, due.rules, spans, versions["model_id"]), night.as_of
    )
    warehouse.replace("span.estimate_reference", estimate_reference_days(due.rules, night.as_of))


def _problems(night: Night, warehouse: Warehouse, due: Due, batches: Sequence[Batch]) -> list[Problem]:
    """The problems of every metric file that fails on the first batch on which any does.

    Called outside a transaction: inside one, the first statement that fails makes all later ones fail too.
    """
    for batch in batches:
        _show(night, warehouse, due, batch)
        if found := failing_metrics(night.workspace.metrics, warehouse):
            return found
    return []


def failing_metrics(metrics: Sequence[Metric], warehouse: Warehouse) -> list[Problem]:
    """The problems of all metrics whose SQL fails, or does not fit their function, over the spans asked for."""
    found: list[Problem] = []
    for sql, same in _by_sql(metrics).items():
        try:
            _figures(warehouse, sql, same)
        except WorkspaceError as error:
            found += error.problems
    return found


def in_order(metrics: Sequence[Metric]) -> list[Metric]:
    """Every metric after those whose readings it reads, otherwise in the order given."""
    by_id = {metric.id: metric for metric in metrics}
    order = TopologicalSorter({metric.id: metric.head.after for metric in metrics}).static_order()
    return [by_id[name] for name in order if name in by_id]


def readings_of(wanted: Sequence[Metric], warehouse: Warehouse, context: Grading) -> Iterator[pl.DataFrame]:
    """Readings of the wanted metrics over the spans asked for; metrics with the same SQL share its rows.

    Readings of several metrics are yielded together, but always before a metric that may read them.
    Raises WorkspaceError naming the files of the first metrics whose SQL fails or does not fit their function.
    """
    import polars as pl

    logged = warehouse.frame("SELECT * FROM span.logged_counts ORDER BY ALL")
    context = replace(context, arrived=_arrived(warehouse))
    made: list[pl.DataFrame] = []
    for sql, metrics in _by_sql(wanted).items():
        enough = sum(map(len, made)) > READINGS_AT_ONCE or any(metric.head.after for metric in metrics)
        if made and enough:
            yield pl.concat(made, how="vertical_relaxed")
            made.clear()
        for metric, found in zip(metrics, _figures(warehouse, sql, metrics), strict=True):
            said = _with_absent(_of_tasks(found, metric, context), metric, logged, context)
            if len(said):
                made.append(graded_readings(said, metric, context))
    if made:
        yield pl.concat(made, how="vertical_relaxed")


def _by_sql(metrics: Sequence[Metric]) -> dict[str, list[Metric]]:
    """The metrics by their SQL, in the order of `in_order`."""
    found: dict[str, list[Metric]] = {}
    for metric in in_order(metrics):
        found.setdefault(metric.sql, []).append(metric)
    return found


def _figures(warehouse: Warehouse, sql: str, metrics: Sequence[Metric]) -> list[pl.DataFrame]:
    """The figures of each metric from the rows of their common SQL. Raises WorkspaceError naming their files."""
    try:
        rows = read_rows(warehouse, sql)
        return [APPLY[m.head.apply or "ratio"](rows, m.head.arguments) for m in metrics]
    except QueryError as error:
        raise WorkspaceError([error.in_file(metric.file, metric.line) for metric in metrics]) from error


def _of_tasks(found: pl.DataFrame, metric: Metric, context: Grading) -> pl.DataFrame:
    """The figures without models whose declared task is not one that the metric measures."""
    import polars as pl

    tasks = metric.head.tasks
    other = [m.id for m in context.models.values() if tasks and m.task is not None and m.task not in tasks]
    return found.filter(~pl.col("model_id").is_in(other)) if other else found


def _with_absent(found: pl.DataFrame, metric: Metric, logged: pl.DataFrame, context: Grading) -> pl.DataFrame:
    """Add the reason for spans with requests that lack what the metric needs and so have no figure for it."""
    import polars as pl

    head = metric.head
    if not head.needs or head.arguments.get("average") == "each":
        return found
    if head.tasks:
        models = [m.id for m in context.models.values() if m.task in head.tasks]
        logged = logged.filter(pl.col("model_id").is_in(models))
    lacking = pl.coalesce(
        pl.when(pl.col(column).fill_null(0) == 0).then(_absence(column, words, context))
        for column, words in head.needs.items()
    )
    absent = logged.select(*KEY, problem=lacking, n=pl.lit(0, pl.Int64)).drop_nulls("problem")
    figures = found.filter(pl.col("value").is_not_null()).select(KEY)
    said = absent.join(figures, on=KEY, how="anti")
    kept = found.join(said.select(KEY), on=KEY, how="anti", maintain_order="left")
    return pl.concat([kept, said.cast({"window_days": found.schema["window_days"]})], how="diagonal")


def _absence(column: str, words: str, context: Grading) -> pl.Expr:
    """What a span lacks if nothing was counted in a column of `span.logged_counts`, in words."""
    import polars as pl

    usual = pl.lit(f"not available: {words}")
    if column != "labelled":
        return usual
    none_counts = pl.col("model_id").is_in(sorted(context.uncounted))
    return pl.when(none_counts).then(pl.lit(f"not available: {UNCOUNTED}")).otherwise(usual)


def _arrived(warehouse: Warehouse) -> pl.DataFrame:
    """model_id, version, day, window_days, arrived: the share of a span's labels due by now, given its days' ages.

    1 if nothing is known about when labels arrive.
    """
    return warehouse.frame(
        """
        SELECT
          t.model_id, t.version, t.day, t.window_days,
          coalesce(sum(t.scored * coalesce(a.share, 1)) / nullif(sum(t.scored), 0), 1)::DOUBLE AS arrived
        FROM span.traffic AS t CROSS JOIN span.night AS night
        LEFT JOIN mart.label_arrival AS a ON a.model_id = t.model_id AND a.lag = night.as_of - t.on_day
        WHERE t.segment = '' GROUP BY ALL ORDER BY ALL
        """
    )


def _grading(night: Night, warehouse: Warehouse, due: Due) -> Grading:
    import polars as pl

    growing = pl.DataFrame(
        [(r.model_id, r.version, r.until) for r in due.rules if r.until and r.until > night.as_of],
        schema={"model_id": pl.String, "version": pl.String, "until": pl.Date}, orient="row",
    )  # fmt: skip
    models = {placed.value.id: placed.value for placed in night.workspace.models}
    nothing = pl.DataFrame(schema={"model_id": pl.String})
    none_counts = (
        pl.col("codes").is_null() & pl.col("yes").is_null()
    )  # labels that are codes, or never a yes, do count
    silent = frozenset(due.uncounted.filter(none_counts)["model_id"])
    return Grading(night, models, _partial(night, warehouse), growing, nothing, silent, due.coded)


def _partial(night: Night, warehouse: Warehouse) -> str:
    """Until when the running day's events are there, in the workspace's time zone; '' without a running day."""
    if night.running_day is None:
        return ""
    paths = warehouse.rows(
        "SELECT path FROM ops.part WHERE kind = 'requests' AND day = ? ORDER BY path", [night.running_day]
    )
    if not paths:
        return "partial day: no events yet"
    files = [str(night.workspace.root / path) for (path,) in paths]
    newest = warehouse.value("SELECT max(event_time) FROM read_parquet(?)", [files])
    assert isinstance(newest, dt.datetime)  # noqa: S101  narrowing: files have rows
    return f"partial day: events until {newest.astimezone(night.workspace.settings.zone):%H:%M}"


def served_versions(warehouse: Warehouse) -> pl.DataFrame:
    """model_id, version, shown: every version counts under '' and, if a model has several, under itself."""
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


def _batches(due: Due, versions: pl.DataFrame) -> Iterator[Batch]:
    """Spans and models in portions of bounded size."""
    import polars as pl

    models = versions["model_id"].unique().sort().to_list()
    spans = due.spans
    some_models = max(1, AT_ONCE // 8)
    for first in range(0, len(models), some_models):
        portion = models[first : first + some_models]
        some_spans = max(8, AT_ONCE // len(portion))
        for start in range(0, len(spans), some_spans):
            yield spans[start : start + some_spans], versions.filter(pl.col("model_id").is_in(portion))


def _forget(warehouse: Warehouse, due: Due) -> None:
    days = [*due.days, *due.gone]
    warehouse.run("DELETE FROM mart.reading WHERE window_days = 1 AND list_contains(?, day)", [days])
    if due.windows:
        warehouse.run("DELETE FROM mart.reading WHERE window_days > 1")


def _remember(warehouse: Warehouse, due: Due) -> None:
    import polars as pl

    warehouse.run("DELETE FROM ops.scored WHERE list_contains(?, day)", [[*due.days, *due.gone]])
    rows = [(day, due.digests[day]) for day in due.days]
    warehouse.append(
        "ops.scored", pl.DataFrame(rows, schema={"day": pl.Date, "digest": pl.String}, orient="row")
    )
    warehouse.run("INSERT OR REPLACE INTO ops.state VALUES (?, ?)", [WINDOWS, due.windows_digest])
