"""A night that would lose accepted rows stops, and says which."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.errors import LedgerError, QueryError
from dagster_project.defs.stages import run_stage
from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import load_workspace
from dagster_project.store.lake import live_paths
from dagster_project.store.parts import WrittenParts
from dagster_project.store.warehouse import Warehouse

from .logs import AS_OF, HORIZON, Logs, request


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs.make(tmp_path)


def test_a_lost_row_stops_the_night(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that was written but not accounted for raises LedgerError, and nothing from the source is kept."""
    from dagster_project.store import requests

    logs.csv("logs/a.csv", [request(1), request(2)])
    with monkeypatch.context() as patch:
        patch.setattr(requests, "_accepted", lambda written: _one_less(written))
        with pytest.raises(LedgerError, match="does not balance"):
            logs.night()
    assert logs.rows("SELECT (SELECT count(*) FROM ops.file), (SELECT count(*) FROM ops.ledger)") == [(0, 0)]
    assert logs.night().accepted == 2


def _one_less(written: WrittenParts) -> pl.DataFrame:
    return written.counts.select("file_id", "day", accepted=pl.col("rows") - 1, late=pl.col("late"))


def test_a_lake_that_lost_a_file_stops_the_night(logs: Logs) -> None:
    """New figures would lack accepted rows without anyone noticing; the message says what to do."""
    logs.csv("logs/a.csv", [request(1), request(2, day=2)])
    logs.night()
    lost = next((logs.root / "data" / "lake" / "requests").rglob("*.parquet"))
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(
        LedgerError, match=r"1 of 2 files of the lake are gone, such as data/lake/requests.*put"
    ):
        logs.night()
    lost.write_bytes(kept)
    logs.night()


@pytest.mark.parametrize("read", ["frame", "batches"])
def test_a_damaged_file_of_the_lake_is_named_by_the_stage_that_reads_it(logs: Logs, read: str) -> None:
    """With what to do, and exit code 3; an error with another cause keeps its own message."""
    logs.csv("logs/a.csv", [request(1), request(2, day=2)])
    logs.night()
    night = Night(load_workspace(logs.root, builtin=logs.root / "no-builtin"), AS_OF, HORIZON)
    damaged = next((logs.root / "data" / "lake" / "requests").rglob("*.parquet"))
    sql = "FROM read_parquet($files)"

    def stage(_night: Night, warehouse: Warehouse) -> object:
        return getattr(warehouse, read)(sql, {"files": live_paths(warehouse, logs.root, "requests")})

    kept = damaged.read_bytes()
    damaged.write_bytes(kept[: len(kept) // 2])
    with pytest.raises(
        LedgerError, match=rf"1 of 2 .* damaged, such as {damaged.relative_to(logs.root)} .*put"
    ):
        list(run_stage(night, stage))
    damaged.write_bytes(kept)
    sql = "FROM nowhere WHERE $files"
    with pytest.raises(QueryError, match="nowhere"):
        list(run_stage(night, stage))
