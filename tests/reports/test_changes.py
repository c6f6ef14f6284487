"""The list of newest changes: what is said of a field that changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from dagster_project.pipeline.render import prepare
from dagster_project.publish.views import Row
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, workspace

LONG = "requirements.lock, sha256 " + "0123456789abcdef" * 4
History = list[tuple[str, str, str, str, dt.date]]
"""Version, field, value, method, first day."""


def changes(root: Path, history: History, models: Sequence[str] = ("m",)) -> list[Row]:
    """The list on the third day, when all the models have the same history."""
    with Warehouse.open(None) as warehouse:
        for model in models:
            warehouse.run(
                "INSERT INTO catalog.model BY NAME SELECT $m AS model_id, upper($m) AS title, $m AS slug",
                {"m": model},
            )
            for version, field, value, method, since in history:
                warehouse.run(
                    "INSERT INTO catalog.history BY NAME SELECT $m AS model_id, $version AS version, $field AS field,"
                    " $value AS value, $method AS method, $since::DATE AS valid_from",
                    {
                        "m": model,
                        "version": version,
                        "field": field,
                        "value": value,
                        "method": method,
                        "since": since,
                    },
                )
        of = workspace(root, [{"id": model} for model in models])
        return prepare(night(of, day(2)), warehouse, "digest").rows("changes")


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
    found = [row for row in changes(tmp_path, history) if row["models"]]
    assert [row["what"] for row in found] == said


def test_the_same_change_of_several_models_is_one_row(tmp_path: Path) -> None:
    """It names them by title; a change of another kind or day stands apart."""
    history = [("", "risk_tier", "low", "declared", day(0)), ("", "risk_tier", "high", "declared", day(2))]
    found = [row for row in changes(tmp_path, history, ("b", "a")) if row["models"]]
    assert [(row["day"], row["what"]) for row in found] == [(day(2), "Risk tier is now: high")]
    assert found[0]["models"] == [{"title": "A", "slug": "a"}, {"title": "B", "slug": "b"}]


def test_deployments_and_incidents_count_on_their_day_of_the_organization(tmp_path: Path) -> None:
    """Four in the morning of the next day in UTC is still the evening before in New York, an hour later is not.

    A deployment to another environment than production changes nothing that serves.
    """
    with Warehouse.open(None) as warehouse:
        warehouse.run("INSERT INTO catalog.model BY NAME SELECT 'm' AS model_id, 'M' AS title, 'm' AS slug")
        for name, hour, place in (("1", 4, "Prod"), ("2", 5, None), ("3", 3, "staging")):
            given = {"name": name, "at": dt.datetime.combine(day(3), dt.time(hour), dt.UTC)}
            warehouse.run(
                "INSERT INTO fact.deployments BY NAME SELECT 'm' AS model_id, $name AS version, 'release' AS kind,"
                " $at AS started_at, $place AS environment", given | {"place": place},
            )  # fmt: skip
            warehouse.run(
                "INSERT INTO fact.incidents BY NAME SELECT 'm' AS model_id, $name AS title, $at AS started_at,"
                " $at AS detected_at, $at + INTERVAL 1 DAY AS resolved_at",
                given,
            )
        of = workspace(tmp_path, [{"id": "m"}])
        of = replace(of, settings=of.settings.model_copy(update={"timezone": "America/New_York"}))
        views = prepare(night(of, day(2)), warehouse, "digest")
        assert [(c["day"], c["what"]) for c in views.rows("changes")] == [
            (day(2), "Deployment of 1 (release)")
        ]
        assert [row["version"] for row in views.rows("deployments")] == ["1", "3"]
        incidents = [
            (row["title"], row["detected_at"] is None, row["resolved_at"]) for row in views.rows("incidents")
        ]
        assert incidents == [("1", False, None), ("3", False, None)], (
            "they were resolved after the report's day"
        )
