"""What is declared differently after some nights is counted as if the workspace had begun that way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from dagster_project.pipeline.ingest import ingest
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise import summarise
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse

from .logs import AS_OF, HORIZON, Logs

BY_SCORE = {"event_time": "ts", "request_id": "id", "model_id": {"constant": "m"}, "score": "p"}
BY_PREDICTION = {"event_time": "ts", "request_id": "id", "model_id": {"constant": "m"}, "prediction": "p"}
LOG = {"source": "log", "files": "logs/*.csv", "columns": BY_SCORE, "features": "*"}
PARTED = {"catalog/m": {"id": "m", "segments": ["c"]}}
TABLES = ("ops.grid", "ops.category", "daily.traffic", "daily.feature_hist", "daily.category_hist")
Files = Mapping[str, object]


def source(columns: Mapping[str, object]) -> Files:
    """The workspace's only source, mapped from other columns."""
    return {"sources/log": {**LOG, "columns": columns}}


def night_of(logs: Logs, files: Files, *, counts: bool = True) -> None:
    """Write files by their paths below data/, without .yml, then ingest and, if asked, summarise."""
    for name, content in files.items():
        path = logs.root / "data" / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
    workspace = load_workspace(logs.root)
    with Warehouse.open(workspace.warehouse) as warehouse:
        night = Night(workspace, AS_OF, HORIZON)
        ingest(night, warehouse)
        if counts:
            summarise(night, warehouse)


def counted(root: Path, *nights: Files) -> dict[str, pl.DataFrame]:
    """What is known and counted after a night with each of some declarations, for logs whose first days vary little."""
    logs = Logs.make(root, LOG)
    rng = np.random.default_rng(4)
    for day in range(20):
        begin = dt.datetime(2024, 3, 1 + day, tzinfo=dt.UTC)
        rows = [
            {
                "ts": str(begin + dt.timedelta(hours=hour)),
                "id": f"{day}-{hour}-{i}",
                "p": int(rng.integers(3)),
                "x": hour + i / 4,
                "c": f"{hour % 5}",
            }
            for hour in range(24)
            for i in range(4)
        ]
        logs.csv(f"logs/{day}.csv", rows)
    for files in nights:
        night_of(logs, files)
    return {table: logs.table(f"SELECT * FROM {table} ORDER BY ALL") for table in TABLES}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (source(BY_SCORE), source(BY_PREDICTION)),
        ({"workspace": {"name": "A"}}, {"workspace": {"name": "A", "timezone": "America/New_York"}}),
        (
            source(BY_PREDICTION),
            {**source(BY_PREDICTION), "catalog/m": {"id": "m", "task": "multiclass"}},
        ),
        (PARTED, {**PARTED, "sources/log": {**LOG, "max_segment_values": 2}}),
    ],
    ids=[
        "a score that turned out to be a prediction",
        "another time zone",
        "numbers that are classes",
        "fewer segments",
    ],
)
def test_grids_and_dictionaries_are_those_of_a_fresh_workspace(
    tmp_path: Path, before: Files, after: Files
) -> None:
    """Otherwise distances would be measured on bins made for other values or other days."""
    later, fresh = counted(tmp_path / "later", before, after), counted(tmp_path / "fresh", after)
    for table in TABLES:
        assert_frame_equal(later[table], fresh[table])


def test_a_night_killed_before_it_counted_anew_leaves_that_to_the_next(tmp_path: Path) -> None:
    """A change of mapping is remembered until it has been counted."""
    logs = Logs.make(tmp_path, LOG)
    logs.csv("logs/a.csv", [{"ts": "2024-03-01 10:00:00", "id": "1", "p": 0.5}])
    for columns, counts in ((BY_SCORE, True), (BY_PREDICTION, False), (BY_PREDICTION, True)):
        night_of(logs, source(columns), counts=counts)
    grids = logs.rows("SELECT feature, kind FROM ops.grid")
    assert grids == [("output:prediction", "number")]
