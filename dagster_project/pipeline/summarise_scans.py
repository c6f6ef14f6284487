"""What statements read: the loaded rows of a chunk of days, joined with small integer keys and declared constants.

A `Chunk` is a source's days with one key per (model, version, day). The functions return the scans of `input` and
`labelled`, columns of features, and counts of groups. Callers: the other summarise modules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_project.core.naming import PREDICTION
from dagster_project.readers.times import localized
from dagster_project.spec.catalog import Feature, Model, undeclared
from dagster_project.spec.loading import Statement
from dagster_project.spec.reference import Profile
from dagster_project.store.connection import quote
from dagster_project.store.engine import Engine, Lookup, Scan

if TYPE_CHECKING:
    import polars as pl

BY_DAY = {"model_id": "r.model_id", "version": "r.version", "day": "r.day"}
IS_BINARY = "coalesce(k.task = 'binary', r.score IS NOT NULL)"
IS_REGRESSION = "coalesce(k.task = 'regression', r.score IS NULL)"
IS_MULTICLASS = "coalesce(k.task = 'multiclass', r.label_text IS NOT NULL)"
DECIDED = (
    "CASE WHEN k.threshold IS NOT NULL AND r.score IS NOT NULL THEN r.score >= k.threshold"
    " WHEN r.prediction IS NOT NULL THEN r.prediction >= 0.5 ELSE r.score >= 0.5 END"
)
"""The decision: the score against the declared threshold; if none is declared, the model's prediction; if it gave only
a score, the score against 0.5."""
CLAIMED = "coalesce(k.task = 'multiclass', false)"
"""Whether the score is the probability of the predicted class. Only a declared task tells."""
DECISIONS = ("positive", "negative")
"""The names of a decision, and of the label of a binary model, as categories."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Days of one source being rolled up together."""

    engine: Engine
    source: str
    days: Sequence[dt.date]
    keys: pl.DataFrame
    """key, model_id, version, day; sorted, key counts from 0."""
    models: Mapping[str, Model]
    """Declarations by id, without undeclared models."""
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    """Training profiles by their path."""
    zone: str = "UTC"
    """Time zone of the days."""
    on: Mapping[str, str] = field(default_factory=lambda: BY_DAY)
    """Column of the keys -> SQL of the rows' column that must equal it."""

    @property
    def model_ids(self) -> list[str]:
        """Models with rows in the chunk."""
        return sorted(self.keys["model_id"].unique().to_list())

    def declared(self, model_id: str) -> Model:
        """The model's declaration; an empty one if it is undeclared."""
        return self.models.get(model_id) or undeclared(model_id)

    def feature(self, name: str) -> dict[str, Feature]:
        """What the chunk's models declare about a feature, by model; those that declare nothing are left out."""
        declared = {m: self.declared(m).features.get(name) for m in self.model_ids}
        return {m: feature for m, feature in declared.items() if feature is not None}


def table_of(statement: Statement) -> str:
    """The daily table that a summary's rows go to."""
    return str(statement.head.table)


def with_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Number the distinct rows from 0, in their own order: the `key` of a chunk's groups."""
    import polars as pl

    return rows.unique().sort(rows.columns).with_row_index("key").cast({"key": pl.Int32})


def distinguishing_columns(keys: pl.DataFrame) -> dict[str, str]:
    """The fewest of the keys' columns that still tell all keys apart: the fewer are joined, the cheaper.

    `keys` holds every group of the rows, so a column that is left out could only have been equal; with one model,
    one version and one day, none is left.
    """
    on = dict(BY_DAY)
    for name in ("day", "version", "model_id"):
        rest = [other for other in on if other != name]
        alone = not keys.select(rest).is_duplicated().any() if rest else len(keys) == 1
        if alone and keys[name].null_count() == 0:
            del on[name]
    return on


def groups(
    engine: Engine,
    columns: Mapping[str, str],
    lookups: tuple[Lookup, ...] = (),
    derived: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Distinct values of expressions over the loaded rows, with their counts n."""
    names = ", ".join(quote(c) for c in columns)
    statement = f"SELECT {names}, count(*) AS n FROM seen GROUP BY {names} ORDER BY {names}"  # noqa: S608
    return engine.rollup(statement, Scan("seen", columns, lookups, derived or {}))


def constants(chunk: Chunk, keys: pl.DataFrame) -> pl.DataFrame:
    """Add what each key's model declares (task, threshold, whether it runs in batches, its objective) and when the
    key's day ends, in microseconds."""
    import polars as pl

    models = [chunk.declared(model_id) for model_id in keys["model_id"].unique().sort().to_list()]
    declared = pl.DataFrame(
        [
            (m.id, m.task, m.threshold, None if m.pattern is None else m.pattern == "batch", *_allowed(m))
            for m in models
        ],
        schema={
            "model_id": pl.String, "task": pl.String, "threshold": pl.Float64, "batch": pl.Boolean,
            "limit_ms": pl.Float64, "slow_ppm": pl.Int64, "failed_ppm": pl.Int64,
        },
        orient="row",
    )  # fmt: skip
    ends = localized(keys["day"].dt.offset_by("1d").cast(pl.Datetime("us")), chunk.zone)
    timed = keys.with_columns(ends.dt.timestamp("us").alias("day_end_us"))
    return timed.join(declared, on="model_id", how="left")


def _allowed(model: Model) -> tuple[float | None, int | None, int | None]:
    """The declared latency in ms, and how many requests per million may be slower, and how many may fail."""
    promise = model.objective
    if promise is None:
        return None, None, None
    ppm = [None if s is None else round((1 - s) * 1e6) for s in (promise.share, promise.availability)]
    return promise.latency_ms, ppm[0], ppm[1]


def _declares(keys: pl.DataFrame, name: str, value: object, otherwise: str) -> str:
    """SQL of whether a key's declared constant is `value`; `otherwise` if some model does not declare it.

    If all models agree it is a constant, and a statement that wants only others reads no row at all.
    """
    declared = keys[name].unique().to_list()
    if None in declared or (value in declared and len(declared) > 1):
        return otherwise
    return "true" if value in declared else "false"


def _logged_batch(keys: pl.DataFrame) -> str:
    """SQL of whether a request came in a batch, as declared or else as the log says.

    If no model declares it, the row alone decides, and files without batches are skipped unread.
    """
    logged = "r.pattern = 'batch'"
    return logged if keys["batch"].null_count() == len(keys) else f"coalesce(k.batch, {logged})"


def _if_loaded(engine: Engine, name: str, expression: str, kind: str) -> str:
    """The expression, or NULL if the files were written before the column existed."""
    return expression if name in engine.loaded else f"CAST(NULL AS {kind})"


def input_scan(chunk: Chunk, keys: pl.DataFrame, part: str | None = None) -> Scan:
    """One row per request; `part` is SQL of the value that the keys' column `raw` equals, for the parts of a segment.

    The prediction of a multiclass model is a decision for its class.
    """
    claimed = _declares(keys, "task", "multiclass", CLAIMED)
    columns = {
        "key": "k.key",
        "hour": "CAST(CAST(floor(epoch_us(r.event_time) / 3600000000) AS BIGINT) % 24 AS TINYINT)",
        "consumer": "r.consumer",
        "user_hash": "r.user_hash",
        "records": "r.records",
        "latency_ms": "CASE WHEN isfinite(r.latency_ms) THEN r.latency_ms END",
        "batch": _declares(keys, "batch", True, _logged_batch(keys)),
        "error": "r.error",
        "late": "r.late",
        "score": "CASE WHEN isfinite(r.score) THEN r.score END",
        "decided": f"CASE WHEN {claimed} THEN true ELSE {DECIDED} END",
        "predicted": "r.score IS NOT NULL OR r.prediction IS NOT NULL OR r.prediction_text IS NOT NULL",
        "is_binary": _declares(keys, "task", "binary", "coalesce(k.task = 'binary', true)"),
        "is_multiclass": claimed,
        "tokens_in": "r.tokens_in",
        "tokens_out": "r.tokens_out",
        "cost": "CASE WHEN isfinite(r.cost) THEN r.cost END",
        "limit_ms": "k.limit_ms",
        "slow_ppm": "k.slow_ppm",
        "failed_ppm": "k.failed_ppm",
        "left_s": "CAST(floor((k.day_end_us - epoch_us(r.event_time)) / 1000000.0) AS BIGINT)",
        "arrival_s": _if_loaded(
            chunk.engine,
            "arrival_time",
            "(epoch_us(r.arrival_time) - epoch_us(r.event_time)) / 1000000.0",
            "DOUBLE",
        ),
        "eligible": _if_loaded(chunk.engine, "eligible", "r.eligible", "BIGINT"),
    }
    if part is None:
        return Scan("input", columns, (Lookup("k", keys, chunk.on),))
    return Scan("input", columns, (Lookup("k", keys, {**chunk.on, "raw": "r.part"}),), {"part": part})


def labelled_scan(chunk: Chunk, keys: pl.DataFrame, segment: str) -> Scan:
    """One row per labelled request; `segment` is the expression that the keys' column `segment` equals.

    A request without a user is its own user. Labels of regression models are put on the grid of the predictions.
    `came`: whether the event came true whose probability the score is: a positive label, or the predicted class.
    `given`, `brier`: if the probabilities of all classes are logged, that of the class that came (0 if it is none of
    them), and the sum over classes of (probability - came)^2.
    """
    # Ids are long and costly to read, so they are read only if some request has no user.
    user = (
        "r.user_hash"
        if chunk.engine.complete("user_hash")
        else "coalesce(r.user_hash, md5_number_lower(r.request_id))"
    )
    bucket = f"CAST({user} % 32 AS SMALLINT)"
    by_segment = (keys["segment"] != "").any()
    label, label_class = (
        "CASE WHEN isfinite(r.label) THEN r.label END",
        f"coalesce(r.label_text, {_whole('r.label')})",
    )
    is_binary, claimed = (
        _declares(keys, "task", "binary", IS_BINARY),
        _declares(keys, "task", "multiclass", CLAIMED),
    )
    given = f"CASE WHEN r.scores IS NOT NULL THEN coalesce(map_from_entries(r.scores)[{label_class}], 0) END"
    brier = f"list_sum(list_transform(r.scores, lambda s: s.p * s.p)) - 2 * ({given}) + 1"
    columns = {
        "key": "k.key",
        "lag": "CAST(r.label_day - r.day AS INTEGER)",
        "bucket": f"CASE WHEN k.segment = '' THEN {bucket} END" if by_segment else bucket,
        "score": "CASE WHEN isfinite(r.score) THEN r.score END",
        "prediction": "CASE WHEN isfinite(r.prediction) THEN r.prediction END",
        "baseline": "CASE WHEN isfinite(r.baseline) THEN r.baseline END",
        "label": label,
        "label_class": label_class,
        "predicted_class": _named_class(),
        "came": f"CASE WHEN {is_binary} THEN ({label}) > 0.5 WHEN {claimed} THEN {_named_class()} = {label_class} END",
        "given": _if_loaded(chunk.engine, "scores", given, "DOUBLE"),
        "brier": _if_loaded(chunk.engine, "scores", brier, "DOUBLE"),
        "decided": DECIDED,
        "is_binary": is_binary,
        "is_regression": _declares(keys, "task", "regression", IS_REGRESSION),
        "is_multiclass": _declares(keys, "task", "multiclass", IS_MULTICLASS),
        "centre": "k.centre",
        "scale": "k.scale",
    }
    return Scan("labelled", columns, (Lookup("k", keys, {**chunk.on, "segment": segment}),))


def feature_column(engine: Engine, feature: str, kind: str) -> str:
    """SQL of a feature's value as number or category; NULL if the files do not have it.

    As a number, text is NaN. As a category, a whole number has no point. The model's prediction is a feature with a
    name of its own; the keys `k` must then carry task and threshold.
    """
    if feature == PREDICTION:
        return _answered(kind)
    name = f"f:{feature}"
    column, wanted = f"r.{quote(name)}", "DOUBLE" if kind == "number" else "VARCHAR"
    if name not in engine.loaded:
        return f"CAST(NULL AS {wanted})"
    if (engine.loaded[name] == "VARCHAR") == (kind == "category"):
        return column
    if kind == "number":
        return f"CASE WHEN {column} IS NOT NULL THEN coalesce(try_cast({column} AS DOUBLE), 'nan') END"
    return _whole(column)


def _answered(kind: str) -> str:
    """SQL of the model's prediction: a number for regression models, a decision or class for the others."""
    number = "CASE WHEN isfinite(r.prediction) THEN r.prediction END"
    if kind == "number":
        return f"CASE WHEN {IS_REGRESSION} THEN {number} END"
    positive, negative = DECISIONS
    decision = f"CASE WHEN {DECIDED} THEN '{positive}' WHEN NOT ({DECIDED}) THEN '{negative}' END"
    return f"CASE WHEN {IS_BINARY} THEN {decision} WHEN k.task = 'regression' THEN NULL ELSE {_named_class()} END"


def _named_class() -> str:
    """SQL of the predicted class; a number names one only if the model's task is declared."""
    return f"coalesce(r.prediction_text, CASE WHEN k.task IS NOT NULL THEN {_whole('r.prediction')} END)"


def _whole(column: str) -> str:
    """SQL of a number as text, a whole one without a point."""
    whole = f"{column} = floor({column}) AND abs({column}) < 1e15"
    return f"CAST(CASE WHEN {whole} THEN CAST({column} AS BIGINT)::VARCHAR ELSE {column}::VARCHAR END AS VARCHAR)"
