"""Rows of a view by the values of a column: equal values side by side, and where each value's rows are.

In: a frame of a view, or of a part of it, whose rows may carry marks. Out: `Grouped`. Called by `publish.views` and
`publish.read_ahead`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dagster_project.core.errors import PublishError

if TYPE_CHECKING:
    import polars as pl

SHADOWED = frozenset(name for name in dir(dict) if not name.startswith("_"))
"""Column names that a template could not read: `row.items`, for one, is a method of the row."""

MARK = "row_mark"
"""Column of a loaded frame with a digest of each row, 32 hex digits; it is not a column of the view."""
MARK_BYTES = 16


class Grouped(NamedTuple):
    """Rows with equal values of a column side by side, where each value's rows are, and the marks of all rows."""

    frame: pl.DataFrame
    places: dict[object, tuple[int, int]]
    marks: bytes | None

    def of(self, value: object) -> pl.DataFrame:
        """The rows of a value."""
        start, length = self.places.get(value, (0, 0))
        return self.frame.slice(start, length)

    def marks_of(self, value: object) -> bytes | None:
        """The marks of a value's rows; None if rows have no marks."""
        start, length = self.places.get(value, (0, 0))
        return self.marks and self.marks[start * MARK_BYTES : (start + length) * MARK_BYTES]


def readable(view: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame. Raises PublishError if a template could not read one of its columns."""
    shadowed = SHADOWED & set(frame.columns)
    if shadowed:
        raise PublishError(
            f"view page.{view}: a column cannot be called {', '.join(sorted(shadowed))}; give it another name"
        )
    return frame


def group(frame: pl.DataFrame, marks: pl.Series | None, column: str) -> Grouped:
    """Group a frame by a column, or by none if it is ''; it is sorted only if equal values are not yet side by side."""
    if column and frame.height and frame[column].rle_id().n_unique() != frame[column].n_unique():
        marked = frame if marks is None else frame.with_columns(marks.alias(MARK))
        marked = marked.sort(column, maintain_order=True)
        frame, marks = marked.select(frame.columns), None if marks is None else marked[MARK]
    known = None if marks is None else bytes.fromhex("".join(marks))
    return Grouped(frame, _runs(frame[column]) if column else {}, known)


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
