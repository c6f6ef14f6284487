"""Turn every file of a workspace into entries, kind by kind. In: a Shelf. Out: a Draft, and all problems.

Each kind is a line of `read_draft`: where its files are, and the function that reads one. Called by
`loading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.alerts import AlertFile
from dagster_project.spec.base import Input
from dagster_project.spec.catalog import Catalog, Model
from dagster_project.spec.catalogcsv import parse_catalog_csv
from dagster_project.spec.draft import Draft
from dagster_project.spec.entry import Entry, read_entry
from dagster_project.spec.files import BUILTIN, Found, Shelf, checked_id
from dagster_project.spec.page import PageHead
from dagster_project.spec.playbook import Answers, Section
from dagster_project.spec.rubric import Attestations, Rubric
from dagster_project.spec.rulefile import read_rule
from dagster_project.spec.source import Source, Sources
from dagster_project.spec.statement import MetricHead, StatementHead
from dagster_project.spec.statementfile import Head, PagePart, PageTemplate, SqlFile, split_page, split_sql
from dagster_project.spec.targets import Targets
from dagster_project.spec.workspace import Settings
from dagster_project.spec.yamlfile import Document, parse_yaml

YAML = (".yml", ".yaml")
PAGE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")
T = TypeVar("T")
I = TypeVar("I", bound=Input)  # noqa: E741  an Input


@dataclass(slots=True)
class Reading:
    """The shelf, and the problems found so far."""

    shelf: Shelf
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def each(self, kind: str, files: list[Found], read: Callable[[Shelf, Found], T]) -> list[T]:
        """Apply `read` to every file; if one cannot be read, note problems and mark its kind as broken."""
        results = []
        for file in files:
            try:
                results.append(read(self.shelf, file))
            except WorkspaceError as error:
                self.problems += error.problems
                self.broken.add(kind)
        return results


def read_draft(reading: Reading) -> Draft:
    """Read every file of every kind; note in `reading` what could not be read."""
    shelf = reading.shelf
    targets = _single(reading, "targets", Targets)
    answers = _single(reading, "playbook", Answers)
    said = _single(reading, "attestations", Attestations)
    alerts = reading.each("alerts", shelf.own("data/alerts", *YAML), _reader(AlertFile, may_be_empty=True))
    return Draft(
        settings=_settings(reading),
        models=_flat(reading.each("models", shelf.own("data/catalog", *YAML, ".csv"), _models)),
        sources=_flat(reading.each("sources", shelf.own("data/sources", *YAML), _sources)),
        targets=_flat(_items(file, "targets", file.value.targets) for file in targets),
        answers=_flat(_items(file, "answers", file.value.answers) for file in answers),
        attestations=_flat(_items(file, "attestations", file.value.attestations) for file in said),
        waivers=_flat(_items(file, "waivers", file.value.waivers) for file in said),
        alert_answers=_flat(_items(file, "answers", file.value.answers) for file in alerts),
        silences=_flat(_items(file, "silences", file.value.silences) for file in alerts),
        owners=_flat(_items(file, "owners", file.value.owners) for file in alerts),
        events=_flat(_items(file, "events", file.value.events) for file in alerts),
        rules=reading.each("rules", shelf.overlaid("reports/rules", *YAML), read_rule),
        rubrics=reading.each("rubrics", shelf.overlaid("reports/rubrics", *YAML), _reader(Rubric)),
        sections=reading.each("sections", shelf.overlaid("reports/playbook", *YAML), _reader(Section)),
        summaries=_statements(reading, "summaries", StatementHead),
        metrics=_statements(reading, "metrics", MetricHead),
        facts=_statements(reading, "facts", StatementHead),
        marts=_statements(reading, "marts", StatementHead),
        pages=reading.each("pages", shelf.overlaid("reports/pages", ".md"), _page),
        parts=reading.each("parts", shelf.overlaid("reports/parts", ".html"), _part),
        broken=frozenset(reading.broken),  # last: by now all of the above have been read
    )


def _flat(lists: Iterable[list[T]]) -> list[T]:
    return [item for items in lists for item in items]


def _settings(reading: Reading) -> Entry[Settings] | None:
    found = reading.shelf.single("data/workspace.yml")
    if found is None:
        message = f"not found in {reading.shelf.root}; `modelboard init DIR` writes a workspace to start from"
        reading.problems.append(Problem("data/workspace.yml", None, "", message))
        return None
    return next(iter(reading.each("settings", [found], _reader(Settings))), None)


def _single(reading: Reading, name: str, model: type[I]) -> list[Entry[I]]:
    """The optional file `data/<name>.yml`."""
    found = reading.shelf.single(f"data/{name}.yml")
    return reading.each(name, [found] if found else [], _reader(model, may_be_empty=True))


def _document(shelf: Shelf, found: Found) -> Document:
    return parse_yaml(shelf.text(found), found.name)


def _reader(model: type[I], *, may_be_empty: bool = False) -> Callable[[Shelf, Found], Entry[I]]:
    """A function that reads a YAML file as one `model`; if it may be empty, comments alone are no entries."""

    def read(shelf: Shelf, found: Found) -> Entry[I]:
        document = _document(shelf, found)
        is_empty = may_be_empty and document.data is None
        return Entry(model(), document) if is_empty else read_entry(document, model)

    return read


def _models(shelf: Shelf, found: Found) -> list[Entry[Model]]:
    """The models of one catalog file: one mapping, `models: [...]`, or a table."""
    if found.path.suffix == ".csv":
        document = parse_catalog_csv(shelf.text(found), found.name)
    else:
        document = _document(shelf, found)
    if not _holds(document, "models"):
        return [read_entry(document, Model)]
    catalog = read_entry(document, Catalog)
    return _items(catalog, "models", catalog.value.models)


def _sources(shelf: Shelf, found: Found) -> list[Entry[Source]]:
    """The sources of one file: one mapping, or `sources: [...]`."""
    document = _document(shelf, found)
    if not _holds(document, "sources"):
        return [read_entry(document, Source)]
    sources = read_entry(document, Sources)
    return _items(sources, "sources", sources.value.sources)


def _holds(document: Document, key: str) -> bool:
    return isinstance(document.data, dict) and key in document.data


def _items(file: Entry[Input], key: str, values: tuple[T, ...]) -> list[Entry[T]]:
    """The items of a file's list, each with its own place."""
    return [Entry(value, file.document, (key, position)) for position, value in enumerate(values)]


def _statements(reading: Reading, kind: str, model: type[Head]) -> list[SqlFile[Head]]:
    def read(shelf: Shelf, found: Found) -> SqlFile[Head]:
        name = checked_id(found, found.path.stem)
        parts = split_sql(shelf.text(found), found.name)
        return SqlFile(name, read_entry(parts.head, model).value, parts.body, found.name, parts.line)

    return reading.each(kind, reading.shelf.overlaid(f"reports/{kind}", ".sql"), read)


def _page(shelf: Shelf, found: Found) -> PageTemplate:
    below = found.name.removeprefix(BUILTIN).removeprefix("reports/pages/").removesuffix(".md")
    name = checked_id(found, below, PAGE_NAME, "a-z, 0-9, - and _")
    parts = split_page(shelf.text(found), found.name)
    return PageTemplate(name, read_entry(parts.head, PageHead).value, parts.body, found.name, parts.line)


def _part(shelf: Shelf, found: Found) -> PagePart:
    name = found.name.removeprefix(BUILTIN).removeprefix("reports/parts/")
    return PagePart(name, shelf.text(found), found.name)
