"""A night that would lose accepted rows stops, and says which."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.errors import LedgerError
from dagster_project.store.parts import WrittenParts

from .logs import Logs, request


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    return Logs.make(tmp_path)


def test_a_lost_row_stops_the_night(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is written and not accounted for is a LedgerError, and nothing of the source is kept."""
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
    """New figures would lack accepted rows, and nobody would see it; the message says what to do."""
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
