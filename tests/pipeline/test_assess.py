from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dagster_project.pipeline.assess import assess_maturity
from dagster_project.pipeline.assess_facts import SUNDAY, WEEKLY_DAYS, history_days
from dagster_project.pipeline.catalog import refresh
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import (
    FIRST,
    LAST,
    assess,
    changed,
    declared,
    label,
    night_of,
    serve,
    states,
    train,
    warehouse_with,
    write_workspace,
)

DECLARATIONS = {
    "owner": ("owners-named", "uvw"),
    "executive": ("executives-named", "uvx"),
    "purpose": ("decision-named", "uvy"),
    "limits": ("use-bounded", "uvz"),
    "personal_data": ("personal-data-stated", "uwx"),
    "next_review": ("reviews-in-time", "uwy"),
    "runbook": ("runbooks-written", "uwz"),
    "baseline": ("baseline-named", "uxy"),
    "pattern": ("patterns-declared", "uxz"),
    "risk_tier": ("risk-judged", "uyz"),
    "appeal": ("recourse-for-high-risk", "vwx"),
}
"""Field -> the milestone that asks for it, and the half of six models that lack it: another half for each field.

Appeals are asked of high-risk models only: of those that have a risk tier.
"""


@dataclass(frozen=True, slots=True)
class Assessed:
    """An organization after its night; its tests only look."""

    root: Path
    warehouse: Warehouse
    states: dict[str, str]


@pytest.fixture(scope="module")
def well_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assessed]:
    """Everything is declared, of two models."""
    root = write_workspace(tmp_path_factory.mktemp("well"), [declared("a"), declared("b")])
    with warehouse_with("a", "b") as warehouse:
        yield Assessed(root, warehouse, assess(night_of(root), warehouse))


@pytest.fixture(scope="module")
def six_declared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assessed]:
    """Everything is declared, of six models."""
    root = write_workspace(tmp_path_factory.mktemp("six"), [declared(model) for model in "uvwxyz"])
    with warehouse_with(*"uvwxyz") as warehouse:
        yield Assessed(root, warehouse, assess(night_of(root), warehouse))


@pytest.fixture(scope="module")
def half_declared(six_declared: Assessed) -> Assessed:
    """The six models when the same night finds half of each field's declarations removed."""
    lacking = {m: [field for field, (_, half) in DECLARATIONS.items() if m in half] for m in "uvwxyz"}
    models = [declared(model, **dict.fromkeys(fields)) for model, fields in lacking.items()]
    root = write_workspace(six_declared.root, models)
    warehouse = six_declared.warehouse
    return Assessed(root, warehouse, assess(night_of(root), warehouse))


def test_a_well_run_organization_passes_what_its_data_show(well_run: Assessed) -> None:
    """What nobody attested and what never happened is not reported; only what data contradict fails."""
    found = well_run.states
    assert {name for name, state in found.items() if state == "fail"} == {"alerts-retrain"}
    assert found["teams-take-part"] == "not applicable"
    assert found["labels-fresh"] == found["owners-named"] == found["versions-documented"] == "pass"
    assert found["story-told"] == found["incidents-told"] == "not reported"
    assert "error" not in found.values()


@pytest.mark.parametrize("field", sorted(DECLARATIONS))
def test_a_declaration_that_is_removed_unticks_its_milestone_the_same_night(
    half_declared: Assessed, field: str
) -> None:
    """The milestone names the models that lack this field, and none that lack only others."""
    milestone, half = DECLARATIONS[field]
    told = half_declared.warehouse.value(
        "SELECT evidence FROM mart.milestone WHERE rubric = 'playbook' AND milestone = ? AND day = ?",
        [milestone, LAST],
    )
    assert half_declared.states[milestone] in {"fail", "warning"}
    assert str(told).endswith(f" Lacking: {'; '.join(half)}.")


def test_removed_declarations_untick_no_other_milestone(
    six_declared: Assessed, half_declared: Assessed
) -> None:
    unticked = changed(six_declared.states, half_declared.states)
    assert set(unticked) == {milestone for milestone, _ in DECLARATIONS.values()}


def test_labels_that_stop_untick_what_rests_on_labels_and_nothing_else(well_run: Assessed) -> None:
    stop = LAST - dt.timedelta(days=40)
    with warehouse_with("a", "b") as warehouse:
        warehouse.run(
            "DELETE FROM daily.outcome_binary WHERE model_id = 'b' AND label_day > $stop", {"stop": stop}
        )
        after = assess(night_of(well_run.root), warehouse)
        told = warehouse.frame(
            "SELECT evidence FROM mart.milestone WHERE milestone = 'labels-fresh' AND day = $d", {"d": LAST}
        ).item()
    assert set(changed(well_run.states, after)) == {
        "labels-fresh",
        "performance-measured",
        "value-from-outcomes",
    }
    assert told == "1 of 2 models that should have labels have fresh ones. Lacking: b."


def test_labels_may_be_as_old_as_the_declared_delay_and_fourteen_days(tmp_path: Path) -> None:
    """Labels of 'a' are exactly that old, those of 'b' one day older."""
    root = write_workspace(tmp_path, [declared(model, label_delay_days=10) for model in "ab"])
    with Warehouse.open(None) as warehouse:
        for model, age in (("a", 24), ("b", 25)):
            serve(warehouse, model)
            label(warehouse, model, last=LAST - dt.timedelta(days=age))
        assert assess(night_of(root), warehouse)["labels-fresh"] == "fail"
        told = warehouse.value(
            "SELECT evidence FROM mart.milestone WHERE milestone = 'labels-fresh' AND day = ?", [LAST]
        )
    assert told == "1 of 2 models that should have labels have fresh ones. Lacking: b."


def test_metadata_that_vanish_from_a_version_untick_what_rests_on_them(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a"), declared("b")])
    with warehouse_with("a", "b") as warehouse:
        before = assess(night_of(root), warehouse)
        warehouse.run(
            "UPDATE fact.training_runs SET data_uri = NULL, data_sha256 = NULL, code_sha = NULL, code_link = NULL"
            " WHERE model_id = 'b'"
        )
        after = assess(night_of(root), warehouse)
        yesterday = states(warehouse, dt.date(2025, 6, 29))
    assert changed(before, after) == {
        "versions-documented": "fail",
        "metadata-automatic": "warning",
        "versions-rebuildable": "fail",
    }
    assert yesterday["versions-documented"] == "pass", "the day before, they were still there"


def test_a_stranger_in_the_log_unticks_only_what_asks_about_every_model(well_run: Assessed) -> None:
    with warehouse_with("a", "b") as warehouse:
        serve(warehouse, "stranger", first=dt.date(2025, 6, 1))
        after = assess(night_of(well_run.root), warehouse)
    assert after["catalog-complete"] == after["owners-named"] == "fail"
    about_values_labels_and_logs = {
        "value-from-outcomes",
        "labels-fresh",
        "consumers-known",
        "latency-known",
        "logs-usable",
    }
    assert not about_values_labels_and_logs & set(changed(well_run.states, after))


def test_nothing_known_is_never_a_failure(tmp_path: Path) -> None:
    """A log without any declaration, label, training run or deployment leaves their milestones not reported."""
    root = write_workspace(tmp_path, [])
    with Warehouse.open(None) as warehouse:
        serve(warehouse, "stranger")
        found = assess(night_of(root), warehouse)
    assert found["usage-counted"] == found["logs-usable"] == "pass"
    for milestone in (
        "owners-named",
        "labels-fresh",
        "versions-documented",
        "tests-pass",
        "deployments-recorded",
    ):
        assert found[milestone] == "not reported"
    assert "fail" not in found.values()


def test_before_the_first_declaration_nothing_is_reported(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a", since="2025-05-01")])
    with warehouse_with("a") as warehouse:
        assess(night_of(root), warehouse)
        assert states(warehouse, dt.date(2025, 4, 27))["owners-named"] == "not reported"
        assert states(warehouse, dt.date(2025, 5, 4))["owners-named"] == "pass"


def test_retired_models_and_models_in_development_are_not_counted(tmp_path: Path) -> None:
    others = [
        declared("old", owner=None, stage="retired", retired_on="2025-06-01"),
        declared("new", owner=None, stage="development"),
    ]
    root = write_workspace(tmp_path, [declared("a"), *others])
    with warehouse_with("a", "old", "new") as warehouse:
        assert assess(night_of(root), warehouse)["owners-named"] == "pass"
        assert states(warehouse, dt.date(2025, 5, 25))["owners-named"] == "fail", (
            "then the old one still served"
        )


def test_the_history_is_what_each_night_would_have_said(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a"), declared("b")])
    days = [dt.date(2025, 3, 30), dt.date(2025, 5, 4), dt.date(2025, 6, 8), LAST]
    query = "SELECT milestone, state, value FROM mart.milestone WHERE day = $d ORDER BY milestone"
    with warehouse_with("a", "b") as warehouse:
        warehouse.run("DELETE FROM daily.outcome_binary WHERE model_id = 'b' AND label_day > '2025-05-10'")
        train(warehouse, "b", version="2", first=dt.date(2025, 6, 20))
        serve(warehouse, "b", version="2", first=dt.date(2025, 6, 20))
        assess(night_of(root), warehouse)
        at_once = {day: warehouse.frame(query, {"d": day}).rows() for day in days}
        for table in ("catalog.history", "mart.fact", "mart.milestone"):
            warehouse.run(f"DELETE FROM {table}")
        for day in days:
            assess(night_of(root, day), warehouse)
            assert warehouse.frame(query, {"d": day}).rows() == at_once[day]
        assert {day: warehouse.frame(query, {"d": day}).rows() for day in days} == at_once
    assert at_once[days[1]] != at_once[days[2]], "the test would show nothing if nothing ever changed"


def test_reported_days_stay_while_recent_or_where_a_state_began(tmp_path: Path) -> None:
    """Nothing began on Thursday the 13th of March, long ago; on Thursday the 20th an owner was named."""
    with warehouse_with("a") as warehouse:
        for owner, day in (
            (None, dt.date(2025, 3, 13)),
            ("Lead", dt.date(2025, 3, 20)),
            ("Lead", dt.date(2025, 6, 18)),
        ):
            assess(night_of(write_workspace(tmp_path, [declared("a", owner=owner)]), day), warehouse)
        root = write_workspace(tmp_path, [declared("a", owner="Lead")])
        assess(night_of(root), warehouse)
        days = set(warehouse.frame("SELECT DISTINCT day FROM mart.maturity")["day"])
        since = warehouse.frame(
            "SELECT since FROM mart.milestone WHERE milestone = 'owners-named' AND day = $d", {"d": LAST}
        ).item()
    assert {dt.date(2025, 3, 20), dt.date(2025, 6, 18), dt.date(2025, 6, 29), LAST} <= days
    assert not {dt.date(2025, 3, 13), dt.date(2025, 6, 17)} & days
    assert since == dt.date(2025, 3, 20)


def test_the_same_night_twice_writes_the_same_figures(half_declared: Assessed) -> None:
    tables = ("fact", "milestone", "maturity", "checklist")
    warehouse = half_declared.warehouse
    before = [warehouse.frame(f"SELECT * FROM mart.{t} ORDER BY ALL").rows() for t in tables]
    assess(night_of(half_declared.root), warehouse)
    assert [warehouse.frame(f"SELECT * FROM mart.{t} ORDER BY ALL").rows() for t in tables] == before


def test_levels_rise_pillar_by_pillar_and_the_weakest_is_the_whole(well_run: Assessed) -> None:
    rows = well_run.warehouse.frame(
        "SELECT pillar, level, coverage, next_step FROM mart.maturity WHERE day = $d", {"d": LAST}
    ).rows()
    found = {pillar: rest for pillar, *rest in rows}
    assert set(found) == {"", "M", "D", "O", "G", "E"}
    assert (found["G"][0], found["G"][2]) == (1, "access-regulated")
    assert found[""][0] == found["E"][0] == 0
    assert found["E"][1] < 1 < 1 + found["G"][1]


def test_an_empty_warehouse_gives_a_result_and_no_error(tmp_path: Path) -> None:
    night = night_of(write_workspace(tmp_path, []), FIRST)
    with Warehouse.open(None) as warehouse:
        refresh(night, warehouse)
        found = assess_maturity(night, warehouse)
        assert found is not None
        kinds = set(warehouse.frame("SELECT DISTINCT state FROM mart.milestone")["state"])
    assert (found.days, found.broken_facts, found.passed) == (1, 0, 0)
    assert kinds <= {"not reported", "not applicable"}


def test_history_is_weekly_for_a_year_and_monthly_before(tmp_path: Path) -> None:
    """So that a night after ten years costs little more than one after two."""
    night = night_of(write_workspace(tmp_path, [declared("a")]))
    with Warehouse.open(None) as warehouse:
        warehouse.run(
            "INSERT INTO daily.traffic (model_id, day) VALUES ('a', $day)", {"day": dt.date(2020, 1, 1)}
        )
        days = history_days(night, warehouse)
    last_year = [day for day in days if day > LAST - dt.timedelta(days=365)]
    before = [day for day in days if day < LAST - dt.timedelta(days=WEEKLY_DAYS)]
    assert days[-1] == LAST
    assert len(last_year) in (53, 54)
    assert len({(day.year, day.month) for day in before}) == len(before) == 12 * 4 + 6
    assert all(day.weekday() == SUNDAY for day in days[:-1])
