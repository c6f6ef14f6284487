"""Rules on the values of one request, and a model's service-level objective: parts of a catalog file.

A rule compares two columns, or a column with a constant; it is never SQL. Its columns are features of the
model or numbers of the request itself. Used by `catalog`; counted by `pipeline.summarise_rules`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dagster_project.spec.base import Input, Name, Text, found, refuse

Operator = Literal["=", "!=", "<", "<=", ">", ">="]
Kind = Literal["number", "text", "time"]
REQUEST_NUMBERS = (
    "score",
    "prediction",
    "baseline",
    "latency_ms",
    "records",
    "tokens_in",
    "tokens_out",
    "cost",
)
"""Columns of a request that a rule may name besides features; they take precedence over features of the same
name."""


class Comparison(Input):
    """`left op right`, where right is another column or, as `value`, a constant."""

    left: Name
    """A feature, or one of the request's own: score, prediction, baseline, latency_ms, records, tokens_in,
    tokens_out, cost."""
    op: Operator
    """In quotes: ">=", since a plain > means something else in YAML."""
    right: Name | None = None
    """The column that `left` is compared with."""
    value: Annotated[float | str, Field(union_mode="left_to_right")] | None = None
    """The constant that `left` is compared with."""
    read_as: Kind | None = None
    """How both sides are read; where not given: as numbers, but as text where = or != meets a column or a word.
    `time` reads ISO 8601."""

    @model_validator(mode="after")
    def _two_sides(self) -> Comparison:
        if (self.right is None) == (self.value is None):
            raise refuse(((), "expected exactly one of right, value"))
        if self.kind == "number" and isinstance(self.value, str):
            raise refuse(
                (("value",), f"expected a number to compare by {self.op}, found {found(self.value)}")
            )
        return self

    @property
    def kind(self) -> Kind:
        """How both sides are read."""
        if self.read_as is not None:
            return self.read_as
        is_equality = self.op in ("=", "!=")
        return "text" if is_equality and not isinstance(self.value, float) else "number"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that must have a value."""
        return (self.left,) if self.right is None else (self.left, self.right)

    def __str__(self) -> str:
        """In words, such as 'arrival >= departure'."""
        constant = f"{self.value:g}" if isinstance(self.value, float) else self.value
        return f"{self.left} {self.op} {self.right if self.right is not None else constant}"


class Truth(Input):
    """A column that holds what another should have said, logged in the same row from a trusted source."""

    column: Name
    """The trusted column, mapped among the features."""
    of: Name
    """The column that is checked."""
    tolerance: float | None = Field(default=None, ge=0)
    """Numbers may differ by this much; without it both are compared as text."""


class Rule(Input):
    """What must hold for every request, counted day by day; a request that lacks a value is not judged."""

    name: Name
    """The rule in a few words; it is shown, and must be unique within a model."""
    must: Comparison | None = None
    """What must hold, such as {left: arrival, op: ">=", right: departure}."""
    truth: Truth | None = None
    """Instead of `must`: accuracy against a trusted source."""
    when: Comparison | None = None
    """Only requests for which this holds are judged."""
    reason: Text | None = None
    """Why it must hold."""

    @model_validator(mode="after")
    def _one_form(self) -> Rule:
        if (self.must is None) == (self.truth is None):
            raise refuse(((), "expected exactly one of must, truth"))
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that the rule reads."""
        compared = [side.columns for side in (self.must, self.when) if side]
        truth = (self.truth.of, self.truth.column) if self.truth else ()
        return (*(name for names in compared for name in names), *truth)

    def __str__(self) -> str:
        """In words, such as 'visibility_mi < 10, when rain_in > 0.1'."""
        if self.truth:
            within = f" within {self.truth.tolerance:g}" if self.truth.tolerance else ""
            said = f"{self.truth.of} is what {self.truth.column} says{within}"
        else:
            said = str(self.must)
        return f"{said}, when {self.when}" if self.when else said


class Objective(Input):
    """A service-level objective: what share of requests should be fast enough, and answered without an error."""

    latency_ms: float | None = Field(default=None, gt=0)
    """A request is fast enough when its latency is at most this; counted exactly, not from bins."""
    share: float | None = Field(default=None, gt=0, lt=1)
    """Of the requests with a latency, the share that should be fast enough."""
    availability: float | None = Field(default=None, gt=0, lt=1)
    """Of all requests, the share that should end without an error; a source must map status."""

    @model_validator(mode="after")
    def _whole(self) -> Objective:
        if (self.latency_ms is None) != (self.share is None):
            missing = "share" if self.share is None else "latency_ms"
            raise refuse(((missing,), "is missing: latency_ms and share go together"))
        if self.latency_ms is None and self.availability is None:
            raise refuse(((), "expected latency_ms with share, or availability"))
        return self
