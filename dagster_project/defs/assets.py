"""The assets of a night, in the order of the data, each a call into `pipeline`. Loaded by `defs.build`."""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from dagster_project.defs.stages import LEDGER, blocking, run_stage
from dagster_project.pipeline import check
from dagster_project.pipeline.assess import assess_maturity
from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.ingest import ingest
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.publish import publish
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.value import value
from dagster_project.pipeline.watch import watch

Results = Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]
NightParam = dg.ResourceParam[Night]


def night_assets(days: dg.DailyPartitionsDefinition) -> list[dg.AssetsDefinition]:
    """Return all assets; those that read events are partitioned by day (one run covers a range of days)."""
    one_run = dg.BackfillPolicy.single_run()

    @dg.asset(
        group_name="events",
        check_specs=blocking("lake", "ledger balances", "lake matches ledger"),
        partitions_def=days,
        backfill_policy=one_run,
    )
    def lake(night: NightParam) -> Results:
        """Log files, read once and stored as Parquet by source and day."""
        yield from run_stage(night, ingest, checks=check.after_ingest, table=LEDGER)

    @dg.asset(
        group_name="events",
        deps=[lake],
        check_specs=blocking("daily_summaries", "days are covered", "traffic matches lake"),
        partitions_def=days,
        backfill_policy=one_run,
    )
    def daily_summaries(night: NightParam) -> Results:
        """Events reduced to daily rows that add up."""
        yield from run_stage(night, summarise, checks=check.after_summaries)

    @dg.asset(group_name="figures", deps=[daily_summaries])
    def model_catalog(night: NightParam) -> Results:
        """Models and versions: what is declared, what was seen in logs, and the six metadata items."""
        query = "SELECT model_id, declared, stage, first_day, last_day FROM catalog.model ORDER BY model_id"
        yield from run_stage(night, refresh, table=query)

    @dg.asset(
        group_name="figures",
        deps=[model_catalog],
        check_specs=blocking("readings", "keys are unique", "readings are finite or say why not"),
    )
    def readings(night: NightParam) -> Results:
        """Every metric of every model, day and window, with interval and grade."""
        query = "SELECT family, grade, count(*) AS models FROM mart.scorecard GROUP BY ALL ORDER BY ALL"
        yield from run_stage(night, score, checks=check.after_scores, table=query)

    @dg.asset(group_name="figures", deps=[readings])
    def business_impact(night: NightParam) -> Results:
        """Money per day with its interval and evidence grade; measured and declared kept apart."""
        yield from run_stage(night, value)

    @dg.asset(group_name="figures", deps=[business_impact])
    def alerts(night: NightParam) -> Results:
        """Every monitor's verdict on every day, the resulting alerts, and people's answers."""
        query = """
            SELECT rule, severity, state, count(*) AS alerts FROM mart.alert GROUP BY ALL ORDER BY ALL
        """
        yield from run_stage(night, watch, table=query)

    @dg.asset(group_name="figures", deps=[alerts])
    def maturity(night: NightParam) -> Results:
        """Named facts, the milestones they decide, levels by pillar, and the checklist."""
        query = """
            SELECT state, count(*) AS milestones FROM mart.milestone
            WHERE day = (SELECT max(day) FROM mart.milestone) GROUP BY ALL ORDER BY ALL
        """
        yield from run_stage(night, assess_maturity, table=query)

    @dg.asset(group_name="site", deps=[maturity])
    def site(night: NightParam) -> Results:
        """The pages and the API, built in a separate folder, checked and swapped in."""
        yield from run_stage(night, publish)

    return [lake, daily_summaries, model_catalog, readings, business_impact, alerts, maturity, site]
