"""What is costly to make and needed by many tests: made once a run, in one folder that its workers share.

What every site needs (font, chart library, policy, compiled templates): `lend` puts what is there into a workspace's
cache, `keep` what a night made into the folder; a file appears whole or not at all, for others read while it is
written. Whole folders to copy: `once`.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

PLACE = "MODELBOARD_TESTS_KEPT"
"""Names the folder to the workers of a run."""
CACHE = "cache"
CARRIED = "carried"
DRAFT = ".draft"


def begin() -> tempfile.TemporaryDirectory[str]:
    """The folder of a run that begins; remove it at its end."""
    folder = tempfile.TemporaryDirectory(prefix="modelboard-kept-")
    os.environ[PLACE] = folder.name
    _place(CACHE).mkdir()
    return folder


def lend(cache: Path) -> None:
    """Give a workspace's cache font and chart library, and what else was made before."""
    _copy(once(CARRIED, _carried), cache)
    _copy(_place(CACHE), cache)


def keep(cache: Path) -> None:
    """Keep what a workspace's cache holds for those that come after."""
    _copy(cache, _place(CACHE))


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder that `make` makes, once a run: who comes meanwhile waits. To be copied, never changed."""
    folder, draft = _place(name), _place(name + DRAFT)
    with _place(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(draft, ignore_errors=True)
            make(draft)
            draft.rename(folder)
    return folder


def _carried(folder: Path) -> None:
    from dagster_project.publish import explore, fonts  # not for the process that only hands out tests

    fonts.inter_woff2(folder)
    explore.scripts(folder)


def _place(name: str) -> Path:
    return Path(os.environ[PLACE], name)


def _copy(source: Path, to: Path) -> None:
    from dagster_project.pipeline.render import READS  # not for the process that only hands out tests

    one_workspace = shutil.ignore_patterns(Path(READS).name, f"*{DRAFT}")
    shutil.copytree(source, to, dirs_exist_ok=True, ignore=one_workspace, copy_function=_put_whole)


def _put_whole(source: str, target: str) -> None:
    if not Path(target).exists():
        draft = f"{target}.{os.getpid()}{DRAFT}"
        shutil.copyfile(source, draft)
        Path(draft).replace(target)
