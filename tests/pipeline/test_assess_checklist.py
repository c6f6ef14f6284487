from __future__ import annotations

from pathlib import Path

from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import assess, declared, night_of, warehouse_with, write_workspace


def items(warehouse: Warehouse) -> dict[str, dict[str, object]]:
    return {str(row["item"]): row for row in warehouse.frame("SELECT * FROM mart.checklist").to_dicts()}


def answered(
    tmp_path: Path, answers: list[dict[str, object]], **files: object
) -> dict[str, dict[str, object]]:
    root = write_workspace(tmp_path, [declared("a")], {"data/playbook.yml": {"answers": answers}} | files)
    with warehouse_with("a") as warehouse:
        assess(night_of(root), warehouse)
        return items(warehouse)


def test_the_data_answer_what_they_can(tmp_path: Path) -> None:
    found = answered(tmp_path, [])
    assert (found["M2"]["status"], found["M2"]["decided_by"]) == ("done", "data")
    assert found["M2"]["answer"] == "1 of 1 models in production have an owner, 1 have targets."
    assert (found["O4"]["decided_by"], found["O4"]["status"]) == ("nobody", "open"), (
        "no incident was ever logged"
    )


def test_people_answer_the_rest_and_every_item_has_a_place(tmp_path: Path) -> None:
    found = answered(
        tmp_path,
        [
            {
                "item": "D3",
                "answer": "On the wiki.",
                "owner": "Platform",
                "status": "in progress",
                "due": "2025-06-29",
            }
        ],
    )
    assert (found["D3"]["decided_by"], found["D3"]["overdue"], found["D3"]["file"]) == (
        "people", True, "data/playbook.yml",
    )  # fmt: skip
    assert isinstance(found["D3"]["line"], int)
    assert (found["D3"]["answer"], found["G4"]["decided_by"]) == ("On the wiki.", "nobody")
    assert str(found["G4"]["file"]).endswith("reports/playbook/G.yml")
    assert isinstance(found["G4"]["line"], int)


def test_data_outrank_a_status_but_keep_the_words_of_people(tmp_path: Path) -> None:
    found = answered(
        tmp_path,
        [{"item": "M2", "answer": "Reviewed monthly.", "status": "open", "due": "2025-01-01"}],
    )["M2"]
    assert (found["status"], found["decided_by"], found["overdue"]) == ("done", "data", False)
    assert str(found["answer"]).endswith(". As declared: Reviewed monthly.")


def test_only_people_call_an_item_not_applicable(tmp_path: Path) -> None:
    found = answered(tmp_path, [{"item": "D4", "status": "not applicable", "due": "2025-01-01"}])["D4"]
    assert (found["status"], found["decided_by"], found["overdue"]) == ("not applicable", "people", False)


def test_a_review_after_the_night_has_not_happened(tmp_path: Path) -> None:
    found = answered(
        tmp_path,
        [
            {"item": "D3", "status": "done", "reviewed": "2025-07-01"},
            {"item": "E3", "status": "done", "reviewed": "2025-06-01"},
        ],
    )
    assert (found["D3"]["reviewed"], str(found["E3"]["reviewed"])) == (None, "2025-06-01")
    assert str(found["E5"]["answer"]).startswith("1 of this checklist's 27 questions")


def test_a_broken_expression_is_said_and_leaves_the_item_to_people(tmp_path: Path) -> None:
    section = {
        "id": "X", "title": "X", "meaning": "m",
        "questions": [{"id": "X1", "question": "Why?", "value": "no_such_fact"}],
    }  # fmt: skip
    found = answered(tmp_path, [], **{"reports/playbook/X.yml": section})["X1"]
    assert found["decided_by"] == "nobody"
    assert "no_such_fact" in str(found["evidence"])
