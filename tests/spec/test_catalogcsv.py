"""A table of models reads like a YAML catalog; every mistake names the row's line and the column."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.spec.catalog import Cost, Model, OutcomeValues, RiskTier, Value
from dagster_project.spec.catalogcsv import COLUMNS
from dagster_project.spec.loading import load_workspace
from dagster_project.spec.promises import Objective
from tests.spec.conftest import Check, write

FILE = "data/catalog/models.csv"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "1: the file is empty; expected a header"),
        ("id;title\na;A\n", "1: fields are separated by ','"),
        ("id\ttitle\na\tA\n", "1: fields are separated by ','"),
        ("id,,title\na,,A\n", "1: column 2 of 3 has no name"),
        ("id,title,,\na,A,,x\n", "2: expected 2 fields as in the header, found 4"),
        ("id,onwer\na,x\n", "1: onwer: unknown column, did you mean 'owner'?"),
        ("id,risk_tier\na,high\n", "1: risk_tier: unknown column, did you mean 'risk_tier.level'?"),
        ("id,risk_tier.level\na,high\n", "2: models[0].risk_tier.reason: this key is missing"),
        (
            "id,value.per_accepted\na,much\n",
            "2: models[0].value.per_accepted: expected a number, found 'much'",
        ),
        ("title\nA\n", "1: id: this column is missing"),
        ("id,title,title\na,A,B\n", "1: title: this column appears twice"),
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
    """Lists are separated by ';', empty cells are not given, text that looks like a number stays text.

    The blank columns that a spreadsheet leaves at the end are none.
    """
    write(
        workspace,
        {FILE: "id,title,personal_data,tags,threshold,since,,\n1.10,,yes,x; y;,0.5,2025-01-31,, \n"},
    )
    (placed,) = load_workspace(workspace, builtin).models
    model = placed.value
    assert (model.id, model.title, model.personal_data, model.tags) == ("1.10", None, True, ("x", "y"))
    assert (model.threshold, str(model.since), placed.line) == (0.5, "2025-01-31", 2)


def test_a_header_alone_declares_nothing(problems: Check) -> None:
    """A table without rows is no mistake."""
    assert problems({FILE: "id,title\n"}) == []


def test_a_key_inside_another_stands_behind_a_dot(workspace: Path, builtin: Path) -> None:
    """What a registry exports of risk, value and objectives; a row without them declares none."""
    header = "id,task,risk_tier.level,risk_tier.reason,value.per_outcome.tp,value.cost.per_day,objective.availability"
    write(workspace, {FILE: f"{header}\na,binary,high,decides on credit,12.5,3,0.999\nb,,,,,,\n"})
    first, second = (placed.value for placed in load_workspace(workspace, builtin).models)
    assert first.risk_tier == RiskTier(level="high", reason="decides on credit")
    assert first.value == Value(per_outcome=OutcomeValues(tp=12.5), cost=Cost(per_day=3))
    assert first.objective == Objective(availability=0.999)
    assert (second.risk_tier, second.value, second.objective) == (None, None, None)


def test_every_key_of_a_model_that_holds_one_value_is_a_column() -> None:
    """What is no column is a mapping by names of the user's own, or a list of mappings."""
    assert set(Model.model_fields) - {name.partition(".")[0] for name in COLUMNS} == {
        "features",
        "rules",
        "versions",
    }
    assert {name for name, is_list in COLUMNS.items() if is_list} == {
        "segments",
        "groups",
        "depends_on",
        "tags",
    }
    assert "experiment.treatment_share" in COLUMNS
