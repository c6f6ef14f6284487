"""The rows of a metric's SQL, gathered by key: what the functions of `score_apply` read.

DuckDB gathers each key's rows into lists, so that numpy gets dense group numbers without a join. Metrics with
the same SQL share one `Rows`, and whatever one of them prepared. Caller: pipeline.score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np

from dagster_project.core.errors import QueryError
from dagster_project.core.types import Floats, Ints
from dagster_project.store.connection import quote
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

KEY = ["model_id", "version", "segment", "feature", "day", "window_days"]
NEEDED = {"model_id": "VARCHAR", "day": "DATE", "window_days": "INTEGER"}
"""Key columns that every metric's SQL must yield; the others count as '' if it does not."""
SIDE = ["part", "kind", "ref"]
"""Further key columns of comparisons: 'current' or 'reference'; 'number', 'score' or 'category'; which reference."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """Long rows [rows] of some keys [groups]."""

    keys: pl.DataFrame
    """One row per key, in order."""
    group: Ints
    """Place of each row's key."""
    columns: pl.DataFrame
    """The other columns, row by row."""
    prepared: dict[str, object] = field(default_factory=dict)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self.keys)

    def column(self, name: str) -> pl.Series:
        """A column, row by row. Raises QueryError if the SQL does not yield it."""
        if name not in self.columns.columns:
            raise QueryError(f"the SELECT yields no column {name!r}, which the metric's function reads")
        return self.columns[name]

    def floats(self, name: str) -> Floats:
        """A column as floats; nan for NULL and what is not finite. Raises QueryError if it does not hold numbers."""
        number = self._numbers(name).cast(float).to_numpy()
        return np.where(np.isfinite(number), number, np.nan)

    def ints(self, name: str) -> Ints:
        """A column of whole numbers; 0 for NULL and for what is not finite. Raises QueryError as `floats` does."""
        return whole(self.floats(name))

    def single(self) -> Rows:
        """These rows, if every key has only one. Raises QueryError otherwise."""
        if len(self.columns) > len(self.keys):
            twice = self.keys.row(int(self.group[1:][np.diff(self.group) == 0][0]), named=True)
            key = ", ".join(f"{name} {value}" for name, value in twice.items() if value != "")
            raise QueryError(f"several rows for {key}; GROUP BY {', '.join(self.keys.columns)}")
        return self

    def _numbers(self, name: str) -> pl.Series:
        column = self.column(name)
        if not (column.dtype.is_numeric() or column.dtype.to_python() in (bool, type(None))):
            raise QueryError(f"column {name!r} holds {column.dtype}, expected numbers")
        return column

    def once(self, prepare: Callable[[Rows], T]) -> T:
        """What `prepare` makes of these rows, computed once for all metrics that share them."""
        if prepare.__name__ not in self.prepared:
            self.prepared[prepare.__name__] = prepare(self)
        return cast(T, self.prepared[prepare.__name__])


def whole(number: Floats) -> Ints:
    """Floats as whole numbers; nan is 0."""
    return np.nan_to_num(number).astype(np.int64)


def read_rows(warehouse: Warehouse, sql: str) -> Rows:
    """Run a metric's SQL and gather its rows by key. Raises QueryError if it fails or lacks columns."""
    query = sql.rstrip().removesuffix(";")
    described = [name for (name,) in warehouse.rows(f"SELECT column_name FROM (DESCRIBE {query}\n)")]  # noqa: S608
    key, rest = _split(described)
    names, lists = ", ".join(map(quote, key)), ", ".join(f"list({quote(c)}) AS {quote(c)}" for c in rest)
    keys = ", ".join(_key_column(name, described) for name in key)
    gathered = warehouse.frame(
        f"SELECT {keys}, {lists} FROM ({query}\n) AS metric GROUP BY {names} ORDER BY {names}"  # noqa: S608
    )
    lengths = gathered[rest[0]].list.len().to_numpy().astype(np.int64)
    columns = gathered.select(rest).explode(rest)
    return Rows(gathered.select(key), np.repeat(np.arange(len(gathered)), lengths), columns)


def _split(described: list[str]) -> tuple[list[str], list[str]]:
    """The key columns of a metric's SQL, and its other columns; raises QueryError if some are missing."""
    missing = [name for name in NEEDED if name not in described]
    if missing:
        raise QueryError(
            f"the SELECT yields no column {', '.join(missing)}; it yields {', '.join(described)}"
        )
    key = [name for name in SIDE if name in described] + KEY
    rest = [name for name in described if name not in key]
    if not rest:
        raise QueryError("the SELECT yields nothing but the key; expected also numerator, denominator, ...")
    return key, rest


def _key_column(name: str, described: list[str]) -> str:
    """SQL of a key column with the type that readings have; '' if the metric's SQL does not yield it."""
    kind = NEEDED.get(name)
    if kind is not None:
        return f"{quote(name)}::{kind} AS {quote(name)}"
    return f"{quote(name)} AS {quote(name)}" if name in described else f"'' AS {quote(name)}"
