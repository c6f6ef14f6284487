"""`reports/rules/*.yml`: when a series of daily readings is an alarm, and what to do then.

One file is one rule. The file's name is the rule's id. Read by `reading`; `pipeline.watch` makes monitors
from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field, model_validator

from dagster_project.spec.base import Finding, Input, Name, Text, refuse
from dagster_project.spec.catalog import Pattern

Method = Literal[
    "spread", "usage_drop", "slow_decline", "weeks", "threshold", "target", "heartbeat", "schema"
]
"""spread: beyond the reference's own day-to-day spread; threshold: beyond `at`; target: beyond the owner's
explicit target; weeks: XmR on weekly means; heartbeat: a source has not delivered; schema: columns
changed."""
Severity = Literal["high", "medium", "low"]
Subject = Literal["whole", "inputs", "outputs", "any"]
Family = Literal["usage", "latency", "performance", "quality", "drift"]
READS_METRICS = ("spread", "usage_drop", "slow_decline", "weeks", "threshold")


class Rule(Input):
    """One rule. A workspace's file of the same name replaces the built-in one."""

    title: Name
    """What the alarm says, such as `Usage dropped`."""
    meaning: Text
    """What it means for the reader, in a sentence."""
    method: Method
    metrics: tuple[Name, ...] = ()
    """Metrics whose daily readings are watched."""
    families: tuple[Family, ...] = ()
    """target: families of metrics whose explicit targets are watched."""
    subject: Subject = "whole"
    """The whole model, its input features, its outputs, or any of them."""
    segments: bool = False
    """Declared segments are watched too, each with its share of the model's budget."""
    models: tuple[Name, ...] = ()
    """Only these models; empty: all."""
    patterns: tuple[Pattern, ...] = ()
    """Only models with these patterns; empty: all."""
    direction: Literal["worse", "up", "down", "both"] = "worse"
    """Which direction is alarming; worse: against the metric's `better`, both ways if that is neither."""
    at: float | None = None
    """threshold: an alarm at this value or beyond."""
    least_effect: float = Field(default=0.0, ge=0)
    """Smallest change worth an alarm, in the metric's own unit."""
    least_share: float = Field(default=0.0, ge=0, lt=1)
    """Smallest change worth an alarm, as a share of what was expected."""
    kind: Literal["plain", "log", "share", "distance", "squared distance"] = "plain"
    """What the series is, so that its days can be made nearly normal: plain for means and scores of quality, log
    for latencies, share for parts of n, distance for KS and Jensen-Shannon, squared distance for PSI."""
    open_after: int = Field(default=2, ge=1, le=28)
    """Alarming days in a row until an alert opens."""
    close_after: int = Field(default=2, ge=1, le=28)
    """Safe days in a row until it closes."""
    minimum: int = Field(default=0, ge=0)
    """A day with fewer rows is not judged."""
    skips_holidays: bool = False
    """Days that `alerts.holidays` in workspace.yml names are not judged: they are like no other."""
    mature: bool = False
    """Judge a day only when its labels are mature, with the labels that had arrived by then."""
    severity: Severity = "medium"
    ask: Text
    """What to do, for whoever responds."""
    runbook: Text | None = None
    """How to look into it, for models that name no runbook of their own."""
    enabled: bool = True

    @model_validator(mode="after")
    def _method_has_what_it_needs(self) -> Rule:
        findings: list[Finding] = []
        if self.method in READS_METRICS and not self.metrics:
            findings.append(
                (("metrics",), f"method {self.method} watches readings; name at least one metric")
            )
        if self.method not in READS_METRICS and self.metrics:
            findings.append((("metrics",), f"method {self.method} watches no readings of its own; remove it"))
        if (self.method == "target") != bool(self.families):
            findings.append((("families",), "is for method target, which needs at least one"))
        if (self.method == "threshold") != (self.at is not None):
            findings.append((("at",), "is for method threshold, which needs it"))
        if self.method == "threshold" and self.direction not in ("up", "down"):
            findings.append((("direction",), "expected up or down for a threshold"))
        if findings:
            raise refuse(*findings)
        return self


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule with its id (the file's stem) and its file."""

    id: str
    rule: Rule
    file: str
