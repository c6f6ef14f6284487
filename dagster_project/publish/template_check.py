"""Checks page templates before any page is made: their syntax, and the views that they name.

In: page templates, the parts they include, the names of all views. Out: problems with file and line. Caller:
pipeline.dry_run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError, nodes

from dagster_project.core.errors import Problem
from dagster_project.publish.templates import make_environment

if TYPE_CHECKING:
    from jinja2 import Environment

    from dagster_project.spec.statementfile import PagePart, PageTemplate

READS = ("rows", "where", "one", "frame")
"""Methods that a template calls on `views`, with the view's name as first argument."""


def mistakes(pages: Sequence[PageTemplate], parts: Sequence[PagePart], views: Set[str]) -> list[Problem]:
    """What would stop a night whatever the data, in the order of the files given."""
    environment = make_environment({}, "", "")
    texts = [(page.file, page.line, page.body) for page in pages] + [(p.file, 1, p.body) for p in parts]
    return [p for file, line, body in texts for p in _mistakes(environment, file, line, body, views)]


def _mistakes(
    environment: Environment, file: str, first_line: int, body: str, views: Set[str]
) -> Iterator[Problem]:
    try:
        tree = environment.parse(body)
    except TemplateSyntaxError as error:
        yield Problem(file, first_line + error.lineno - 1, "", error.message or "not a valid template")
        return
    for name, line in _views_named(tree):
        if name not in views:
            yield Problem(file, first_line + line - 1, "", f"no view {name!r} in reports/marts")


def _views_named(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """(view, line) of every call such as views.rows('models')."""
    for call in tree.find_all(nodes.Call):
        method = call.node
        if not (isinstance(method, nodes.Getattr) and method.attr in READS and call.args):
            continue
        of, name = method.node, call.args[0]
        if isinstance(of, nodes.Name) and of.name == "views" and isinstance(name, nodes.Const):
            yield str(name.value), call.lineno
