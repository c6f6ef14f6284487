"""`data/catalog/*.csv`: many models, one per row. In: the file's text. Out: a Document as of a YAML catalog.

The header names keys of Model that hold a single value, or a list of values (`tags`), separated by ';'. A
nested key follows a dot (`risk_tier.level`, `value.cost.per_day`). An empty cell means that the key is not
given. Called by `reading`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.base import KeyPath, unknown
from dagster_project.spec.catalog import Model
from dagster_project.spec.yamlfile import Document


def _columns(kind: type[BaseModel]) -> Iterator[tuple[str, bool]]:
    """The possible columns of a declaration, and whether each is a list; keys of a mapping follow a dot."""
    for name, field in kind.model_fields.items():
        parts = [part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type)]
        inner = next((part for part in parts if issubclass(part, BaseModel)), None)
        if get_origin(field.annotation) is dict or (inner and get_origin(field.annotation) is tuple):
            continue
        if inner:
            yield from ((f"{name}.{column}", is_list) for column, is_list in _columns(inner))
        else:
            yield name, get_origin(field.annotation) is tuple


COLUMNS = dict(_columns(Model))
"""The names that a header may contain, and whether each holds a list."""


def parse_catalog_csv(text: str, file: str) -> Document:
    """Return the rows as `{"models": [...]}` with their lines. Raises WorkspaceError with all problems."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, object]] = []
    lines: dict[KeyPath, int] = {(): 1, ("models",): 1}
    problems: list[Problem] = []
    try:
        header = _without_blank_end([name.strip() for name in next(reader, [])])
        _check_header(header, file)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                cells = cells[: len(header)] + _without_blank_end(cells[len(header) :])
                if len(cells) != len(header):
                    expected = f"expected {len(header)} fields as in the header, found {len(cells)}"
                    problems.append(
                        Problem(file, start, "", f"{expected}; a text that holds a comma needs quotes")
                    )
                lines["models", len(rows)] = start
                rows.append(_row(header, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        raise WorkspaceError([Problem(file, reader.line_num, "", f"not valid CSV: {error}")]) from error
    if problems:
        raise WorkspaceError(problems)
    return Document(file, {"models": rows}, lines)


def _without_blank_end(cells: list[str]) -> list[str]:
    """Drop the blank cells at the end that spreadsheets write for columns that once held something."""
    filled = [position for position, cell in enumerate(cells, start=1) if cell.strip()]
    return cells[: max(filled, default=0)]


def _check_header(header: list[str], file: str) -> None:
    if not any(header):
        raise WorkspaceError(
            [Problem(file, 1, "", "the file is empty; expected a header such as id,title,team")]
        )
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise WorkspaceError(
            [Problem(file, 1, "", "fields are separated by ','; ';' separates several tags in one field")]
        )
    if "" in header:
        raise WorkspaceError(
            [Problem(file, 1, "", f"column {header.index('') + 1} of {len(header)} has no name")]
        )
    problems = [
        Problem(file, 1, name, unknown("column", name, COLUMNS)) for name in header if name not in COLUMNS
    ]
    repeated = sorted({name for name in header if header.count(name) > 1})
    problems += [Problem(file, 1, name, "this column appears twice") for name in repeated]
    if "id" not in header:
        problems.append(Problem(file, 1, "id", "this column is missing"))
    if problems:
        raise WorkspaceError(problems)


def _row(header: list[str], cells: list[str]) -> dict[str, object]:
    """One row as the mapping that a YAML file would contain."""
    row: dict[str, object] = {}
    for name, cell in zip(header, cells, strict=False):
        if text := cell.strip():
            *outer, key = name.split(".")
            inside: dict[str, Any] = row
            for mapping in outer:
                inside = inside.setdefault(mapping, {})
            inside[key] = _list(text) if COLUMNS[name] else text
    return row


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
