"""From raw to canonical rows: which mapping a source's kind gets, and which columns a file must have for it.

Called by `pipeline.ingest_rows` and `pipeline.dry_run_logs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster_project.core.errors import SourceError
from dagster_project.readers.columns import pick
from dagster_project.readers.facts import map_facts
from dagster_project.readers.mapped import IntakeRules, Mapped
from dagster_project.readers.outcomes import map_outcomes
from dagster_project.readers.requests import map_requests
from dagster_project.spec.source import Source

if TYPE_CHECKING:
    import polars as pl

_NEEDED = {"requests": ("event_time", "model_id", "request_id"), "outcomes": ("request_id", "label")}


def map_rows(frame: pl.DataFrame, source: Source, intake: IntakeRules) -> Mapped:
    """Return the canonical rows of a raw frame that has FILE and ROW, according to the source's kind."""
    if source.kind == "requests":
        return map_requests(frame, source, intake)
    if source.kind == "outcomes":
        return map_outcomes(frame, source, intake)
    return map_facts(frame, source, intake)


def require_columns(frame: pl.DataFrame, source: Source, path: str) -> None:
    """Raise SourceError if a file lacks a column that every row needs."""
    if frame.width == 0:
        return
    for name in _NEEDED.get(source.kind, ()):
        ref = source.columns.get(name)
        if ref is not None and pick(frame, ref) is None:
            has = ", ".join(frame.columns[:20])
            hint = next(
                (f" (set delimiter: {mark!r}?)" for mark in ";\t|," if frame.width == 1 and mark in has), ""
            )
            raise SourceError(
                path, f"has no column {ref.column!r}, which {name} comes from; it has {has}{hint}"
            )


def unfound(frame: pl.DataFrame, source: Source) -> frozenset[tuple[str, str]]:
    """Return what is mapped but missing: (canonical column, feature or class; column of the file)."""
    named = {f"feature {name}": ref for name, ref in source.features.items()}
    named |= {f"score of {name}": ref for name, ref in source.scores.items()}
    return frozenset(
        (name, ref.column)
        for name, ref in {**source.columns, **named}.items()
        if ref.column is not None and pick(frame, ref) is None
    )
