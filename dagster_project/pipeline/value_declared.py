"""Declared value of the spans asked for: counted outcomes times declared money, with an interval over user buckets.

Evidence C: outcomes or errors were counted. Evidence D: every prediction counts as used. In: `span.*`. Out: rows
of `mart.impact` of kind 'declared'. Caller: pipeline.value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import impact
from dagster_project.core.formatting import MINUS
from dagster_project.core.intervals import BUCKETS
from dagster_project.core.performance import ERROR_SCALE
from dagster_project.core.types import Floats
from dagster_project.pipeline.night import Night
from dagster_project.spec.catalog import Model, Value
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

SPAN = ["day", "window_days"]
ERRORS = ("n", "ae", "bn", "pae", "bae")
"""Sums of `daily.outcome_regression` that a value per unit of error is computed from."""
NO_ALTERNATIVE = (
    "not available: no log has the answers of the simple alternative and no baseline_error is declared"
)
NO_ANSWER = "not available: no log of these days has the model's answers"
IMPACT = [
    "model_id", "day", "window_days", "currency", "value", "low", "high", "n", "cost", "plan", "evidence", "kind",
    "basis", "reason",
]  # fmt: skip


def declared_rows(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """One row per model with requests in a span; a reason if it has no declared value or no labels."""
    import polars as pl

    traffic = warehouse.frame(
        """
        SELECT model_id, day, window_days, sum(records)::BIGINT AS records, sum(scored)::BIGINT AS scored,
          count(DISTINCT on_day) AS days
        FROM span.traffic WHERE segment = '' GROUP BY ALL ORDER BY ALL
        """
    )
    binary = _bucketed(
        warehouse, "outcome_binary", "sum(tp) AS tp, sum(fp) AS fp, sum(fn) AS fn, sum(tn) AS tn"
    )
    errors = ", ".join(f"sum({name}) AS {name}" for name in ERRORS)
    regression = _bucketed(warehouse, "outcome_regression", errors)
    frames = []
    for model in (placed.value for placed in night.workspace.models):
        served = traffic.filter(pl.col("model_id") == model.id)
        if served.is_empty():
            continue
        outcomes = (regression if model.value and model.value.per_unit_error is not None else binary).filter(
            pl.col("model_id") == model.id
        )
        currency = (model.value.currency if model.value else None) or night.workspace.settings.currency
        frames.append(
            _of_model(model, served, outcomes, currency).with_columns(pl.lit(currency).alias("currency"))
        )
    return _finished(frames)


def _bucketed(warehouse: Warehouse, table: str, sums: str) -> pl.DataFrame:
    key = "model_id, day, window_days, bucket"
    sql = f"SELECT {key}, {sums} FROM span.{table} WHERE segment = '' GROUP BY {key} ORDER BY {key}"  # noqa: S608
    frame = warehouse.frame(sql)
    return frame.cast({name: float for name in frame.columns if name not in key.split(", ")})


def _of_model(model: Model, served: pl.DataFrame, outcomes: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Value, cost and plan of one model's spans."""
    import polars as pl

    if model.value is None:
        return served.select("model_id", *SPAN).with_columns(pl.lit("no value is declared").alias("reason"))
    given = model.value
    cost = given.cost.per_day * pl.col("days") + given.cost.per_1000 * pl.col("records") / 1000
    money = served.with_columns(
        cost.cast(pl.Float64).alias("cost"),
        (pl.lit(given.plan_per_month, dtype=pl.Float64) * pl.col("window_days") / impact.DAYS_A_MONTH).alias(
            "plan"
        ),
        pl.lit("declared").alias("kind"),
    )
    told = f"times declared money: {declared_money(given, currency)}"
    if given.per_accepted is not None:
        answered = pl.when(pl.col("scored") > 0)
        return money.with_columns(
            answered.then(given.per_accepted * pl.col("scored")).cast(pl.Float64).alias("value"),
            answered.then(None).otherwise(pl.lit(NO_ANSWER)).alias("reason"), pl.col("scored").alias("n"),
            pl.lit("D").alias("evidence"), pl.lit(f"every prediction counted as used, {told}").alias("basis"),
        )  # fmt: skip
    counted = _counted(given, outcomes, told)
    joined = money.join(counted, on=SPAN, how="left", maintain_order="left")
    missing = (
        pl.when(pl.col("n").is_null())
        .then(pl.lit("not available: no usable labels yet"))
        .when(pl.col("value").is_null())
        .then(pl.lit(NO_ALTERNATIVE))
    )
    return joined.with_columns(pl.lit("C").alias("evidence"), missing.alias("reason"))


def declared_money(given: Value, currency: str) -> str:
    """What people declare one prediction to be worth, in words: all it takes to recompute a value from counts."""
    if given.per_accepted is not None:
        return f"{_exact(given.per_accepted)} {currency} each"
    if given.per_outcome is None:
        return f"{_exact(given.per_unit_error or 0.0)} {currency} per unit of absolute error"
    worth = given.per_outcome
    told = {"true positive": worth.tp, "false positive": worth.fp, "missed positive": worth.fn,
            "true negative": worth.tn}  # fmt: skip
    return ", ".join(f"{_exact(money)} {currency} per {name}" for name, money in told.items())


def _exact(money: float) -> str:
    """All digits that were declared, with a true minus sign."""
    return f"{money:g}".replace("-", MINUS)


def _counted(given: Value, outcomes: pl.DataFrame, told: str) -> pl.DataFrame:
    """day, window_days, value, low, high, n, basis from outcomes by bucket."""
    import polars as pl

    keys = outcomes.select(SPAN).unique().sort(SPAN).with_row_index("place")
    at = outcomes.join(keys, on=SPAN, maintain_order="left")
    flat = at["place"].to_numpy().astype(np.int64) * BUCKETS + at["bucket"].to_numpy().astype(np.int64)

    def spread(name: str) -> Floats:
        counts = np.bincount(flat, at[name].to_numpy(), len(keys) * BUCKETS).astype(np.float64)
        return counts.reshape(-1, BUCKETS)

    if given.per_outcome is not None:
        worth = given.per_outcome
        cells = [spread(name) for name in ("tp", "fp", "fn", "tn")]
        value, low, high = impact.outcome_value(cells, [worth.tp, worth.fp, worth.fn, worth.tn])
        n = np.sum([cell.sum(axis=1) for cell in cells], axis=0)
        basis = [f"labelled decisions by outcome, {told}"] * len(keys)
    else:
        sums = {name: spread(name) for name in ERRORS}
        own, other, counted = _paired(given, sums)
        value, low, high = impact.error_value(own, other, -(given.per_unit_error or 0.0))
        n = counted.sum(axis=1)
        value = np.where(n > 0, value, np.nan)
        against = zip(sums["bn"].sum(axis=1), n, strict=True)
        basis = [f"{_basis(given, logged, of)}, {told}" for logged, of in against]
    money = (pl.Series(*pair).fill_nan(None) for pair in (("value", value), ("low", low), ("high", high)))
    return keys.drop("place").with_columns(
        *money, pl.Series("n", n.astype(np.int64)), pl.Series("basis", basis, dtype=pl.String)
    )


def _paired(given: Value, sums: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Errors of the model, of its alternative, and the number of rows that have both, [groups, buckets].

    A logged error of the alternative takes precedence over a declared mean; rows with neither are left out of both.
    """
    logged = sums["bae"] / ERROR_SCALE
    if given.baseline_error is None:
        return sums["pae"] / ERROR_SCALE, logged, sums["bn"]
    return sums["ae"] / ERROR_SCALE, logged + (sums["n"] - sums["bn"]) * given.baseline_error, sums["n"]


def _basis(given: Value, logged: float, n: float) -> str:
    if logged == 0 and given.baseline_error is not None:
        against = f"{given.baseline_error:g} of the simple alternative"
    elif logged < n:
        against = f"those of the simple alternative, {given.baseline_error:g} where none is logged"
    else:
        against = "those of the simple alternative on the same requests"
    return f"errors avoided compared with {against}"


def _finished(frames: list[pl.DataFrame]) -> pl.DataFrame:
    import polars as pl

    schema = {
        "model_id": pl.String, "day": pl.Date, "window_days": pl.Int32, "currency": pl.String, "value": pl.Float64,
        "low": pl.Float64, "high": pl.Float64, "n": pl.Int64, "cost": pl.Float64, "plan": pl.Float64,
        "evidence": pl.String, "kind": pl.String, "basis": pl.String, "reason": pl.String,
    }  # fmt: skip
    empty = pl.DataFrame(schema=schema)
    wide = [frame.select([c for c in IMPACT if c in frame.columns]) for frame in frames]
    return pl.concat([empty, *wide], how="diagonal_relaxed").select(IMPACT).sort("model_id", *SPAN)
