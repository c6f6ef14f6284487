"""`data/catalog/*.yml` and `*.csv`: what people declare about models. One file may declare many.

A model needs no entry: one that only appears in a log is shown on the site, marked as undeclared.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dagster_project.spec.base import Currency, Day, FeatureName, Finding, Input, Name, Text, refuse
from dagster_project.spec.patterns import Pattern as TextPattern
from dagster_project.spec.promises import Objective, Rule
from dagster_project.spec.reference import Reference

Task = Literal["binary", "regression", "multiclass", "other"]
Pattern = Literal["rest", "batch", "stream", "other"]
Stage = Literal["development", "shadow", "production", "retired"]
Tier = Literal["low", "medium", "high"]
LARGEST = 1e15
"""Largest amount: sums of such amounts over years of requests are still finite."""
Money = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]


class Feature(Input):
    """What is declared about one input of a model."""

    type: Literal["number", "category"] | None = None
    """How the values are read; inferred from the data if not given."""
    min: float | None = None
    """Smallest valid value; a smaller one counts as invalid."""
    max: float | None = None
    """Largest valid value; a larger one counts as invalid."""
    allowed: tuple[str, ...] | None = None
    """The only valid categories."""
    pattern: TextPattern | None = None
    """A regular expression (RE2) that a whole category must match to be valid."""
    required: bool = False
    """A request without a value of it counts as incomplete."""
    unit: Name | None = None
    """Unit of the values, such as km."""
    importance: float | None = Field(default=None, ge=0)
    """How much the model relies on it, relative to the other features; what a training run logs takes precedence."""

    @model_validator(mode="after")
    def _range_in_order(self) -> Feature:
        if self.min is not None and self.max is not None and self.max < self.min:
            raise refuse((("max",), f"max {self.max:g} is below min {self.min:g}"))
        if self.pattern is not None and self.type == "number":
            raise refuse((("pattern",), "is for categories; the type is number"))
        return self


class RiskTier(Input):
    """How much harm the model can do, and why it is judged so."""

    level: Tier
    reason: Text


class OutcomeValues(Input):
    """Money per labelled decision, by how it turned out; negative is a loss."""

    tp: Money = 0.0
    fp: Money = 0.0
    fn: Money = 0.0
    tn: Money = 0.0


class Cost(Input):
    """What running the model costs."""

    per_day: Money = Field(default=0.0, ge=0)
    per_1000: Money = Field(default=0.0, ge=0)
    """Money per 1,000 records scored."""


class SignOff(Input):
    """Whether finance has agreed to the value: a role and a date, never a person's name."""

    state: Literal["proposed", "agreed"] = "proposed"
    role: Name | None = None
    date: Day | None = None


class Value(Input):
    """What the model's decisions are worth; declared, so its evidence grade is C (counted outcomes) or D."""

    per_outcome: OutcomeValues | None = None
    per_accepted: Money | None = None
    """Money per prediction used, in logs that map `score` or `prediction`; without labels (grade D)."""
    per_unit_error: Money | None = Field(default=None, le=0)
    """Regression: money per unit of absolute error, against the simple alternative's on the same rows (grade C).
    What the alternative answered is mapped in the source as `baseline`."""
    baseline_error: float | None = Field(default=None, ge=0, le=LARGEST)
    """Regression: mean absolute error of the simple alternative where no log says what it answered. Fixed, so seasons
    look like merit or failure; a mapped `baseline` is better."""
    currency: Currency | None = None
    """ISO 4217 code; the workspace's if not given."""
    cost: Cost = Cost()
    plan_per_month: Money | None = None
    sign_off: SignOff = SignOff()
    reason: Text | None = None
    """Where the unit values come from."""

    @model_validator(mode="after")
    def _one_way(self) -> Value:
        ways = [self.per_outcome, self.per_accepted, self.per_unit_error]
        if sum(w is not None for w in ways) != 1:
            raise ValueError("give exactly one of per_outcome, per_accepted, per_unit_error")
        return self


class Experiment(Input):
    """Two versions served side by side, users assigned at random by their hash."""

    id: Name
    control: Name
    treatment: Name
    start: Day
    end: Day
    treatment_share: Annotated[float, Field(gt=0, lt=1)]
    """The planned share of users; a sample-ratio test compares it with what was served."""
    assignment: Literal["random", "rollout"] = "random"

    @model_validator(mode="after")
    def _two_arms_in_order(self) -> Experiment:
        findings: list[Finding] = []
        if self.end < self.start:
            findings.append((("end",), f"end {self.end} is before start {self.start}"))
        if self.control == self.treatment:
            findings.append((("treatment",), f"is the same version as control, {self.control!r}"))
        if findings:
            raise refuse(*findings)
        return self


class Declared(Input):
    """One of the playbook's metadata items, declared by hand where no pipeline captures it."""

    value: Text
    date: Day | None = None


class VersionNote(Input):
    """What is declared about one version; captured facts take precedence."""

    version: Name
    reference: Reference | None = None
    """What drift of this version is measured against; the model's if not given."""
    artifact: Declared | None = None
    training_data: Declared | None = None
    training_code: Declared | None = None
    dependencies: Declared | None = None
    prediction_code: Declared | None = None
    historical_predictions: Declared | None = None


class Model(Input):
    """One model."""

    id: Name
    title: Name | None = None
    purpose: Text | None = None
    """The decision it supports, in one sentence."""
    decision_moment: Text | None = None
    """When it is called, and so what it can know."""
    team: Name | None = None
    business_unit: Name | None = None
    owner: Name | None = None
    """A role or team that is responsible for the model."""
    executive: Name | None = None
    """The accountable executive's role."""
    users: Text | None = None
    out_of_scope: Text | None = None
    limits: Text | None = None
    fallback: Text | None = None
    appeal: Text | None = None
    runbook: Text | None = None
    personal_data: bool | None = None
    next_review: Day | None = None
    since: Day | None = None
    """The day these declarations became true; the first night that saw them if not given."""
    risk_tier: RiskTier | None = None
    stage: Stage = "production"
    retired_on: Day | None = None
    pattern: Pattern | None = None
    task: Task | None = None
    positive: Name | None = None
    """Binary: what the label 1 means, in words ('late by more than 15 minutes')."""
    unit: Name | None = None
    """Regression: unit of prediction and label."""
    threshold: float | None = None
    """Binary: a score at or above it is a positive decision."""
    baseline: Text | None = None
    """The simple alternative the model must beat, in words."""
    segments: tuple[Name, ...] = ()
    """Columns (features, consumer, pattern or deployment) whose values are shown separately."""
    groups: tuple[Name, ...] = ()
    """Segments whose parts are groups that should be treated alike; selection and performance are compared."""
    features: dict[FeatureName, Feature] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    """What must hold between the values of one request."""
    objective: Objective | None = None
    """How fast and how reliably it should answer."""
    reference: Reference | None = None
    """What drift is measured against; the model's first 28 days if not given."""
    multivariate: bool = False
    """Whether the features are also watched together, on a sample of each day."""
    label_delay_days: float | None = Field(default=None, ge=0, le=1000)
    """After how many days labels have usually arrived."""
    depends_on: tuple[Name, ...] = ()
    """Ids of models whose output this one reads."""
    value: Value | None = None
    experiment: Experiment | None = None
    versions: tuple[VersionNote, ...] = ()
    tags: tuple[Name, ...] = ()

    @property
    def profiles(self) -> tuple[str, ...]:
        """Training profiles that the model or its versions are compared with, by path."""
        given = (self.reference, *(note.reference for note in self.versions))
        return tuple(sorted({r.profile for r in given if r and r.profile}))

    @model_validator(mode="after")
    def _value_fits_task(self) -> Model:
        if self.value is None or self.task is None:
            return self
        if self.value.per_outcome is not None and self.task != "binary":
            raise refuse((("value", "per_outcome"), f"is for binary models; the task is {self.task}"))
        if self.value.per_unit_error is not None and self.task != "regression":
            raise refuse((("value", "per_unit_error"), f"is for regression models; the task is {self.task}"))
        return self

    @model_validator(mode="after")
    def _groups_are_segments(self) -> Model:
        findings: list[Finding] = [
            (("groups", position), f"{name!r} is not a segment of this model; declare it among its segments")
            for position, name in enumerate(self.groups)
            if name not in self.segments
        ]
        if findings:
            raise refuse(*findings)
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Model:
        if self.id in self.depends_on:
            raise refuse((("depends_on",), "a model cannot depend on itself"))
        findings: list[Finding] = [
            ((key, position, field), f"{field} {name!r} appears twice")
            for key, field, names in (
                ("versions", "version", [note.version for note in self.versions]),
                ("rules", "name", [rule.name for rule in self.rules]),
            )
            for position, name in enumerate(names)
            if name in names[:position]
        ]
        if findings:
            raise refuse(*findings)
        return self


class Catalog(Input):
    """A file that declares many models."""

    models: tuple[Model, ...] = ()


def undeclared(model_id: str) -> Model:
    """Return a model known only from logs: nothing is declared, and any id is accepted."""
    return Model.model_construct(id=model_id)
