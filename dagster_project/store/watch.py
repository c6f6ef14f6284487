"""What monitors read from the warehouse, by the statements of `watch.sql`. In: rules, days. Out: frames.

Called by `pipeline.watch` and its modules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

KEY = ["model_id", "rule", "metric", "segment", "feature"]
"""Columns that identify a monitor."""


def readings(warehouse: Warehouse, name: str, rules: pl.DataFrame, days: Sequence[dt.date]) -> pl.DataFrame:
    """Return KEY, day, observed, n, note: the statement `name` ('daily' or 'weekly') over days.

    `rules`: rule, metric, subject, segments, models (NULL: all).
    """
    with warehouse.given(watch_rule=rules):
        return warehouse.frame(statement("watch", name), {"days": list(days)})


def of_days(warehouse: Warehouse, name: str, days: Sequence[dt.date]) -> pl.DataFrame:
    """Return the rows of the statement `name` ('delivered' or 'schema_changes') over days."""
    return warehouse.frame(statement("watch", name), {"days": list(days)})


def inputs_judged(warehouse: Warehouse, rule: str, days: Sequence[dt.date]) -> pl.DataFrame:
    """Return KEY, day, observed, n: the inputs of a rule's signals on these days."""
    return warehouse.frame(statement("watch", "inputs_judged"), {"rule": rule, "days": list(days)})


def judged_before(
    warehouse: Warehouse, rule: str, first: dt.date, since: dt.date, references: pl.DataFrame
) -> pl.DataFrame:
    """Return a rule's signals before `first`: since `since`, and of reference days (model_id, start, until)."""
    with warehouse.given(watch_reference=references):
        return warehouse.frame(statement("watch", "judged"), {"rule": rule, "first": first, "since": since})


def whole(warehouse: Warehouse, name: str) -> pl.DataFrame:
    """Return rows of a statement without days: 'sources', 'first_delivered', 'day_digests', 'episodes'."""
    return warehouse.frame(statement("watch", name))


def monitors_of_reference(warehouse: Warehouse, references: pl.DataFrame) -> pl.DataFrame:
    """Return KEY of every monitor with a signal on its model's reference days (model_id, start, until)."""
    with warehouse.given(watch_reference=references):
        return warehouse.frame(statement("watch", "monitors_of_reference"))
