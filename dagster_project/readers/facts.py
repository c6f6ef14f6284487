"""Facts beside the logs: training runs, CI runs, commits, deployments, incidents; their documented columns.

Called by `pipeline.ingest_rows`. A key that is not documented is counted and not kept; a row that lacks what
identifies or dates it, or has a wrong type, is rejected with its reason. A model_id that is not given is ''.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.readers.columns import Flaw, as_number, as_text, flat_columns
from dagster_project.readers.mapped import FILE, ROW, Door, Mapped, missing, settle
from dagster_project.readers.requests import trusted_days
from dagster_project.readers.times import time_column
from dagster_project.spec.source import Column, Source

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class FactKind:
    """One table of schema `fact`, without file_id and source."""

    key: tuple[str, ...]
    """What makes two rows the same fact; of these the last one wins."""
    time: str
    """The column that dates it; it must be given and may not lie in the future."""
    texts: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    truths: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    """Kept as JSON."""
    figures: tuple[str, ...] = ()
    """Those of the records that must be names with values."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All documented keys."""
        return (
            *self.texts, *self.times, *self.days, *self.whole, *self.numbers, *self.truths, *self.records,
        )  # fmt: skip


FACTS: dict[str, FactKind] = {
    "training_runs": FactKind(
        key=("run_id", "model_id"), time="started_at", times=("started_at", "ended_at"),
        texts=("run_id", "model_id", "version", "trigger", "orchestrator_run_id", "entry_point", "code_sha",
               "code_link", "artifact_uri", "artifact_sha256", "data_uri", "data_sha256", "schema_sha256",
               "dependencies_sha256", "dependencies_uri", "prediction_code", "image_digest"),
        days=("data_from", "data_to"), whole=("data_rows",), truths=("code_dirty",),
        records=("parameters", "metrics", "baseline_metrics", "features", "importance", "profile"),
        figures=("metrics", "baseline_metrics"),
    ),
    "ci_runs": FactKind(
        key=("run_id", "model_id", "suite"), time="finished_at", times=("finished_at",),
        texts=("run_id", "model_id", "commit_sha", "suite", "state", "link"), whole=("tests", "failed"),
    ),
    "commits": FactKind(
        key=("sha", "model_id"), time="committed_at", times=("committed_at",),
        texts=("sha", "model_id", "author", "approver", "message", "link"),
    ),
    "deployments": FactKind(
        key=("deployment_id", "model_id"), time="started_at", times=("started_at", "ended_at"),
        texts=("deployment_id", "model_id", "version", "kind", "actor", "actor_kind", "environment",
               "previous_version", "gate", "reason"), numbers=("traffic_share",),
    ),
    "incidents": FactKind(
        key=("incident_id", "model_id"), time="started_at",
        times=("started_at", "detected_at", "acknowledged_at", "mitigated_at", "resolved_at"),
        texts=("incident_id", "model_id", "severity", "title", "cause", "action"),
    ),
}  # fmt: skip


def map_facts(frame: pl.DataFrame, source: Source, door: Door) -> Mapped:
    """Rows of the table `fact.<source.kind>`, typed."""
    import polars as pl

    kind = FACTS[source.kind]
    raw = _documented(frame, kind)
    columns, flaws = [], []
    for name in kind.columns:
        column, wrong = _typed(frame, raw.get(name), name, kind, source)
        columns.append(column)
        flaws += wrong
    rows = pl.DataFrame(columns).with_columns(pl.col(kind.key).fill_null(""))
    event = rows[kind.time]
    future = (event > door.horizon).fill_null(value=False)
    flaws += [missing(rows[kind.key[0]], kind.key[0]), missing(event, kind.time)]
    flaws.append(Flaw(kind.time, "is in the future", future))
    mapped = settle(frame, rows, trusted_days(event, door), flaws, source)
    known = {name.partition(".")[0] for name in raw}
    unused = tuple(n for n in flat_columns(frame.drop(FILE, ROW)) if n.partition(".")[0] not in known)
    return Mapped(mapped.rows, mapped.counts, mapped.rejects, unused=unused)


def _documented(frame: pl.DataFrame, kind: FactKind) -> dict[str, pl.Series]:
    """The documented columns that are there. Records that a reader had to flatten are put together again."""
    import polars as pl

    found = {}
    for name in kind.columns:
        flat = [column for column in frame.columns if column.startswith(f"{name}.")]
        if name in frame.columns:
            found[name] = frame[name]
        elif flat and name in kind.records:
            fields = [pl.col(column).alias(column.partition(".")[2]) for column in flat]
            opened = [_opened(row) for row in frame.select(fields).iter_rows(named=True)]
            texts = [json.dumps(record, default=str) if record else None for record in opened]
            found[name] = pl.Series(name, texts, dtype=pl.String)
    return found


def _opened(row: Mapping[str, object]) -> dict[str, object]:
    """Dotted names as records inside each other again, without the NULLs."""
    opened: dict[str, object] = {}
    for name, value in row.items():
        if value is None:
            continue
        place, rest = opened, name.split(".")
        while len(rest) > 1 and isinstance(inner := place.setdefault(rest[0], {}), dict):
            place, rest = inner, rest[1:]
        place[".".join(rest)] = value
    return opened


def _typed(
    frame: pl.DataFrame, raw: pl.Series | None, name: str, kind: FactKind, source: Source
) -> tuple[pl.Series, list[Flaw]]:
    import polars as pl

    if name in kind.times or name in kind.days:
        instants, flaws = time_column(frame, Column(column=name), source, name)
        return (
            instants.dt.convert_time_zone(source.timezone).dt.date() if name in kind.days else instants
        ), flaws
    if raw is None:
        raw = pl.Series(name, [None], dtype=pl.String).new_from_index(0, frame.height)
    if name in kind.records:
        texts = _as_json(raw).rename(name)
        return texts, [_no_record(texts)] if name in kind.figures else []
    if name in kind.texts:
        return as_text(raw).rename(name), []
    number, wrong = as_number(raw)
    flaws = [Flaw(name, "is not a number", wrong, as_text(raw))] if wrong.any() else []
    dtype = pl.Float64 if name in kind.numbers else pl.Boolean if name in kind.truths else pl.Int64
    number = number.to_frame("v").select(pl.when(pl.col("v").is_finite()).then("v"))["v"]
    return number.cast(dtype, strict=False).rename(name), flaws


def _as_json(raw: pl.Series) -> pl.Series:
    """Each value as JSON with sorted keys and without the NULLs that other rows' keys left behind."""
    import polars as pl

    texts = [None if value is None else _json_text(value) for value in raw.to_list()]
    return pl.Series(raw.name, texts, dtype=pl.String)


def _no_record(texts: pl.Series) -> Flaw:
    """Rows whose JSON is neither an object nor null."""
    there = texts.is_not_null() & (texts != "null")
    return Flaw(texts.name, "is no record of names and values", there & ~texts.str.starts_with("{"), texts)


def _json_text(value: object) -> str:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return json.dumps(value)
    return json.dumps(_without_none(value), sort_keys=True, default=str)


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _without_none(v) for k, v in value.items() if v is not None}
    return [_without_none(v) for v in value] if isinstance(value, list) else value
