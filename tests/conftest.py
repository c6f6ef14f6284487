"""Property tests draw the same examples on every run and are not timed: machines are shared."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")
