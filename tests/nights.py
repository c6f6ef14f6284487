"""Running a night in tests without Dagster: the same stages, in the same order."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

from dagster_project.pipeline import check
from dagster_project.pipeline.assess import assess_maturity
from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.ingest import ingest
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.publish import publish
from dagster_project.pipeline.score import score
from dagster_project.pipeline.start import night_for
from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.value import value
from dagster_project.pipeline.watch import watch
from dagster_project.spec.loading import load_workspace
from dagster_project.starter import write_starter
from dagster_project.store.warehouse import Warehouse
from tests import run_cache
from tests.checks import require_passed

Stage = Callable[[Night, Warehouse], object]
Checks = Callable[[Warehouse, Night], list[check.Check]]
NOW = dt.datetime(2026, 1, 15, 3, 0, tzinfo=dt.UTC)


Stages = tuple[tuple[Stage, Checks | None], ...]
STAGES: Stages = (
    (ingest, check.after_ingest),
    (summarise, check.after_summaries),
    (refresh, None),
    (score, check.after_scores),
    (value, None),
    (watch, None),
    (assess_maturity, None),
)
READING: Stages = ((ingest, check.after_ingest), (refresh, None))
"""The stages that read logs and make the catalog: enough for what pages say about the logs themselves."""
SCORING: Stages = STAGES[:4]
"""The stages up to the readings, for tests that need nothing else."""


def figures(
    root: Path, *, day: dt.date | None = None, now: dt.datetime = NOW, stages: Stages = STAGES
) -> Night:
    """Run everything up to the figures; raises AssertionError if a blocking check fails."""
    night = night_for(load_workspace(root), day=day, now=now)
    with Warehouse.open(
        night.workspace.warehouse
    ):  # stays open, so that opening it in each stage costs little
        for stage, checks in stages:
            _run(night, stage, checks)
    return night


def _run(night: Night, stage: Stage, checks: Checks | None) -> None:
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        stage(night, warehouse)
        if checks is not None:
            verdicts = checks(warehouse, night)
            check.record(warehouse, verdicts)
            require_passed(verdicts)


def whole(root: Path, *, day: dt.date | None = None, now: dt.datetime = NOW, stages: Stages = STAGES) -> Path:
    """Run the whole night, or some stages and the pages; return the published site's folder."""
    return _published(figures(root, day=day, now=now, stages=stages))


def started(root: Path) -> Path:
    """Copy the starter workspace after its first whole night to `root`; times are kept, so nothing is read again.

    The night is run once for all tests that begin with it.
    """
    return Path(shutil.copytree(run_cache.make_once("starter", _first_night), root, symlinks=True))


def _first_night(root: Path) -> None:
    write_starter(root)
    whole(root)


def pages(root: Path, *, day: dt.date | None = None, now: dt.datetime = NOW) -> Path:
    """Publish the site from existing figures; return its folder."""
    return _published(night_for(load_workspace(root), day=day, now=now))


def _published(night: Night) -> Path:
    cache = night.workspace.build / "cache"
    run_cache.copy_to(cache)
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        publish(night, warehouse)
    run_cache.copy_from(cache)
    return night.workspace.build / "site"
