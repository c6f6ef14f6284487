"""What a night keeps beside the warehouse."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.commands.night import instance_at


@pytest.mark.parametrize("left", [None, b""], ids=["a new home", "what a full disk left"])
def test_dagster_never_reports_home(tmp_path: Path, left: bytes | None) -> None:
    """Nothing leaves the machine: telemetry is off from the first run on."""
    if left is not None:
        (tmp_path / "dagster.yaml").write_bytes(left)
    with instance_at(tmp_path) as instance:
        assert not instance.telemetry_enabled


def test_what_a_user_set_for_dagster_stays(tmp_path: Path) -> None:
    """Written once, then theirs."""
    mine = "telemetry:\n  enabled: false\n# mine\n"
    (tmp_path / "dagster.yaml").write_text(mine, encoding="utf-8")
    with instance_at(tmp_path):
        assert (tmp_path / "dagster.yaml").read_text(encoding="utf-8") == mine
