"""Read, validate and cross-check all files of a workspace: the only way into `spec`.

In: a folder. Out: one frozen Workspace, or a WorkspaceError with every problem of every file. Called by the
commands, by Dagster's definitions and by the demo.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.alerts import AlertAnswer, KnownEvent, OwnerRule, Silence
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.catalog import Model
from dagster_project.spec.crosscheck import cross_problems
from dagster_project.spec.draft import Draft
from dagster_project.spec.entry import Placed
from dagster_project.spec.files import Shelf
from dagster_project.spec.playbook import Answer, Section
from dagster_project.spec.profiles import read_profiles
from dagster_project.spec.reading import Reading, read_draft
from dagster_project.spec.reference import Profile
from dagster_project.spec.rubric import Attestations, Rubric
from dagster_project.spec.rule import RuleFile
from dagster_project.spec.rulefile import as_rule_file
from dagster_project.spec.source import Source
from dagster_project.spec.statementfile import Metric, PagePart, PageTemplate, Statement
from dagster_project.spec.targets import Target
from dagster_project.spec.workspace import Settings

__all__ = ["Metric", "PagePart", "PageTemplate", "Placed", "Statement", "Workspace", "load_workspace"]


@dataclass(frozen=True, slots=True)
class Workspace:
    """Everything people wrote, valid as a whole. Models and sources are in order of id, lists as in files."""

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
    """Relative path (with the prefix 'builtin:' if it comes with Modelboard) -> SHA-256, of every file
    read."""
    question_places: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Question id -> file and line of its text."""
    profiles: dict[str, Profile] = field(default_factory=dict)
    """Path below data/ -> training profile, for all that references name."""

    @property
    def data(self) -> Path:
        """Folder of the organization's facts and state."""
        return self.root / "data"

    @property
    def lake(self) -> Path:
        """Folder of the Parquet files with all events."""
        return self.data / "lake"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.data / "warehouse.duckdb"

    @property
    def build(self) -> Path:
        """Folder of the site's releases."""
        return self.root / "build"

    @property
    def titles(self) -> dict[str, str]:
        """Name of each declared model on pages: its title or id; a shared title is followed by the id."""
        titles = {placed.value.id: placed.value.title or placed.value.id for placed in self.models}
        times = Counter(titles.values())
        return {
            model: title if times[title] == 1 else f"{title} ({model})" for model, title in titles.items()
        }


def load_workspace(root: Path, builtin: Path | None = None) -> Workspace:
    """Read the workspace in folder `root` on top of the built-in content (`builtin`: another, for tests).

    Raises WorkspaceError with the problems of all files, sorted by file and line.
    """
    reading = Reading(Shelf(root.absolute(), builtin or builtin_root()))
    draft = read_draft(reading)
    profiles, broken = read_profiles(reading.shelf, draft.models)
    problems = reading.problems + broken + cross_problems(draft)
    if problems or draft.settings is None:
        raise WorkspaceError(sorted(problems, key=lambda p: (p.file, p.line or 0, p.key, p.message)))
    return _finished(reading.shelf, draft, draft.settings.value, profiles)


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


def _question_places(draft: Draft) -> dict[str, tuple[str, int]]:
    return {
        question.id: (entry.document.file, entry.document.line(("questions", position)) or 1)
        for entry in draft.sections
        for position, question in enumerate(entry.value.questions)
    }
