"""Which day a run reports."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.errors import ModelboardError
from dagster_project.pipeline.ingest import ingest
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.remarks import remarks
from dagster_project.pipeline.render_definitions import put_definitions, put_state
from dagster_project.pipeline.render_views import create_views
from dagster_project.pipeline.start import night_for, why_empty
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.starter import write_starter
from dagster_project.store.warehouse import Warehouse


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
    """A past day is complete, so there is no running day."""
    found = workspace(tmp_path / "w", "name: A\nas_of: 2024-01-01\n")
    night = night_for(found, day=dt.date(2025, 1, 5), now=dt.datetime(2025, 3, 1, tzinfo=dt.UTC))
    assert (night.as_of, night.running_day) == (dt.date(2025, 1, 5), None)


def test_a_day_that_is_still_to_come_is_refused(tmp_path: Path) -> None:
    """A slip in --as-of does not publish another day instead."""
    now = dt.datetime(2025, 3, 10, 2, 15, tzinfo=dt.UTC)
    made = workspace(tmp_path / "w", "name: A\n")
    with pytest.raises(ModelboardError, match=r"2052-03-09 is in the future; the newest .* is 2025-03-09"):
        night_for(made, day=dt.date(2052, 3, 9), now=now)


def test_a_day_that_is_not_over_is_never_reported_as_whole(tmp_path: Path) -> None:
    """Asking for today reports yesterday, with today as far as it has come."""
    found = workspace(tmp_path / "w", "name: A\n")
    night = night_for(found, day=dt.date(2025, 3, 1), now=dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC))
    assert (night.as_of, night.running_day) == (dt.date(2025, 2, 28), dt.date(2025, 3, 1))


def test_newest_is_the_newest_day_of_the_logs(tmp_path: Path) -> None:
    """The starter's log ends on 9 February 2025."""
    write_starter(tmp_path / "board")
    night = night_for(
        load_workspace(tmp_path / "board"), day=None, now=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    )
    assert (night.as_of, night.running_day) == (dt.date(2025, 2, 9), None)


@pytest.mark.parametrize(
    ("as_of", "running", "said"),
    [
        ("2025-02-09", None, ""),
        ("2025-03-08", None, ""),
        (
            "2025-03-09",
            None,
            "the newest request is from 2025-02-09; use --as-of 2025-02-09, or as_of: newest",
        ),
        ("2025-03-09", "2025-02-09", ""),
        (
            "2024-12-31",
            None,
            "the oldest request is from 2025-01-30; use --as-of 2025-01-30, or as_of: newest",
        ),
    ],
)
def test_a_day_that_the_logs_do_not_reach_is_said(
    tmp_path: Path, as_of: str, running: str | None, said: str
) -> None:
    """On the command line and on the home page, which would be empty without a word."""
    found = workspace(tmp_path / "w", "name: A\nwindows: [1, 28]\n")
    night = Night(
        found,
        dt.date.fromisoformat(as_of),
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        dt.date.fromisoformat(running) if running else None,
    )
    days = [dt.date(2025, 1, 30), dt.date(2025, 2, 9)]
    rows = pl.DataFrame({"kind": "requests", "source": "log", "day": days, "path": ["a", "b"]})
    with Warehouse.open(None) as warehouse:
        assert why_empty(night, warehouse) == ""
        warehouse.append("ops.part", rows)
        put_state(night, warehouse, "", "")
        views = create_views(found.marts, warehouse)
        assert why_empty(night, warehouse).startswith(said)
        beyond = views.one("out_of_sight")
        assert bool(said) == bool(beyond)
        if said:
            assert beyond is not None
            assert f"the {beyond['which']} request is from {beyond['nearest_day']};" in said


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "time;model\n1;m\n", "logs/a.csv was set aside: has no column 't'"),
        ("a.csv", "t,m\nyesterday,m\n", "source log: 1 row was rejected, such as: "),
        ("a.txt", "t,m\n", "source log: no file matches logs/*.csv"),
    ],
)
def test_a_night_that_read_nothing_says_why(tmp_path: Path, name: str, content: str, said: str) -> None:
    """A stranger's first night must not end in empty pages without a word."""
    root = tmp_path / "w"
    (root / "data" / "sources").mkdir(parents=True)
    (root / "logs").mkdir()
    (root / "data" / "workspace.yml").write_text("name: A\n", encoding="utf-8")
    text = "source: log\nfiles: logs/*.csv\ncolumns: {event_time: t, model_id: m}\n"
    (root / "data" / "sources" / "log.yml").write_text(text, encoding="utf-8")
    (root / "logs" / name).write_text(content, encoding="utf-8")
    night = Night(load_workspace(root), dt.date(2025, 3, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with Warehouse.open(None) as warehouse:
        ingest(night, warehouse)
        put_definitions(night.workspace, warehouse)
        assert why_empty(night, warehouse) == "no requests were read"
        create_views(night.workspace.marts, warehouse)
        (why,) = remarks(night, warehouse)
    assert why.startswith(said)
