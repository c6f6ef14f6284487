"""Every value of the demo's own files replaced by what nobody meant: a model, or problems with a line; no crash."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.alerts import AlertFile
from dagster_project.spec.base import Input, KeyPath
from dagster_project.spec.catalog import Model
from dagster_project.spec.entry import read_entry
from dagster_project.spec.playbook import Answers, Section
from dagster_project.spec.rubric import Attestations, Rubric
from dagster_project.spec.rule import Rule
from dagster_project.spec.source import Source
from dagster_project.spec.targets import Targets
from dagster_project.spec.workspace import Settings
from dagster_project.spec.yamlfile import parse_yaml

ROOT = Path(__file__).parent.parent.parent
FILES: dict[str, type[Input]] = {
    "data/workspace.yml": Settings,
    "data/catalog/late-arrival.yml": Model,
    "data/sources/late-arrival.yml": Source,
    "data/targets.yml": Targets,
    "data/playbook.yml": Answers,
    "data/attestations.yml": Attestations,
    "data/alerts/judged.yml": AlertFile,
    "reports/rules/latency.yml": Rule,
    "reports/playbook/M.yml": Section,
    "reports/rubrics/playbook.yml": Rubric,
}
NASTY: tuple[object, ...] = (
    None, "", "-1", "nan", ".inf", "1e400", "9" * 5000, [], {}, [[]], {"": ""}, "9999-12-31", "2013-02-30", "\u202e",
    "(?P<x", "**", "true",
)  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_whatever_a_value_is_replaced_by_is_taken_or_told(name: str) -> None:
    """Each problem has its line and fits on a screen, however long the value."""
    data = parse_yaml((ROOT / name).read_text(encoding="utf-8"), name).data
    for path in _places(data):
        for value in NASTY:
            text = json.dumps(_with(data, path, value), indent=1)
            for problem in _problems(text, FILES[name]):
                assert problem.line is not None, (path, value, problem)
                assert len(str(problem)) < 1000, (path, problem)


def _problems(text: str, model: type[Input]) -> tuple[Any, ...]:
    try:
        read_entry(parse_yaml(text, "f.yml"), model)
    except WorkspaceError as error:
        return error.problems
    return ()


def _places(data: object) -> list[KeyPath]:
    """One path of each kind: of a list, the first member stands for all."""
    first: dict[KeyPath, KeyPath] = {}
    for path in _walked(data, ()):
        first.setdefault(tuple("*" if isinstance(part, int) else part for part in path), path)
    return list(first.values())


def _walked(data: object, path: KeyPath) -> Iterator[KeyPath]:
    yield path
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from _walked(value, (*path, key))


def _with(data: object, path: KeyPath, value: object) -> object:
    """A copy of the data with the value at the path."""
    if not path:
        return value
    changed: Any = copy.deepcopy(data)
    place = changed
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    return changed
