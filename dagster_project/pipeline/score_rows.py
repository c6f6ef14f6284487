"""The rows of a metric's SQL, brought together by key: what the functions of `score_apply` read.

DuckDB gathers each key's rows into lists, so that numpy gets dense group numbers without a join. Metrics with
the same SQL share one `Rows`, and what one of them prepared. Caller: pipeline.score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from dagster_project.core.types import Floats, Ints
from dagster_project.store.warehouse import Warehouse, quote

if TYPE_CHECKING:
    import polars as pl

KEY = ["model_id", "version", "segment", "feature", "day", "window_days"]
SIDE = ["part", "kind"]
"""Further key columns of comparisons: 'current' or 'reference', 'number' or 'category'."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """Long rows [rows] of some keys [groups]."""

    keys: pl.DataFrame
    """One row a key, in order."""
    group: Ints
    """Place of each row's key."""
    columns: pl.DataFrame
    """The other columns, row by row."""
    prepared: dict[str, object] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self.keys)

    def floats(self, name: str) -> Floats:
        """A column as floats; NULL is nan."""
        return self.columns[name].cast(float).fill_null(float("nan")).to_numpy()

    def ints(self, name: str) -> Ints:
        """A column of whole numbers; NULL is 0."""
        return self.columns[name].fill_null(0).to_numpy().astype(np.int64)

    def once(self, prepare: Callable[[Rows], T]) -> T:
        """What `prepare` makes of these rows, made once for all metrics that share them."""
        if prepare.__name__ not in self.prepared:
            self.prepared[prepare.__name__] = prepare(self)
        return cast(T, self.prepared[prepare.__name__])


def read_rows(warehouse: Warehouse, sql: str) -> Rows:
    """Run a metric's SQL and gather its rows by key."""
    import polars as pl

    described = warehouse.frame(f"SELECT column_name AS name FROM (DESCRIBE {sql})")["name"].to_list()  # noqa: S608
    key = [c for c in (*SIDE, *KEY) if c in described]
    rest = [c for c in described if c not in key]
    names, lists = ", ".join(map(quote, key)), ", ".join(f"list({quote(c)}) AS {quote(c)}" for c in rest)
    gathering = f"SELECT {names}, {lists} FROM ({sql}) AS metric GROUP BY {names} ORDER BY {names}"  # noqa: S608
    gathered = warehouse.frame(gathering)
    lengths = gathered[rest[0]].list.len().to_numpy().astype(np.int64)
    columns = pl.DataFrame([gathered[c].explode() for c in rest])
    return Rows(gathered.select(key), np.repeat(np.arange(len(gathered)), lengths), columns)
