"""The JSON Schemas accept what the reader accepts, and refuse what it refuses."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.catalog import Model
from dagster_project.spec.facts import FACTS
from dagster_project.spec.schemas import schemas
from dagster_project.spec.source import OUTCOME_COLUMNS, REQUEST_COLUMNS, Source

FOLDERS = {
    "workspace": "data/workspace.yml",
    "catalog": "data/catalog/**/*.yml",
    "source": "data/sources/**/*.yml",
    "targets": "data/targets.yml",
    "playbook": "data/playbook.yml",
    "attestations": "data/attestations.yml",
    "alerts": "data/alerts/*.yml",
    "rule": "reports/rules/*.yml",
    "rubric": "reports/rubrics/*.yml",
    "section": "reports/playbook/*.yml",
}
STARTER = Path(__file__).parents[2] / "dagster_project" / "starter" / "files"
PLACES = {
    f"{name} {path.relative_to(root)}": (name, path)
    for root in (STARTER, builtin_root())
    for name, pattern in FOLDERS.items()
    for path in sorted(root.glob(pattern))
}


SCHEMAS = schemas()


@cache
def _validator(name: str) -> Any:
    return jsonschema.Draft202012Validator(SCHEMAS[name])


def require_valid(name: str, data: object) -> None:
    """Raises ValidationError for what the schema of this name refuses."""
    _validator(name).validate(data)


def as_editors_see_it(path: Path) -> object:
    """The file as JSON, with days as text, as YAML 1.2 has them; None for a file of comments."""
    return json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8")), default=str))


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_each_is_a_schema_of_the_draft_it_names(name: str) -> None:
    """Editors can rely on every schema being valid in itself."""
    schema = SCHEMAS[name]
    assert schema["$schema"].endswith("2020-12/schema")
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_it_accepts_our_own_files(place: str) -> None:
    """The starter's and the repository's own files show no error in an editor."""
    name, path = PLACES[place]
    data = as_editors_see_it(path)
    if data is not None:
        require_valid(name, data)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_it_refuses_an_unknown_key_in_our_own_files(place: str) -> None:
    """A mistyped key is underlined while it is written."""
    name, path = PLACES[place]
    data = as_editors_see_it(path) or {}
    assert isinstance(data, dict)
    with pytest.raises(jsonschema.ValidationError, match="no_such_key"):
        require_valid(name, {**data, "no_such_key": 1})


@pytest.mark.parametrize(
    "short",
    [
        {"files": "a.csv"},
        {"files": ["a.csv", "b.csv"]},
        {"features": "*"},
        {"features": ["a", 7]},
        {"features": {"a": "b", "c": {"column": "d", "feature_type": "number"}}},
        {"columns": {"event_time": "t", "model_id": {"constant": 1.1}, "cost": {"column": "x", "unit": "s"}}},
    ],
    ids=str,
)
def test_short_forms_of_a_source_are_accepted_by_schema_and_reader(short: dict[str, object]) -> None:
    """A plain text for a list of one, a name for a column, a list or '*' for features."""
    source = {"source": "s", "files": "a.csv", "columns": {"event_time": "t", "model_id": "m"}, **short}
    require_valid("source", source)
    as_text = yaml.load(yaml.safe_dump(source), yaml.BaseLoader)
    assert Source.model_validate(as_text).source == "s"


def test_a_catalog_file_holds_one_model_or_many() -> None:
    """Both forms are accepted, and a mistake within either is found."""
    for good in ({"id": "a"}, {"models": [{"id": "a"}, {"id": 7}]}):
        require_valid("catalog", good)
    for bad in ({"title": "a"}, {"models": [{"id": "a", "onwer": "x"}]}, {"id": "a", "models": []}):
        with pytest.raises(jsonschema.ValidationError):
            require_valid("catalog", bad)


def test_the_docs_under_each_field_are_the_descriptions() -> None:
    """What the code says of a key is what the editor shows."""
    properties = SCHEMAS["catalog"]["$defs"]["Model"]["properties"]
    assert properties["threshold"]["description"] == Model.model_fields["threshold"].description
    assert properties["threshold"]["description"].startswith("Binary: a score at or above it")


def test_an_editor_shows_what_each_canonical_column_means() -> None:
    """Who maps a log sees it beside the key; the list of all of them was names alone."""
    columns = SCHEMAS["source"]["$defs"]["Source"]["properties"]["columns"]["properties"]
    assert "simple alternative" in columns["baseline"]["description"]
    facts = {name for kind in FACTS.values() for name in kind.columns}
    assert columns.keys() == REQUEST_COLUMNS.keys() | OUTCOME_COLUMNS.keys() | facts
    assert columns["acknowledged_at"]["description"] == "When somebody took it on."
