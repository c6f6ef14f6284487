"""Tables that can be sorted, filtered and linked to, and are readable without scripts.

The first rows are plain HTML; all rows, when there are more, follow as columnar JSON that the site's own
script (`assets/tables.js`) turns into text nodes, never into markup. Called by page templates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

from dagster_project.core.formatting import NOT_AVAILABLE, format_day, format_value
from dagster_project.publish.figures import value_text
from dagster_project.publish.markup import embedded, written
from dagster_project.publish.phrases import href
from dagster_project.publish.scales import finite
from dagster_project.publish.status import GRADES, STATES, state, status

Kind = Literal["text", "prose", "number", "link", "status", "state", "day", "html"]
Row = Mapping[str, object]
PILLS = {"status": GRADES, "state": STATES}
CLASSES: Mapping[str, Sequence[str]] = {"number": ("mb-num",), "prose": ("mb-text",)}
"""Kind of a column -> CSS classes of its cells; `assets/tables.js` has the same."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its cells come from and what they are; `help` is shown when pointing at the header.

    Sentences are `prose`: such a column never becomes too narrow to read.
    """

    key: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    currency: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that leads to another page; `href` is relative to the table's page."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Sortable:
    """A cell of words that sorts by a number; None sorts last."""

    text: str
    by: float | None


class _Cell(NamedTuple):
    """A cell ready to be written: text, what it sorts by (None: last), and its colour or target."""

    text: str
    sort: float | str | None
    extra: str = ""


def data_table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    id: str,  # noqa: A002 - the name HTML gives it
    caption: str,
    filters: Sequence[str] = (),
    page: int = 50,
    noun: str = "rows",
    search: bool = True,
    sort: str = "",
) -> Markup:
    """A table of `rows` in the order given; `sort` ('key', '-key') only says which order that is.

    `filters` are keys of columns that get a list of their values; `noun` is what rows are, in the plural. On a phone
    each row is a block whose cells are labelled. Raises ValueError for a column of markup in a table with more rows
    than a page holds, because the script never writes markup.
    """
    if len(rows) > page and any(c.kind == "html" for c in columns):
        raise ValueError(
            f"table {id!r}: a column of markup cannot have more than {page} rows, here {len(rows)}"
        )
    unknown = {*filters, sort.lstrip("-")} - {c.key for c in columns} - {""}
    if unknown:
        raise ValueError(f"table {id!r}: no column {', '.join(sorted(unknown))}")
    cells = list(zip(*(_cells([row.get(c.key) for row in rows], c) for c in columns), strict=True))
    noun = noun.removesuffix("s") if len(rows) == 1 else noun
    labels = _labels(columns)
    body = "".join(_row(columns, labels, row, found) for row, found in zip(rows[:page], cells, strict=False))
    return written(
        f'<div class="mb-data-table" id="{escape(id)}" data-page="{page}" data-noun="{escape(noun)}">'
        f"{_controls(columns, cells, filters, search=search)}"
        f'<p class="mb-table-status" role="status">{_first_status(len(rows), page, noun)}</p>'
        f'<div class="mb-scroll" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f'<table class="mb-table mb-stack"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{_head(columns, sort)}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{_data(columns, labels, cells)}</div>"
    )


def _cells(values: Sequence[object], column: Column) -> list[_Cell]:
    """The cells of a column; equal grades or states share one cell."""
    if column.kind not in PILLS:
        return [_cell(value, column) for value in values]
    words = PILLS[column.kind]
    known = {key: _Cell(word[2], place, key) for place, (key, word) in enumerate(words.items())}
    unknown = known["unknown" if column.kind == "status" else "not reported"]
    return [known.get(value, unknown) if isinstance(value, str) else unknown for value in values]


def _cell(value: object, column: Column) -> _Cell:
    """The cell of a value in a column of this kind; unknown values read 'not available' and sort last."""
    if value is None:
        return _Cell(NOT_AVAILABLE, None)
    if isinstance(value, Link):
        return _Cell(value.text, value.text.casefold(), href(value.href))
    if isinstance(value, Sortable):
        return _Cell(value.text, finite(value.by))
    if column.kind == "number" and isinstance(value, int | float):
        return _Cell(value_text(value, column.unit, column.currency), finite(value))
    if isinstance(value, dt.date):
        return _Cell(format_day(value), value.isoformat())
    return _Cell(str(value), str(value).casefold())


def _labels(columns: Sequence[Column]) -> list[str]:
    """The label of each cell on a phone: its column's title; none for the row's name and its first pill."""
    pill = next((i for i, c in enumerate(columns) if c.kind in PILLS), 0)
    return ["" if i in (0, pill) else c.title for i, c in enumerate(columns)]


def _row(columns: Sequence[Column], labels: Sequence[str], row: Row, cells: Sequence[_Cell]) -> str:
    return "<tr>" + "".join(
        _td(c, label, row, cell, i)
        for i, (c, label, cell) in enumerate(zip(columns, labels, cells, strict=True))
    )


def _td(column: Column, label: str, row: Row, cell: _Cell, index: int) -> str:
    tag = 'th scope="row"' if index == 0 else "td"
    said = f' data-label="{escape(label)}"' if label else ""
    names = [*(["mb-none"] if cell.text == NOT_AVAILABLE else []), *CLASSES.get(column.kind, ())]
    name = f' class="{" ".join(names)}"' if names else ""
    return f"<{tag}{name}{said}>{_content(column, row, cell)}</{tag[:2]}>"


def _content(column: Column, row: Row, cell: _Cell) -> Markup:
    if column.kind == "status":
        return status(cell.extra)
    if column.kind == "state":
        return state(cell.extra)
    if column.kind == "html" and isinstance(row.get(column.key), Markup):
        return written(str(row[column.key]))
    if isinstance(row.get(column.key), Link) and cell.extra:
        return written(f'<a href="{escape(cell.extra)}">{escape(cell.text)}</a>')
    return escape(cell.text)


def _head(columns: Sequence[Column], sort: str) -> str:
    """Header cells hold buttons that the script enables; without it they are plain words."""
    order = "descending" if sort.startswith("-") else "ascending"
    parts = []
    for c in columns:
        name = ' class="mb-num"' if c.kind == "number" else ""
        sorted_by = f' aria-sort="{order}"' if c.key == sort.lstrip("-") else ""
        tip = f' title="{escape(c.help)}"' if c.help else ""
        word = (
            escape(c.title)
            if c.kind == "html"
            else f'<button type="button" disabled>{escape(c.title)}</button>'
        )
        parts.append(f'<th scope="col" data-key="{escape(c.key)}"{name}{sorted_by}{tip}>{word}</th>')
    return "".join(parts)


def _controls(
    columns: Sequence[Column], cells: Sequence[Sequence[_Cell]], filters: Sequence[str], *, search: bool
) -> str:
    """A search box and a list for each filter, hidden until the script runs."""
    parts = []
    if search:
        parts.append('<label>Find <input type="search" name="q" autocomplete="off"></label>')
    for key in filters:
        i = next(i for i, c in enumerate(columns) if c.key == key)
        options = "".join(f"<option>{escape(text)}</option>" for text in _choices(cells, i))
        parts.append(
            f'<label>{escape(columns[i].title)} <select name="{escape(key)}">'
            f'<option value="">all</option>{options}</select></label>'
        )
    return f'<div class="mb-controls" hidden>{"".join(parts)}</div>' if parts else ""


def _choices(cells: Sequence[Sequence[_Cell]], index: int) -> list[str]:
    found = {row[index].text: row[index].sort for row in cells}
    return sorted(
        found, key=lambda text: (found[text] is None, isinstance(found[text], str), found[text] or 0, text)
    )


def _first_status(n: int, page: int, noun: str) -> Markup:
    count = f"{format_value(n, 'count')} {noun}"
    return escape(count if n <= page else f"{count}, showing the first {page}")


def _data(columns: Sequence[Column], labels: Sequence[str], cells: Sequence[Sequence[_Cell]]) -> str:
    """All cells by column: texts, what they sort by if that differs, and targets or colours."""
    data = []
    for i, column in enumerate(columns):
        found = [row[i] for row in cells]
        entry: dict[str, object] = {"key": column.key, "kind": column.kind}
        if labels[i]:
            entry["label"] = labels[i]
        if column.kind != "html":
            entry["text"] = [c.text for c in found]
            if any(c.sort != c.text.casefold() for c in found):
                entry["sort"] = [c.sort for c in found]
            if any(c.extra for c in found):
                entry["extra"] = [c.extra for c in found]
        data.append(entry)
    pills = {key: list(pill) for key, pill in {**GRADES, **STATES}.items()}
    return embedded({"columns": data, "pills": pills})
