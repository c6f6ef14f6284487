"""`modelboard backfill`: recompute days from the lake."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from dagster_project.commands.options import json_option, parse_day, workspace_option


@click.command("backfill")
@workspace_option
@click.option("--from", "first", callback=parse_day, required=True, metavar="YYYY-MM-DD", help="First day.")
@click.option("--to", "last", callback=parse_day, required=True, metavar="YYYY-MM-DD", help="Last day.")
@json_option
def command(root: Path, first: dt.date, last: dt.date, as_json: bool) -> None:
    """Recompute a range of days from the lake, in one run, then publish as usual."""
    from dagster_project.commands.night import announce, run_night

    if last < first:
        raise click.UsageError(f"--to {last} is before --from {first}")
    announce(run_night(root, day=None, as_json=as_json, days=(first, last)), as_json=as_json)
