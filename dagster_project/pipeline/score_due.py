"""What is to be scored tonight: spans whose summaries, definitions or references changed since the last time.

A day's own readings (window 1) have a digest in `ops.scored`; the windows that end on the night's day and those before
them share one digest in `ops.state`. Caller: pipeline.score.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project import __version__
from dagster_project.core.days import days_between
from dagster_project.core.naming import state_id
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_importance import importance_rows
from dagster_project.pipeline.score_labels import label_arrival, mature_lags, still_coming, uncounted
from dagster_project.pipeline.score_references import Rule, estimate_reference_days, find_rules, usual_days
from dagster_project.store.spans import Span
from dagster_project.store.statements import text_of
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

WINDOWS = "scored/windows"


@dataclass(frozen=True, slots=True)
class Due:
    """The work of one night."""

    days: tuple[dt.date, ...]
    """Days whose readings are recomputed."""
    gone: tuple[dt.date, ...]
    """Days with readings whose summaries are gone."""
    windows: tuple[Span, ...]
    """Longer windows to recompute; none if nothing in them changed."""
    digests: Mapping[dt.date, str]
    windows_digest: str
    rules: Sequence[Rule]
    """What every model with requests, and each of its versions, is compared with."""
    arrival: pl.DataFrame
    """model_id, lag, share, labels: when labels arrive."""
    uncounted: pl.DataFrame
    """Rows of `mart.uncounted_label`: models whose labels say nothing."""
    coded: frozenset[str]
    """Those of them for which every label counts as yes, because labels are codes."""

    @property
    def spans(self) -> list[Span]:
        """Everything to be scored, by day."""
        return sorted([*(Span(day, 1) for day in self.days), *self.windows])


def find_due(night: Night, warehouse: Warehouse) -> Due:
    """Compare the digests of all days with those last scored; a new version of Modelboard recomputes the windows."""
    rules = find_rules(night, warehouse)
    arrival = label_arrival(warehouse, usual_days(rules, night.as_of), night.as_of)
    lags = mature_lags(arrival)
    rules = [rule.waiting(lags.get(rule.model_id, 0)) for rule in rules]
    words = uncounted(night, warehouse)
    coded = frozenset(words.drop_nulls("codes")["model_id"])
    digests = _day_digests(night, warehouse, rules, still_coming(arrival, night.as_of), coded)
    before = dict(warehouse.rows("SELECT day, digest FROM ops.scored"))
    spans = _windows(night)
    reach = {day for span in spans for day in span.members} | _rolling_days(rules, spans)
    held = (f"{day} {digests[day]}" for day in sorted(reach & digests.keys()))
    digest = state_id([__version__, str(night.as_of), *map(str, words.rows()), *held])
    same = warehouse.value("SELECT value FROM ops.state WHERE key = ?", [WINDOWS]) == digest
    return Due(
        days=tuple(sorted(day for day in digests if digests[day] != before.get(day))),
        gone=tuple(sorted(before.keys() - digests.keys())),
        windows=() if same else spans,
        digests=digests,
        windows_digest=digest,
        rules=rules,
        arrival=arrival,
        uncounted=words,
        coded=coded,
    )


def _rolling_days(rules: Sequence[Rule], spans: Sequence[Span]) -> set[dt.date]:
    """Days before the spans that a rolling reference compares them with."""
    found = [rule.days(span) for rule in rules if rule.start is None for span in spans]
    return {day for days in found if days is not None for day in days_between(*days)}


def definitions_digest(night: Night) -> str:
    """SHA-256 of everything people wrote that a reading depends on."""
    workspace = night.workspace
    texts = [
        json.dumps([s.id, s.sql, s.head.model_dump(mode="json")], sort_keys=True) for s in workspace.metrics
    ]
    texts += [target.model_dump_json() for target in workspace.targets]
    texts += [placed.value.model_dump_json() for placed in workspace.models]
    texts += [path + profile.model_dump_json() for path, profile in sorted(workspace.profiles.items())]
    return state_id([*texts, workspace.settings.timezone, workspace.settings.currency])


def _windows(night: Night) -> tuple[Span, ...]:
    """Windows that end on the night's day, and the one before each."""
    lengths = [w for w in night.workspace.settings.windows if w > 1]
    return tuple(Span(night.as_of - dt.timedelta(days=back), w) for w in lengths for back in (0, w))


def _day_digests(
    night: Night,
    warehouse: Warehouse,
    rules: Sequence[Rule],
    coming: Mapping[dt.date, str],
    coded: frozenset[str],
) -> dict[dt.date, str]:
    """Digests by day, of its summaries, its models' references, labels that count or are expected, and definitions."""
    with warehouse.given(model_reference=_reference_digests(night, warehouse, rules)):
        rows = warehouse.rows(text_of("day_digests"), {"as_of": night.as_of})
    weights = importance_rows(night, warehouse).write_csv()
    definitions = state_id([definitions_digest(night), weights, *sorted(coded)])
    youngest = max((rule.label_days for rule in rules), default=0)
    return {
        day: state_id(
            [str(d) for d in digests]
            + [definitions, coming.get(day, ""), "partial" if day == night.running_day else ""]
            + ([f"{(night.as_of - day).days} days old"] if (night.as_of - day).days < youngest else [])
        )
        for day, *digests in rows
    }


def _reference_digests(night: Night, warehouse: Warehouse, rules: Sequence[Rule]) -> pl.DataFrame:
    """model_id, of_day (NULL: every day), digest of what the reference days hold and of whether they are over."""
    import polars as pl

    with warehouse.given(model_days=_reference_days(night, warehouse, rules)):
        frame = warehouse.frame(text_of("reference_digests"))
    rows = [
        (m, of_day, state_id([m, summaries, str(until <= night.as_of), str(mature), str(labels)]))
        for m, of_day, until, summaries, mature, labels in frame.iter_rows()
    ]
    rows += _version_digests(warehouse, estimate_reference_days(rules, night.as_of))
    schema = {"model_id": pl.String, "of_day": pl.Date, "digest": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _version_digests(warehouse: Warehouse, learned: pl.DataFrame) -> list[tuple[str, dt.date, str]]:
    """model_id, of_day, digest of what that day's versions learned on reference days of their own."""
    with warehouse.given(version_days=learned):
        found = warehouse.rows(text_of("version_digests"))
    return [(model_id, day, state_id([str(part) for part in parts])) for model_id, day, *parts in found]


def _reference_days(night: Night, warehouse: Warehouse, rules: Sequence[Rule]) -> pl.DataFrame:
    """The reference days of a day's own readings: model_id, of_day (NULL if they are fixed), start, until, labels_by,
    mature (the last day whose labels count)."""
    import polars as pl

    fixed = {(r, None, r.start, r.until) for r in rules if r.start and r.until}
    rolling = [r for r in rules if r.start is None and not r.profile]
    served = warehouse.rows(
        "SELECT DISTINCT model_id, day FROM daily.traffic WHERE list_contains(?, model_id)",
        [sorted({r.model_id for r in rolling})],
    )
    days: dict[str, list[dt.date]] = {}
    for model_id, day in served:
        days.setdefault(model_id, []).append(day)
    moving = {
        (r, day, *found)
        for r in rolling
        for day in days.get(r.model_id, ())
        if (found := r.days(Span(day, 1))) is not None
    }
    names = ("of_day", "start", "until", "labels_by", "mature")
    schema = {"model_id": pl.String, **dict.fromkeys(names, pl.Date)}
    rows = {
        (r.model_id, day, start, until, r.labels_by(until, night.as_of), min(until, r.mature(night.as_of)))
        for r, day, start, until in [*fixed, *moving]
    }
    return pl.DataFrame(sorted(rows, key=str), schema=schema, orient="row")
