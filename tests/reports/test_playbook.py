from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.pipeline.assess import assess_maturity
from dagster_project.pipeline.assess_wording import PLACE
from dagster_project.pipeline.catalog import refresh
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import assess, declared, night_of, warehouse_with, write_workspace

ITEMS = {"M": 3, "D": 4, "O": 4, "G": 8, "E": 5, "S": 3}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return load_workspace(write_workspace(tmp_path_factory.mktemp("empty"), []))


def test_every_item_of_the_playbook_is_asked_once(workspace: Workspace) -> None:
    asked = [question.id for section in workspace.sections for question in section.questions]
    assert asked == [f"{section}{n}" for section, last in ITEMS.items() for n in range(1, last + 1)]


def test_every_question_says_what_a_good_answer_holds(workspace: Workspace) -> None:
    questions = [question for section in workspace.sections for question in section.questions]
    assert [question.id for question in questions if not question.help] == []
    assert [q.id for q in questions if q.value and not (q.done and q.answer)] == []


def test_answers_name_only_facts_that_are_there(workspace: Workspace) -> None:
    facts = {fact.id for fact in workspace.facts}
    questions = [question for section in workspace.sections for question in section.questions]
    named = {match["name"] for question in questions for match in PLACE.finditer(question.answer or "")}
    assert named - facts == set()


def test_data_answer_at_least_eight_items_of_a_well_run_organization(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a")])
    with warehouse_with("a") as warehouse:
        assess(night_of(root), warehouse)
        rows = warehouse.frame("SELECT item, answer FROM mart.checklist WHERE decided_by = 'data'").rows()
    assert len(rows) >= 8
    assert [item for item, answer in rows if not answer or "{" in answer] == []


def test_an_empty_warehouse_answers_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    night = night_of(write_workspace(tmp_path, []))
    with Warehouse.open(None) as warehouse:
        refresh(night, warehouse)
        assess_maturity(night, warehouse)
        rows = warehouse.frame("SELECT decided_by, evidence FROM mart.checklist").rows()
    assert set(rows) == {("nobody", None)}
