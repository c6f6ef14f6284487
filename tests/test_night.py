"""A whole night on the starter workspace: repeatable, killable, and never half published."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dagster_project.core.errors import CheckError, ModelboardError
from dagster_project.pipeline.assess import Assessment, assess_maturity
from dagster_project.pipeline.start import night_for
from dagster_project.spec.loading import load_workspace
from dagster_project.starter import write_starter
from dagster_project.store.warehouse import Warehouse
from tests import run_cache
from tests.conftest import ONE_THREAD
from tests.nights import NOW, SCORING, figures, pages, started, whole

REPOSITORY = Path(__file__).parent.parent


def tree(folder: Path) -> dict[str, str]:
    """Hash of every file of the published site except the manifest, which also names the previous release."""
    files = (p for p in sorted(folder.resolve().rglob("*")) if p.is_file() and p.name != "manifest.json")
    return {
        p.relative_to(folder.resolve()).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published starter workspace; tests copy it."""
    return started(tmp_path_factory.mktemp("night") / "board")


@pytest.fixture
def workspace(published: Path, tmp_path: Path) -> Path:
    """A copy to change; times are kept, so that files are not read again."""
    return Path(shutil.copytree(published, tmp_path / "board", symlinks=True))


def states(root: Path) -> dict[str, str]:
    """State of every milestone on the newest day."""
    with Warehouse.open(root / "data" / "warehouse.duckdb") as warehouse:
        rows = warehouse.frame(
            """SELECT milestone, state FROM mart.milestone WHERE subject = 'organization' AND rubric = 'playbook'
               AND day = (SELECT max(day) FROM mart.milestone)"""
        )
    return dict(rows.iter_rows())


def test_a_second_night_with_no_new_data_changes_nothing(workspace: Path) -> None:
    """The release stays the same, to the byte."""
    before, link = tree(workspace / "build" / "site"), (workspace / "build" / "site").readlink()
    whole(workspace)
    assert tree(workspace / "build" / "site") == before
    assert (workspace / "build" / "site").readlink() == link


def test_maturity_is_assessed_again_only_when_something_it_reads_is_new(workspace: Path) -> None:
    """A night with nothing new leaves the tables alone; a new answer or another day does not."""

    def again(day: dt.date | None = None) -> Assessment | None:
        night = night_for(load_workspace(workspace), day=day, now=NOW)
        with Warehouse.open(night.workspace.warehouse) as warehouse:
            return assess_maturity(night, warehouse)

    assert again() is None
    assert again(dt.date(2025, 2, 8)) is not None
    whole(workspace)
    assert again() is None
    answers = workspace / "data" / "playbook.yml"
    answers.write_text(
        "answers: [{item: M1, status: done, owner: x, reviewed: 2025-01-01}]\n", encoding="utf-8"
    )
    assert again() is not None


def test_the_same_inputs_make_the_same_bytes_elsewhere(published: Path, tmp_path: Path) -> None:
    """Another folder, built from nothing: the same site."""
    other = tmp_path / "elsewhere"
    write_starter(other)
    whole(other)
    assert tree(other / "build" / "site") == tree(published / "build" / "site")


@pytest.mark.slow
def test_a_night_killed_at_any_moment_ends_in_the_same_bytes(published: Path, tmp_path: Path) -> None:
    """Killed again and again, each time a little later: whatever is published is whole, and the end is the same.

    It is also the same with any number of threads.
    """
    root = tmp_path / "board"
    write_starter(root)
    run_cache.copy_to(root / "build" / "cache")  # else each killed night would begin by making it
    command = [sys.executable, "-m", "dagster_project", "nightly", "--workspace", str(root)]
    many_threads = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    environment = {**many_threads, "PYTHONPATH": str(REPOSITORY)}
    expected = tree(published / "build" / "site")
    for seconds in (2.5, 4, 5.5, 7):
        night = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        night.send_signal(signal.SIGKILL)
        night.wait()
        site = root / "build" / "site"
        assert not site.exists() or tree(site) == expected
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert tree(root / "build" / "site") == expected


def test_an_owner_who_is_removed_unticks_what_asks_for_owners_the_same_night(workspace: Path) -> None:
    """Exactly the milestones about owners change."""
    before = states(workspace)
    catalog = next((workspace / "data" / "catalog").glob("*.yml"))
    lines = catalog.read_text(encoding="utf-8").splitlines(keepends=True)
    catalog.write_text("".join(line for line in lines if not line.startswith("owner:")), encoding="utf-8")
    figures(workspace)
    after = states(workspace)
    changed = {name: (before[name], after[name]) for name in after if after[name] != before.get(name)}
    assert changed
    assert all("owner" in name for name in changed), changed
    assert all(was == "pass" and now == "fail" for was, now in changed.values()), changed


def test_a_page_that_cannot_be_built_leaves_the_last_site(workspace: Path) -> None:
    """The error names the file and line; the site stays, to the byte."""
    before = tree(workspace / "build" / "site")
    page = workspace / "reports" / "pages" / "broken.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("---\ntitle: Broken\norder: -1\n---\n<h1>x</h1>\n{{ nothing.there }}\n", encoding="utf-8")
    with pytest.raises(ModelboardError, match=r"broken\.md:6"):
        pages(workspace)
    assert tree(workspace / "build" / "site") == before


def test_a_dead_link_is_a_blocking_check(workspace: Path) -> None:
    """A page that leads nowhere stops the release."""
    before = tree(workspace / "build" / "site")
    page = workspace / "reports" / "pages" / "dead.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text('---\ntitle: Dead\n---\n<h1>x</h1>\n<a href="gone.html">x</a>\n', encoding="utf-8")
    with pytest.raises(CheckError, match=r"gone\.html"):
        pages(workspace)
    assert tree(workspace / "build" / "site") == before


def test_the_running_day_is_partial_and_compared_with_nothing(tmp_path: Path) -> None:
    """With the clock inside the last logged day, that day has ungraded readings and windows end the day before."""
    root = tmp_path / "board"
    write_starter(root)
    last = dt.datetime(2025, 2, 9, 12, tzinfo=dt.UTC)
    night = figures(root, now=last, stages=SCORING)
    assert night.running_day == last.date()
    with Warehouse.open(root / "data" / "warehouse.duckdb") as warehouse:
        partial = warehouse.frame(
            "SELECT DISTINCT grade, window_days FROM mart.reading WHERE day = ?", [last.date()]
        )
        reasons = warehouse.frame(
            "SELECT DISTINCT reason FROM mart.reading WHERE day = ? AND metric = 'requests'", [last.date()]
        )
    assert partial.rows() == [("unknown", 1)]
    assert all(str(reason).startswith("partial day") for reason in reasons["reason"])
