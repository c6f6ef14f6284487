"""Each blocking check fails on the fault it is there for, and on nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.pipeline import check
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.start import night_for
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.nights import NOW, started


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The starter workspace after a night."""
    root = started(tmp_path_factory.mktemp("check") / "board")
    return night_for(load_workspace(root), day=None, now=NOW)


@pytest.fixture
def warehouse(night: Night, tmp_path: Path) -> Iterator[Warehouse]:
    """A copy of the warehouse to break."""
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(night.workspace.warehouse.read_bytes())
    with Warehouse.open(copy) as opened:
        yield opened


def verdicts(warehouse: Warehouse, night: Night) -> dict[str, bool]:
    """All checks by name."""
    found = [
        *check.after_ingest(warehouse, night),
        *check.after_summaries(warehouse, night),
        *check.after_scores(warehouse, night),
    ]
    return {c.name: c.passed for c in found}


def test_a_healthy_night_passes_every_check(warehouse: Warehouse, night: Night) -> None:
    """Nothing is wrong with the starter."""
    assert all(verdicts(warehouse, night).values())


@pytest.mark.parametrize(
    ("fault", "caught"),
    [
        ("UPDATE ops.ledger SET rejected = rejected + 1", {"ledger balances"}),
        (
            "UPDATE ops.ledger SET accepted = accepted - 1, rejected = rejected + 1",
            {"lake matches ledger"},
        ),
        (
            "INSERT INTO daily.traffic SELECT * FROM daily.traffic WHERE segment <> '' LIMIT 1",
            {"keys are unique"},
        ),
        ("DELETE FROM ops.summarised", {"days are covered"}),
        (
            "UPDATE daily.traffic SET requests = requests + 1 WHERE segment = ''",
            {"traffic matches lake"},
        ),
        (
            "UPDATE mart.reading SET value = 'nan'::double WHERE metric = 'requests'",
            {"readings are finite or say why not"},
        ),
        (
            "UPDATE mart.reading SET value = NULL, reason = '' WHERE metric = 'requests'",
            {"readings are finite or say why not"},
        ),
    ],
)
def test_a_planted_fault_is_caught_by_its_check(
    warehouse: Warehouse, night: Night, fault: str, caught: set[str]
) -> None:
    """Exactly the check meant for it fails."""
    table_with_day = "daily.traffic" if "INSERT INTO daily" in fault else None
    if table_with_day:
        fault = fault.replace("LIMIT 1", "ORDER BY day DESC LIMIT 1")
    warehouse.run(fault)
    assert {name for name, passed in verdicts(warehouse, night).items() if not passed} == caught


def test_the_recorded_verdict_is_the_newest(warehouse: Warehouse) -> None:
    """A check that is run again replaces its verdict."""
    check.record(warehouse, [check.Check("a", False, "first")])
    check.record(warehouse, [check.Check("a", True, "second")])
    rows = warehouse.frame("SELECT state, detail FROM ops.checks WHERE name = 'a'")
    assert rows.rows() == [("pass", "second")]


def test_checks_do_not_depend_on_the_workspaces_place(night: Night, tmp_path: Path) -> None:
    """A workspace that was moved still passes."""
    moved = night.workspace.root.rename(tmp_path / "moved")
    try:
        again = Night(load_workspace(moved), night.as_of, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        with Warehouse.open(again.workspace.warehouse) as opened:
            assert all(verdicts(opened, again).values())
    finally:
        moved.rename(night.workspace.root)
