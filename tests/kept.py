"""What every site needs and is costly to make (font, chart library, policy, compiled templates): made once a run.

The workers of a run share one folder. `lend` puts what is there into a workspace's cache, `keep` what a night made
into the folder; a file appears whole or not at all, for others read while it is written.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

PLACE = "MODELBOARD_TESTS_KEPT"
"""Names the folder to the workers of a run."""
DRAFT = ".draft"


def begin() -> tempfile.TemporaryDirectory[str]:
    """The folder of a run that begins; remove it at its end."""
    folder = tempfile.TemporaryDirectory(prefix="modelboard-kept-")
    os.environ[PLACE] = folder.name
    return folder


def lend(cache: Path) -> None:
    """Give a workspace's cache what was made before."""
    _copy(Path(os.environ[PLACE]), cache)


def keep(cache: Path) -> None:
    """Keep what a workspace's cache holds for those that come after."""
    _copy(cache, Path(os.environ[PLACE]))


def _copy(source: Path, to: Path) -> None:
    from dagster_project.pipeline.render import READS  # not for the process that only hands out tests

    one_workspace = shutil.ignore_patterns(Path(READS).name, f"*{DRAFT}")
    shutil.copytree(source, to, dirs_exist_ok=True, ignore=one_workspace, copy_function=_put_whole)


def _put_whole(source: str, target: str) -> None:
    if not Path(target).exists():
        draft = f"{target}.{os.getpid()}{DRAFT}"
        shutil.copyfile(source, draft)
        Path(draft).replace(target)
