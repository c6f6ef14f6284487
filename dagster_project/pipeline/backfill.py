"""Days to be computed again: their marks are removed, so that the next night finds them due. Called by `backfill`."""

from __future__ import annotations

import datetime as dt

from dagster_project.store.warehouse import Warehouse


def forget(warehouse: Warehouse, first: dt.date, last: dt.date) -> None:
    """Mark the days from `first` to `last` as neither summarised nor scored. Their rows stay until replaced."""
    with warehouse.transaction():
        for table in ("ops.summarised", "ops.scored"):
            statement = f"DELETE FROM {table} WHERE day BETWEEN ? AND ?"  # noqa: S608  two names of ours
            warehouse.run(statement, [first, last])
