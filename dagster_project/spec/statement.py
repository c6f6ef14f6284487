"""`reports/{summaries,metrics,facts,marts}/*.sql`: SQL with YAML front matter in a leading comment block."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from dagster_project.spec.base import Input, Name, Text
from dagster_project.spec.catalog import Task

Better = Literal["up", "down", "neither"]
Family = Literal["usage", "latency", "performance", "quality", "drift", "impact"]


class Thresholds(Input):
    """Grades that hold where no target is declared."""

    good: float
    poor: float


class MetricHead(Input):
    """Front matter of a metric; the file's name is the metric's id."""

    title: Name
    family: Family
    unit: Name
    """requests, ms, share, count, sd, bits, ... ; money is `currency`."""
    better: Better
    definition: Text
    formula: Text
    source: Text | None = None
    """Paper, standard or library whose convention it is."""
    apply: Name | None = None
    """A function of `core` that turns the SQL's columns into value, low, high; without one:
    numerator / denominator."""
    arguments: dict[str, Annotated[float | str, Field(union_mode="left_to_right")]] = Field(
        default_factory=dict
    )
    """What `apply` is told beside the columns."""
    minimum: int = 1
    """Smallest n for which a value is shown."""
    thresholds: Thresholds | None = None
    tasks: tuple[Task, ...] = ()
    """Only models of these tasks; empty: all."""
    pillar: Name = "O"
    weight: float = 1.0


class StatementHead(Input):
    """Front matter of a summary, fact or mart."""

    title: Name
    definition: Text | None = None
    table: Name | None = None
    """Summaries: the daily table the rows go to."""
    unit: Name | None = None
    per: Literal["input", "feature_number", "feature_category", "labelled"] | None = None
