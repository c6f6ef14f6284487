"""What a night keeps beside the warehouse, and what it says at the end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.commands.night import hints_of, instance_at
from dagster_project.pipeline.night import Night
from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, write_workspace


@pytest.mark.parametrize("left", [None, b""], ids=["a new home", "what a full disk left"])
def test_dagster_never_reports_home(tmp_path: Path, left: bytes | None) -> None:
    """Nothing leaves the machine: telemetry is off from the first run on."""
    if left is not None:
        (tmp_path / "dagster.yaml").write_bytes(left)
    with instance_at(tmp_path) as instance:
        assert not instance.telemetry_enabled


def test_what_a_user_set_for_dagster_stays(tmp_path: Path) -> None:
    """The file is written once and never overwritten."""
    mine = "telemetry:\n  enabled: false\n# mine\n"
    (tmp_path / "dagster.yaml").write_text(mine, encoding="utf-8")
    with instance_at(tmp_path):
        assert (tmp_path / "dagster.yaml").read_text(encoding="utf-8") == mine


def test_days_without_rows_are_said_not_to_be_computed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes before other remarks and names the days that exist; it is absent if a day has rows or none is given."""
    monkeypatch.setattr("dagster_project.commands.night.remarks", lambda *_: ["another"])
    night = Night(write_workspace(tmp_path), AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC))
    first, last = dt.date(2031, 1, 1), dt.date(2031, 1, 5)
    told = "no row from 2031-01-01 to 2031-01-05 has been read, so no day was recomputed"
    assert hints_of(night, (first, last))[1] == [f"{told}; the lake has no rows at all", "another"]
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        warehouse.fill("ops.part", [{"kind": "requests", "source": "log", "day": AS_OF, "path": "a.parquet"}])
    assert hints_of(night, (first, last))[1] == [
        f"{told}; the lake has rows from {AS_OF} to {AS_OF}",
        "another",
    ]
    assert hints_of(night, (AS_OF, last))[1] == hints_of(night)[1] == ["another"]
