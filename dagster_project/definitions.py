"""Dagster's entry point for `dg dev` and `dg check defs`. Workspace: MODELBOARD_WORKSPACE, else this folder."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from dagster_project.pipeline.night import Night


@dg.definitions
def defs() -> dg.Definitions:
    """Definitions of the workspace; its files are read when a run starts, not when this is imported."""
    from dagster_project.defs.build import definitions_for
    from dagster_project.pipeline.start import night_for
    from dagster_project.spec.loading import load_workspace
    from dagster_project.store.lock import sole_writer

    root = Path(os.environ.get("MODELBOARD_WORKSPACE", ".")).resolve()
    settings = load_workspace(root).settings

    @contextmanager
    def alone(day: dt.date | None) -> Iterator[Night]:
        """Open the night of a run while no other run writes the workspace; a second run is refused."""
        workspace = load_workspace(root)
        with sole_writer(workspace.warehouse):
            yield night_for(workspace, day=day, now=dt.datetime.now(dt.UTC))

    return definitions_for(settings, alone)
