"""All files of a workspace, read, validated and checked against each other: the only door to `spec`.

In: a folder; out: one frozen Workspace, or a WorkspaceError that carries every problem of every file.
Called by the commands, by Dagster's definitions and by the demo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.spec.alerts import AlertAnswer, AlertFile, KnownEvent, OwnerRule, Silence
from dagster_project.spec.base import Input
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.catalog import Catalog, Model
from dagster_project.spec.catalogcsv import parse_catalog_csv
from dagster_project.spec.crosscheck import cross_problems
from dagster_project.spec.draft import Draft
from dagster_project.spec.entry import Entry, Placed, read_entry
from dagster_project.spec.files import BUILTIN, Found, Shelf
from dagster_project.spec.page import PageHead
from dagster_project.spec.playbook import Answer, Answers, Section
from dagster_project.spec.profiles import read_profiles
from dagster_project.spec.reference import Profile
from dagster_project.spec.rubric import Attestations, Rubric
from dagster_project.spec.rule import RuleFile
from dagster_project.spec.rulefile import as_rule_file, read_rule
from dagster_project.spec.source import Source, Sources
from dagster_project.spec.statement import MetricHead, StatementHead
from dagster_project.spec.statementfile import (
    Head,
    Metric,
    PagePart,
    PageTemplate,
    SqlFile,
    Statement,
    split_page,
    split_sql,
)
from dagster_project.spec.targets import Target, Targets
from dagster_project.spec.workspace import Settings
from dagster_project.spec.yamlfile import Document, parse_yaml

__all__ = ["Metric", "PagePart", "PageTemplate", "Placed", "Statement", "Workspace", "load_workspace"]

YAML = (".yml", ".yaml")
SQL_NAME = re.compile(r"[a-z][a-z0-9_]*")
PAGE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*")
T = TypeVar("T")
I = TypeVar("I", bound=Input)  # noqa: E741  an Input


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything people wrote, valid as a whole. Order: models and sources by id, lists as in their file."""

    root: Path
    settings: Settings
    models: tuple[Placed[Model], ...]
    sources: tuple[Source, ...]
    targets: tuple[Target, ...]
    answers: tuple[Placed[Answer], ...]
    attestations: Attestations
    alert_answers: tuple[Placed[AlertAnswer], ...]
    silences: tuple[Placed[Silence], ...]
    owners: tuple[OwnerRule, ...]
    events: tuple[KnownEvent, ...]
    rules: tuple[RuleFile, ...]
    rubrics: tuple[Rubric, ...]
    sections: tuple[Section, ...]
    summaries: tuple[Statement, ...]
    metrics: tuple[Metric, ...]
    facts: tuple[Statement, ...]
    marts: tuple[Statement, ...]
    pages: tuple[PageTemplate, ...]
    parts: tuple[PagePart, ...]
    files: dict[str, str]
    """Relative path ('builtin:' before those that come with Modelboard) -> SHA-256 of every file that was read."""
    question_places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Question id -> file and line where its text stands."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    """Path below data/ -> the training profile that a reference names."""

    @property
    def data(self) -> Path:
        """Facts and state of the organization."""
        return self.root / "data"

    @property
    def lake(self) -> Path:
        """The Parquet files of all events."""
        return self.data / "lake"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.data / "warehouse.duckdb"

    @property
    def build(self) -> Path:
        """Where releases of the site go."""
        return self.root / "build"


def load_workspace(root: Path, builtin: Path | None = None) -> Workspace:
    """Read the workspace in folder `root`, on top of the built-in content (`builtin`: another one, for tests).

    Raises WorkspaceError with the problems of all files, sorted by file and line.
    """
    reading = _Reading(Shelf(root.absolute(), builtin or builtin_root()))
    draft = _read_draft(reading)
    profiles, broken = read_profiles(reading.shelf, draft.models)
    problems = reading.problems + broken + cross_problems(draft)
    if problems or draft.settings is None:
        raise WorkspaceError(sorted(problems, key=lambda p: (p.file, p.line or 0, p.key, p.message)))
    return _finished(reading.shelf, draft, draft.settings.value, profiles)


@dataclass(slots=True)
class _Reading:
    """The shelf, and what went wrong with it so far."""

    shelf: Shelf
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def each(self, kind: str, files: list[Found], read: Callable[[Shelf, Found], T]) -> list[T]:
        """`read` applied to every file; one that cannot be read is noted, and its kind is broken."""
        results = []
        for file in files:
            try:
                results.append(read(self.shelf, file))
            except WorkspaceError as error:
                self.problems += error.problems
                self.broken.add(kind)
        return results


def _read_draft(reading: _Reading) -> Draft:
    shelf = reading.shelf
    targets = _single(reading, "targets", Targets)
    answers = _single(reading, "playbook", Answers)
    said = _single(reading, "attestations", Attestations)
    alerts = reading.each("alerts", shelf.own("data/alerts", *YAML), _alert_file)
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
        broken=frozenset(reading.broken),
    )


def _flat(lists: Iterable[list[T]]) -> list[T]:
    return [item for items in lists for item in items]


def _settings(reading: _Reading) -> Entry[Settings] | None:
    found = reading.shelf.single("data/workspace.yml")
    if found is None:
        message = f"not found in {reading.shelf.root}; `modelboard init DIR` writes a workspace to start from"
        reading.problems.append(Problem("data/workspace.yml", None, "", message))
        return None
    return next(iter(reading.each("settings", [found], _reader(Settings))), None)


def _single(reading: _Reading, name: str, model: type[I]) -> list[Entry[I]]:
    """The one optional file `data/<name>.yml`; nothing but comments in it counts as no entries."""
    found = reading.shelf.single(f"data/{name}.yml")

    def read(shelf: Shelf, file: Found) -> Entry[I]:
        document = _document(shelf, file)
        return Entry(model(), document) if document.data is None else read_entry(document, model)

    return reading.each(name, [found] if found else [], read)


def _document(shelf: Shelf, found: Found) -> Document:
    return parse_yaml(shelf.text(found), found.name)


def _reader(model: type[I]) -> Callable[[Shelf, Found], Entry[I]]:
    """A function that reads a YAML file as one `model`."""
    return lambda shelf, found: read_entry(_document(shelf, found), model)


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
    """The members of a file's list, each with its own place."""
    return [Entry(value, file.document, (key, position)) for position, value in enumerate(values)]


def _statements(reading: _Reading, kind: str, model: type[Head]) -> list[SqlFile[Head]]:
    def read(shelf: Shelf, found: Found) -> SqlFile[Head]:
        name = _name(found, found.path.stem, SQL_NAME, "a-z, 0-9 and _, a letter first")
        parts = split_sql(shelf.text(found), found.name)
        return SqlFile(name, read_entry(parts.head, model).value, parts.body, found.name, parts.line)

    return reading.each(kind, reading.shelf.overlaid(f"reports/{kind}", ".sql"), read)


def _page(shelf: Shelf, found: Found) -> PageTemplate:
    below = found.name.removeprefix(BUILTIN).removeprefix("reports/pages/").removesuffix(".md")
    name = _name(found, below, PAGE_NAME, "a-z, 0-9, - and _")
    parts = split_page(shelf.text(found), found.name)
    return PageTemplate(name, read_entry(parts.head, PageHead).value, parts.body, found.name, parts.line)


def _part(shelf: Shelf, found: Found) -> PagePart:
    name = found.name.removeprefix(BUILTIN).removeprefix("reports/parts/")
    return PagePart(name, shelf.text(found), found.name)


def _name(found: Found, name: str, rule: re.Pattern[str], words: str) -> str:
    """The file's name, if it can be an id."""
    if not rule.fullmatch(name):
        message = f"the file's name becomes an id; expected only {words}, found {name!r}"
        raise WorkspaceError([Problem(found.name, None, "", message)])
    return name


def _finished(shelf: Shelf, draft: Draft, settings: Settings, profiles: dict[str, Profile]) -> Workspace:
    models = sorted((entry.placed() for entry in draft.models), key=lambda placed: placed.value.id)
    sections = sorted(draft.sections, key=lambda entry: (entry.value.order, entry.value.id))
    return Workspace(
        root=shelf.root,
        settings=settings,
        models=tuple(models),
        sources=tuple(sorted((entry.value for entry in draft.sources), key=lambda source: source.source)),
        targets=tuple(entry.value for entry in draft.targets),
        answers=tuple(entry.placed() for entry in draft.answers),
        attestations=Attestations(
            attestations=tuple(entry.value for entry in draft.attestations),
            waivers=tuple(entry.value for entry in draft.waivers),
        ),
        alert_answers=tuple(entry.placed() for entry in draft.alert_answers),
        silences=tuple(entry.placed() for entry in draft.silences),
        owners=tuple(entry.value for entry in draft.owners),
        events=tuple(entry.value for entry in draft.events),
        rules=tuple(sorted((as_rule_file(entry) for entry in draft.rules), key=lambda rule: rule.id)),
        rubrics=tuple(sorted((entry.value for entry in draft.rubrics), key=lambda rubric: rubric.id)),
        sections=tuple(entry.value for entry in sections),
        summaries=tuple(sorted(draft.summaries, key=lambda statement: statement.id)),
        metrics=tuple(sorted(draft.metrics, key=lambda statement: statement.id)),
        facts=tuple(sorted(draft.facts, key=lambda statement: statement.id)),
        marts=tuple(sorted(draft.marts, key=lambda statement: statement.id)),
        pages=tuple(sorted(draft.pages, key=lambda page: page.id)),
        parts=tuple(sorted(draft.parts, key=lambda part: part.id)),
        files=dict(sorted(shelf.digests.items())),
        question_places=_question_places(draft),
        profiles=profiles,
    )


def _alert_file(shelf: Shelf, found: Found) -> Entry[AlertFile]:
    """One file of answers, silences and owners; nothing but comments in it counts as none."""
    document = _document(shelf, found)
    return Entry(AlertFile(), document) if document.data is None else read_entry(document, AlertFile)


def _question_places(draft: Draft) -> dict[str, tuple[str, int]]:
    return {
        question.id: (entry.document.file, entry.document.line(("questions", position)) or 1)
        for entry in draft.sections
        for position, question in enumerate(entry.value.questions)
    }
