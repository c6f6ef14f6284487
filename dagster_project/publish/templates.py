"""Page templates: Jinja with escaping on, undefined names refused, and nothing to read but `page.*` views.

In: the workspace's page templates, the parts that they include, and `Views`. Out: finished HTML bodies with their
addresses, for the engine to stamp into its shell. Called by `pipeline.render`. Nothing from outside passes through
Markdown; a template that fails is named with its file and line.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import (
    Environment,
    FileSystemBytecodeCache,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from markupsafe import Markup

from dagster_project.core.errors import Problem, PublishError, WorkspaceError
from dagster_project.publish import phrases
from dagster_project.publish.api import SCHEMA_VERSION
from dagster_project.publish.third_party import ThirdPartyFile
from dagster_project.publish.traces import TracedViews, Traces
from dagster_project.publish.views import Row, Views
from dagster_project.spec.files import BUILTIN

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Template

    from dagster_project.spec.page import PageHead
    from dagster_project.spec.statementfile import PagePart

ERRORS_OF_TEMPLATES = (
    TemplateError,
    PublishError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    ArithmeticError,
)
PARTS = "reports/parts/"
"""Folder of the files that page templates include."""


@dataclass(frozen=True, slots=True)
class Source:
    """One template as the workspace holds it; `first_line` is the body's first line in the file."""

    address: str
    """Path below `reports/pages/` without its ending: 'models', 'ledger/data'."""
    head: PageHead
    body: str
    file: str
    first_line: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A finished page: `path` inside the site, HTML body that begins with its h1, plain text for the search.

    A page without a body is `reused`: a file of the previous release that is still valid.
    """

    path: str
    title: str
    body: Markup | None
    section: str | None
    description: str
    search: str
    reused: Path | None = None


def render_pages(
    sources: Sequence[Source],
    views: Views,
    *,
    parts: Sequence[PagePart] = (),
    repository_url: str,
    currency: str,
    third_party: Sequence[ThirdPartyFile] = (),
    traces: Traces | None = None,
    compiled: Path | None = None,
) -> Iterator[Page]:
    """Every page of every template, in the templates' order; `third_party` are the site's third-party files.

    Pages of rows that the `traces` know to be unchanged are not made again. `compiled` is a folder for compiled
    templates of one version of Jinja and of `make_environment`; those found there are not compiled again. Raises
    WorkspaceError with file and line.
    """
    bodies = {s.file: (s.body, s.file) for s in sources} | {p.id: (p.body, p.file) for p in parts}
    environment = make_environment(bodies, repository_url, currency)
    if compiled is not None:
        environment.bytecode_cache = FileSystemBytecodeCache(str(compiled), "%s")
    pages = frozenset(f"{source.address}.html" for source in sources if source.head.for_each is None)
    environment.globals["is_page"] = lambda address: str(address).partition("#")[0] in pages
    environment.globals["carried"] = third_party
    environment.globals["schema_version"] = SCHEMA_VERSION
    for part in parts:
        _compile(environment, part.id, part.file)
    for source in sources:
        template = _compile(environment, source.file, source.file, source.first_line)
        if source.head.for_each is None:
            yield _page(source, template, TracedViews(views), path=f"{source.address}.html")
            continue
        rows = views.frame(source.head.for_each)
        rows = rows.sort("slug", maintain_order=True) if "slug" in rows.columns else rows
        views.expect(rows)
        for row in rows.iter_rows(named=True):
            yield _page_of(source, template, row, views, traces or Traces(views))


class _OfRows(Environment):
    """Reads `row.column` directly as the row's column; plain Jinja would first look for an attribute of that name."""

    def getattr(self, obj: object, attribute: str) -> object:
        if type(obj) is dict and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


def make_environment(
    bodies: Mapping[str, tuple[str, str]], repository_url: str, currency: str
) -> Environment:
    """Jinja with the filters and functions that pages use; `bodies`: name -> (template, its file)."""
    environment = _OfRows(
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(lambda name: (*bodies[name], lambda: True) if name in bodies else None),
    )
    environment.filters.update(phrases.filters(currency))
    environment.globals.update(_functions(repository_url))
    return environment


def _functions(repository_url: str) -> dict[str, Callable[..., object]]:
    """What a template may call besides its views: charts, tables, pills and cards, and links to files."""
    from dagster_project.publish import charts, figures, status, tables

    drawn = (
        charts.line_chart, charts.bar_chart, charts.stacked_bars, charts.interval_chart, charts.histogram_pair,
        charts.level_chart, charts.calibration_chart, charts.bullet, charts.sparkline, charts.small_multiples,
        status.status, status.state, status.severity, status.known_by, status.pill, status.meter,
        figures.card, tables.data_table, tables.Column, tables.Link, tables.Sortable,
    )  # fmt: skip
    named: dict[str, Callable[..., object]] = {function.__name__: function for function in drawn}
    named["file_link"] = lambda file, line=None: phrases.file_link(repository_url, file, line)
    named["link"] = phrases.link
    return named


def _page_of(source: Source, template: Template, row: Row, views: Views, traces: Traces) -> Page:
    """The page of a row, newly made or reused."""
    slug = _slug(source, row)
    path = f"{source.address}/{slug}.html"
    reused = traces.holds(path, row)
    if reused is not None:
        return _finished(source, path, row, None, reused)
    traced = TracedViews(views, row)
    traced.where(str(source.head.for_each), slug=slug)
    page = _page(source, template, traced, path=path)
    traces.note(path, traced)
    return page


def _page(source: Source, template: Template, views: TracedViews, *, path: str) -> Page:
    row = views.row
    title, root = _title(source, row), "../" * path.count("/")
    body = _render(source, template, views=views, row=row, root=root, path=path, title=title)
    return _finished(source, path, row, body)


def _finished(
    source: Source, path: str, row: Row | None, body: Markup | None, reused: Path | None = None
) -> Page:
    head, title = source.head, _title(source, row)
    return Page(
        path, title, body, head.section, head.description or "", _search_text(head, title, row), reused
    )


def _title(source: Source, row: Row | None) -> str:
    return str(row["title"]) if row is not None and "title" in row else source.head.title


def _render(source: Source, template: Template, **context: object) -> Markup:
    try:
        return Markup(template.render(**context))  # noqa: S704  the environment escapes
    except ERRORS_OF_TEMPLATES as error:
        raise WorkspaceError([_problem(error, source)]) from error


def _compile(environment: Environment, name: str, file: str, first_line: int = 1) -> Template:
    try:
        return environment.get_template(name)
    except TemplateSyntaxError as error:
        line = first_line + error.lineno - 1
        raise WorkspaceError([Problem(file, line, "", error.message or "not a valid template")]) from error


def _problem(error: Exception, source: Source) -> Problem:
    """The line of the page or part that the error came from; Jinja rewrites tracebacks to template lines."""
    is_lost = isinstance(error, TemplateNotFound)
    words = f"no part {str(error)!r} in reports/parts" if is_lost else str(error)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename == source.file:
            return Problem(source.file, source.first_line + (frame.lineno or 1) - 1, "", words)
        if frame.filename.removeprefix(BUILTIN).startswith(PARTS):
            return Problem(frame.filename, frame.lineno, "", words)
    return Problem(source.file, None, "", words)


def _slug(source: Source, row: Row) -> str:
    slug = row.get("slug")
    if not isinstance(slug, str) or not slug:
        message = f"view page.{source.head.for_each} has a row without a slug"
        raise WorkspaceError([Problem(source.file, None, "for_each", message)])
    return slug


def _search_text(head: PageHead, title: str, row: Row | None) -> str:
    """Words of a page for the search index: its title, and the row's columns that the head names."""
    if row is None:
        return " ".join(filter(None, (title, head.description)))
    return " ".join([title, *(_words(row.get(column)) for column in head.search)]).strip()


def _words(value: object) -> str:
    if value is None:
        return ""
    return " ".join(str(v) for v in value) if isinstance(value, list | tuple) else str(value)
