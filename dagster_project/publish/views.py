"""Read-only access to the `page.*` views for templates and the API.

In: a function that returns a view's frame by name, in the view's order, and one that reads parts of views. Out: rows
as dicts. Called by `publish.templates` and `publish.api`; made by `pipeline.render_views`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_project.core.errors import PublishError
from dagster_project.publish.grouped import MARK, Grouped, group, readable
from dagster_project.publish.read_ahead import ReadAhead

if TYPE_CHECKING:
    import polars as pl

Row = Mapping[str, object]
Load = Callable[[str], "pl.DataFrame"]


@dataclass(frozen=True, slots=True)
class Views:
    """The page views by name. A view is read when it is first used and kept for the build.

    For rows of coming pages, only parts of views are read if `read_ahead` can do so.
    """

    names: frozenset[str]
    load: Load
    read_ahead: ReadAhead | None = None
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    _marks: dict[str, pl.Series] = field(default_factory=dict)
    _shapes: dict[str, bytes] = field(default_factory=dict)
    _sorted: dict[tuple[str, str], Grouped] = field(default_factory=dict)

    def frame(self, view: str) -> pl.DataFrame:
        """The whole view as a frame. Raises PublishError for a name that is not a view."""
        if view not in self.names:
            raise PublishError(
                f"no view {view!r} in reports/marts; there are {', '.join(sorted(self.names))}"
            )
        if view not in self._frames:
            frame = readable(view, self.load(view))
            if MARK in frame.columns:
                self._marks[view] = frame[MARK]
                frame = frame.drop(MARK)
            self._frames[view] = frame
        return self._frames[view]

    def rows(self, view: str) -> list[Row]:
        """All rows, in the view's order."""
        return list(self.frame(view).iter_rows(named=True))

    def expect(self, rows: pl.DataFrame) -> None:
        """Expect pages of these rows next, in this order: their own rows are read some pages ahead."""
        if self.read_ahead is not None:
            self.read_ahead.expect(rows)

    def where(self, view: str, **equal: object) -> list[Row]:
        """The rows whose column equals a value, in the view's order; the first column named is looked up fast."""
        (column, wanted), *others = equal.items()
        found = (self._part(view, column, wanted) or self._grouped(view, column)).of(wanted)
        rows: list[Row] = [*found.to_dicts()] if found.height else []
        return [row for row in rows if all(row[name] == value for name, value in others)] if others else rows

    def one(self, view: str, **equal: object) -> Row | None:
        """The first row, or the first that fits; None if there is none."""
        found = self.where(view, **equal) if equal else self.frame(view).head(1).to_dicts()
        return found[0] if found else None

    def marks(self, view: str, column: str = "", value: object = None) -> bytes | None:
        """What identifies the rows that `where` finds, or all rows: their columns and digests, in order.

        None if the view was loaded without marks, or there is no such view or column.
        """
        if view not in self.names:
            return None
        part = self._part(view, column, value)
        if part is None and column and column not in self.frame(view).columns:
            return None
        grouped = part or self._grouped(view, column)
        marks = grouped.marks_of(value) if column else grouped.marks
        return None if marks is None else self._shape(view, grouped.frame) + marks

    def _shape(self, view: str, frame: pl.DataFrame) -> bytes:
        """Names and types of the view's columns."""
        if view not in self._shapes:
            self._shapes[view] = repr(sorted(frame.schema.items())).encode()
        return self._shapes[view]

    def _part(self, view: str, column: str, value: object) -> Grouped | None:
        """The part of the view with this value's rows, if the whole has not been read and parts can be."""
        if self.read_ahead is None or view not in self.names or view in self._frames:
            return None
        return self.read_ahead.grouped(view, column, value)

    def _grouped(self, view: str, column: str) -> Grouped:
        key = (view, column)
        if key not in self._sorted:
            frame, marks = self.frame(view), self._marks.get(view)
            if column and column not in frame.columns:
                raise PublishError(
                    f"view page.{view} has no column {column!r}; it has {', '.join(frame.columns)}"
                )
            self._sorted[key] = group(frame, marks, column)
        return self._sorted[key]
