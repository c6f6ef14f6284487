"""The list of newest changes: what is said of a field that changed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.pipeline.render import prepare
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, workspace

LONG = "requirements.lock, sha256 " + "0123456789abcdef" * 4
History = list[tuple[str, str, str, str, dt.date]]
"""Version, field, value, method, first day."""


def changes(root: Path, history: History) -> list[str]:
    """What is said of model m on the third day."""
    with Warehouse.open(None) as warehouse:
        warehouse.run("INSERT INTO catalog.model BY NAME SELECT 'm' AS model_id, 'M' AS title, 'm' AS slug")
        for version, field, value, method, since in history:
            warehouse.run(
                "INSERT INTO catalog.history BY NAME SELECT 'm' AS model_id, $version AS version, $field AS field,"
                " $value AS value, $method AS method, $since::DATE AS valid_from",
                {"version": version, "field": field, "value": value, "method": method, "since": since},
            )
        views = prepare(night(workspace(root, [{"id": "m"}]), day(2)), warehouse, "digest")
        return [str(row["what"]) for row in views.where("changes", model="m")]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ([("", "risk_tier", "low", "declared", day(0)), ("", "risk_tier", "high", "declared", day(2))],
         ["Risk tier is now: high"]),
        ([("1", "dependencies", "old", "auto", day(0)), ("1", "training_code", "old", "auto", day(0)),
          ("1", "dependencies", LONG, "auto", day(2)), ("1", "training_code", LONG, "auto", day(2))],
         ["Version 1: other dependencies, training code"]),
        ([("1", "dependencies", "old", "auto", day(0)), ("2", "dependencies", LONG, "auto", day(2))], []),
    ],
)  # fmt: skip
def test_a_field_is_named_in_words_and_metadata_without_their_hashes(
    tmp_path: Path, history: History, said: list[str]
) -> None:
    """A declared field with its value, metadata of a version in one line; a new version's own are no change."""
    assert changes(tmp_path, history) == said
