"""Dagster's door: what `dg dev` and `dg check defs` load. The workspace is MODELBOARD_WORKSPACE, else this folder."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Definitions of the workspace; its files are read when a run starts, not when this is imported."""
    from dagster_project.defs.build import definitions_for
    from dagster_project.pipeline.start import night_for
    from dagster_project.spec.loading import load_workspace

    root = Path(os.environ.get("MODELBOARD_WORKSPACE", ".")).resolve()
    settings = load_workspace(root).settings
    return definitions_for(
        settings, lambda day: night_for(load_workspace(root), day=day, now=dt.datetime.now(dt.UTC))
    )
