"""Check rules and answers to alerts against the rest of the workspace. In: a Draft. Out: Problems.

Called by `crosscheck`.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath

from dagster_project.core.errors import Problem
from dagster_project.spec.alerts import AlertAnswer, Silence
from dagster_project.spec.base import did_you_mean
from dagster_project.spec.draft import Draft
from dagster_project.spec.entry import Entry
from dagster_project.spec.rule import Rule


def rule_id(entry: Entry[Rule]) -> str:
    """Return a rule's id, the stem of its file."""
    return PurePosixPath(entry.document.file).stem


def alert_problems(draft: Draft) -> list[Problem]:
    """Return references to metrics, models and rules that do not exist."""
    return [*_rule_problems(draft), *_answer_problems(draft)]


def _rule_problems(draft: Draft) -> list[Problem]:
    metrics = {statement.id for statement in draft.metrics}
    models = {entry.value.id for entry in draft.models}
    problems: list[Problem] = []
    for entry in draft.rules:
        if "metrics" not in draft.broken:
            problems += metric_problems(entry, metrics)
        if "models" not in draft.broken:
            problems += entry.unknown("model", "models", entry.value.models, models, "in data/catalog")
    return problems


def metric_problems(entry: Entry[Rule], metrics: Collection[str]) -> list[Problem]:
    """Return problems at metrics that a rule watches but that do not exist."""
    return entry.unknown("metric", "metrics", entry.value.metrics, metrics, "in reports/metrics")


def _answer_problems(draft: Draft) -> list[Problem]:
    """Unknown rules in answers. A model may be known only from logs, so models are not checked."""
    rules = {rule_id(entry) for entry in draft.rules}
    if "rules" in draft.broken:
        return []
    entries: list[Entry[AlertAnswer | Silence]] = [*draft.alert_answers, *draft.silences]
    return [
        entry.problem(("rule",), f"no rule {name!r} in reports/rules{did_you_mean(name, rules)}")
        for entry in entries
        if (name := entry.value.rule) is not None and name not in rules
    ]
