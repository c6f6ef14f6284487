"""What monitors read from the warehouse, by the named statements of `watch.sql`. In: rules, days; out: frames.

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
"""What names a monitor."""


def readings(warehouse: Warehouse, name: str, rules: pl.DataFrame, days: Sequence[dt.date]) -> pl.DataFrame:
    """KEY, day, observed, n, note: the statement `name` ('daily' or 'weekly') over days.

    `rules`: rule, metric, subject, segments, models (NULL: all).
    """
    with warehouse.given(watch_rule=rules):
        return warehouse.frame(statement("watch", name), {"days": list(days)})


def of_days(warehouse: Warehouse, name: str, days: Sequence[dt.date]) -> pl.DataFrame:
    """The rows of the statement `name` over days: 'delivered' or 'schema_changes'."""
    return warehouse.frame(statement("watch", name), {"days": list(days)})


def inputs_judged(warehouse: Warehouse, rule: str, days: Sequence[dt.date]) -> pl.DataFrame:
    """KEY, day, observed, n: what a rule's signals on these days were made of."""
    return warehouse.frame(statement("watch", "inputs_judged"), {"rule": rule, "days": list(days)})


def judged_before(
    warehouse: Warehouse, rule: str, first: dt.date, since: dt.date, references: pl.DataFrame
) -> pl.DataFrame:
    """A rule's signals before `first`: from `since` on, and of the reference days (model_id, start, until)."""
    with warehouse.given(watch_reference=references):
        return warehouse.frame(statement("watch", "judged"), {"rule": rule, "first": first, "since": since})


def whole(warehouse: Warehouse, name: str) -> pl.DataFrame:
    """The rows of a statement that asks for no days: 'sources', 'first_delivered', 'day_digests' or 'episodes'."""
    return warehouse.frame(statement("watch", name))


def monitors_of_reference(warehouse: Warehouse, references: pl.DataFrame) -> pl.DataFrame:
    """KEY of every monitor with a signal on its model's reference days (model_id, start, until)."""
    with warehouse.given(watch_reference=references):
        return warehouse.frame(statement("watch", "monitors_of_reference"))
