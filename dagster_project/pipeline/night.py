"""What a stage is told about the night: the workspace, the days, and whom to tell about progress."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from dagster_project.spec.loading import Workspace

Progress = Callable[[str, int, int], None]
"""(stage, done, total): called now and then by stages that take long."""


def silent(stage: str, done: int, total: int) -> None:
    """A progress that tells nobody."""
    del stage, done, total


@dataclass(frozen=True, slots=True)
class Night:
    """One run. Nothing below the command line knows another source of time."""

    workspace: Workspace
    as_of: dt.date
    """The last complete day; every window ends here."""
    horizon: dt.datetime
    """UTC; an event later than this comes from a wrong clock and is rejected."""
    running_day: dt.date | None = None
    """The day still going on, shown as partial; None on a nightly run."""
    progress: Progress = silent
