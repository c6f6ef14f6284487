"""What a stage knows about the night: the workspace, the days, and where to report progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from dagster_project.spec.loading import Workspace

Progress = Callable[[str, int, int], None]
"""(stage, done, total): called now and then by stages that take a while."""


def no_progress(stage: str, done: int, total: int) -> None:
    """A progress callback that does nothing."""
    del stage, done, total


@dataclass(frozen=True, slots=True)
class Night:
    """One run, and the only source of time below the command line."""

    workspace: Workspace
    as_of: dt.date
    """The last complete day; every window ends here."""
    horizon: dt.datetime
    """UTC; an event later than this comes from a wrong clock and is rejected."""
    running_day: dt.date | None = None
    """The day still in progress, shown as partial; None if a past day is reported."""
    progress: Progress = no_progress
