"""Days to be rolled up together: of one source, as many as are in memory at a time."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from dagster_project.pipeline.summarise_due import Due, chunks

FIRST = dt.date(2026, 1, 1)


def days(source: str, n: int, *, labels_only: bool = False) -> list[Due]:
    """Days of 100 requests and 90 labels each."""
    one = Due(source, FIRST, "d", (), (), 100, 90, 0, labels_only)
    return [replace(one, day=FIRST + dt.timedelta(days=i)) for i in range(n)]


def sizes(due: list[Due]) -> list[int]:
    return [len(chunk) for chunk in chunks(due, rows=300)]


def test_requests_and_labels_of_a_day_are_not_in_memory_together() -> None:
    """Three days of 100 requests and 90 labels fit into 300 rows: labels are read when the requests are done."""
    assert sizes(days("a", 7)) == [3, 3, 1]


def test_days_on_which_only_labels_came_count_their_labels() -> None:
    """Their requests are not read."""
    short = [replace(one, labelled_rows=60) for one in days("a", 7, labels_only=True)]
    assert sizes(short) == [5, 2]


def test_sources_are_rolled_up_apart() -> None:
    """Days of different sources are never rolled up together, however few rows they have."""
    assert sizes([*days("a", 1), *days("b", 2)]) == [1, 2]


def test_a_day_larger_than_memory_is_rolled_up_alone() -> None:
    """It is read statement by statement."""
    large = [replace(one, request_rows=1000) for one in days("a", 2)]
    assert sizes(large) == [1, 1]
