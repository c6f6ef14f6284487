"""A workspace to break: a few valid files on top of a small built-in content, so no other part is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.loading import load_workspace

BUILTIN = {
    "reports/metrics/error_share.sql": """/*---
title: Error share
family: usage
unit: share
better: down
definition: Requests that failed.
formula: errors / requests
---*/
select 1
""",
    "reports/playbook/monitoring.yml": """id: O
title: Monitoring
meaning: Keeping models good.
questions:
  - id: O1
    question: How are all models monitored?
  - id: O2
    question: Which metrics must every model have?
""",
    "reports/rubrics/levels.yml": """id: levels
title: Levels
source: ours
levels: [{level: 0, title: None, meaning: Nothing.}, {level: 1, title: Some, meaning: Something.}]
pillars: [{id: O, title: Monitoring, meaning: Keeping models good.}]
milestones:
  - {id: owned, title: Owned, pillar: O, level: 1, method: attest, why: Someone acts., next_step: Name one.}
""",
    "reports/marts/models.sql": "/*---\ntitle: Models\n---*/\nselect 1\n",
    "reports/pages/model.md": "---\ntitle: Model\nfor_each: models\n---\n# {{ row.title }}\n",
}
SOURCE = "source: s\nfiles: a.csv\ncolumns: {event_time: t, model_id: m}\n"
VALID = {"data/workspace.yml": "name: Example\n"}

Check = Callable[..., list[str]]


def write(root: Path, files: dict[str, str | bytes]) -> None:
    """Write the files below root, as UTF-8 where they are text."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.fixture
def builtin(tmp_path: Path) -> Path:
    root = tmp_path / "builtin"
    write(root, dict(BUILTIN))
    return root


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    write(root, dict(VALID))
    return root


@pytest.fixture
def problems(workspace: Path, builtin: Path) -> Check:
    """Write files, load, and return the problems as text lines; none when the workspace is valid."""

    def check(files: dict[str, str | bytes]) -> list[str]:
        write(workspace, files)
        try:
            load_workspace(workspace, builtin)
        except WorkspaceError as error:
            return [str(problem) for problem in error.problems]
        return []

    return check
