"""The rows that the next pages read, a part of each view at a time: memory does not grow with the number of pages.

Each page of a folder reads its own rows from many views. Since it is known which pages come next, the first page that
reads a view also has the rows of the next hundred or so read. In: `Parts`, which reads them. Out: rows by value. Called
by `publish.views`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, Protocol

from dagster_project.publish.grouped import MARK, Grouped, group, readable

if TYPE_CHECKING:
    import polars as pl

MOST_VALUES, MOST_ROWS = 200, 5_000
"""Most values and rows in a part; a single value may have more rows."""


class Parts(Protocol):
    """Reads parts of views."""

    def counts(self, view: str, column: str, values: Sequence[str]) -> Mapping[object, int]:
        """How many rows of a view each value of a column has; empty if there is no such column.

        `values` are those whose rows will be read.
        """
        ...

    def part(self, view: str, column: str, values: Sequence[str]) -> pl.DataFrame:
        """The rows whose column has one of these values, in the view's order, with their marks."""
        ...


class _Part(NamedTuple):
    values: frozenset[str]
    rows: Grouped


@dataclass(slots=True)
class ReadAhead:
    """The rows whose pages come next, in that order, and the parts of views read for them."""

    parts: Parts
    rows: pl.DataFrame | None = None
    _values: dict[str, dict[str, int]] = field(default_factory=dict)
    _held: dict[tuple[str, str], _Part] = field(default_factory=dict)

    def expect(self, rows: pl.DataFrame) -> None:
        """Expect pages of these rows next; what was read for others is released."""
        self.rows = rows
        self._values.clear()
        self._held.clear()

    def grouped(self, view: str, column: str, value: object) -> Grouped | None:
        """A part of the view that holds the value's rows; None if no coming row has that value."""
        ahead = self._of(column)
        if not isinstance(value, str) or value not in ahead:
            return None
        held = self._held.get((view, column))
        if held is None or value not in held.values:
            counts = self.parts.counts(view, column, list(ahead))
            if not counts:
                return None
            held = self._held[view, column] = self._read(view, column, ahead[value], counts)
        return held.rows

    def _read(self, view: str, column: str, start: int, counts: Mapping[object, int]) -> _Part:
        values = list(_run(islice(self._of(column), start, None), counts))
        frame = readable(view, self.parts.part(view, column, [v for v in values if v in counts]))
        marks = frame[MARK] if MARK in frame.columns else None
        return _Part(frozenset(values), group(frame.drop(MARK, strict=False), marks, column))

    def _of(self, column: str) -> dict[str, int]:
        """The values of a column of the coming rows, and their places."""
        if column not in self._values:
            rows = self.rows
            there = rows[column].to_list() if rows is not None and column in rows.columns else []
            values = dict.fromkeys(v for v in there if isinstance(v, str))
            self._values[column] = {value: place for place, value in enumerate(values)}
        return self._values[column]


def _run(values: Iterator[str], counts: Mapping[object, int]) -> Iterator[str]:
    """The first values, until those with rows, or their rows, would be too many."""
    found = rows = 0
    for value in values:
        n = counts.get(value, 0)
        if found and n and (found == MOST_VALUES or rows + n > MOST_ROWS):
            return
        yield value
        found, rows = found + bool(n), rows + n
