"""Reading a page view: whole, or put aside once and then read a part at a time.

A view that is put aside is queried once, however many parts are read. Its rows are left to the database, which spills
to the disk what its memory share does not hold. In: views that were made. Out: frames whose rows carry marks. Called
by `pipeline.render_views`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from dagster_project.core.errors import MemoryShareError, QueryError, WorkspaceError
from dagster_project.publish.grouped import MARK
from dagster_project.store.connection import quote
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.spec.loading import Statement

T = TypeVar("T")
PIECE_VALUES, FEWEST_VALUES = 1_000, 10
"""How many values' rows are read at a time from a view too large for the share: at first, and at least."""


@dataclass(frozen=True, slots=True)
class ReadViews:
    """Reads the views of these marts."""

    warehouse: Warehouse
    marts: Mapping[str, Statement]
    _texts: dict[str, Sequence[str]] = field(default_factory=dict)
    """The text columns of the views that were put aside."""
    _in_pieces: dict[str, str] = field(default_factory=dict)
    """Those put aside piece by piece, with the column: only the rows of each value are in the view's order."""
    _counts: dict[tuple[str, str], Mapping[object, int]] = field(default_factory=dict)

    def whole(self, view: str) -> pl.DataFrame:
        """All rows, in the view's order."""
        if view in self._texts and view not in self._in_pieces:
            return self._frame(_aside(view))
        return self._ask(view, self.warehouse.frame, _marked(view))

    def counts(self, view: str, column: str, values: Sequence[str]) -> Mapping[object, int]:
        """How many rows each value of a text column has; empty if the view's parts cannot be read by it.

        `values` are those that will be read: a view too large for the share is put aside for some of them at a time,
        and then has parts by their column alone.
        """
        key = (view, column)
        if key not in self._counts:
            if view not in self._texts:
                self._put_aside(view, column, sorted(values))
            sql = f"SELECT {quote(column)}, count(*) FROM {_aside(view)} GROUP BY 1"  # noqa: S608  quoted
            has_parts = column in self._texts[view] and self._in_pieces.get(view, column) == column
            self._counts[key] = dict(self.warehouse.rows(sql)) if has_parts else {}
        return self._counts[key]

    def part(self, view: str, column: str, values: Sequence[str]) -> pl.DataFrame:
        """The rows whose column has one of these values, in the view's order; call `counts` first.

        ORDER BY is needed: after a join, the database may hold back the few rows that begin a part until later.
        """
        name = quote(column)
        which = f"WHERE {name} BETWEEN $first AND $last AND {name} IN (SELECT unnest($values)) ORDER BY rowid"
        given = {"first": min(values, default=""), "last": max(values, default=""), "values": list(values)}
        return self._frame(_aside(view), which, given)

    def _put_aside(self, view: str, column: str, values: Sequence[str]) -> None:
        make = f"CREATE OR REPLACE TEMP TABLE {_aside(view)} AS {_marked(view)}"
        try:
            with self.warehouse.in_order():
                self.warehouse.run(make)
        except MemoryShareError:
            self._ask(view, self.warehouse.run, f"{make} LIMIT 0")
            self._in_pieces[view] = column
            if column in self._texts_of(view):
                self._fill_in_pieces(view, column, values)
        except QueryError as error:
            raise self._blamed(view, error) from error
        self._texts[view] = self._texts_of(view)

    def _texts_of(self, view: str) -> Sequence[str]:
        import polars as pl

        return self._frame(_aside(view), "LIMIT 0").select(pl.col(pl.String)).columns

    def _fill_in_pieces(self, view: str, column: str, values: Sequence[str]) -> None:
        """Query the view for some of the values at a time; rows with NULL are left out.

        When they do not fit, half as many are tried; the fewest may take all memory that the database has.
        """
        n, after, more = min(PIECE_VALUES, len(values)), None, True
        while more:
            until = values[n] if n < len(values) else None
            sql, given = _piece(view, column, after, until)
            put = partial(self.warehouse.run, parameters=given)
            try:
                self._ask(view, put, sql, beyond=n <= FEWEST_VALUES)
            except MemoryShareError:
                n //= 2
                continue
            values, after, more = values[n:], until, until is not None

    def _frame(
        self, table: str, which: str = "", parameters: Mapping[str, object] | None = None
    ) -> pl.DataFrame:
        ask = partial(self.warehouse.frame, parameters=parameters)
        return within_share(self.warehouse, ask, f"SELECT * FROM {table} {which}")  # noqa: S608  quoted

    def _ask(self, view: str, ask: Callable[[str], T], query: str, *, beyond: bool = True) -> T:
        """Query the view; errors that show only now, such as a cast of one value, are reported for its file too.

        Raises MemoryShareError if the rows do not fit into the share and may not take memory `beyond` it.
        """
        try:
            return within_share(self.warehouse, ask, query, beyond=beyond)
        except QueryError as error:
            if isinstance(error, MemoryShareError) and not beyond:
                raise
            raise self._blamed(view, error) from error

    def _blamed(self, view: str, error: QueryError) -> WorkspaceError:
        mart = self.marts[view]
        return WorkspaceError([error.in_file(mart.file, mart.line)])


def within_share(warehouse: Warehouse, ask: Callable[[str], T], query: str, *, beyond: bool = True) -> T:
    """Run a query for rows in order; if they do not fit into the share, with all the memory there is.

    With thousands of models some views do not fit into the share of publishing, since lists are never spilled. Raises
    MemoryShareError instead if nothing `beyond` the share may be taken.
    """
    with warehouse.in_order():
        try:
            return ask(query)
        except MemoryShareError:
            if not beyond:
                raise
            with warehouse.within(warehouse.memory):
                return ask(query)


def _marked(view: str) -> str:
    # The alias must not be the name of a column, which would be hashed instead of the row.
    return f'SELECT *, md5("{MARK} of"::varchar) AS {MARK} FROM page.{quote(view)} AS "{MARK} of"'  # noqa: S608  quoted


def _piece(view: str, column: str, after: str | None, until: str | None) -> tuple[str, dict[str, str]]:
    """The statement that puts aside the rows with a value above `after` and up to `until`, and its parameters."""
    given = {name: value for name, value in (("after", after), ("until", until)) if value is not None}
    ends = [f"{quote(column)} {'>' if name == 'after' else '<='} ${name}" for name in given]
    where = f"WHERE {' AND '.join(ends)}" if ends else ""
    return f"INSERT INTO {_aside(view)} {_marked(view)} {where}", given


def _aside(view: str) -> str:
    """The table that holds a view's rows."""
    return f"temp.{quote(f'page {view}')}"
