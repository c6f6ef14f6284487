"""`modelboard eject`: copy a built-in file into the workspace, where it overrides the built-in one."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath

import click

from dagster_project.commands.options import workspace_option
from dagster_project.core.errors import ModelboardError

EJECTABLE = ("reports", "site")


@click.command("eject")
@click.argument("path", required=False)
@workspace_option
def command(path: str | None, root: Path) -> None:
    """Copy the built-in PATH (such as reports/metrics/error_share.sql) into the workspace, to change it there.

    Without PATH: list what can be copied.
    """
    from dagster_project.spec.builtin import builtin_root

    source_root = builtin_root()
    if path is None:
        for found in list_ejectable(source_root):
            click.echo(found)
        return
    target = eject(source_root, root.resolve(), path)
    click.echo(f"wrote {target}; it now overrides the built-in file")


def list_ejectable(source_root: Path) -> list[str]:
    """Return the relative paths of all built-in files that a workspace may override."""
    files = (p for part in EJECTABLE for p in (source_root / part).rglob("*") if p.is_file())
    return sorted(p.relative_to(source_root).as_posix() for p in files if "__pycache__" not in p.parts)


def eject(source_root: Path, workspace: Path, path: str) -> Path:
    """Copy one built-in file; refuse paths outside the built-in content and files that already exist."""
    wanted = PurePosixPath(path)
    source = source_root / wanted
    if ".." in wanted.parts or wanted.is_absolute() or wanted.parts[:1] not in {(p,) for p in EJECTABLE}:
        raise ModelboardError(
            f"{path}: expected a path below {' or '.join(EJECTABLE)}; `modelboard eject` lists them"
        )
    if not source.is_file():
        raise ModelboardError(f"{path}: no such built-in file; `modelboard eject` lists them")
    target = workspace / wanted
    if target.exists():
        raise ModelboardError(f"{path}: is in the workspace already; edit it there")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
