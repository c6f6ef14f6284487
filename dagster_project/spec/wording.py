"""Turn what pydantic found wrong into plain words. In: a ValidationError and its Document. Out: Problems.

Called by `entry.read_entry`. Pydantic's own vocabulary and links never reach a user.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dagster_project.core.errors import Problem
from dagster_project.spec.base import REFUSED, KeyPath, did_you_mean, found, known_keys, unknown
from dagster_project.spec.yamlfile import Document

Context = Mapping[str, Any]
WORDS: dict[str, Callable[[Context], str]] = {
    "string_type": lambda _: "expected text",
    "string_too_short": lambda _: "expected text, not nothing",
    "string_too_long": lambda c: f"expected at most {c['max_length']:,} characters",
    "int_type": lambda _: "expected a whole number",
    "int_parsing": lambda _: "expected a whole number",
    "int_from_float": lambda _: "expected a whole number",
    "int_parsing_size": lambda _: "expected a smaller whole number",
    "float_type": lambda _: "expected a number",
    "float_parsing": lambda _: "expected a number",
    "finite_number": lambda _: "expected a finite number",
    "bool_type": lambda _: "expected true or false",
    "bool_parsing": lambda _: "expected true or false",
    "greater_than": lambda c: f"expected a number above {c['gt']:g}",
    "greater_than_equal": lambda c: f"expected a number of at least {c['ge']:g}",
    "less_than": lambda c: f"expected a number below {c['lt']:g}",
    "less_than_equal": lambda c: f"expected a number of at most {c['le']:g}",
    "tuple_type": lambda _: "expected a list, such as [first, second]",
    "dict_type": lambda _: "expected a mapping (key: value)",
    "model_type": lambda _: "expected a mapping (key: value)",
    "too_short": lambda c: f"expected a list of at least {c['min_length']}",
    "too_long": lambda c: f"expected a list of at most {c['max_length']}",
}
"""What was expected, by pydantic's type of error; the message goes on with what was found."""


def explain(
    error: ValidationError, model: type[BaseModel], document: Document, path: KeyPath
) -> list[Problem]:
    """Return one Problem for each thing wrong in the mapping at `path`, which was read as `model`."""
    problems: list[Problem] = []
    for detail in error.errors(include_url=False):
        place = path + detail["loc"]
        if detail["type"] == REFUSED:
            findings = detail["ctx"]["findings"]
            problems += [document.problem(place + below, message) for below, message in findings]
        else:
            problems.append(document.problem(place, _message(detail, model)))
    return problems


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind, context, location = detail["type"], detail.get("ctx", {}), detail["loc"]
    if kind == "missing":
        return "this key is missing"
    if kind == "extra_forbidden":
        return _unknown_key(str(location[-1]), model, location[:-1])
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        expected = str(context["expected"])
        options = [part.strip("'") for part in expected.replace(" or ", ", ").split(", ")]
        return f"expected {expected}, found {found(detail['input'])}{did_you_mean(str(detail['input']), options)}"
    expected = WORDS[kind](context) if kind in WORDS else detail["msg"].replace("Input should be", "expected")
    return f"{expected}, found {found(detail['input'])}"


def _unknown_key(key: str, model: type[BaseModel], location: KeyPath) -> str:
    around = _model_at(model, location)
    if around is None:
        return "unknown key"
    return unknown("key", key, known_keys(around))


def _model_at(model: type[BaseModel], location: KeyPath) -> type[BaseModel] | None:
    """The model of the mapping at a location below `model`."""
    kind: Any = model
    for part in location:
        kind = _step(kind, part)
    inner = _without_none(kind)
    return inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None


def _step(kind: Any, part: str | int) -> Any:
    inner = _without_none(kind)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in inner.model_fields.items()}
        return fields.get(str(part))
    arguments = get_args(inner)
    if get_origin(inner) is dict:
        return arguments[1]
    return arguments[0] if arguments else None


def _without_none(kind: Any) -> Any:
    """X for `X | None`; anything else unchanged."""
    if get_origin(kind) in (Union, UnionType):
        kept = [argument for argument in get_args(kind) if argument is not type(None)]
        return kept[0] if len(kept) == 1 else None
    return kind
