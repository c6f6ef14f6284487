"""Which day a run reports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.pipeline.start import night_for
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.starter import write_starter


def workspace(root: Path, settings: str) -> Workspace:
    """A workspace with nothing but settings."""
    (root / "data").mkdir(parents=True)
    (root / "data" / "workspace.yml").write_text(settings, encoding="utf-8")
    return load_workspace(root)


@pytest.mark.parametrize(
    ("zone", "now", "as_of", "running"),
    [
        ("UTC", "2025-03-10T02:15+00:00", "2025-03-09", "2025-03-10"),
        ("America/New_York", "2025-03-10T02:15+00:00", "2025-03-08", "2025-03-09"),
        ("Asia/Tokyo", "2025-03-10T16:00+00:00", "2025-03-10", "2025-03-11"),
    ],
)
def test_today_is_the_running_day_and_yesterday_is_reported(
    tmp_path: Path, zone: str, now: str, as_of: str, running: str
) -> None:
    """By the workspace's clock, not UTC's."""
    night = night_for(
        workspace(tmp_path / "w", f"name: A\ntimezone: {zone}\n"),
        day=None,
        now=dt.datetime.fromisoformat(now),
    )
    assert night.as_of == dt.date.fromisoformat(as_of)
    assert night.running_day == dt.date.fromisoformat(running)


def test_a_day_that_is_asked_for_wins(tmp_path: Path) -> None:
    """A past day is complete: nothing runs."""
    found = workspace(tmp_path / "w", "name: A\nas_of: 2024-01-01\n")
    night = night_for(found, day=dt.date(2025, 1, 5), now=dt.datetime(2025, 3, 1, tzinfo=dt.UTC))
    assert (night.as_of, night.running_day) == (dt.date(2025, 1, 5), None)


def test_a_day_that_is_not_over_is_never_reported_as_whole(tmp_path: Path) -> None:
    """Asking for today, or a day to come, reports yesterday."""
    found = workspace(tmp_path / "w", "name: A\n")
    now = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
    for asked in (dt.date(2025, 3, 1), dt.date(2030, 1, 1)):
        night = night_for(found, day=asked, now=now)
        assert (night.as_of, night.running_day) == (dt.date(2025, 2, 28), dt.date(2025, 3, 1))


def test_newest_is_the_newest_day_of_the_logs(tmp_path: Path) -> None:
    """The starter's log ends on 9 February 2025."""
    write_starter(tmp_path / "board")
    night = night_for(
        load_workspace(tmp_path / "board"), day=None, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    assert (night.as_of, night.running_day) == (dt.date(2025, 2, 9), None)
