"""Options and small services that several subcommands share: workspace, day, progress, clock."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from dagster_project.pipeline.night import Progress
from dagster_project.spec.base import FIRST_DAY, LAST_DAY

F = TypeVar("F", bound=Callable[..., object])


def workspace_option(function: F) -> F:
    """Add --workspace DIR, by default the current folder."""
    return click.option(
        "--workspace",
        "-w",
        "root",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        show_default="this folder",
        help="The workspace's folder.",
    )(function)


def json_option(function: F) -> F:
    """Add --json: one JSON object per line on stdout."""
    return click.option(
        "--json", "as_json", is_flag=True, help="Print progress and result as one JSON object per line."
    )(function)


def parse_day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> dt.date | None:
    """Parse a day as YYYY-MM-DD."""
    del ctx, parameter
    if value is None:
        return None
    try:
        day = dt.date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a day; expected YYYY-MM-DD") from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise click.BadParameter(f"expected a day from {FIRST_DAY} to {LAST_DAY}, found {value}")
    return day


def utc_now() -> dt.datetime:
    """Return the time. Only commands read the clock."""
    return dt.datetime.now(dt.UTC)


@contextmanager
def progress_shown(*, as_json: bool) -> Iterator[Progress]:
    """Yield a progress callback that draws bars on stderr, or prints JSON lines on stdout."""
    if as_json:
        yield lambda stage, done, total: click.echo(
            json.dumps({"event": "progress", "stage": stage, "done": done, "total": total})
        )
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, object] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)  # type: ignore[arg-type]

        yield show
