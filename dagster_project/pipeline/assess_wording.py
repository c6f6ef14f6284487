"""How milestones and checklist items speak of facts: sentences with figures filled in, thresholds in words.

Flows in: templates of rubric and playbook files, and facts. Flows out: plain text; whoever makes HTML escapes it.
Called by `assess_milestones` and `assess_checklist`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dagster_project.core.formatting import NOT_AVAILABLE, format_value
from dagster_project.pipeline.assess_facts import Fact

PLACE = re.compile(r"\{(?P<name>\w+)(?:\.(?P<part>numerator|denominator|detail))?\}")
WORD = re.compile(r"\w+")
SIMPLE = re.compile(r"value\s*(?P<sign>>=|<=|>|<|=)\s*(?P<number>\d+(?:\.\d+)?)")
SIGNS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "=": "exactly"}


def sentence(template: str, known: Mapping[str, Fact]) -> str:
    """The template with `{fact}`, `{fact.numerator}`, `{fact.denominator}` and `{fact.detail}` filled in."""
    return PLACE.sub(lambda match: _figure(known.get(match["name"]), match["part"]), template).strip()


def threshold_in_words(condition: str, unit: str) -> str:
    """`value >= 0.95` of a share becomes 'at least 95 %'; a more complex condition stays as it is."""
    match = SIMPLE.fullmatch(condition.strip())
    return f"{SIGNS[match['sign']]} {format_value(float(match['number']), unit)}" if match else condition


def names_in(expression: str, names: Mapping[str, object]) -> list[str]:
    """Those of the names that an expression refers to, in its order."""
    return [word for word in dict.fromkeys(WORD.findall(expression)) if word in names]


def _figure(fact: Fact | None, part: str | None) -> str:
    if fact is None:
        return NOT_AVAILABLE
    if part == "detail":
        return fact.detail
    if part is None:
        return format_value(fact.value, fact.unit)
    return format_value(fact.numerator if part == "numerator" else fact.denominator, "count")
