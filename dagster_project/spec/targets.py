"""`data/targets.yml`: what is good enough, and for which models. The last target that fits wins."""

from __future__ import annotations

from pydantic import model_validator

from dagster_project.spec.base import Input, Name, Text, refuse
from dagster_project.spec.catalog import Model, Pattern


class Target(Input):
    """Thresholds of one metric for the models that the selectors name; no selector means every model."""

    metric: Name
    models: tuple[Name, ...] = ()
    teams: tuple[Name, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    features: tuple[Name, ...] = ()
    good: float
    """At this value or better: good."""
    poor: float
    """At this value or worse: poor; between the two: watch."""
    alert: bool = True
    """Whether a figure that is poor over seven days is also an alert; if not, the target only grades."""
    reason: Text | None = None

    @model_validator(mode="after")
    def _apart(self) -> Target:
        if self.good == self.poor:
            raise refuse((("poor",), f"good and poor are both {self.good:g}; between them lies 'watch'"))
        return self

    def fits(self, model: Model, feature: str | None = None) -> bool:
        """Whether the selectors name a model and, unless it is None, a feature ('' for the whole model)."""
        chosen = (
            (self.models, model.id),
            (self.teams, model.team),
            (self.patterns, model.pattern),
            (() if feature is None else self.features, feature),
        )
        return all(not names or value in names for names, value in chosen)


class Targets(Input):
    """The whole file."""

    targets: tuple[Target, ...] = ()
