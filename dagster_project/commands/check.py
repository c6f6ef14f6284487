"""`modelboard check`: check all files of the workspace, all errors at once; and the first rows of its logs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from dagster_project.commands.options import json_option, utc_now, workspace_option
from dagster_project.commands.terminal import printable


@click.command("check")
@workspace_option
@json_option
def command(root: Path, as_json: bool) -> None:
    """Read every file of the workspace and report all errors at once, each as file:line: key: what was expected.

    SQL and page templates are tried on an empty warehouse. The first rows of each source's newest file are read too:
    what a night could not read there is reported on stderr, but is not an error. Nothing is written.
    """
    from dagster_project.core.errors import WorkspaceError
    from dagster_project.pipeline.dry_run import dry_run
    from dagster_project.pipeline.dry_run_logs import dry_run_logs
    from dagster_project.spec.loading import load_workspace

    workspace = load_workspace(root.resolve())
    problems = dry_run(workspace)
    if problems:
        raise WorkspaceError(problems)
    counts = {
        "models": len(workspace.models),
        "sources": len(workspace.sources),
        "metrics": len(workspace.metrics),
        "rubrics": len(workspace.rubrics),
        "pages": len(workspace.pages),
        "files": len(workspace.files),
    }
    for line in dry_run_logs(workspace, utc_now()):
        click.echo(f"modelboard: {printable(line)}", err=True)
    if as_json:
        click.echo(json.dumps({"event": "checked", **counts}))
    else:
        told = (f"{n} {name.removesuffix('s') if n == 1 else name}" for name, n in counts.items())
        click.echo(f"No problems: {', '.join(told)}.")
