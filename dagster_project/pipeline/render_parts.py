"""Reading a page view: whole, or put aside once and then read a part at a time.

Putting a view aside asks it once, however many parts are read, and leaves its rows to the database, which lays what
its share does not hold on the disk. In: views that were made. Out: frames whose rows carry marks. Called by
`pipeline.render_views`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from dagster_project.core.errors import MemoryShareError, QueryError, WorkspaceError
from dagster_project.publish.grouped import MARK
from dagster_project.store.connection import quote
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.spec.loading import Statement

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadViews:
    """Reads the views of these marts."""

    warehouse: Warehouse
    marts: Mapping[str, Statement]
    _columns: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of the views that were put aside."""
    _counts: dict[tuple[str, str], Mapping[object, int]] = field(default_factory=dict)

    def whole(self, view: str) -> pl.DataFrame:
        """All rows, in the view's order."""
        if view in self._columns:
            return self._frame(view)
        return self._ask(view, self.warehouse.frame, _marked(view))

    def counts(self, view: str, column: str) -> Mapping[object, int]:
        """How many rows each value of a column has; none where there is no such column."""
        key = (view, column)
        if key not in self._counts:
            if view not in self._columns:
                self._put_aside(view)
            sql = f"SELECT {quote(column)}, count(*) FROM {_aside(view)} GROUP BY 1"  # noqa: S608  quoted
            self._counts[key] = dict(self.warehouse.rows(sql)) if column in self._columns[view] else {}
        return self._counts[key]

    def part(self, view: str, column: str, values: Sequence[str]) -> pl.DataFrame:
        """The rows whose column has one of these values, in the view's order; `counts` has been asked before."""
        name = quote(column)
        where = f"WHERE {name} BETWEEN $first AND $last AND {name} IN (SELECT unnest($values))"
        given = {"first": min(values, default=""), "last": max(values, default=""), "values": list(values)}
        return self._frame(view, where, given)

    def _put_aside(self, view: str) -> None:
        self._ask(view, self.warehouse.run, f"CREATE OR REPLACE TEMP TABLE {_aside(view)} AS {_marked(view)}")
        self._columns[view] = frozenset(self._frame(view, "LIMIT 0").columns) - {MARK}

    def _frame(
        self, view: str, which: str = "", parameters: Mapping[str, object] | None = None
    ) -> pl.DataFrame:
        with self.warehouse.in_order():
            return self.warehouse.frame(f"SELECT * FROM {_aside(view)} {which}", parameters)  # noqa: S608  quoted

    def _ask(self, view: str, ask: Callable[[str], T], query: str) -> T:
        """Ask the view; what fails only now, such as a cast of one value, is its file's fault too."""
        mart = self.marts[view]
        try:
            return within_share(self.warehouse, ask, query)
        except QueryError as error:
            raise WorkspaceError([error.in_file(mart.file, mart.line)]) from error


def within_share(warehouse: Warehouse, ask: Callable[[str], T], query: str) -> T:
    """Ask, for rows in the view's order, a table's too.

    Of thousands of models some views do not fit into the share of publishing: lists are never spilled.
    """
    with warehouse.in_order():
        try:
            return ask(query)
        except MemoryShareError:
            with warehouse.within(warehouse.memory):
                return ask(query)


def _marked(view: str) -> str:
    return f"SELECT *, md5(v::varchar) AS {MARK} FROM page.{quote(view)} AS v"  # noqa: S608  quoted


def _aside(view: str) -> str:
    return f"temp.{quote(f'page {view}')}"
