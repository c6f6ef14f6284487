"""`modelboard verify`: recompute the published figures from the lake and compare."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from dagster_project.commands.options import json_option, workspace_option
from dagster_project.core.formatting import plural


@click.command("verify")
@workspace_option
@click.option(
    "--all", "everything", is_flag=True, help="Check every reading that can be recomputed, not a sample."
)
@json_option
def command(root: Path, everything: bool, as_json: bool) -> None:
    """Check the release's hashes and chain, recompute readings from the lake, and compare.

    Exit code 3 when anything differs.
    """
    from dagster_project.pipeline.verify import verify
    from dagster_project.spec.loading import load_workspace

    result = verify(load_workspace(root.resolve()), everything=everything)
    if as_json:
        record = {"event": "verified", "checked": result.checked, "differences": list(result.differences)}
        click.echo(json.dumps(record))
    else:
        for difference in result.differences:
            click.echo(difference, err=True)
        n = len(result.differences)
        click.echo(f"{result.checked} figures and files checked, {n} {plural(n, 'difference')}")
    if result.differences:
        sys.exit(3)
