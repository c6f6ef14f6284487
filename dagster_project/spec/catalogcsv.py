"""`data/catalog/*.csv`: many models, one a row. In: the file's text; out: a Document as a YAML catalog would give.

The header names keys of Model that hold a single value, and `tags`, `segments`, `groups`, `depends_on`, whose values
are separated by ';'. An empty cell is a key not given. Called by `reading`.
"""

from __future__ import annotations

import csv
import io

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.base import KeyPath, unknown
from dagster_project.spec.yamlfile import Document

LIST_KEYS = ("depends_on", "groups", "segments", "tags")
FLAT_KEYS = (
    "id", "title", "purpose", "decision_moment", "team", "business_unit", "owner", "executive", "users",
    "out_of_scope", "limits", "fallback", "appeal", "runbook", "personal_data", "next_review", "since", "stage",
    "retired_on", "pattern", "task", "positive", "unit", "threshold", "baseline", "label_delay_days", "multivariate",
)  # fmt: skip
COLUMNS = (*FLAT_KEYS, *LIST_KEYS)


def parse_catalog_csv(text: str, file: str) -> Document:
    """The rows as `{"models": [...]}` with the line where each begins; raises WorkspaceError with all problems."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[dict[str, object]] = []
    lines: dict[KeyPath, int] = {(): 1, ("models",): 1}
    problems: list[Problem] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, file)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
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


def _check_header(header: list[str], file: str) -> None:
    if not any(header):
        raise WorkspaceError(
            [Problem(file, 1, "", "the file is empty; expected a header such as id,title,team")]
        )
    if len(header) == 1 and ";" in header[0]:
        raise WorkspaceError(
            [Problem(file, 1, "", "fields are separated by ','; ';' stands between several tags")]
        )
    problems = [
        Problem(file, 1, name, unknown("column", name, COLUMNS)) for name in header if name not in COLUMNS
    ]
    doubled = sorted({name for name in header if header.count(name) > 1})
    problems += [Problem(file, 1, name, "this column stands twice") for name in doubled]
    if "id" not in header:
        problems.append(Problem(file, 1, "id", "this column is missing"))
    if problems:
        raise WorkspaceError(problems)


def _row(header: list[str], cells: list[str]) -> dict[str, object]:
    """One row as the mapping a YAML file would hold."""
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if cell.strip()}
    return {name: _list(cell) if name in LIST_KEYS else cell for name, cell in given.items()}


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]
