"""`data/alerts/*.yml`: people's answers to alerts, silences, known events, and who is responsible for what.

Every answer is by a role, never a person's name. Read by `reading`; `pipeline.watch` joins it to the alerts.
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from dagster_project.spec.base import Day, Input, Name, Text, refuse

Step = Literal["acknowledged", "mitigated", "resolved", "reviewed"]
"""States of an alert after it opened, in their order."""


class AlertAnswer(Input):
    """An answer to one alert, named by `alert` (the fingerprint) or by model and rule, and by `opened`."""

    alert: Name | None = None
    """The alert's fingerprint, as its page and api/alerts.json show it."""
    model: Name | None = None
    rule: Name | None = None
    feature: Name | None = None
    """Only this feature; none: every alert of the model and rule that opened on that day."""
    opened: Day
    """The day it opened."""
    state: Step
    at: Day
    """Since when that state holds."""
    by: Name
    """A role."""
    acknowledged: Day | None = None
    """When it was acknowledged, where `state` is a later one."""
    verdict: Literal["true alarm", "false alarm"] | None = None
    """Whether something was wrong. Rules are judged by it."""
    cause: Text | None = None
    note: Text | None = None
    incident: Name | None = None
    """Id of an incident."""

    @model_validator(mode="after")
    def _names_an_alert(self) -> AlertAnswer:
        if (self.alert is None) == (self.model is None or self.rule is None):
            raise refuse((("alert",), "expected either alert (a fingerprint), or both model and rule"))
        if self.at < self.opened:
            raise refuse((("at",), f"{self.at} is before the alert opened on {self.opened}"))
        if self.acknowledged is not None and not self.opened <= self.acknowledged <= self.at:
            raise refuse((("acknowledged",), f"expected a day from {self.opened} to {self.at}"))
        return self


class Silence(Input):
    """Alerts that need no action until a given day; they are still listed, with the reason."""

    model: Name | None = None
    rule: Name | None = None
    feature: Name | None = None
    since: Day
    until: Day
    """The last day it holds; every silence ends."""
    reason: Text
    by: Name

    @model_validator(mode="after")
    def _ends(self) -> Silence:
        if self.model is None and self.rule is None:
            raise refuse((("model",), "expected a model, a rule, or both"))
        if self.until < self.since:
            raise refuse((("until",), f"{self.until} is before {self.since}"))
        if (self.until - self.since).days > 366:
            raise refuse((("until",), "is more than a year after `since`; a silence has to end"))
        return self


class KnownEvent(Input):
    """Something that is known to have happened, whether or not a monitor saw it: rules are judged by it."""

    day: Day
    until: Day | None = None
    """Its last day, if it lasted."""
    models: tuple[Name, ...] = ()
    """Models it affected; empty: all."""
    what: Text
    evidence: Text | None = None
    """Where anyone can see it."""

    @model_validator(mode="after")
    def _in_order(self) -> KnownEvent:
        if self.until is not None and self.until < self.day:
            raise refuse((("until",), f"{self.until} is before {self.day}"))
        return self


class OwnerRule(Input):
    """Who is responsible for what. `pattern` is model/metric (model/rule:<id> if a rule watches no metric,
    source/<name>/* for a source of several models) with * and ?; the last one that matches wins."""

    pattern: Name
    owner: Name
    """A role."""


class AlertFile(Input):
    """One file below data/alerts."""

    answers: tuple[AlertAnswer, ...] = ()
    silences: tuple[Silence, ...] = ()
    owners: tuple[OwnerRule, ...] = ()
    events: tuple[KnownEvent, ...] = ()
