"""What is costly to make and needed by many tests: made once per run, in one folder that its workers share.

For what every site needs (font, chart library, policy, compiled templates), `copy_to` copies what exists into a
workspace's cache, and `copy_from` copies what a night made into the shared folder; files appear whole or not at all,
since others may read at the same time. For whole folders to copy, use `make_once`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

VARIABLE = "MODELBOARD_TESTS_KEPT"
"""Environment variable that tells the workers of a run where the folder is."""
CACHE = "cache"
ASSETS = "assets"
DRAFT = ".draft"


def create() -> tempfile.TemporaryDirectory[str]:
    """Make the folder of a new run; remove it when the run ends."""
    folder = tempfile.TemporaryDirectory(prefix="modelboard-tests-")
    os.environ[VARIABLE] = folder.name
    _place(CACHE).mkdir()
    return folder


def copy_to(cache: Path) -> None:
    """Copy font, chart library and whatever else was made before into a workspace's cache."""
    _copy(make_once(ASSETS, _make_assets), cache)
    _copy(_place(CACHE), cache)


def copy_from(cache: Path) -> None:
    """Keep what a workspace's cache holds for later tests."""
    _copy(cache, _place(CACHE))


def make_once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` fills, once per run; other workers wait until it is done. Copy it, never change it."""
    folder, draft = _place(name), _place(name + DRAFT)
    with _place(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            make(draft)
            draft.rename(folder)
    return folder


def _make_assets(folder: Path) -> None:
    from dagster_project.publish import (
        explore,
        fonts,
    )  # not needed by the process that only distributes tests

    fonts.inter_woff2(folder)
    explore.scripts(folder)


def _place(name: str) -> Path:
    return Path(os.environ[VARIABLE], name)


def _copy(source: Path, to: Path) -> None:
    from dagster_project.pipeline.render import READS  # not needed by the process that only distributes tests

    one_workspace = shutil.ignore_patterns(Path(READS).name, f"*{DRAFT}")
    shutil.copytree(source, to, dirs_exist_ok=True, ignore=one_workspace, copy_function=_put_whole)


def _put_whole(source: str, target: str) -> None:
    if not Path(target).exists():
        draft = f"{target}.{os.getpid()}{DRAFT}"
        shutil.copyfile(source, draft)
        Path(draft).replace(target)
