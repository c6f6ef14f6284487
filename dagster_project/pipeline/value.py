"""What the models' decisions are worth: declared value by day and window, and what experiments measured.

Flows in: daily outcomes and traffic, the catalog's declared values and experiments, `ops.scored` (which days
changed). Flows out: `mart.impact`. Declared value (evidence C, D) and measured value (A, B) are separate rows
and are never added. Called by the nightly job after scoring.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project import __version__
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.value_declared import declared_rows
from dagster_project.pipeline.value_measured import measured_rows
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

DONE = "valued/days"
AT_ONCE = 400
"""Spans read together."""


@dataclass(frozen=True, slots=True)
class Valued:
    """What one run did."""

    models: int
    """Models with a declared value."""
    rows: int
    """Rows written to `mart.impact`."""


def value(night: Night, warehouse: Warehouse) -> Valued:
    """Bring `mart.impact` up to date for every day that scoring found changed, and for the night's windows."""
    now = {str(day): f"{digest} {__version__}" for day, digest in _scored(night, warehouse)}
    before = json.loads(str(warehouse.value("SELECT value FROM ops.state WHERE key = ?", [DONE]) or "{}"))
    models = sum(placed.value.value is not None for placed in night.workspace.models)
    state = {"as_of": str(night.as_of), **now}
    if state == before:
        return Valued(models, 0)
    changed = sorted(dt.date.fromisoformat(day) for day in now if now[day] != before.get(day))
    gone = sorted(dt.date.fromisoformat(day) for day in before.keys() - now.keys() - {"as_of"})
    spans = [Span(day, 1) for day in changed if day != night.as_of]
    with warehouse.transaction():
        frames = list(_declared(night, warehouse, spans + _windows(night)))
        frames.append(measured_rows(night, warehouse))
        warehouse.run(
            "DELETE FROM mart.impact WHERE window_days > 1 OR kind = 'measured' OR list_contains(?, day)",
            [[*changed, *gone, night.as_of]],
        )
        for frame in frames:
            warehouse.append("mart.impact", frame)
        warehouse.run(
            "INSERT OR REPLACE INTO ops.state VALUES (?, ?)", [DONE, json.dumps(state, sort_keys=True)]
        )
    return Valued(models, sum(len(frame) for frame in frames))


def _scored(night: Night, warehouse: Warehouse) -> list[tuple[dt.date, str]]:
    return warehouse.rows("SELECT day, digest FROM ops.scored WHERE day <= ? ORDER BY day", [night.as_of])


def _windows(night: Night) -> list[Span]:
    """The windows that end on the night's day, window 1 among them."""
    return [Span(night.as_of, w) for w in night.workspace.settings.windows]


def _declared(night: Night, warehouse: Warehouse, spans: Sequence[Span]) -> list[pl.DataFrame]:
    """Declared value of all spans, in portions; every version counts towards its model."""
    versions = warehouse.frame(
        "SELECT DISTINCT model_id, version, '' AS shown FROM daily.traffic WHERE segment = '' ORDER BY ALL"
    )
    frames = []
    for start in range(0, len(spans), AT_ONCE):
        some = spans[start : start + AT_ONCE]
        set_spans(warehouse, some, versions, None, night.as_of)
        frames.append(declared_rows(night, warehouse))
    return frames
