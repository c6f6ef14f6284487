"""Definitions for one workspace: assets, job, schedule. Used by `definitions.py` (the UI) and by the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import dagster as dg

from dagster_project.defs.assets import night_assets
from dagster_project.pipeline.night import Night
from dagster_project.spec.workspace import Settings

AS_OF_TAG = "modelboard/as_of"
JOB = "nightly"


def definitions_for(
    settings: Settings, open_night: Callable[[dt.date | None], AbstractContextManager[Night]]
) -> dg.Definitions:
    """Return everything that Dagster needs. `open_night` takes the day that a run requests, or None.

    The night that it yields stays open as long as the run lasts.
    """
    days = dg.DailyPartitionsDefinition(start_date=settings.first_day.isoformat(), timezone=settings.timezone)
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        description="Read new files, compute every figure, publish the site.",
    )

    def night(context: dg.InitResourceContext) -> Iterator[Night]:
        with open_night(requested_day(context.run.tags if context.run else {})) as found:
            yield found

    schedule = dg.ScheduleDefinition(
        name="every_night",
        job=job,
        cron_schedule=settings.schedule,
        execution_timezone=settings.timezone,
        execution_fn=lambda context: dg.RunRequest(partition_key=day_before(context, settings).isoformat()),
    )
    return dg.Definitions(
        assets=night_assets(days),
        jobs=[job],
        schedules=[schedule],
        resources={"night": dg.ResourceDefinition(night)},
        executor=dg.in_process_executor,
    )


def requested_day(tags: dict[str, str] | object) -> dt.date | None:
    """Return the day that a run is for: its own tag, else its partition, else the end of its range."""
    if not isinstance(tags, dict):
        return None
    for key in (AS_OF_TAG, "dagster/partition", "dagster/asset_partition_range_end"):
        if key in tags:
            return dt.date.fromisoformat(tags[key])
    return None


def day_before(context: dg.ScheduleEvaluationContext, settings: Settings) -> dt.date:
    """Return the last complete day at the time of a scheduled run."""
    return context.scheduled_execution_time.astimezone(settings.zone).date() - dt.timedelta(days=1)
