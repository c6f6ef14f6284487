"""The repository's `data/` folder: it loads, fits the logs, and lets nobody take it for a real company."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from dagster_project.demo.build import DemoResult
from dagster_project.demo.features import feature_names
from dagster_project.demo.models import CANARY_SHARE, MODELS, RETRAINED, DemoModel
from dagster_project.readers.formats import read
from dagster_project.readers.mapped import FILE, ROW, IntakeRules
from dagster_project.readers.requests import map_requests
from dagster_project.spec.loading import Workspace, load_workspace
from tests.demo.conftest import FIRST, LAST, Decided

REPOSITORY = Path(__file__).parents[2]
Logged = Mapping[str, tuple[pl.DataFrame, int]]
"""By model: all logged requests as the product reads them, and the number of rejected rows."""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load_workspace(REPOSITORY)


@pytest.fixture(scope="module")
def logged(small_build: tuple[Path, DemoResult], workspace: Workspace) -> Logged:
    """Every model's log as the product reads it."""
    return {model.id: canonical(small_build[0], workspace, model.id) for model in MODELS}


def canonical(root: Path, workspace: Workspace, model_id: str) -> tuple[pl.DataFrame, int]:
    """All logged requests of a model as the product reads them, and the number of rejected rows."""
    source = next(s for s in workspace.sources if s.source == model_id)
    intake = IntakeRules(
        "America/New_York", workspace.settings.salt, dt.datetime(2014, 1, 1, 5, tzinfo=dt.UTC)
    )
    frames, rejected = [], 0
    for path in sorted(p for pattern in source.files for p in root.glob(pattern)):
        for batch in read(path, source):
            raw = batch.frame.with_columns(pl.lit(0, pl.Int64).alias(FILE), batch.rows.alias(ROW))
            mapped = map_requests(raw, source, intake)
            frames.append(mapped.rows)
            rejected += int(mapped.counts["rejected"].sum())
    return pl.concat(frames, how="diagonal_relaxed"), rejected


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_each_source_file_fits_its_log(model: DemoModel, decided: Decided, logged: Logged) -> None:
    """Read through the source file, the log gives back every decision's instant, day, user and features."""
    rows, rejected = logged[model.id]
    in_days = decided[model.moment].filter(pl.col("day").is_between(FIRST, LAST))
    assert rejected == 0
    assert rows.height == in_days.height
    joined = in_days.with_columns(request_id=pl.format("{}:{}", pl.lit(model.id), "flight_key")).join(
        rows, on="request_id", suffix="_read"
    )
    assert joined.height == in_days.height
    assert joined.filter(pl.col("decided_at") != pl.col("event_time")).is_empty()
    assert joined.filter(pl.col("day") != pl.col("day_read")).is_empty()
    assert joined.filter(pl.col("tail").is_null() != pl.col("user_hash").is_null()).is_empty()
    for name in feature_names(model):
        read_name = f"f:{name}"
        equal = joined.filter(pl.col(name).ne_missing(pl.col(read_name)))
        if name in model.numeric:
            equal = equal.filter((pl.col(name) - pl.col(read_name)).abs().fill_null(1) > 1e-5)
        assert equal.is_empty(), name


def test_latency_is_milliseconds_in_every_dialect(
    logged: Logged,
) -> None:
    """Seconds, microseconds and milliseconds all come out as the fraction of a second that a small call takes."""
    for model in MODELS:
        latency = logged[model.id][0]["latency_ms"].drop_nulls()
        if not model.logs_latency:
            assert latency.is_empty()
        else:
            assert 0.001 < latency.median() < 5  # type: ignore[operator]


def test_a_run_counts_its_records_once(logged: Logged) -> None:
    """Records of a batch model add up to its requests, and only rows with records carry a duration."""
    rows = logged["cancellation-risk"][0]
    assert rows["records"].sum() == rows.height
    assert rows.filter((pl.col("records") > 0) != pl.col("latency_ms").is_not_null()).is_empty()


def test_the_declared_experiment_is_the_one_that_ran(workspace: Workspace) -> None:
    """Days, versions and share in the catalog are the replay's."""
    declared = next(p.value.experiment for p in workspace.models if p.value.id == "late-arrival")
    assert declared is not None
    assert (declared.control, declared.treatment) == ("v1", RETRAINED.version)
    assert (declared.start, declared.end) == (
        RETRAINED.live_from,
        RETRAINED.full_from - dt.timedelta(days=1),
    )
    assert declared.treatment_share == CANARY_SHARE


def test_the_catalog_declares_the_models_that_run(workspace: Workspace) -> None:
    """Every replayed model is declared with its features, task and retirement; one more is in development."""
    declared = {placed.value.id: placed.value for placed in workspace.models}
    assert declared.keys() - {m.id for m in MODELS} == {"taxi-out-time"}
    for model in MODELS:
        assert set(declared[model.id].features) == set(feature_names(model))
        assert declared[model.id].task == ("binary" if model.binary else "regression")
        end = model.last_day + dt.timedelta(days=1) if model.last_day else None
        assert declared[model.id].retired_on == end
    assert len({model.team for model in declared.values()}) == 3
    assert len({model.business_unit for model in declared.values()}) == 2


def test_the_organization_says_that_it_is_fictional(workspace: Workspace) -> None:
    """In its name and under its title."""
    assert "fictional" in workspace.settings.name
    assert "made-up" in (workspace.settings.about or "")
