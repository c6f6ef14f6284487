"""What each monitor sees of a day: one number, the rows it rests on, or the reason in words why there is none.

In: readings, the ledger, changes of schema. Out: a frame KEY, day, observed, n, note. A day's input is what was known
when it could first be judged: labels that arrived after the model's wait are not seen, so a backfill judges as the
nights would have. Caller: pipeline.watch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.watch_known import readings_as_known, target_readings_as_known
from dagster_project.pipeline.watch_plan import Group, Plan
from dagster_project.store.warehouse import Warehouse
from dagster_project.store.watch import KEY, of_days, readings, whole

if TYPE_CHECKING:
    import polars as pl

Days = Sequence[dt.date]
INPUT = [*KEY, "day", "observed", "n", "note"]
SILENT = "no row of its source arrived"
"""Why usage is not known: the heartbeat alarms instead."""


def read_inputs(night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Days) -> pl.DataFrame:
    """INPUT columns of a group's monitors on some days, in a fixed order; retired models are left out."""
    import polars as pl

    method = group.rule.rule.method
    if not days:
        return pl.DataFrame(schema=_columns())
    found = READ.get(method, _daily)(night, warehouse, plan, group, days)
    spans = pl.DataFrame(
        [(m.id, m.last) for m in plan.models.values()],
        schema={"model_id": pl.String, "last": pl.Date},
        orient="row",
    )
    known = found.join(spans, on="model_id", how="left").filter(
        pl.col("last").is_null() | (pl.col("day") <= pl.col("last"))
    )
    return known.select(INPUT).cast(_columns()).sort([*KEY, "day"])


def rule_frame(group: Group) -> pl.DataFrame:
    """The rule as the statements of `watch.sql` read it: one row per metric."""
    import polars as pl

    rule = group.rule.rule
    rows = [(group.rule.id, m, rule.subject, rule.segments, list(group.models)) for m in rule.metrics]
    texts: dict[str, pl.DataType] = dict.fromkeys(("rule", "metric", "subject"), pl.String())
    schema = texts | {"segments": pl.Boolean(), "models": pl.List(pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _daily(night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Days) -> pl.DataFrame:
    """Readings of single days; if labels matter, with the labels that had arrived by then."""
    del plan
    if group.rule.rule.mature:
        return readings_as_known(night, warehouse, group, rule_frame(group), days)
    return readings(warehouse, "daily", rule_frame(group), days)


def _weekly(night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Days) -> pl.DataFrame:
    del night, plan
    return readings(warehouse, "weekly", rule_frame(group), days)


def _usage(night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Days) -> pl.DataFrame:
    """Readings of usage; a day without any is zero if the model's source delivered, else not known."""
    import polars as pl

    found = _daily(night, warehouse, plan, group, days)
    delivered = of_days(warehouse, "delivered", days).join(whole(warehouse, "sources"), on="source")
    came = delivered.select("model_id", "day").unique().with_columns(came=pl.lit(value=True))
    first = [(m, plan.models[m].first) for m in group.models]
    models = pl.DataFrame(first, schema={"model_id": pl.String, "first": pl.Date}, orient="row")
    metrics = pl.DataFrame({"metric": list(group.rule.rule.metrics)})
    calendar = models.join(pl.DataFrame({"day": list(days)}), how="cross").join(metrics, how="cross")
    due = calendar.filter(pl.col("day") >= pl.col("first")).with_columns(
        segment=pl.lit(""), feature=pl.lit(""), rule=pl.lit(group.rule.id)
    )
    absent = due.join(found, on=[*KEY, "day"], how="anti").join(came, on=["model_id", "day"], how="left")
    filled = absent.with_columns(
        pl.when("came").then(0.0).alias("observed"), pl.lit(0, dtype=pl.Int64).alias("n"),
        pl.when("came").then(pl.lit("")).otherwise(pl.lit(SILENT)).alias("note"),
    )  # fmt: skip
    return pl.concat([found.select(INPUT), filled.select(INPUT)], how="vertical_relaxed")


def _heartbeat(night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Days) -> pl.DataFrame:
    """Rows that each source delivered per day; 0 for a day without any since it first delivered."""
    import polars as pl

    del night
    counted = _since_delivered(warehouse, of_days(warehouse, "delivered", days), "rows", days)
    return _of_sources(warehouse, plan, group, counted.with_columns(pl.lit("").alias("note")))


def _schema(night: Night, warehouse: Warehouse, plan: Plan, group: Group, days: Days) -> pl.DataFrame:
    """How many columns of a source vanished or changed type; the note says which."""
    import polars as pl

    del night
    counted = _since_delivered(warehouse, of_days(warehouse, "schema_changes", days), "gone", days)
    return _of_sources(warehouse, plan, group, counted.with_columns(pl.col("note").fill_null("")))


def _since_delivered(warehouse: Warehouse, rows: pl.DataFrame, count: str, days: Days) -> pl.DataFrame:
    """source, day, n, observed and the other columns of `rows` (source, day, a count), for each day since a source
    first delivered; 0 where `rows` has none."""
    import polars as pl

    first = whole(warehouse, "first_delivered").join(pl.DataFrame({"day": list(days)}), how="cross")
    due = first.filter(pl.col("day") >= pl.col("first_day"))
    counted = due.join(rows, on=["source", "day"], how="left")
    n = pl.col(count).fill_null(0)
    return counted.with_columns(n.alias("n"), n.cast(float).alias("observed"))


def _of_sources(warehouse: Warehouse, plan: Plan, group: Group, found: pl.DataFrame) -> pl.DataFrame:
    """Sources as monitors: of their model if they have only one, else of no model, with the source as the feature.

    A source is watched until the last of its models is retired.
    """
    import polars as pl

    own = whole(warehouse, "sources").filter(pl.col("model_id").is_in(list(group.models)))
    held = own.group_by("source", maintain_order=True).agg("model_id").sort("source")
    rows = []
    for source, models in held.iter_rows():
        ends = [plan.models[m].last for m in models]
        last = None if None in ends else max(day for day in ends if day is not None)
        rows.append((source, models[0] if len(models) == 1 else "", "" if len(models) == 1 else source, last))
    schema = {"source": pl.String, "model_id": pl.String, "feature": pl.String, "end": pl.Date}
    named = found.join(pl.DataFrame(rows, schema=schema, orient="row"), on="source")
    known = named.filter(pl.col("end").is_null() | (pl.col("day") <= pl.col("end")))
    whole_model = known.group_by("model_id", "feature", "day").agg(
        pl.col("observed").min() if group.rule.rule.method == "heartbeat" else pl.col("observed").sum(),
        pl.col("n").sum(), pl.col("note").sort().str.join("; ").str.strip_chars("; "),
    )  # fmt: skip
    return whole_model.with_columns(metric=pl.lit(""), segment=pl.lit(""), rule=pl.lit(group.rule.id))


Read = Callable[[Night, Warehouse, Plan, Group, Days], "pl.DataFrame"]
READ: dict[str, Read] = {
    "weeks": _weekly,
    "usage_drop": _usage,
    "slow_decline": _usage,
    "heartbeat": _heartbeat,
    "schema": _schema,
    "target": target_readings_as_known,
}
"""How a method's inputs are read; methods not listed watch daily readings."""


def _columns() -> pl.Schema:
    import polars as pl

    texts = dict.fromkeys(KEY, pl.String())
    return pl.Schema(
        [
            *texts.items(),
            ("day", pl.Date()),
            ("observed", pl.Float64()),
            ("n", pl.Int64()),
            ("note", pl.String()),
        ]
    )
