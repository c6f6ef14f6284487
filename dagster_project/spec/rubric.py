"""`reports/rubrics/*.yml`: maturity rubrics; and `data/attestations.yml`: what people state about them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from dagster_project.spec.base import Day, Finding, Input, Name, Text, refuse

Scope = Literal["organization", "team", "model"]
ORGANIZATION: Scope = "organization"
"""The scope of a rubric for the whole organization, and the subject of statements about it."""


class Pillar(Input):
    """A part of a rubric that has a level of its own."""

    id: Name
    title: Name
    meaning: Text


class Level(Input):
    """One step of the ladder."""

    level: int = Field(ge=0)
    title: Name
    meaning: Text


class Milestone(Input):
    """One thing that is in place or not, with the rule that decides it."""

    id: Name
    title: Name
    pillar: Name
    level: int = Field(ge=1)
    method: Literal["auto", "proxy", "attest"]
    why: Text
    """What it is good for, in one sentence."""
    item: Name | None = None
    """The playbook's question it comes from, such as M1."""
    value: Text | None = None
    """auto and proxy: an SQL expression over named facts (columns)."""
    passes: Text | None = Field(default=None, alias="pass")
    """SQL condition on `value`, such as `value >= 0.9`."""
    warns: Text | None = Field(default=None, alias="warn")
    applies: Text | None = None
    """SQL condition over named facts; if it is false, the milestone is not applicable."""
    unit: Name = "share"
    evidence: Text | None = None
    """A sentence; {fact} is replaced by the fact's value."""
    expires_days: int = 180
    """attest: how long a statement is valid."""
    next_step: Text
    """What to do to reach it."""

    @model_validator(mode="after")
    def _rule_fits_method(self) -> Milestone:
        rule: tuple[tuple[str, str | None], ...] = (("value", self.value), ("pass", self.passes))
        if self.method == "attest":
            findings: list[Finding] = [
                ((key,), "an attested milestone has none: people state that it is reached")
                for key, sql in rule
                if sql
            ]
        else:
            findings = [
                ((key,), f"is missing; method {self.method} needs SQL over named facts")
                for key, sql in rule
                if not sql
            ]
        if findings:
            raise refuse(*findings)
        return self


class Rubric(Input):
    """A ladder of levels, pillars and milestones."""

    id: Name
    title: Name
    scope: Scope = ORGANIZATION
    """What has a level of its own: the whole, each team or each model."""
    source: Text
    levels: tuple[Level, ...]
    pillars: tuple[Pillar, ...]
    milestones: tuple[Milestone, ...]

    @model_validator(mode="after")
    def _references_exist(self) -> Rubric:
        pillars = {p.id for p in self.pillars}
        levels = {level.level for level in self.levels}
        findings: list[Finding] = []
        seen: set[str] = set()
        for position, milestone in enumerate(self.milestones):
            place = ("milestones", position)
            if milestone.pillar not in pillars:
                findings.append(((*place, "pillar"), f"no pillar {milestone.pillar!r} in this rubric"))
            if milestone.level not in levels:
                findings.append(((*place, "level"), f"no level {milestone.level} in this rubric"))
            if milestone.id in seen:
                findings.append(((*place, "id"), f"milestone {milestone.id!r} appears twice"))
            seen.add(milestone.id)
        if findings:
            raise refuse(*findings)
        return self

    def subject_of(self, named: str) -> str:
        """Return a statement's subject in facts: 'team:Support', 'model:tickets', the organization."""
        return named if self.scope == ORGANIZATION else f"{self.scope}:{named}"


class Attestation(Input):
    """A dated statement, signed by a role, that a milestone is reached (or is not)."""

    rubric: Name
    milestone: Name
    subject: Name = ORGANIZATION
    """The team or the id of the model that it is about, of rubrics of teams or models."""
    reached: bool = True
    role: Name
    date: Day
    evidence: Text
    """A link to the proof, or the place where it is."""


class Waiver(Input):
    """Permission to do without a milestone; the raw result is shown beside it."""

    rubric: Name
    milestone: Name
    subject: Name = ORGANIZATION
    """The team or the id of the model that it is about, of rubrics of teams or models."""
    reason: Text
    owner: Name
    approved_by: Name
    since: Day | None = None
    """The first day it holds; without one it holds on every day before its end, also those before it was written."""
    expires: Day

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Waiver:
        if self.since and self.since > self.expires:
            raise refuse((("expires",), f"expires {self.expires} is before since {self.since}"))
        return self


class Attestations(Input):
    """The whole of `data/attestations.yml`."""

    attestations: tuple[Attestation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
