"""Check rules and objectives against the sources of a model. In: a Draft. Out: Problems.

Called by `crosscheck`. A column is known if the model declares it as a feature or a source that may serve the
model maps it. A source that takes every other column as a feature may contain any column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dagster_project.core.errors import Problem
from dagster_project.spec.base import KeyPath, did_you_mean
from dagster_project.spec.catalog import Model
from dagster_project.spec.draft import Draft
from dagster_project.spec.entry import Entry
from dagster_project.spec.promises import REQUEST_NUMBERS
from dagster_project.spec.source import Source


def promise_problems(draft: Draft) -> list[Problem]:
    """Return rules that read unknown columns, and availability objectives if no log says what failed."""
    if "sources" in draft.broken:
        return []
    problems: list[Problem] = []
    for entry in draft.models:
        logs = [s.value for s in draft.sources if may_serve(s.value, entry.value.id)]
        if not logs:
            continue
        problems += _unknown_columns(entry, logs)
        promise = entry.value.objective
        if promise and promise.availability and not any("status" in log.columns for log in logs):
            message = "needs to know which requests failed: map `status` in the model's source"
            problems.append(entry.problem(("objective", "availability"), message))
    return problems


def may_serve(source: Source, model_id: str) -> bool:
    """Whether the source may hold requests to the model: it names the model, or a column names models."""
    named = source.columns.get("model_id")
    return source.kind == "requests" and named is not None and str(named.constant or model_id) == model_id


def _unknown_columns(entry: Entry[Model], logs: Sequence[Source]) -> Iterator[Problem]:
    if any(log.all_other_columns_are_features for log in logs):
        return
    known = {*REQUEST_NUMBERS, *entry.value.features, *(name for log in logs for name in log.features)}
    for position, rule in enumerate(entry.value.rules):
        for name in dict.fromkeys(rule.columns):
            if name not in known:
                key: KeyPath = ("rules", position)
                message = f"no feature {name!r} is declared or mapped{did_you_mean(name, known)}"
                yield entry.problem(key, message)
