"""Make a JSON Schema (2020-12) for each kind of YAML, so that editors complete keys and show what they mean.

In: the models of `spec`, whose attribute docstrings become descriptions. Out: plain mappings. Called by
`modelboard schema` and by the starter. The short forms that the models accept are added here by hand.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import CoreSchema, core_schema

from dagster_project.spec.alerts import AlertFile
from dagster_project.spec.catalog import Catalog, Model
from dagster_project.spec.facts import FACTS
from dagster_project.spec.page import PageHead
from dagster_project.spec.playbook import Answers, Section
from dagster_project.spec.reference import Profile
from dagster_project.spec.rubric import Attestations, Rubric
from dagster_project.spec.rule import Rule
from dagster_project.spec.source import OUTCOME_COLUMNS, REQUEST_COLUMNS, Source, Sources
from dagster_project.spec.statement import MetricHead, StatementHead
from dagster_project.spec.targets import Targets
from dagster_project.spec.workspace import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT = ["string", "number", "boolean"]
"""Types that an editor may see in unquoted text: versions such as 1.10, ids such as 7."""

Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """Pydantic's generator without invented titles; unquoted numbers are text, too, as for the reader."""

    def field_title_should_be_set(self, schema: CoreSchema) -> bool:
        del schema
        return False

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), "type": TEXT}


def schemas() -> dict[str, Schema]:
    """Return schemas by name: YAML files of `data/` and `reports/`, and the heads of SQL files and pages."""
    return {
        "workspace": _one(Settings, "data/workspace.yml"),
        "catalog": _one_or_many(Model, Catalog, "models", "data/catalog/*.yml"),
        "source": _with_short_forms(_one_or_many(Source, Sources, "sources", "data/sources/*.yml")),
        "targets": _one(Targets, "data/targets.yml"),
        "playbook": _one(Answers, "data/playbook.yml"),
        "attestations": _one(Attestations, "data/attestations.yml"),
        "alerts": _one(AlertFile, "data/alerts/*.yml"),
        "rule": _one(Rule, "reports/rules/*.yml"),
        "rubric": _one(Rubric, "reports/rubrics/*.yml"),
        "section": _one(Section, "reports/playbook/*.yml"),
        "profile": _one(Profile, "data/**/*.json that a reference names"),
        "metric": _one(MetricHead, "head of reports/metrics/*.sql"),
        "statement": _one(StatementHead, "head of reports/{summaries,facts,marts}/*.sql"),
        "page": _one(PageHead, "head of reports/pages/*.md"),
    }


def _one(model: type[BaseModel], where: str) -> Schema:
    """The schema of a file that holds one mapping."""
    return {"$schema": DIALECT, "title": where, **_reference(model), "$defs": _definitions(model)}


def _one_or_many(single: type[BaseModel], several: type[BaseModel], key: str, where: str) -> Schema:
    """The schema of a file that holds one mapping, or many under `key`."""
    return {
        "$schema": DIALECT,
        "title": where,
        "if": {"required": [key]},
        "then": _reference(several),
        "else": _reference(single),
        "$defs": _definitions(single, several),
    }


def _reference(model: type[BaseModel]) -> Schema:
    return {"$ref": f"#/$defs/{model.__name__}"}


def _definitions(*models: type[BaseModel]) -> Schema:
    inputs = [(model, "validation") for model in models]
    _, found = models_json_schema(inputs, schema_generator=_Generator)  # type: ignore[arg-type]
    definitions: Schema = found["$defs"]
    return definitions


def _with_short_forms(schema: Schema) -> Schema:
    """Accept `files` as a text, columns as a plain name, features as a list of names or '*'."""
    properties = schema["$defs"]["Source"]["properties"]
    name = {"type": TEXT, "description": "The name of a column."}
    column = {"anyOf": [name, {"$ref": "#/$defs/Column"}]}
    properties["files"] = _either(properties["files"], {"type": "string"})
    meant = {name: text for kind in FACTS.values() for name, (_, text) in kind.columns.items()}
    meant |= {**OUTCOME_COLUMNS, **REQUEST_COLUMNS}
    properties["columns"]["properties"] = {c: {"description": text, **column} for c, text in meant.items()}
    properties["columns"]["additionalProperties"] = column
    properties["features"]["additionalProperties"] = column
    properties["scores"]["additionalProperties"] = column
    several = {"type": "array", "items": name, "uniqueItems": True}
    properties["features"] = _either(properties["features"], {"const": "*"}, several)
    positive = schema["$defs"]["Column"]["properties"]
    positive["positive"] = _either(positive["positive"], {"type": TEXT})
    return schema


def _either(full: Schema, *short: Schema) -> Schema:
    """The full form or one of the short ones, under the full form's description."""
    inner = {key: value for key, value in full.items() if key != "description"}
    return {"description": full["description"], "anyOf": [*short, inner]}
