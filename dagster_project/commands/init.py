"""`modelboard init`: write a small workspace that builds at once."""

from __future__ import annotations

import shlex
from pathlib import Path

import click


@click.command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def command(directory: Path) -> None:
    """Write a small workspace into DIRECTORY: commented files and a log to try them on."""
    from dagster_project.starter import write_starter

    for path in write_starter(directory):
        click.echo(f"wrote {path}")
    click.echo(f"\nNext: modelboard nightly --workspace {shlex.quote(str(directory))}")
