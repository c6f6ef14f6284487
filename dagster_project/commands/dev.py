"""`modelboard dev`: Dagster's own UI on the workspace."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import click

from dagster_project.commands.options import workspace_option
from dagster_project.core.errors import ModelboardError


@click.command("dev")
@workspace_option
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
def command(root: Path, port: int) -> None:
    """Open Dagster's own UI on the workspace: assets, runs, checks, the nightly schedule."""
    from dagster_project.commands.night import instance_at
    from dagster_project.spec.loading import load_workspace

    if importlib.util.find_spec("dagster_webserver") is None:
        raise ModelboardError("Dagster's UI is not installed; run `pip install 'modelboard[ui]'`")
    workspace = load_workspace(root.resolve())
    home = workspace.data / "dagster"
    with instance_at(home):
        click.echo(f"Dagster's UI for {workspace.root} at http://127.0.0.1:{port}/ (Ctrl-C stops)")
    environment = {**os.environ, "DAGSTER_HOME": str(home), "MODELBOARD_WORKSPACE": str(workspace.root)}
    words = [sys.executable, "-m", "dagster", "dev", "-m", "dagster_project.definitions", "-p", str(port)]
    os.execve(sys.executable, words, environment)  # noqa: S606  our own interpreter, fixed words
