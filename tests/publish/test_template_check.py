"""The views that a template names are checked before any page is made."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from dagster_project.publish.template_check import mistakes
from dagster_project.spec.statementfile import PageTemplate


def lines_of(body: str) -> list[int | None]:
    """Lines of the mistakes of a page whose body begins on line 4."""
    page = cast(PageTemplate, SimpleNamespace(file="reports/pages/p.md", line=4, body=body))
    return [problem.line for problem in mistakes([page], [], {"models"})]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("{{ views.rows('models') }}", []),
        ("x\n{% for r in views.where('lost', model=row.model) %}{{ r }}{% endfor %}", [5]),
        ("{% set r = views.one('lost') %}\n{{ views.frame('gone') }}", [4, 5]),
        ("{{ views.rows(name) }}", []),
        ("{{ others.rows('lost') }}", []),
        ("x\nx\n{% endfor %}", [6]),
    ],
)
def test_a_view_that_is_nowhere_has_its_line(body: str, lines: list[int]) -> None:
    """Names that are known only when the page is made are not checked."""
    assert lines_of(body) == lines
