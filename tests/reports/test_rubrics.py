from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.pipeline.assess import assess_maturity
from dagster_project.pipeline.assess_wording import PLACE
from dagster_project.pipeline.catalog import refresh
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.spec.rubric import Rubric
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import night_of, write_workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return load_workspace(write_workspace(tmp_path_factory.mktemp("empty"), []))


@pytest.fixture(scope="module")
def playbook(workspace: Workspace) -> Rubric:
    return next(rubric for rubric in workspace.rubrics if rubric.id == "playbook")


def test_the_playbook_has_enough_milestones_and_most_are_decided_by_data(playbook: Rubric) -> None:
    decided = [m for m in playbook.milestones if m.method != "attest"]
    assert len(playbook.milestones) >= 34
    assert len(decided) >= 22


def test_every_pillar_has_milestones_on_every_level(playbook: Rubric) -> None:
    found = {(m.pillar, m.level) for m in playbook.milestones}
    assert found == {
        (p.id, level.level) for p in playbook.pillars for level in playbook.levels if level.level > 0
    }


def test_every_milestone_comes_from_a_question_of_the_checklist(
    workspace: Workspace, playbook: Rubric
) -> None:
    questions = {question.id for section in workspace.sections for question in section.questions}
    assert {m.id for m in playbook.milestones if m.item not in questions} == set()


def test_evidence_names_only_facts_that_are_there(workspace: Workspace, playbook: Rubric) -> None:
    facts = {fact.id for fact in workspace.facts}
    named = {match["name"] for m in playbook.milestones for match in PLACE.finditer(m.evidence or "")}
    assert named - facts == set()
    assert [m.id for m in playbook.milestones if m.method != "attest" and not m.evidence] == []


def test_no_rule_breaks_or_fails_on_an_empty_warehouse(tmp_path: Path) -> None:
    night = night_of(write_workspace(tmp_path, []))
    with Warehouse.open(None) as warehouse:
        refresh(night, warehouse)
        assess_maturity(night, warehouse)
        states = set(warehouse.frame("SELECT DISTINCT state FROM mart.milestone")["state"])
    assert states <= {"not reported", "not applicable"}
