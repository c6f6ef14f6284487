"""Removes the marks of days to be recomputed, so that the next night finds them due. Called by `backfill`."""

from __future__ import annotations

import datetime as dt

from dagster_project.store.warehouse import Warehouse


def mark_days_due(warehouse: Warehouse, first: dt.date, last: dt.date) -> None:
    """Mark the days from `first` to `last` as neither summarised nor scored. Their rows stay until replaced."""
    with warehouse.transaction():
        for table in ("ops.summarised", "ops.scored"):
            statement = f"DELETE FROM {table} WHERE day BETWEEN ? AND ?"  # noqa: S608  two fixed names
            warehouse.run(statement, [first, last])


def never_read(warehouse: Warehouse, first: dt.date, last: dt.date) -> list[str]:
    """A line if the lake has no row of the days from `first` to `last`, so that none was recomputed; else none."""
    if warehouse.value("SELECT count(*) FROM ops.part WHERE day BETWEEN ? AND ?", [first, last]):
        return []
    ((oldest, newest),) = warehouse.rows("SELECT min(day), max(day) FROM ops.part")
    there = f"the lake has rows from {oldest} to {newest}" if oldest else "the lake has no rows at all"
    return [f"no row from {first} to {last} has been read, so no day was recomputed; {there}"]
