"""What is made seldom and at great cost: in a process of its own, whose memory ends with it, and then kept in a file.

In: a function of a module, without arguments. Out: the bytes it answers with. Called by `fonts` and `explore`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from dagster_project.core.errors import PublishError

_CALL = """\
import importlib, sys
module, function, *sys.path[:] = sys.argv[1:]
sys.stdout.buffer.write(getattr(importlib.import_module(module), function)())
"""


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's bytes; where there is no such file, what `make` answers is written there."""
    if path.is_file():
        return path.read_bytes()
    made = apart(make)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_bytes(made)
    aside.replace(path)
    return made


@cache
def apart(make: Callable[[], bytes]) -> bytes:
    """What `make` answers in a process of its own; asked for once, however many files it is written to.

    Raises PublishError with the last line of what the process complained of.
    """
    words = [sys.executable, "-c", _CALL, make.__module__, make.__name__, *sys.path]
    done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603  a function of this package
    if done.returncode != 0:
        complaint = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise PublishError(
            f"{make.__module__}.{make.__name__} left with {done.returncode}: {''.join(complaint)}"
        )
    return done.stdout
