"""CPU seconds, wall seconds and peak memory of a whole process, by the operating system's own accounting."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT_S = 2400.0
"""Wall seconds after which a child is stopped and the benchmark fails."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a finished process cost."""

    cpu_s: float
    """User and system time of the process and of the children it waited for."""
    wall_s: float
    peak_mib: float
    """Largest resident set."""
    output: str = ""
    """What it printed on stdout."""

    @property
    def stages(self) -> dict[str, float]:
        """CPU seconds by stage, as `stage.py` prints them on its last line."""
        return self._by_stage("cpu_s")

    @property
    def peaks(self) -> dict[str, float]:
        """The largest memory (MiB) by stage, from the same line."""
        return self._by_stage("mib")

    def _by_stage(self, figure: str) -> dict[str, float]:
        found: dict[str, dict[str, float]] = json.loads(self.output.splitlines()[-1])
        return {name: figures[figure] for name, figures in found.items()}


def python(*words: str, limit_s: float = LIMIT_S, executable: Path | None = None) -> Cost:
    """Run `python WORDS`, of this environment or another, to its end.

    Raises RuntimeError when it fails or takes longer than `limit_s`.
    """
    # Kept bytecode, as an installed package has it: without, each process compiles a thousand modules of Dagster.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        began = time.perf_counter()
        child = subprocess.Popen(
            [executable or sys.executable, *words],
            stdout=out,
            stderr=complaints,
            env=environment,
            start_new_session=True,
        )
        timer = threading.Timer(limit_s, os.killpg, (child.pid, signal.SIGKILL))
        timer.start()
        status = None
        try:
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            timer.cancel()
            if status is None:
                os.killpg(child.pid, signal.SIGKILL)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise RuntimeError(_failure(words, child.returncode, _text(complaints)))
        return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, _text(out))


def stage(name: str, root: Path, *more: str) -> Cost:
    """One stage (or the whole `night`) of `stage.py` on a workspace."""
    return python("-m", "tests.bench.stage", name, str(root), *more)


def modelboard(*words: str) -> Cost:
    """The command line, as a user calls it."""
    return python("-m", "dagster_project", *words)


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself; the output of the last run."""
    return Cost(
        statistics.median(c.cpu_s for c in costs),
        statistics.median(c.wall_s for c in costs),
        statistics.median(c.peak_mib for c in costs),
        costs[-1].output,
    )


def median_stages(costs: Iterable[Cost]) -> dict[str, float]:
    """The median of each stage by itself."""
    runs = [cost.stages for cost in costs]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def size_mb(folder: Path) -> float:
    """Megabytes (10^6 bytes) of all files below a folder or of one file; links are not followed."""
    if folder.is_file():
        return folder.stat().st_size / 1e6
    return sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink()) / 1e6


def _text(file: object) -> str:
    file.seek(0)  # type: ignore[attr-defined]
    return file.read().decode(errors="replace")  # type: ignore[attr-defined,no-any-return]


def _failure(words: Sequence[str], code: int, complaints: str) -> str:
    return f"python {' '.join(words)} left with {code}:\n{complaints[-2000:]}"
