"""One writer at a time: a lock on a workspace, released whenever its process ends. Called by `commands`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dagster_project.core.errors import ModelboardError


@contextmanager
def sole_writer(warehouse: Path) -> Iterator[None]:
    """Hold the lock of this warehouse's workspace. Raises ModelboardError at once if another run holds it.

    The warehouse's own lock only holds while it is open, which it is not between two stages. This lock is an
    empty file beside it; that the file exists means nothing, only that it is locked.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with warehouse.with_name(f"{warehouse.name}.lock").open("ab") as stream:
        if not _taken(stream):
            raise ModelboardError(f"{warehouse}: another run is writing this workspace; wait for it to end")
        yield


def _taken(stream: BinaryIO) -> bool:
    """Whether the lock was acquired; the system releases it when the file is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:  # Windows raises this if the lock is held
        return False
    return True
