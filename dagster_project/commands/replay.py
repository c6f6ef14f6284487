"""`modelboard replay`: try a rule or a changed threshold on past days, without writing anything."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.commands.options import json_option, parse_day, progress_shown, utc_now, workspace_option
from dagster_project.core.formatting import plural

if TYPE_CHECKING:
    from dagster_project.pipeline.replay import Replayed


@click.command("replay")
@click.option(
    "--rule",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A rule file to try. Without it: every rule, with the workspace's files as they are now.",
)
@click.option(
    "--from", "first", callback=parse_day, help="First day, YYYY-MM-DD. [default: the first in the logs]"
)
@click.option("--to", "last", callback=parse_day, help="Last day, YYYY-MM-DD. [default: the reported day]")
@workspace_option
@json_option
def command(
    file: Path | None, first: dt.date | None, last: dt.date | None, root: Path, as_json: bool
) -> None:
    """Show what a rule would have raised on past days, and how that compares with judged alerts.

    Nothing is written: try a threshold as often as you like before anyone has to live with it.
    """
    from dagster_project.pipeline.replay import replay
    from dagster_project.pipeline.start import night_for
    from dagster_project.spec.loading import load_workspace
    from dagster_project.spec.rulefile import load_rule
    from dagster_project.store.lock import sole_writer
    from dagster_project.store.warehouse import Warehouse

    workspace = load_workspace(root.resolve())
    metrics = {metric.id for metric in workspace.metrics}
    rules = [load_rule(file, metrics)] if file else list(workspace.rules)
    with sole_writer(workspace.warehouse), progress_shown(as_json=as_json) as progress:
        night = night_for(workspace, day=None, now=utc_now(), progress=progress)
        with Warehouse.open(workspace.warehouse) as warehouse:
            found = replay(night, warehouse, rules, first or dt.date.min, last or night.as_of)
    for line in json_lines(found) if as_json else text_lines(found):
        click.echo(line)


def json_lines(found: Replayed) -> list[str]:
    """Return one object per alert, then one for the comparison."""
    lines = [json.dumps({"event": "alert", **row}, default=str, sort_keys=True) for row in found.alerts]
    numbers = {
        name: getattr(found, name)
        for name in (
            "kept", "true_alarms", "avoided", "false_alarms", "unjudged", "events_seen", "events",
        )
    }  # fmt: skip
    return [*lines, json.dumps({"event": "replayed", "alerts": len(found.alerts), **numbers})]


def text_lines(found: Replayed) -> list[str]:
    """Return one line per alert, then the comparison in words."""
    lines = [
        f"{row['opened']}  {row['severity']:<6}  {row['verdict'] or 'not judged':<11}  {row['message']}"
        for row in found.alerts
        if row["grouped_under"] is None
    ]
    alerts, under = f"{len(lines)} {plural(len(lines), 'alert')}", len(found.alerts) - len(lines)
    true, false = f"{found.kept} of {found.true_alarms}", f"{found.avoided} of {found.false_alarms}"
    return [
        *lines,
        f"{alerts}, {under} more grouped under others; {found.unjudged} not judged.",
        f"Of the judged ones: {true} true alarms would be raised, {false} false ones avoided.",
        f"{found.events_seen} of {found.events} known events would be seen.",
    ]
