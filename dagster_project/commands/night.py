"""Run the night's Dagster job in this process, as the UI would, with a persistent instance.

Called by `nightly`, `backfill` and `demo`.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.commands.options import progress_shown, utc_now
from dagster_project.commands.terminal import printable
from dagster_project.core.errors import CheckError
from dagster_project.pipeline.night import Night, Progress
from dagster_project.pipeline.publish import preparing_first_site
from dagster_project.pipeline.remarks import remarks
from dagster_project.pipeline.start import night_for, why_empty
from dagster_project.spec.loading import Workspace, load_workspace

if TYPE_CHECKING:
    import dagster as dg

DAGSTER_YAML = """\
# Written once by modelboard: runs are kept here so that `modelboard dev` shows them.
telemetry:
  enabled: false
# A night prints nothing worth keeping, and capturing it starts two processes for every step.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
"""
RUNS_KEPT = 60


@dataclass(frozen=True, slots=True)
class Published:
    """The result of a night."""

    as_of: dt.date
    index: Path
    build: str
    """The release's id."""
    hint: str = ""
    """Why its pages are empty, if they are."""
    remarks: Sequence[str] = ()
    """Problems that did not stop the night."""


def run_night(
    root: Path, *, day: dt.date | None, as_json: bool, days: tuple[dt.date, dt.date] | None = None
) -> Published:
    """Load the workspace, run the job, and return where the site is. Errors are those of `core.errors`.

    With `days` (first, last), these are recomputed. Two runs never write one workspace: the second is
    refused.
    """
    from dagster_project.store.lock import sole_writer

    workspace = load_workspace(root.resolve())
    with (
        sole_writer(workspace.warehouse),
        preparing_first_site(workspace),
        progress_shown(as_json=as_json) as progress,
    ):
        if days is not None:
            prepare_backfill(workspace, days)
        night = run_job(workspace, day=day, progress=progress, days=days)
        hint, said = hints_of(night, days)
    index = workspace.build / "site" / "index.html"
    build = json.loads((index.parent / "api" / "build.json").read_text(encoding="utf-8"))
    return Published(night.as_of, index, str(build["release"]), hint, said)


def run_job(
    workspace: Workspace,
    *,
    day: dt.date | None,
    progress: Progress,
    days: tuple[dt.date, dt.date] | None = None,
) -> Night:
    """Execute the job in this process and return the night that ran."""
    import dagster as dg

    from dagster_project.defs.build import AS_OF_TAG, JOB, definitions_for

    # Blocking checks and single-run ranges are marked beta by Dagster; the lock pins what is tested here.
    warnings.simplefilter("ignore", dg.BetaWarning)
    night = night_for(workspace, day=day, now=utc_now(), progress=progress)
    first, last = days or (night.as_of, night.as_of)
    tags = {
        AS_OF_TAG: night.as_of.isoformat(),
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }
    # No figure depends on the first partition, so days before it may be computed, too.
    settings = workspace.settings.model_copy(update={"first_day": min(first, workspace.settings.first_day)})
    job = definitions_for(settings, lambda _day: nullcontext(night)).resolve_job_def(JOB)
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with instance_at(workspace.data / "dagster") as instance:
        try:
            job.execute_in_process(instance=instance, run_config=quiet, tags=tags)
        except dg.DagsterError as error:
            failed = failed_checks(workspace)
            if not failed:
                raise
            raise CheckError(f"blocking check failed: {failed}; the last site stays as it was") from error
        prune_runs(instance)
    return night


def prepare_backfill(workspace: Workspace, days: tuple[dt.date, dt.date]) -> None:
    """Mark a range of days as due."""
    from dagster_project.pipeline.backfill import mark_days_due
    from dagster_project.store.warehouse import Warehouse

    with Warehouse.open(workspace.warehouse) as warehouse:
        mark_days_due(warehouse, *days)


def instance_at(home: Path) -> dg.DagsterInstance:
    """Open the persistent instance in `home`; make it, with telemetry off, if it does not exist.

    An empty dagster.yaml, as left by a full disk, would turn telemetry on, so it is written again.
    """
    import dagster as dg

    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.exists() or settings.stat().st_size == 0:
        aside = settings.with_suffix(".new")
        aside.write_text(DAGSTER_YAML, encoding="utf-8")
        aside.replace(settings)
    return dg.DagsterInstance.from_config(str(home))


def prune_runs(instance: dg.DagsterInstance) -> None:
    """Delete all but the newest runs, since each run keeps some 16 KB of events for every step."""
    for run in instance.get_runs()[RUNS_KEPT:]:
        instance.delete_run(run.run_id)


def failed_checks(workspace: Workspace) -> str:
    """Return the blocking checks that failed, as recorded in the warehouse; '' if none did."""
    from dagster_project.store.warehouse import Warehouse

    with Warehouse.open(workspace.warehouse) as warehouse:
        rows = warehouse.frame(
            "SELECT name, detail FROM ops.checks WHERE state = 'fail' AND blocking ORDER BY name"
        )
    return "; ".join(f"{name} ({detail})" for name, detail in rows.iter_rows())


def hints_of(night: Night, days: tuple[dt.date, dt.date] | None = None) -> tuple[str, list[str]]:
    """Return what to tell users if the reported day is outside their logs, and other remarks.

    `days` (first, last) are those to be recomputed.
    """
    from dagster_project.pipeline.backfill import never_read
    from dagster_project.store.warehouse import Warehouse

    with Warehouse.open(night.workspace.warehouse) as warehouse:
        said = never_read(warehouse, *days) if days else []
        return why_empty(night, warehouse), [*said, *remarks(night, warehouse)]


def announce(published: Published, *, as_json: bool) -> None:
    """Print the last lines of a night."""
    if published.hint:
        click.echo(
            f"modelboard: the pages of {published.as_of} are empty: {printable(published.hint)}", err=True
        )
    for remark in published.remarks:
        click.echo(f"modelboard: {printable(remark)}", err=True)
    if as_json:
        record = {
            "event": "published",
            "as_of": published.as_of.isoformat(),
            "release": published.build,
            "index": str(published.index),
        }
        click.echo(json.dumps(record))
    else:
        click.echo(f"Published {published.build} as of {published.as_of}.\nOpen {published.index}")
