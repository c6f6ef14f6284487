"""CPU seconds, wall seconds and peak memory of a whole process, by the operating system's own accounting."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """What a finished process cost."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def python(*words: str) -> Cost:
    """Run `python WORDS` to its end; raises RuntimeError when it fails."""
    began = time.perf_counter()
    child = os.posix_spawn(sys.executable, [sys.executable, *words], dict(os.environ))
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        raise RuntimeError(f"python {' '.join(words)} left with {os.waitstatus_to_exitcode(status)}")
    wall = time.perf_counter() - began
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)
