"""Property tests draw the same examples on every run and have no deadline, since machines are shared.

Libraries compute in one thread: the workers of a run share the processors, and threads that wait for each other spin.
There are as many workers as processors: while one waits for a browser or a killed night, those use its processor.
Files with long tests come first, so that the run does not end with a single busy worker.
"""

from __future__ import annotations

import os

ONE_THREAD = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS")
for name in ONE_THREAD:
    os.environ.setdefault(name, "1")

import pytest  # noqa: E402 - what it loads reads the variables set above
from hypothesis import settings  # noqa: E402 - what it loads reads the variables set above

from tests import run_cache  # noqa: E402 - what it loads reads the variables set above

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")

LONG = ("slow", "browser")
"""Marks of the tests that take longest."""


def pytest_configure(config: pytest.Config) -> None:
    """Make one folder for all workers, which inherit its name; it is removed at the end of the run."""
    if not hasattr(config, "workerinput"):
        config.add_cleanup(run_cache.create().cleanup)


def pytest_xdist_auto_num_workers() -> int:
    """Workers of `-n auto`."""
    return os.cpu_count() or 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files with long tests first; otherwise keep the order of collection."""
    long = {item.path for item in items if any(item.get_closest_marker(mark) for mark in LONG)}
    items.sort(key=lambda item: item.path not in long)
