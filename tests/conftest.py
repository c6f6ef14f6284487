"""Property tests draw the same examples on every run and are not timed: machines are shared.

Libraries compute in one thread: the workers of a run share the processors, and threads that wait for each other spin.
"""

from __future__ import annotations

import os

ONE_THREAD = ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS")
for name in ONE_THREAD:
    os.environ.setdefault(name, "1")

from hypothesis import settings  # noqa: E402 - what it loads reads the lines above

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
