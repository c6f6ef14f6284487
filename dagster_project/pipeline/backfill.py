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


def never_read(warehouse: Warehouse, first: dt.date, last: dt.date) -> list[str]:
    """That no row of the days from `first` to `last` is in the lake, so that none was computed again; else nothing."""
    if warehouse.value("SELECT count(*) FROM ops.part WHERE day BETWEEN ? AND ?", [first, last]):
        return []
    ((oldest, newest),) = warehouse.rows("SELECT min(day), max(day) FROM ops.part")
    there = f"there are rows of {oldest} to {newest}" if oldest else "there are none of any day"
    return [f"no row of {first} to {last} has been read, so no day was computed again; {there}"]
