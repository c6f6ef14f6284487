"""`modelboard schema`: write JSON Schemas of all kinds of YAML files."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("schema")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), required=False)
def command(directory: Path | None) -> None:
    """Write a JSON Schema for each kind of YAML file into DIRECTORY; without one, print them as one object."""
    from dagster_project.spec.schemas import schemas

    found = schemas()
    if directory is None:
        click.echo(json.dumps(found, indent=2, sort_keys=True))
        return
    directory.mkdir(parents=True, exist_ok=True)
    for name, schema in sorted(found.items()):
        path = directory / f"{name}.json"
        path.write_text(json.dumps(schema, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        click.echo(f"wrote {path}")
