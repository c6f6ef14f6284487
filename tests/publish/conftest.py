"""What tests of the publisher share: a cache for the font and the policy, and one built sample site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import run_cache
from tests.publish.sample import build_sample


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with what this run has already made, since the font takes seconds."""
    cache = tmp_path_factory.mktemp("cache")
    run_cache.copy_to(cache)
    return cache


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """The sample site."""
    site = tmp_path_factory.mktemp("sample") / "site"
    build_sample(site, cache)
    run_cache.copy_from(cache)
    return site
