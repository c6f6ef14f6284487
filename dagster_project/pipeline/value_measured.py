"""What an experiment measured: N_T * (mean Y_T - mean Y_C) over its days, with a sample-ratio test.

Y is the declared money of a labelled decision. Users are the units: they are counted per arm for the test, and
their 32 buckets give the interval. Out: rows of `mart.impact` of kind 'measured', one per experiment, on its last day
so far. Caller: pipeline.value.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import impact
from dagster_project.core.formatting import format_value
from dagster_project.core.intervals import BUCKETS
from dagster_project.core.performance import ERROR_SCALE
from dagster_project.core.types import Floats
from dagster_project.core.usage import kmv_estimate, kmv_merge
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.value_declared import IMPACT
from dagster_project.spec.catalog import Experiment, Model, Value
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

Sums = tuple[Floats, Floats]
"""Money and outcomes by bucket."""
Row = dict[str, object]


def measured_rows(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """One row for every experiment that has begun by the night's day."""
    import polars as pl

    rows = [
        _row(night, warehouse, placed.value, placed.value.experiment)
        for placed in night.workspace.models
        if placed.value.experiment and placed.value.experiment.start <= night.as_of
    ]
    schema = {"day": pl.Date, "window_days": pl.Int32, "n": pl.Int64}
    numbers = dict.fromkeys(("value", "low", "high", "cost", "plan"), pl.Float64)
    return pl.DataFrame(
        rows, schema={c: schema.get(c, numbers.get(c, pl.String)) for c in IMPACT}, orient="row"
    )


def _row(night: Night, warehouse: Warehouse, model: Model, experiment: Experiment) -> Row:
    until = min(experiment.end, night.as_of)
    currency = (model.value.currency if model.value else None) or night.workspace.settings.currency
    money, split = _measure(night, warehouse, model, experiment, until)
    shown = money if money.reason == "" else impact.Money(None, None, None, money.n, money.reason)
    return {
        "model_id": model.id,
        "day": until,
        "window_days": (until - experiment.start).days + 1,
        "currency": currency,
        "value": shown.value,
        "low": shown.low,
        "high": shown.high,
        "n": money.n,
        "evidence": "A" if experiment.assignment == "random" else "B",
        "kind": "measured",
        "basis": f"experiment {experiment.id}, {experiment.treatment} against {experiment.control}: {split}"
        + ("; it is the extra value of the treated requests alone" if shown.value is not None else ""),
        "reason": shown.reason or None,
    }


def _measure(
    night: Night, warehouse: Warehouse, model: Model, experiment: Experiment, until: dt.date
) -> tuple[impact.Money, str]:
    """The effect, and the split of users in words."""
    arms = (experiment.treatment, experiment.control)
    treated_users, control_users = (_users(warehouse, model.id, v, experiment.start, until) for v in arms)
    p = impact.sample_ratio(treated_users, control_users, experiment.treatment_share)
    split = _split(treated_users, treated_users + control_users, experiment.treatment_share, p)
    if model.value is None or model.value.per_accepted is not None:
        return impact.Money(None, None, None, 0, "not available: no value of an outcome is declared"), split
    treated, control = (
        _sums(warehouse, model, model.value, v, experiment.start, until, night.as_of) for v in arms
    )
    money = impact.incremental(*treated, *control)
    if p < impact.MISMATCH:
        reason = f"sample-ratio mismatch (p = {p:.2g}): the arms cannot be compared"
        return impact.Money(None, None, None, money.n, reason), split
    return money, split


def _split(treated: int, users: int, planned: float, p: float) -> str:
    """How the users were split, and how they should have been, in words."""
    if not users:
        return "no log says which users were treated, so the split is not checked"
    return (
        f"{format_value(treated / users, 'share')} of {format_value(users, 'users')} users treated,"
        f" {format_value(planned, 'share')} planned; sample-ratio p = {p:.3g}"
    )


def _users(warehouse: Warehouse, model_id: str, version: str, start: dt.date, until: dt.date) -> int:
    rows = warehouse.rows(
        "SELECT hashes FROM daily.user_sketch WHERE model_id = ? AND version = ? AND day BETWEEN ? AND ?",
        [model_id, version, start, until],
    )
    return round(kmv_estimate(kmv_merge([np.asarray(hashes, dtype=np.uint64) for (hashes,) in rows])).value)


def _sums(
    warehouse: Warehouse,
    model: Model,
    given: Value,
    version: str,
    start: dt.date,
    until: dt.date,
    as_of: dt.date,
) -> Sums:
    """Money and outcomes of one arm by user bucket, from labels known by the night's day."""
    table, columns = (
        ("outcome_binary", "tp, fp, fn, tn") if given.per_outcome else ("outcome_regression", "n, ae")
    )
    sums = ", ".join(f"sum({c})::DOUBLE" for c in columns.split(", "))
    rows = warehouse.rows(
        f"""
        SELECT bucket, {sums} FROM daily.{table}
        WHERE segment = '' AND model_id = ? AND version = ? AND day BETWEEN ? AND ? AND label_day <= ?
        GROUP BY bucket ORDER BY bucket
        """,  # noqa: S608  names are this module's own
        [model.id, version, start, until, as_of],
    )
    found = np.zeros((len(columns.split(", ")), BUCKETS))
    for bucket, *values in rows:
        found[:, bucket] = values
    if given.per_outcome:
        worth = given.per_outcome
        return np.array([worth.tp, worth.fp, worth.fn, worth.tn]) @ found, found.sum(axis=0)
    return (given.per_unit_error or 0.0) * found[1] / ERROR_SCALE, found[0]
