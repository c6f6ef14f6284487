"""Read-only access of templates and the API to the `page.*` views, each loaded once.

In: a function that answers a view's name with its frame, in the view's order. Out: rows as dicts. Called by
`publish.templates` and `publish.api`; made by `pipeline.render`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_project.core.errors import PublishError

if TYPE_CHECKING:
    import polars as pl

SHADOWED = frozenset(name for name in dir(dict) if not name.startswith("_"))
"""Column names that a template could not read: `row.items` is a method of the row."""

Row = Mapping[str, object]
Load = Callable[[str], "pl.DataFrame"]


@dataclass(frozen=True, slots=True)
class Views:
    """The page views by name. A view is read when it is first asked for and kept for the build."""

    names: frozenset[str]
    load: Load
    _frames: dict[str, pl.DataFrame] = field(default_factory=dict)
    _sorted: dict[tuple[str, str], tuple[pl.DataFrame, dict[object, tuple[int, int]]]] = field(
        default_factory=dict
    )

    def frame(self, view: str) -> pl.DataFrame:
        """The whole view as a frame. Raises PublishError for a name that is no view."""
        if view not in self.names:
            raise PublishError(
                f"no view {view!r} in reports/marts; there are {', '.join(sorted(self.names))}"
            )
        if view not in self._frames:
            self._frames[view] = _readable(view, self.load(view))
        return self._frames[view]

    def rows(self, view: str) -> list[Row]:
        """All rows, in the view's order."""
        return list(self.frame(view).iter_rows(named=True))

    def where(self, view: str, **equal: object) -> list[Row]:
        """The rows whose column equals a value, in the view's order; the first column named is looked up fast."""
        (column, wanted), *others = equal.items()
        frame, places = self._grouped(view, column)
        start, length = places.get(wanted, (0, 0))
        rows = frame.slice(start, length).iter_rows(named=True)
        return [row for row in rows if all(row[name] == value for name, value in others)]

    def one(self, view: str, **equal: object) -> Row | None:
        """The first row (that fits), or None."""
        found = self.where(view, **equal) if equal else self.frame(view).head(1).to_dicts()
        return found[0] if found else None

    def _grouped(self, view: str, column: str) -> tuple[pl.DataFrame, dict[object, tuple[int, int]]]:
        """The view with equal values of `column` side by side, and where each value's rows lie."""
        key = (view, column)
        if key not in self._sorted:
            frame = self.frame(view)
            if column not in frame.columns:
                raise PublishError(
                    f"view page.{view} has no column {column!r}; it has {', '.join(frame.columns)}"
                )
            frame = frame.sort(column, maintain_order=True)
            self._sorted[key] = (frame, _runs(frame[column]))
        return self._sorted[key]


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
