"""Split files with a head: `/*---` YAML `---*/` before SQL, `---` YAML `---` before Markdown.

In: text. Out: both parts. Called by `reading`. Lines in problems are lines of the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.page import PageHead
from dagster_project.spec.statement import MetricHead, StatementHead
from dagster_project.spec.yamlfile import Document, parse_yaml

SQL_PARTS = re.compile(
    r"\A/\*---[ \t]*\n(?P<head>.*?)^---\*/[ \t]*(?:\n|\Z)(?P<body>.*)\Z", re.DOTALL | re.MULTILINE
)
PAGE_PARTS = re.compile(
    r"\A---[ \t]*\n(?P<head>.*?)^---[ \t]*(?:\n|\Z)(?P<body>.*)\Z", re.DOTALL | re.MULTILINE
)


Head = TypeVar("Head", MetricHead, StatementHead)


@dataclass(frozen=True, slots=True)
class SqlFile(Generic[Head]):
    """One SQL file: `id` is the file's stem; `sql` is everything after the head, from `line` of the file."""

    id: str
    head: Head
    sql: str
    file: str
    line: int = 1


Metric: TypeAlias = SqlFile[MetricHead]
Statement: TypeAlias = SqlFile[StatementHead]
"""A summary, fact or mart."""


@dataclass(frozen=True, slots=True)
class PageTemplate:
    """One page template: `body` is Jinja and Markdown, from `line` of the file.

    `id` is the path below reports/pages without its ending: 'models', 'ledger/data'.
    """

    id: str
    head: PageHead
    body: str
    file: str
    line: int = 1


@dataclass(frozen=True, slots=True)
class PagePart:
    """Text that page templates include; `id` is its path below reports/parts, such as 'models/usage.html'."""

    id: str
    body: str
    file: str


@dataclass(frozen=True, slots=True)
class Parts:
    """A file's head as a Document, its body, and the 1-based line where the body begins."""

    head: Document
    body: str
    line: int


def split_sql(text: str, file: str) -> Parts:
    """Split an SQL file. Raises WorkspaceError if the head or the SQL is missing."""
    return _split(
        text, file, SQL_PARTS, "the file must begin with /*--- , YAML, and ---*/ on lines of their own", "SQL"
    )


def split_page(text: str, file: str) -> Parts:
    """Split a page template. Raises WorkspaceError if the head or the body is missing."""
    return _split(
        text, file, PAGE_PARTS, "the file must begin with --- , YAML, and --- on lines of their own", "text"
    )


def _split(text: str, file: str, pattern: re.Pattern[str], rule: str, body_is: str) -> Parts:
    match = pattern.match(text.replace("\r\n", "\n"))
    if match is None:
        raise WorkspaceError([Problem(file, 1, "", f"no head: {rule}")])
    line = match.string.count("\n", 0, match.start("body")) + 1
    if not match["body"].strip():
        raise WorkspaceError([Problem(file, line, "", f"nothing follows the head; expected {body_is}")])
    return Parts(parse_yaml(match["head"], file, first_line=2), match["body"], line)
