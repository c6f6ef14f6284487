"""Files with a head give their parts; lines in problems are those of the whole file."""

from __future__ import annotations

import pytest

from tests.spec.conftest import BUILTIN, Check

METRIC = BUILTIN["reports/metrics/error_share.sql"]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "reports/metrics/mine.sql",
            METRIC.replace("unit:", "unti: x\nunit:"),
            "reports/metrics/mine.sql:4: unti: unknown key, did you mean 'unit'",
        ),
        (
            "reports/facts/a.sql",
            "select 1\n",
            "reports/facts/a.sql:1: no head: the file must begin with /*---",
        ),
        (
            "reports/facts/a.sql",
            "/*---\ntitle: A\n---*/\n\n",
            "reports/facts/a.sql:4: nothing follows the head",
        ),
        (
            "reports/facts/A-b.sql",
            "/*---\ntitle: A\n---*/\nselect 1",
            "reports/facts/A-b.sql: the file's name becomes",
        ),
        ("reports/pages/a.md", "# A\n", "reports/pages/a.md:1: no head: the file must begin with ---"),
    ],
)
def test_each_mistake_is_one_problem_with_file_line_and_key(
    problems: Check, name: str, content: str | bytes, expected: str
) -> None:
    """One mistake in a file gives exactly one problem, at its place, in words."""
    found = problems({name: content})
    assert [problem[: len(expected)] for problem in found] == [expected]
