"""What is made seldom and at great cost: in a process of its own, whose memory ends with it, and then kept in a file.

In: a function of a module, without arguments. Out: the bytes it answers with. A night may have the process begin long
before the bytes are asked for. Called by `fonts`, `explore` and `theme`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from dagster_project.core.errors import PublishError

Make = Callable[[], bytes]
_CALL = """\
import importlib, sys
module, function, *sys.path[:] = sys.argv[1:]
sys.stdout.buffer.write(getattr(importlib.import_module(module), function)())
"""
_begun: dict[Make, Future[bytes]] = {}


def kept(path: Path, make: Make) -> bytes:
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
def apart(make: Make) -> bytes:
    """What `make` answers in a process of its own; asked for once, however many files it is written to.

    Raises PublishError with the last line of what the process complained of.
    """
    making = _begun.pop(make, None)
    return making.result() if making else _answer(make)


@contextmanager
def begun(*makes: Make) -> Iterator[None]:
    """Meanwhile have things made that `apart` is going to be asked for."""
    with ThreadPoolExecutor(len(makes)) as pool:
        _begun.update({make: pool.submit(_answer, make) for make in makes})
        try:
            yield
        finally:
            for make in makes:
                _begun.pop(make, None)


def _answer(make: Make) -> bytes:
    words = [sys.executable, "-c", _CALL, make.__module__, make.__name__, *sys.path]
    done = subprocess.run(words, capture_output=True, check=False)  # noqa: S603  a function of this package
    if done.returncode != 0:
        complaint = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise PublishError(
            f"{make.__module__}.{make.__name__} left with {done.returncode}: {''.join(complaint)}"
        )
    return done.stdout
