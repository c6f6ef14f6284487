"""Find the columns of a source's files that another source maps as answers from the same files.

In: a source and all sources. Out: names of columns. Called when `pipeline` ingests, so that a label in the same
file as a request does not become one of its features.
"""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.spec.source import Source

_ANSWERS = ("label", "label_time")


def answers_beside(source: Source, sources: Iterable[Source]) -> frozenset[str]:
    """Return columns that are not features of `source`, if it takes all columns as features; else none.

    Two sources share files if they have a glob or path in common.
    """
    if not source.all_other_columns_are_features:
        return frozenset()
    beside = (other for other in sources if other.source != source.source and _share_files(source, other))
    return frozenset(name for other in beside for name in _answers(other))


def _answers(source: Source) -> list[str]:
    """All columns of outcomes, with ids; of requests only the label, as the rest may well be features."""
    if source.kind not in ("requests", "outcomes"):
        return []
    names = source.columns if source.kind == "outcomes" else _ANSWERS
    refs = (source.columns[name] for name in names if name in source.columns)
    return [ref.column for ref in refs if ref.column is not None]


def _share_files(one: Source, other: Source) -> bool:
    return not set(one.files).isdisjoint(other.files)
