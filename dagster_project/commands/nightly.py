"""`modelboard nightly`: run the whole night, once."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from dagster_project.commands.options import json_option, parse_day, workspace_option


@click.command("nightly")
@workspace_option
@click.option(
    "--as-of",
    callback=parse_day,
    metavar="YYYY-MM-DD",
    help="The day to report; by default the one the workspace sets.",
)
@json_option
def command(root: Path, as_of: dt.date | None, as_json: bool) -> None:
    """Read new files, compute every figure and publish the site.

    Exit codes: 0 published; 2 the workspace's files are wrong; 3 a blocking check failed and the last site stays;
    1 anything else. May run every hour: the day in progress is shown as partial.
    """
    from dagster_project.commands.night import announce, run_night

    announce(run_night(root, day=as_of, as_json=as_json), as_json=as_json)
