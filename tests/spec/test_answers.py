"""Columns that another source of the same files maps as answers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dagster_project.spec.answers import answers_beside
from dagster_project.spec.source import Source

REQUESTS = {"event_time": "ts", "model_id": "m", "request_id": "id"}


def source(name: str, files: str | list[str], columns: Mapping[str, object], **keys: object) -> Source:
    """A source of these files."""
    return Source.model_validate({"source": name, "files": files, "columns": columns, **keys})


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("logs/*.csv", {"id", "y"}),
        (["labels/*.csv", "logs/*.csv"], {"id", "y"}),
        ("labels/*.csv", set()),
    ],
)
def test_outcomes_of_the_same_files_are_answers(files: str | list[str], expected: set[str]) -> None:
    """The same glob, one of several; another folder is other files."""
    log = source("log", "logs/*.csv", REQUESTS, features="*")
    outcomes = source("y", files, {"request_id": "id", "label": "y"}, kind="outcomes")
    assert answers_beside(log, [log, outcomes]) == expected


def test_of_other_requests_only_the_label_is_an_answer() -> None:
    """What else a second model's source maps from a wide log may be an input of the first."""
    log = source("log", "a.csv", REQUESTS, features="*")
    second = source("second", "a.csv", {**REQUESTS, "score": "s2", "label": "y2"})
    assert answers_beside(log, [log, second]) == {"y2"}
    assert answers_beside(second, [log, second]) == set()
