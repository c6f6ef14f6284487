"""Rules and objectives of people: one form each, and a message that says what is wrong."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from dagster_project.spec.catalog import Model
from dagster_project.spec.promises import Comparison, Objective, Rule
from tests.spec.conftest import Check

FILE = "data/catalog/a.yml"
SOURCE = (
    "source: s\nfiles: a.csv\ncolumns: {event_time: t, model_id: m}\nfeatures: {arrival: a, departure: d}\n"
)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({"left": "a", "op": ">=", "right": "b"}, "number"),
        ({"left": "a", "op": ">", "value": "0"}, "number"),
        ({"left": "a", "op": "=", "value": "5"}, "number"),
        ({"left": "a", "op": "=", "value": "JFK"}, "text"),
        ({"left": "a", "op": "!=", "right": "b"}, "text"),
        ({"left": "a", "op": "<", "right": "b", "read_as": "time"}, "time"),
    ],
)
def test_a_comparison_is_read_as_its_sides_suggest(given: dict[str, str], kind: str) -> None:
    """Ordering compares numbers; equality of two columns or with a word compares text."""
    assert Comparison.model_validate(given).kind == kind


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "r"}, "exactly one of must, truth"),
        ({"name": "r", "must": {"left": "a", "op": "="}}, "exactly one of right, value"),
        ({"name": "r", "must": {"left": "a", "op": "=", "right": "b", "value": 1}}, "exactly one of right"),
        (
            {"name": "r", "must": {"left": "a", "op": ">", "value": "late"}},
            "expected a number to compare by >",
        ),
        ({"name": "r", "must": {"left": "a", "op": "like", "value": "x"}}, "Input should be '='"),
        ({"name": "r", "truth": {"column": "t", "of": "a", "tolerance": -1}}, "greater than or equal to 0"),
    ],
)
def test_what_is_no_rule_is_refused(given: dict[str, object], expected: str) -> None:
    """Neither a form that does not exist nor two at once."""
    with pytest.raises(ValidationError, match=expected):
        Rule.model_validate(given)


def test_a_rule_can_be_said_in_words() -> None:
    """The words stand on the model's page."""
    when = {"left": "rain", "op": ">", "value": "0.1"}
    rule = Rule.model_validate(
        {"name": "r", "must": {"left": "sight", "op": "<", "value": "10"}, "when": when}
    )
    assert str(rule) == "sight < 10, when rain > 0.1"
    assert rule.columns == ("sight", "rain")
    truth = Rule.model_validate({"name": "t", "truth": {"column": "paid", "of": "price", "tolerance": "0.5"}})
    assert str(truth) == "price is what paid says within 0.5"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "expected latency_ms with share, or availability"),
        ({"latency_ms": 100}, "latency_ms and share go together"),
        ({"latency_ms": 100, "share": 1}, "less than 1"),
        ({"availability": 0}, "greater than 0"),
    ],
)
def test_an_objective_without_a_budget_is_refused(given: dict[str, float], expected: str) -> None:
    """100 % leaves no error budget to spend."""
    with pytest.raises(ValidationError, match=expected):
        Objective.model_validate(given)


def test_a_rule_name_stands_once_in_a_model() -> None:
    """It is the key of what is counted."""
    rule = {"name": "r", "must": {"left": "a", "op": "=", "value": 1}}
    with pytest.raises(ValidationError, match="name 'r' appears twice"):
        Model.model_validate({"id": "m", "rules": [rule, rule]})


def test_a_rule_over_a_column_that_nobody_brings_is_named(problems: Check) -> None:
    """A mistyped feature would leave every request unjudged."""
    rule = (
        "id: a\nrules:\n  - name: r\n    must: {left: arival, op: '>=', right: departure}\n"
        "  - name: q\n    must: {left: score, op: '<=', value: 1}\n"
    )
    found = problems({FILE: rule, "data/sources/s.yml": SOURCE})
    assert len(found) == 1
    assert found[0].startswith(
        f"{FILE}:3: rules[0]: no feature 'arival' is declared or mapped, did you mean 'arrival'?"
    )


def test_a_source_of_all_columns_may_bring_any_feature(problems: Check) -> None:
    """Nothing can be called unknown where every other column is a feature."""
    rule = "id: a\nrules:\n  - name: r\n    must: {left: x, op: '=', value: 1}\n"
    source = 'source: s\nfiles: a.csv\ncolumns: {event_time: t, model_id: m}\nfeatures: "*"\n'
    assert problems({FILE: rule, "data/sources/s.yml": source}) == []


def test_availability_needs_a_status(problems: Check) -> None:
    """Without one no request is ever known to have failed, and the objective would always be met."""
    model = "id: a\nobjective: {availability: 0.99}\n"
    found = problems({FILE: model, "data/sources/s.yml": SOURCE})
    assert len(found) == 1
    assert "map `status` in the model's source" in found[0]
    mapped = SOURCE.replace("{event_time: t,", "{event_time: t, status: s,")
    assert problems({FILE: model, "data/sources/s.yml": mapped}) == []
