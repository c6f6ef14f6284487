"""Lake to daily summaries: each changed (source, day) is rolled up once and replaced in one transaction.

Flows in: `ops.part` and the Parquet files it names, `reports/summaries/*.sql`, declarations. Flows out: `daily.*`,
`ops.grid`, `ops.category`, `ops.summarised`. Called by the nightly job after ingestion. The same lake, statements
and declarations give the same rows with any number of threads: all sums are sums of integers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from dagster_project.pipeline import summarise_features as features
from dagster_project.pipeline import summarise_grids as grids
from dagster_project.pipeline import summarise_joint as joint
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise_due import (
    GONE,
    Due,
    chunks,
    declaration_digest,
    find_due,
    relearn_declarations,
    relearn_sources,
)
from dagster_project.pipeline.summarise_labels import label_rows
from dagster_project.pipeline.summarise_patterns import require_valid_patterns
from dagster_project.pipeline.summarise_rules import rule_rows
from dagster_project.pipeline.summarise_scans import (
    BY_DAY,
    Chunk,
    distinguishing_columns,
    groups,
    table_of,
    with_keys,
)
from dagster_project.pipeline.summarise_traffic import DUPLICATE, Rows, duplicate_rows, request_rows
from dagster_project.spec.loading import Statement
from dagster_project.store.columns import LABELLED, REQUESTS
from dagster_project.store.connection import quote_table
from dagster_project.store.engine import Engine
from dagster_project.store.warehouse import Warehouse

MOST_ROUNDS = 12
"""A new grid or an older value may mark days that were already done; more rounds than this mean a fault."""
MEMORY = "500MB"
"""The database's share while it summarises."""
UNREAD = ("file_id", "status", "label_time", "label_text", "scores")
"""Columns that summaries of requests never read; those of labels read label_text and, where mapped, scores."""
SELDOM = ("arrival_time", "eligible")
"""Columns that few sources map; they are read only where mapped."""


@dataclass(frozen=True, slots=True)
class Summarised:
    """What one run did."""

    days: int
    """(source, day) pairs rolled up; one that was marked again counts again."""
    events: int
    """Rows of the lake that were read."""
    rows: int
    """Rows written to `daily.*`."""


def summarise(night: Night, warehouse: Warehouse) -> Summarised:
    """Roll up every (source, day) up to the night's day that differs from its last summary.

    Raises WorkspaceError for a declared pattern that RE2 refuses.
    """
    require_valid_patterns(night, warehouse)
    relearn_sources(night, warehouse)
    relearn_declarations(night, warehouse)
    grids.forget_unmapped(warehouse)
    days = events = rows = 0
    for _ in range(MOST_ROUNDS):
        due = find_due(night, warehouse)
        if not due:
            return Summarised(days, events, rows)
        done = 0
        for chunk in chunks(due):
            with warehouse.within(MEMORY):
                rows += _roll_up(night, warehouse, chunk)
            days, events, done = days + len(chunk), events + sum(d.rows for d in chunk), done + len(chunk)
            night.progress("summarise", done, len(due))
    raise RuntimeError(f"summaries still change after {MOST_ROUNDS} rounds")


def _roll_up(night: Night, warehouse: Warehouse, due: Sequence[Due]) -> int:
    """Replace the daily rows of some days of one source, all in one transaction; return how many were written.

    For days on which only labels arrived, only the rows made from labels are replaced.
    """
    engine = Engine(warehouse)
    with warehouse.transaction():
        rows = _requests(night, warehouse, engine, [one for one in due if not one.labels_only])
        _add(rows, _labels(night, warehouse, engine, due))
        engine.release()
        return _replace(night, warehouse, due, rows)


def _requests(night: Night, warehouse: Warehouse, engine: Engine, due: Sequence[Due]) -> Rows:
    files = [path for one in due for path in one.requests]
    if not files:
        return {}
    unread = _unread(night, due[0].source)
    wanted = {name: kind for name, kind in REQUESTS.items() if name not in unread}
    engine.load(files, sum(one.request_rows for one in due), unread=unread, wanted=wanted)
    chunk = _chunk(night, engine, due)
    caps = {source.source: source.max_segment_values for source in night.workspace.sources}
    rows = request_rows(warehouse, chunk, _reading(night, "input"), caps)
    if _has_ids(night, due[0].source):
        _add(rows, {DUPLICATE: [duplicate_rows(chunk, {one.day: one.duplicates for one in due})]})
    for statement in _reading(night, "rule"):
        _add(rows, {table_of(statement): rule_rows(chunk, statement)})
    grids.update(night, warehouse, chunk)
    for statement in _reading(night, "feature_number"):
        _add(rows, {table_of(statement): features.number_rows(night, warehouse, chunk, statement)})
    for statement in _reading(night, "feature_category"):
        _add(rows, {table_of(statement): features.category_rows(warehouse, chunk, statement)})
    _add(rows, {joint.TABLE: joint.joint_rows(warehouse, chunk)})
    return rows


def _labels(night: Night, warehouse: Warehouse, engine: Engine, due: Sequence[Due]) -> Rows:
    files = [path for one in due for path in one.labelled]
    if not files:
        return {}
    read = ("label_text", "scores") if _has_scores(night, due[0].source) else ("label_text",)
    unread = [name for name in UNREAD if name not in read]
    wanted = {name: kind for name, kind in LABELLED.items() if name not in unread}
    explode = "segments" if any(placed.value.segments for placed in night.workspace.models) else None
    rows = sum(one.labelled_rows for one in due)
    engine.load(files, rows, explode=explode, unread=unread, wanted=wanted)
    return label_rows(warehouse, _chunk(night, engine, due), _reading(night, "labelled"))


def _unread(night: Night, source: str) -> list[str]:
    """Columns not to be loaded; ids of requests are loaded only where a sample is drawn by them."""
    mapped = _mapped(night, source)
    sampled = any(placed.value.multivariate for placed in night.workspace.models)
    by_id = () if sampled else ("request_id",)
    return [*UNREAD, *by_id, *(name for name in SELDOM if name not in mapped)]


def _has_ids(night: Night, source: str) -> bool:
    """Whether the source's requests have ids that reveal repeats; assumed if the source is no longer declared."""
    mapped = _mapped(night, source)
    return not mapped or "request_id" in mapped


def _has_scores(night: Night, source: str) -> bool:
    """Whether the source maps probabilities of classes; assumed if the source is no longer declared."""
    known = [s for s in night.workspace.sources if s.source == source]
    return not known or any(s.scores for s in known)


def _mapped(night: Night, source: str) -> set[str]:
    """The columns that the source maps; none if it is no longer declared."""
    return {name for s in night.workspace.sources if s.source == source for name in s.columns}


def _chunk(night: Night, engine: Engine, due: Sequence[Due]) -> Chunk:
    models = {placed.value.id: placed.value for placed in night.workspace.models}
    keys = with_keys(groups(engine, BY_DAY).drop("n"))
    zone = night.workspace.settings.timezone
    profiles = night.workspace.profiles
    on = distinguishing_columns(keys)
    return Chunk(engine, due[0].source, [one.day for one in due], keys, models, profiles, zone, on)


def _replace(night: Night, warehouse: Warehouse, due: Sequence[Due], rows: Rows) -> int:
    import polars as pl

    days = [one.day for one in due]
    whole = [one.day for one in due if not one.labels_only]
    of_labels = {table_of(s) for s in _reading(night, "labelled")}
    tables = of_labels | {table_of(s) for s in night.workspace.summaries} | {DUPLICATE, joint.TABLE}
    written = 0
    for table in sorted(tables if whole else of_labels):
        where = "source = ? AND list_contains(?, day)"
        gone = [due[0].source, days if table in of_labels else whole]
        warehouse.run(f"DELETE FROM {quote_table(table)} WHERE {where}", gone)  # noqa: S608  quoted
        if frames := rows.get(table):
            together = pl.concat(
                [frame.select(sorted(frame.columns)) for frame in frames], how="diagonal_relaxed"
            )
            warehouse.append(table, together.sort([c for c in together.columns if c != "hashes"]))
            written += len(together)
    warehouse.run(
        "DELETE FROM ops.summarised WHERE source = ? AND list_contains(?, day)", [due[0].source, days]
    )
    known = _known_digest(night, warehouse, due)
    done = [(one.source, one.day, f"{one.digest}:{known}") for one in due if one.digest != GONE]
    schema = {"source": pl.String, "day": pl.Date, "digest": pl.String}
    warehouse.append("ops.summarised", pl.DataFrame(done, schema=schema, orient="row"))
    return written


def _known_digest(night: Night, warehouse: Warehouse, due: Sequence[Due]) -> str:
    """Digest of what is known of these days' models (declarations, grids, dictionaries): scoring sees what changed."""
    where = (
        "WHERE model_id IN (SELECT model_id FROM daily.traffic WHERE source = ? AND list_contains(?, day))"
    )
    digest = hashlib.sha256()
    for table in ("ops.grid", "ops.category"):
        sql = f"SELECT * FROM {table} {where} ORDER BY ALL"  # noqa: S608  names are this module's own
        digest.update(warehouse.frame(sql, [due[0].source, [one.day for one in due]]).write_csv().encode())
    for placed in night.workspace.models:
        digest.update(declaration_digest(placed.value, night.workspace.profiles).encode())
    return digest.hexdigest()[:16]


def _reading(night: Night, per: str) -> list[Statement]:
    """The statements that read one relation, by id."""
    return sorted((s for s in night.workspace.summaries if s.head.per == per), key=lambda s: s.id)


def _add(rows: Rows, more: Rows) -> None:
    for table, frames in more.items():
        rows.setdefault(table, []).extend(frames)
