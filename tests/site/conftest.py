"""One published site for all tests of this folder: rendering it takes seconds, reading it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.publish import publish
from dagster_project.store.warehouse import Warehouse
from tests import run_cache
from tests.site.fixture import make_night


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night whose site is published."""
    made = make_night(tmp_path_factory.mktemp("workspace"))
    cache = made.workspace.build / "cache"
    run_cache.copy_to(cache)
    with Warehouse.open(made.workspace.warehouse) as warehouse:
        publish(made, warehouse)
    run_cache.copy_from(cache)
    return made


@pytest.fixture(scope="session")
def site(night: Night) -> Path:
    """The published folder."""
    return (night.workspace.build / "site").resolve()
