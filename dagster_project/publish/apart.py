"""What is made seldom and at great cost: in a process of its own, whose memory ends with it, and then kept in a file.

In: a function of a module, without arguments. Out: the bytes it answers with. A night may have the process begin long
before the bytes are asked for. Called by `fonts`, `explore` and `theme`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
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


class _Making:
    """A process that makes something. What it says goes into files: nobody empties a pipe meanwhile."""

    def __init__(self, make: Make) -> None:
        self.name = f"{make.__module__}.{make.__name__}"
        self.made, self.complaint = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  `close` does
        words = [sys.executable, "-c", _CALL, make.__module__, make.__name__, *sys.path]
        self.process = subprocess.Popen(words, stdout=self.made, stderr=self.complaint)  # noqa: S603  a function of this package

    def answer(self) -> bytes:
        """The bytes, when they are made. Raises PublishError with the last line of what the process complained of."""
        left = self.process.wait()
        self.made.seek(0)
        self.complaint.seek(0)
        if left != 0:
            lines = self.complaint.read().decode(errors="replace").strip().splitlines()
            raise PublishError(f"{self.name} left with {left}: {''.join(lines[-1:])}")
        return self.made.read()

    def close(self) -> None:
        """End it, made or not."""
        self.process.kill()
        self.process.wait()
        self.made.close()
        self.complaint.close()


_begun: dict[Make, _Making] = {}


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
    making = _begun.pop(make, None) or _Making(make)
    try:
        return making.answer()
    finally:
        making.close()


@contextmanager
def begun(*makes: Make) -> Iterator[None]:
    """Meanwhile have things made that `apart` is going to be asked for; what nobody asked for is given up."""
    _begun.update({make: _Making(make) for make in makes})
    try:
        yield
    finally:
        for making in [_begun.pop(make) for make in makes if make in _begun]:
            making.close()
