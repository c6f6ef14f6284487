"""What is to be scored tonight: spans whose summaries, definitions or references changed since the last time.

A day's own readings (window 1) carry a digest in `ops.scored`; the windows of the night's day and of the one before
share one digest in `ops.state`. Caller: pipeline.score.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_labels import label_arrival, still_coming
from dagster_project.pipeline.summarise_terms import reference
from dagster_project.spec.catalog import undeclared
from dagster_project.store.spans import Span
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

WINDOWS = "scored/windows"


@dataclass(frozen=True, slots=True)
class Asked:
    """The work of one night."""

    days: tuple[dt.date, ...]
    """Days whose readings are made anew."""
    gone: tuple[dt.date, ...]
    """Days with readings and without summaries."""
    windows: tuple[Span, ...]
    """Longer windows to make anew; none when nothing they hold changed."""
    digests: Mapping[dt.date, str]
    windows_digest: str
    references: pl.DataFrame
    """model_id, start, until, first_day of every model with requests."""
    arrival: pl.DataFrame
    """model_id, lag, share, labels: when labels come."""

    @property
    def spans(self) -> list[Span]:
        """Everything to be scored, by day."""
        return sorted([*(Span(day, 1) for day in self.days), *self.windows])


def find_asked(night: Night, warehouse: Warehouse) -> Asked:
    """Compare the digests of all days with those that were scored."""
    references = reference_days(night, warehouse)
    arrival = label_arrival(warehouse, references, night.as_of)
    digests = _day_digests(night, warehouse, references, still_coming(arrival, night.as_of))
    before = dict(warehouse.connection.execute("SELECT day, digest FROM ops.scored").fetchall())
    spans = _windows(night)
    reach = {day for span in spans for day in span.members}
    digest = _sha([str(night.as_of), *(f"{day} {digests[day]}" for day in sorted(reach & digests.keys()))])
    same = warehouse.value("SELECT value FROM ops.state WHERE key = ?", [WINDOWS]) == digest
    return Asked(
        days=tuple(sorted(day for day in digests if digests[day] != before.get(day))),
        gone=tuple(sorted(before.keys() - digests.keys())),
        windows=() if same else spans,
        digests=digests,
        windows_digest=digest,
        references=references,
        arrival=arrival,
    )


def reference_days(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """model_id, start, until, first_day: the days that drift is measured against, of every model with requests."""
    import polars as pl

    models = {placed.value.id: placed.value for placed in night.workspace.models}
    rows = warehouse.connection.execute(
        "SELECT model_id, min(day) FROM daily.traffic WHERE segment = '' GROUP BY model_id ORDER BY model_id"
    ).fetchall()
    found = [(m, *reference(models.get(m) or undeclared(m), first), first) for m, first in rows]
    schema = {"model_id": pl.String, "start": pl.Date, "until": pl.Date, "first_day": pl.Date}
    return pl.DataFrame(found, schema=schema, orient="row")


def definitions_digest(night: Night) -> str:
    """SHA-256 of everything people wrote that a reading depends on."""
    workspace = night.workspace
    texts = [
        json.dumps([s.id, s.sql, s.head.model_dump(mode="json")], sort_keys=True) for s in workspace.metrics
    ]
    texts += [target.model_dump_json() for target in workspace.targets]
    texts += [placed.value.model_dump_json() for placed in workspace.models]
    return _sha([*texts, workspace.settings.timezone, workspace.settings.currency])


def _windows(night: Night) -> tuple[Span, ...]:
    """Windows of the night's day, and the one before each."""
    lengths = [w for w in night.workspace.settings.windows if w > 1]
    return tuple(Span(night.as_of - dt.timedelta(days=back), w) for w in lengths for back in (0, w))


def _day_digests(
    night: Night, warehouse: Warehouse, references: pl.DataFrame, coming: Mapping[dt.date, str]
) -> dict[dt.date, str]:
    """Per day: its summaries, the references of its models, the labels that count or are to come, the definitions."""
    warehouse.connection.register(
        "model_reference", _reference_digests(night, warehouse, references).to_arrow()
    )
    try:
        rows = warehouse.connection.execute(
            """
            WITH refs AS (
              SELECT t.day, string_agg(DISTINCT r.digest, ',' ORDER BY r.digest) AS digest
              FROM daily.traffic AS t JOIN model_reference AS r ON r.model_id = t.model_id
              WHERE t.segment = '' GROUP BY t.day
            ), summaries AS (
              SELECT day, string_agg(source || ' ' || digest, ',' ORDER BY source) AS digest
              FROM ops.summarised GROUP BY day
            ), labels AS (
              SELECT day, max(label_day) AS newest FROM (
                SELECT day, label_day FROM daily.outcome_binary
                UNION ALL SELECT day, label_day FROM daily.outcome_regression
                UNION ALL SELECT day, label_day FROM daily.outcome_class
              ) GROUP BY day
            )
            SELECT s.day, s.digest, r.digest, least(l.newest, ?)::VARCHAR
            FROM summaries AS s LEFT JOIN refs AS r USING (day) LEFT JOIN labels AS l USING (day) ORDER BY s.day
            """,
            [night.as_of],
        ).fetchall()
    finally:
        warehouse.connection.unregister("model_reference")
    definitions = definitions_digest(night)
    partial = {night.running_day: "partial"}
    return {
        day: _sha([*map(str, digests), definitions, coming.get(day, ""), partial.get(day, "")])
        for day, *digests in rows
    }


def _reference_digests(night: Night, warehouse: Warehouse, references: pl.DataFrame) -> pl.DataFrame:
    """model_id, digest: of each model's reference days, their labels up to the night, and whether they are complete."""
    import polars as pl

    warehouse.connection.register("model_days", references.to_arrow())
    try:
        frame = warehouse.frame(
            """
            WITH summary AS (
              SELECT source, day, day || digest AS of_requests
              FROM ops.summarised
            ), labels AS (
              SELECT model_id, day, max(label_day) AS newest FROM (
                SELECT model_id, day, label_day FROM daily.label_score_hist
                UNION ALL SELECT model_id, day, label_day FROM daily.outcome_regression
              ) GROUP BY ALL
            )
            SELECT
              r.model_id, r.until, string_agg(DISTINCT s.of_requests, ',' ORDER BY s.of_requests)
              || coalesce(least(max(l.newest), ?)::VARCHAR, '') AS summaries
            FROM model_days AS r
            JOIN daily.traffic AS t ON t.model_id = r.model_id AND t.day BETWEEN r.start AND r.until AND t.segment = ''
            JOIN summary AS s ON s.source = t.source AND s.day = t.day
            LEFT JOIN labels AS l ON l.model_id = r.model_id AND l.day = t.day
            GROUP BY ALL ORDER BY r.model_id
            """,
            [night.as_of],
        )
    finally:
        warehouse.connection.unregister("model_days")
    rows = [(m, _sha([m, summaries, str(until <= night.as_of)])) for m, until, summaries in frame.iter_rows()]
    return pl.DataFrame(rows, schema={"model_id": pl.String, "digest": pl.String}, orient="row")


def _sha(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
