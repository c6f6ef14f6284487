"""One writer at a time: a lock on a workspace that ends with the process, however that ends. Called by `commands`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dagster_project.core.errors import ModelboardError


@contextmanager
def sole_writer(warehouse: Path) -> Iterator[None]:
    """Hold the lock of the workspace with this warehouse. Raises ModelboardError at once where another run holds it.

    The warehouse has a lock of its own, but only while it is open: between two stages it is not. The lock is an empty
    file beside it; that it is there means nothing, only that it is held does.
    """
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with warehouse.with_name(f"{warehouse.name}.lock").open("ab") as stream:
        if not _taken(stream):
            raise ModelboardError(f"{warehouse}: another run is writing this workspace; wait for it to end")
        yield


def _taken(stream: BinaryIO) -> bool:
    """Whether the lock could be had; the system gives it back when the file is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except PermissionError:  # how Windows says that it is held
        return False
    return True
