"""Which files the lake keeps."""

from __future__ import annotations

from pathlib import Path

from ..pipeline.logs import Logs, request


def test_files_that_nothing_lists_are_swept(tmp_path: Path) -> None:
    """What a killed night left behind goes; what is listed stays."""
    logs = Logs.make(tmp_path)
    logs.csv("logs/a.csv", [request(1)])
    logs.night()
    kept = logs.files()
    stray = tmp_path / "data/lake/requests/log/2024-03-09/all-000000000000.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"x")
    (tmp_path / "data/lake/.tmp").mkdir()
    logs.night()
    assert logs.files() == kept
    assert not stray.parent.exists()
    assert not (tmp_path / "data/lake/.tmp").exists()
