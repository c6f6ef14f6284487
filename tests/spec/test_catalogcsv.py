"""A table of models reads like a YAML catalog; every mistake names the row's line and the column."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from dagster_project.spec.catalog import Model
from dagster_project.spec.catalogcsv import FLAT_KEYS, LIST_KEYS
from dagster_project.spec.loading import load_workspace
from tests.spec.conftest import Check, write

FILE = "data/catalog/models.csv"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1: the file is empty; expected a header"),
        ("id;title\na;A\n", "1: fields are separated by ','"),
        ("id,onwer\na,x\n", "1: onwer: unknown column, did you mean 'owner'?"),
        ("title\nA\n", "1: id: this column is missing"),
        ("id,title,title\na,A,B\n", "1: title: this column stands twice"),
        ("id,title\na,A\n\nb,B,C\n", "4: expected 2 fields as in the header, found 3"),
        ('id,title\na,"A\nA"\nb,B,C\n', "4: expected 2 fields as in the header, found 3"),
        ('id,title\na,"A\n', "2: not valid CSV: "),
        ("id,threshold\na,0.5\nb,half\n", "3: models[1].threshold: expected a number, found 'half'"),
        (
            "id,stage\na,live\n",
            "2: models[0].stage: expected 'development', 'shadow', 'production' or 'retired'",
        ),
        ("id,title\n,A\n", "2: models[0].id: this key is missing"),
    ],
)
def test_each_mistake_names_the_rows_line(problems: Check, content: str, expected: str) -> None:
    """One mistake in a table gives exactly one problem, on the line where its row begins."""
    (found,) = problems({FILE: content})
    assert found.startswith(f"{FILE}:{expected}")


def test_cells_become_what_the_model_wants(workspace: Path, builtin: Path) -> None:
    """Lists are separated by ';', empty cells are not given, text that looks like a number stays text."""
    write(workspace, {FILE: "id,title,personal_data,tags,threshold,since\n1.10,,yes,x; y;,0.5,2025-01-31\n"})
    (placed,) = load_workspace(workspace, builtin).models
    model = placed.value
    assert (model.id, model.title, model.personal_data, model.tags) == ("1.10", None, True, ("x", "y"))
    assert (model.threshold, str(model.since), placed.line) == (0.5, "2025-01-31", 2)


def test_a_header_alone_declares_nothing(problems: Check) -> None:
    """A table without rows is no mistake."""
    assert problems({FILE: "id,title\n"}) == []


def test_every_key_of_a_model_that_holds_one_value_can_be_a_column() -> None:
    """A key added to Model later is not forgotten here: what is no column is a mapping, or a list of them."""
    nested = {"risk_tier", "features", "rules", "objective", "reference", "value", "experiment", "versions"}
    assert {*FLAT_KEYS, *LIST_KEYS} | nested == set(Model.model_fields)
    lists = {name for name, field in Model.model_fields.items() if Ellipsis in get_args(field.annotation)}
    assert lists - nested == set(LIST_KEYS)
