"""The probabilities of classes in a source's file."""

from __future__ import annotations

from pathlib import Path

from dagster_project.spec.loading import load_workspace
from tests.spec.conftest import SOURCE, Check, write

SCORES = "scores: {0: p_0, no: {column: p_1, unit: percent}}\n"


def test_classes_are_text_and_columns_may_be_plain_names(workspace: Path, builtin: Path) -> None:
    """Whatever YAML takes their names for."""
    write(workspace, {"data/sources/s.yml": SOURCE + SCORES})
    scores = load_workspace(workspace, builtin).sources[0].scores
    assert {name: (ref.column, ref.unit) for name, ref in scores.items()} == {
        "0": ("p_0", "1"),
        "no": ("p_1", "percent"),
    }


def test_a_score_beside_scores_is_refused(problems: Check) -> None:
    """It could say another thing."""
    (found,) = problems(
        {"data/sources/s.yml": SOURCE.replace("model_id: m", "model_id: m, score: p") + SCORES}
    )
    assert found.startswith("data/sources/s.yml:4: scores: conflicts with the column score")


def test_scores_are_for_requests(problems: Check) -> None:
    """An outcome has none."""
    outcomes = "source: s\nkind: outcomes\nfiles: a.csv\ncolumns: {request_id: r, label: y}\n"
    (found,) = problems({"data/sources/s.yml": outcomes + SCORES})
    assert found.startswith("data/sources/s.yml:5: scores: is for kind requests")
