"""Dagster's view of a night: assets, partitions, schedule, blocking checks."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import dagster as dg
import pytest

from dagster_project.core.errors import CheckError, ModelboardError
from dagster_project.defs.build import AS_OF_TAG, JOB, definitions_for, requested_day
from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import load_workspace
from dagster_project.starter import write_starter

# The lock pins what is marked so; a night says nothing of it either.
pytestmark = pytest.mark.filterwarnings("ignore::dagster.BetaWarning")


@pytest.fixture
def definitions(tmp_path: Path) -> dg.Definitions:
    """Definitions of the starter workspace."""
    write_starter(tmp_path / "board")
    workspace = load_workspace(tmp_path / "board")

    def night(day: dt.date | None) -> AbstractContextManager[Night]:
        last = day or dt.date(2025, 2, 9)
        return nullcontext(Night(workspace, last, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))

    return definitions_for(workspace.settings, night)


def test_only_what_reads_events_is_partitioned_by_day(definitions: dg.Definitions) -> None:
    """Figures and site are made once a night, whatever days were read; one run covers a range of days."""
    graph = definitions.resolve_asset_graph()
    partitioned = {
        key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).partitions_def
    }
    assert partitioned == {"lake", "daily_summaries"}
    for name in partitioned:
        policy = graph.get(dg.AssetKey(name)).backfill_policy
        assert policy is not None
        assert policy.max_partitions_per_run is None


def test_every_stage_of_the_data_has_a_blocking_check(definitions: dg.Definitions) -> None:
    """Lake, summaries and readings each stop the night when they are wrong."""
    graph = definitions.resolve_asset_graph()
    checked = {key.asset_key.to_user_string() for key in graph.asset_check_keys}
    assert checked == {"lake", "daily_summaries", "readings"}


def test_the_schedule_ticks_in_the_workspaces_zone(definitions: dg.Definitions) -> None:
    """A night at 02:15 local time."""
    schedule = definitions.resolve_schedule_def("every_night")
    assert schedule.cron_schedule == "15 2 * * *"
    assert schedule.execution_timezone == "UTC"


def test_the_assets_stand_in_one_line(definitions: dg.Definitions) -> None:
    """Each stage reads what the one before wrote."""
    order = definitions.resolve_asset_graph().toposorted_asset_keys
    assert [key.to_user_string() for key in order] == [
        "lake",
        "daily_summaries",
        "model_catalog",
        "readings",
        "business_impact",
        "alerts",
        "maturity",
        "site",
    ]


@pytest.mark.parametrize(
    ("tags", "day"),
    [
        ({AS_OF_TAG: "2025-02-01", "dagster/partition": "2025-02-03"}, dt.date(2025, 2, 1)),
        ({"dagster/partition": "2025-02-03"}, dt.date(2025, 2, 3)),
        ({"dagster/asset_partition_range_end": "2025-02-04"}, dt.date(2025, 2, 4)),
        ({}, None),
    ],
)
def test_a_run_says_which_day_it_is_for(tags: dict[str, str], day: dt.date | None) -> None:
    """Its own tag wins, then its partition, then the end of its range."""
    assert requested_day(tags) == day


@pytest.mark.slow
def test_a_failed_check_stops_everything_downstream(
    definitions: dg.Definitions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the ledger does not balance, no later stage runs and nothing is published."""
    from dagster_project.pipeline import check

    monkeypatch.setattr(check, "ledger_balances", lambda _: check.Check("ledger balances", False, "planted"))
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_job_def(JOB)
        result = job.execute_in_process(
            instance=instance,
            partition_key="2025-02-09",
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
    assert not result.success
    materialised = {
        event.asset_key and event.asset_key.to_user_string()
        for event in result.get_asset_materialization_events()
    }
    assert materialised == {"lake"}
    assert not (tmp_path / "board" / "build").exists()


def test_the_command_line_turns_a_failed_check_into_its_own_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run_job` raises CheckError, which leaves with exit code 3, and names the check."""
    from dagster_project.commands.night import run_job
    from dagster_project.pipeline import check
    from dagster_project.pipeline.night import no_progress

    write_starter(tmp_path / "b")
    monkeypatch.setattr(check, "ledger_balances", lambda _: check.Check("ledger balances", False, "planted"))
    with pytest.raises(CheckError, match=r"ledger balances \(planted\)"):
        run_job(load_workspace(tmp_path / "b"), day=None, progress=no_progress)


def test_a_run_of_the_ui_is_the_only_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it lasts every other run is refused, and it is refused while another one writes."""
    from dagster_project.definitions import defs
    from dagster_project.store.lock import sole_writer

    write_starter(tmp_path / "b")
    monkeypatch.setenv("MODELBOARD_WORKSPACE", str(tmp_path / "b"))
    night = (defs().resources or {})["night"]
    warehouse = load_workspace(tmp_path / "b").warehouse
    with dg.build_resources({"night": night}) as held:
        assert held.night.as_of == dt.date(2025, 2, 9)
        with pytest.raises(ModelboardError, match="another run is writing"), sole_writer(warehouse):
            pass
    with (
        sole_writer(warehouse),
        pytest.raises(dg.DagsterError) as refused,
        dg.build_resources({"night": night}),
    ):
        pass
    assert "another run is writing this workspace; wait for it to end" in str(refused.value.__cause__)
