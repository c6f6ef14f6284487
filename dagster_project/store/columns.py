"""The columns of the lake's files and their SQL types, so that files older than a column can still be read.

Code that reads files of the lake unites them with `no_rows`, or adds what `lacking` returns. Callers:
`store.requests`, `store.labels`, `store.segments`, `store.engine`, `pipeline.summarise`,
`pipeline.summarise_traffic`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dagster_project.store.connection import quote

_TIME = "TIMESTAMP WITH TIME ZONE"
SCORES = 'STRUCT("class" VARCHAR, p DOUBLE)[]'
"""Type of the probabilities of a multiclass model's classes; NULL if none are mapped."""
REQUESTS: Mapping[str, str] = {
    "request_id": "VARCHAR", "file_id": "VARCHAR", "event_time": _TIME, "arrival_time": _TIME, "day": "DATE",
    "model_id": "VARCHAR", "version": "VARCHAR", "deployment": "VARCHAR", "pattern": "VARCHAR", "consumer": "VARCHAR",
    "user_hash": "UBIGINT", "records": "BIGINT", "latency_ms": "DOUBLE", "status": "VARCHAR", "error": "BOOLEAN",
    "late": "BOOLEAN", "score": "DOUBLE", "prediction": "DOUBLE", "prediction_text": "VARCHAR", "baseline": "DOUBLE",
    "scores": SCORES, "tokens_in": "BIGINT", "tokens_out": "BIGINT", "cost": "DOUBLE", "eligible": "BIGINT",
}  # fmt: skip
"""Columns of files of requests, in order; feature columns f:<name> follow."""
LABELLED: Mapping[str, str] = {
    "request_id": "VARCHAR", "file_id": "VARCHAR", "label_source": "VARCHAR", "request_file_id": "VARCHAR",
    "model_id": "VARCHAR", "version": "VARCHAR", "day": "DATE", "label_day": "DATE", "label_time": _TIME,
    "user_hash": "UBIGINT", "records": "BIGINT", "score": "DOUBLE", "prediction": "DOUBLE",
    "prediction_text": "VARCHAR", "baseline": "DOUBLE", "scores": SCORES, "label": "DOUBLE",
    "label_text": "VARCHAR", "segments": "VARCHAR[]",
}  # fmt: skip
"""Columns of files of labelled requests, in order."""
PLAIN_SEGMENTS = ("consumer", "pattern", "deployment", "version")
"""Columns of requests that may be segments; any other segment is a feature."""


def lacking(wanted: Mapping[str, str], there: Collection[str]) -> str:
    """Return SQL for missing columns, each NULL: ', NULL::DOUBLE AS "baseline"'; '' if none is missing."""
    return "".join(f", NULL::{kind} AS {quote(name)}" for name, kind in wanted.items() if name not in there)


def no_rows(wanted: Mapping[str, str]) -> str:
    """Return SQL for a relation with these columns but no rows, for a UNION ALL BY NAME."""
    return f"SELECT {lacking(wanted, ())[2:]} WHERE false"


def segment_value(name: str, types: Mapping[str, str]) -> str:
    """Return SQL for the value of `name`, a plain column or a feature, as text in a row of the lake.

    `types` are the SQL types of the existing columns. A whole number has no decimal point; no value is
    'missing'.
    """
    if name in PLAIN_SEGMENTS:
        return f"coalesce(nullif({quote(name)}, ''), 'missing')"
    column, kind = quote(f"f:{name}"), types.get(f"f:{name}")
    if kind is None:
        return "'missing'"
    if kind != "VARCHAR":
        whole = f"{column} = floor({column}) AND abs({column}) < 1e15"
        column = f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    return f"coalesce(nullif({column}, ''), 'missing')"
