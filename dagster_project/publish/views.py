"""Read-only access of templates and the API to the `page.*` views, each loaded once.

In: a function that answers a view's name with its frame, in the view's order. Out: rows as dicts. Called by
`publish.templates` and `publish.api`; made by `pipeline.render`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dagster_project.core.errors import PublishError

if TYPE_CHECKING:
    import polars as pl

SHADOWED = frozenset(name for name in dir(dict) if not name.startswith("_"))
"""Column names that a template could not read: `row.items` is a method of the row."""

MARK = "row_mark"
"""Column of a loaded frame with a digest of each row, 32 hex digits; it is no column of the view."""
MARK_BYTES = 16

Row = Mapping[str, object]
Load = Callable[[str], "pl.DataFrame"]


class Grouped(NamedTuple):
    """A view with equal values of a column side by side, where each value's rows lie, and the marks of all rows."""

    frame: pl.DataFrame
    places: dict[object, tuple[int, int]]
    marks: bytes | None


@dataclass(frozen=True, slots=True)
class Views:
    """The page views by name. A view is read when it is first asked for and kept for the build."""

    names: frozenset[str]
    load: Load
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    _marks: dict[str, pl.Series] = field(default_factory=dict)
    _shapes: dict[str, bytes] = field(default_factory=dict)
    _sorted: dict[tuple[str, str], Grouped] = field(default_factory=dict)

    def frame(self, view: str) -> pl.DataFrame:
        """The whole view as a frame. Raises PublishError for a name that is no view."""
        if view not in self.names:
            raise PublishError(
                f"no view {view!r} in reports/marts; there are {', '.join(sorted(self.names))}"
            )
        if view not in self._frames:
            frame = _readable(view, self.load(view))
            if MARK in frame.columns:
                self._marks[view] = frame[MARK]
                frame = frame.drop(MARK)
            self._frames[view] = frame
        return self._frames[view]

    def rows(self, view: str) -> list[Row]:
        """All rows, in the view's order."""
        return list(self.frame(view).iter_rows(named=True))

    def where(self, view: str, **equal: object) -> list[Row]:
        """The rows whose column equals a value, in the view's order; the first column named is looked up fast."""
        (column, wanted), *others = equal.items()
        frame, places, _ = self._grouped(view, column)
        start, length = places.get(wanted, (0, 0))
        if not length:
            return []
        rows: list[Row] = [*frame.slice(start, length).to_dicts()]
        return [row for row in rows if all(row[name] == value for name, value in others)] if others else rows

    def one(self, view: str, **equal: object) -> Row | None:
        """The first row (that fits), or None."""
        found = self.where(view, **equal) if equal else self.frame(view).head(1).to_dicts()
        return found[0] if found else None

    def marks(self, view: str, column: str = "", value: object = None) -> bytes | None:
        """What tells the rows that `where` finds, or all rows, from others: their columns and digests, in order.

        None where the view was loaded without marks, or there is no such view or column.
        """
        if view not in self.names or (column and column not in self.frame(view).columns):
            return None
        grouped = self._grouped(view, column)
        if grouped.marks is None:
            return None
        start, length = grouped.places.get(value, (0, 0)) if column else (0, grouped.frame.height)
        return self._shape(view) + grouped.marks[start * MARK_BYTES : (start + length) * MARK_BYTES]

    def _shape(self, view: str) -> bytes:
        """Names and types of the view's columns."""
        if view not in self._shapes:
            self._shapes[view] = repr(sorted(self.frame(view).schema.items())).encode()
        return self._shapes[view]

    def _grouped(self, view: str, column: str) -> Grouped:
        key = (view, column)
        if key not in self._sorted:
            frame, marks = self.frame(view), self._marks.get(view)
            if column and column not in frame.columns:
                raise PublishError(
                    f"view page.{view} has no column {column!r}; it has {', '.join(frame.columns)}"
                )
            self._sorted[key] = _group(frame, marks, column)
        return self._sorted[key]


def _group(frame: pl.DataFrame, marks: pl.Series | None, column: str) -> Grouped:
    """The frame itself where equal values lie side by side already."""
    if column and frame.height and frame[column].rle_id().n_unique() != frame[column].n_unique():
        marked = frame if marks is None else frame.with_columns(marks.alias(MARK))
        marked = marked.sort(column, maintain_order=True)
        frame, marks = marked.select(frame.columns), None if marks is None else marked[MARK]
    known = None if marks is None else bytes.fromhex("".join(marks))
    return Grouped(frame, _runs(frame[column]) if column else {}, known)


def _readable(view: str, frame: pl.DataFrame) -> pl.DataFrame:
    shadowed = SHADOWED & set(frame.columns)
    if shadowed:
        raise PublishError(
            f"view page.{view}: a column cannot be called {', '.join(sorted(shadowed))}; give it another name"
        )
    return frame


def _runs(values: pl.Series) -> dict[object, tuple[int, int]]:
    """Value -> (first row, number of rows) of a sorted column."""
    import polars as pl

    counted = (
        pl.DataFrame({"value": values})
        .with_row_index()
        .group_by("value")
        .agg(pl.col("index").min(), pl.len())
    )
    return {value: (start, length) for value, start, length in counted.iter_rows()}
