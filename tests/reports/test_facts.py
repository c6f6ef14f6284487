from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.pipeline.assess_facts import Facts, gather
from dagster_project.pipeline.catalog import refresh
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import LAST, declared, night_of, warehouse_with, write_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return load_workspace(write_workspace(tmp_path_factory.mktemp("empty"), []))


@pytest.fixture(scope="module")
def empty(workspace: Workspace) -> Iterator[Facts]:
    night = night_of(workspace.root)
    with Warehouse.open(None) as warehouse:
        refresh(night, warehouse)
        yield gather(night, warehouse)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    root = write_workspace(tmp_path_factory.mktemp("full"), [declared("a"), declared("b")])
    night = night_of(root)
    with warehouse_with("a", "b") as warehouse:
        warehouse.run(
            "INSERT INTO fact.incidents BY NAME SELECT id AS incident_id, '' AS model_id, TIMESTAMPTZ '2025-06-01'"
            " AS started_at, TIMESTAMPTZ '2025-06-01' + to_hours(after) AS detected_at"
            " FROM (VALUES ('i1', 6), ('i2', -50), ('i3', -60)) AS i(id, after)"
        )
        refresh(night, warehouse)
        yield gather(night, warehouse)


def test_every_fact_runs_on_an_empty_warehouse_and_reports_nothing(
    workspace: Workspace, empty: Facts
) -> None:
    assert empty.broken == {}
    found = empty.on("organization", LAST)
    assert set(found) == {fact.id for fact in workspace.facts}
    assert [fact.name for fact in found.values() if fact.value is not None] == []


def test_every_fact_has_one_row_a_day_with_its_figures_in_range(workspace: Workspace, full: Facts) -> None:
    assert full.broken == {}
    for day in full.days:
        found = full.on("organization", day)
        assert set(found) == {fact.id for fact in workspace.facts}
        for fact in found.values():
            if fact.unit == "share" and fact.value is not None:
                assert fact.numerator is not None
                assert fact.denominator is not None
                assert fact.value == fact.numerator / fact.denominator
                assert 0 <= fact.value <= 1


def test_an_incident_detected_before_it_began_is_named_and_not_counted(full: Facts) -> None:
    """Its clock is wrong; detection within less than no time reached the milestone."""
    fact = full.on("organization", LAST)["hours_to_detect"]
    assert (fact.value, fact.denominator) == (6.0, 1.0)
    assert fact.detail == "Detected before they began: i2; i3."


def test_every_fact_is_defined_and_has_a_unit(workspace: Workspace) -> None:
    assert [fact.id for fact in workspace.facts if not fact.head.definition or not fact.head.unit] == []


def test_every_fact_is_used_by_a_milestone_or_a_question(workspace: Workspace) -> None:
    texts = [m.model_dump_json() for rubric in workspace.rubrics for m in rubric.milestones]
    texts += [question.model_dump_json() for section in workspace.sections for question in section.questions]
    assert [fact.id for fact in workspace.facts if not any(fact.id in text for text in texts)] == []


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ("('2', 0.1, '1', '2025-05-01'), ('2', 1.0, NULL, '2025-05-08')", 1.0),
        ("('2', 1.0, '1', '2025-05-01')", 0.0),
        ("('1', 1.0, NULL, '2025-05-01'), ('1', 0.0, '1', '2025-06-01')", None),
        ("('2', 0.1, '1', '2025-07-01')", None),
    ],
)
def test_a_canary_is_a_replacement_that_began_with_part_of_the_traffic(
    tmp_path: Path, rows: str, value: float | None
) -> None:
    """A first version replaces nothing, a retirement is no release, and a later deployment does not count yet."""
    night = night_of(write_workspace(tmp_path, [declared("a")]))
    with Warehouse.open(None) as warehouse:
        warehouse.run(
            "INSERT INTO fact.deployments BY NAME SELECT 'a' AS model_id, version, traffic_share, previous_version,"
            " began::TIMESTAMPTZ AS started_at"
            f" FROM (VALUES {rows}) AS d(version, traffic_share, previous_version, began)"
        )
        refresh(night, warehouse)
        assert gather(night, warehouse).on("organization", LAST)["releases_with_canary"].value == value


def test_a_share_names_who_lacks_something(tmp_path: Path) -> None:
    names = [f"m{n}" for n in range(7)]
    night = night_of(write_workspace(tmp_path, [declared(name, owner=None) for name in names]))
    with Warehouse.open(None) as warehouse:
        refresh(night, warehouse)
        fact = gather(night, warehouse).on("organization", LAST)["models_with_owner"]
    assert (fact.value, fact.numerator, fact.denominator) == (0.0, 0.0, 7.0)
    assert fact.detail == "Lacking: m0; m1; m2; m3; m4 and 2 more."


def test_whoever_lacks_something_is_named_as_on_the_pages(tmp_path: Path) -> None:
    """By title where the catalog has one, which may have commas; by id otherwise."""
    lacking = [declared("a", owner=None, title="Delay, planned"), declared("b", owner=None)]
    night = night_of(write_workspace(tmp_path, lacking))
    with Warehouse.open(None) as warehouse:
        refresh(night, warehouse)
        fact = gather(night, warehouse).on("organization", LAST)["models_with_owner"]
    assert fact.detail == "Lacking: Delay, planned; b."
