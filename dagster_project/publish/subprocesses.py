"""Makes what is costly and seldom needed in a process of its own, which frees its memory, and keeps it in a file.

In: a function of a module, without arguments. Out: the bytes it returns. A night may start the process long before
the bytes are needed. Called by `fonts`, `explore` and `theme`.
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
    """A process that makes something. Its output goes into files, because nobody would empty a pipe meanwhile."""

    def __init__(self, make: Make) -> None:
        self.name = f"{make.__module__}.{make.__name__}"
        self.made, self.complaint = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  `close` does
        words = [sys.executable, "-c", _CALL, make.__module__, make.__name__, *sys.path]
        self.process = subprocess.Popen(words, stdout=self.made, stderr=self.complaint)  # noqa: S603  a function of this package

    def answer(self) -> bytes:
        """Wait for the bytes. Raises PublishError with the last line of the process's stderr if it fails."""
        code = self.process.wait()
        self.made.seek(0)
        self.complaint.seek(0)
        if code != 0:
            lines = self.complaint.read().decode(errors="replace").strip().splitlines()
            raise PublishError(f"{self.name} exited with {code}: {''.join(lines[-1:])}")
        return self.made.read()

    def close(self) -> None:
        """End the process, whether it is finished or not."""
        self.process.kill()
        self.process.wait()
        self.made.close()
        self.complaint.close()


_preparing: dict[Make, _Making] = {}


def cached_file(path: Path, make: Make) -> bytes:
    """The file's bytes; if there is no such file, the result of `make` is written there first."""
    if path.is_file():
        return path.read_bytes()
    made = run_in_process(make)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    aside.write_bytes(made)
    aside.replace(path)
    return made


@cache
def run_in_process(make: Make) -> bytes:
    """The result of `make`, run in a process of its own, only once however many files it is written to.

    Raises PublishError with the last line of the process's stderr if it fails.
    """
    making = _preparing.pop(make, None) or _Making(make)
    try:
        return making.answer()
    finally:
        making.close()


@contextmanager
def preparing(*makes: Make) -> Iterator[None]:
    """Start making what `run_in_process` will be asked for; whatever was not asked for by the end is cancelled."""
    _preparing.update({make: _Making(make) for make in makes})
    try:
        yield
    finally:
        for making in [_preparing.pop(make) for make in makes if make in _preparing]:
            making.close()
