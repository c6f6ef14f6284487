"""Which columns of a source's files are answers that another source maps from the same files.

In: a source and all sources; out: names of columns. Called by `pipeline.ingest`, so that no label that lies beside a
request becomes one of its features.
"""

from __future__ import annotations

from collections.abc import Iterable

from dagster_project.spec.source import Source

_ANSWERS = ("label", "label_time")


def answers_beside(source: Source, sources: Iterable[Source]) -> frozenset[str]:
    """Columns that are no features of `source`, although it takes every column as one; empty where it does not.

    Two sources share files where one of their globs or paths is the same.
    """
    if not source.all_other_columns_are_features:
        return frozenset()
    beside = (other for other in sources if other.source != source.source and _share_files(source, other))
    return frozenset(name for other in beside for name in _answers(other))


def _answers(source: Source) -> list[str]:
    """All that outcomes are made of, ids among it; of requests the label alone, for the rest may well be features."""
    if source.kind not in ("requests", "outcomes"):
        return []
    names = source.columns if source.kind == "outcomes" else _ANSWERS
    refs = (source.columns[name] for name in names if name in source.columns)
    return [ref.column for ref in refs if ref.column is not None]


def _share_files(one: Source, other: Source) -> bool:
    return not set(one.files).isdisjoint(other.files)
