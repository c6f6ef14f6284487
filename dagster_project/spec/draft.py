"""The entries of a workspace before cross-checks. Made by `reading`, read by `crosscheck` and `loading`."""

from __future__ import annotations

from dataclasses import dataclass

from dagster_project.spec.alerts import AlertAnswer, KnownEvent, OwnerRule, Silence
from dagster_project.spec.catalog import Model
from dagster_project.spec.entry import Entry
from dagster_project.spec.playbook import Answer, Section
from dagster_project.spec.rubric import Attestation, Rubric, Waiver
from dagster_project.spec.rule import Rule
from dagster_project.spec.source import Source
from dagster_project.spec.statementfile import Metric, PagePart, PageTemplate, Statement
from dagster_project.spec.targets import Target
from dagster_project.spec.workspace import Settings


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that could be read. If a kind is in `broken`, some of its files could not."""

    settings: Entry[Settings] | None
    models: list[Entry[Model]]
    sources: list[Entry[Source]]
    targets: list[Entry[Target]]
    answers: list[Entry[Answer]]
    attestations: list[Entry[Attestation]]
    waivers: list[Entry[Waiver]]
    alert_answers: list[Entry[AlertAnswer]]
    silences: list[Entry[Silence]]
    owners: list[Entry[OwnerRule]]
    events: list[Entry[KnownEvent]]
    rubrics: list[Entry[Rubric]]
    rules: list[Entry[Rule]]
    sections: list[Entry[Section]]
    summaries: list[Statement]
    metrics: list[Metric]
    facts: list[Statement]
    marts: list[Statement]
    pages: list[PageTemplate]
    parts: list[PagePart]
    broken: frozenset[str]
    """Names of the fields above that are incomplete: nothing may be called unknown because of them."""
