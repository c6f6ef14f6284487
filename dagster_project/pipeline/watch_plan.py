"""What is watched tonight: rules, the models each applies to, how long each waits for labels, and the reference days.

In: the workspace and what logs have shown. Out: a Plan of Groups, each folded separately. Caller: pipeline.watch.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.core.days import ONE_DAY, days_between
from dagster_project.core.naming import content_id, state_id
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_labels import mature_lags
from dagster_project.pipeline.score_references import Rule, find_rules
from dagster_project.pipeline.summarise_dictionaries import SILENCE
from dagster_project.pipeline.watch_unused import newest_requests
from dagster_project.spec.catalog import Model, undeclared
from dagster_project.spec.rule import RuleFile
from dagster_project.store.warehouse import Warehouse

FEWEST_REFERENCE_DAYS = 60
"""Fewest days that limits need; a shorter reference is extended, for limits alone."""
JUDGING = ("core/alarm*.py", "core/episodes.py", "core/process.py", "pipeline/watch_*.py", "store/watch.*")
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Watched:
    """A model as monitors need it."""

    id: str
    first: dt.date
    start: dt.date
    """First day of its reference."""
    until: dt.date
    """Last day of its reference, of 60 days at least."""
    last: dt.date | None
    """The day before it was retired; None if it is not."""
    wait: int
    """Days until its labels are mature."""


@dataclass(frozen=True, slots=True)
class Group:
    """A rule and the models that wait equally long for labels: folded together."""

    rule: RuleFile
    models: tuple[str, ...]
    wait: int

    @property
    def name(self) -> str:
        """The name that its state is kept under."""
        return f"{self.rule.id}+{self.wait}"

    def last_day(self, as_of: dt.date) -> dt.date:
        """The newest day that can be judged by `as_of`."""
        return as_of - dt.timedelta(days=self.wait)

    def days(self, first: dt.date, as_of: dt.date) -> list[dt.date]:
        """Days that are judged: every day, or Sundays if the rule judges weeks."""
        every = days_between(first, self.last_day(as_of))
        return [d for d in every if self.rule.rule.method != "weeks" or d.weekday() == SUNDAY]


@dataclass(frozen=True, slots=True)
class Plan:
    """The groups, the models they watch, and a digest of all that a judgement depends on."""

    groups: tuple[Group, ...]
    models: Mapping[str, Watched]
    better: Mapping[str, str]
    """Metric -> which way is better."""
    digest: str


def make_plan(night: Night, warehouse: Warehouse, rules: Sequence[RuleFile] | None = None) -> Plan:
    """The plan for the enabled ones of `rules`, or of all the workspace's rules."""
    chosen = [rule for rule in (night.workspace.rules if rules is None else rules) if rule.rule.enabled]
    declared = {placed.value.id: placed.value for placed in night.workspace.models}
    models = _watched(night, warehouse, declared)
    groups = [group for rule in chosen for group in _groups(rule, models, declared)]
    better = {metric.id: metric.head.better for metric in night.workspace.metrics}
    return Plan(tuple(groups), models, better, _digest(night, chosen, models))


def fits(rule: RuleFile, model: Model) -> bool:
    """Whether a rule's selectors name the model."""
    chosen = rule.rule
    return (not chosen.models or model.id in chosen.models) and (
        not chosen.patterns or model.pattern in chosen.patterns
    )


def _groups(rule: RuleFile, models: Mapping[str, Watched], declared: Mapping[str, Model]) -> list[Group]:
    own = [m for m in models if fits(rule, declared.get(m) or undeclared(m))]
    if not rule.rule.mature:
        return [Group(rule, tuple(own), 0)]
    waits = sorted({models[m].wait for m in own})
    return [Group(rule, tuple(m for m in own if models[m].wait == wait), wait) for wait in waits]


def _watched(night: Night, warehouse: Warehouse, declared: Mapping[str, Model]) -> dict[str, Watched]:
    """The models, each with its reference days; its first days if the reference rolls or is a profile.

    An undeclared model that was silent for longer than `SILENCE` is not watched: nobody answers for it, and a row with
    a wrong year under an id of its own would have every day since then judged.
    """
    waits, newest = _waits(warehouse, declared), newest_requests(warehouse)
    found = {}
    for rule in find_rules(night, warehouse):
        silent = night.as_of - newest.get(rule.model_id, rule.first_day)
        if rule.version or (rule.model_id not in declared and silent > SILENCE):
            continue
        found[rule.model_id] = _model(rule, declared.get(rule.model_id), waits.get(rule.model_id, 0))
    return found


def _model(rule: Rule, declared: Model | None, wait: int) -> Watched:
    start = max(rule.start or rule.first_day, rule.first_day)
    longest = max(rule.until or start, start + (FEWEST_REFERENCE_DAYS - 1) * ONE_DAY)
    retired = declared.retired_on if declared else None
    return Watched(
        rule.model_id, rule.first_day, start, longest, retired - ONE_DAY if retired else None, wait
    )


def _waits(warehouse: Warehouse, declared: Mapping[str, Model]) -> dict[str, int]:
    """Days until a day's figures would be graded: at least as declared, and as the reference days show."""
    waits = {m: math.ceil(model.label_delay_days or 0) for m, model in declared.items()}
    arrival = warehouse.frame("SELECT model_id, lag, share FROM mart.label_arrival ORDER BY ALL")
    for model_id, lag in mature_lags(arrival).items():
        waits[model_id] = max(waits.get(model_id, 0), lag)
    return waits


def _judging_code() -> str:
    """Digest of the code that judges: when it changes, every day is judged again."""
    package = Path(__file__).parents[1]
    files = [file for pattern in JUDGING for file in sorted(package.glob(pattern))]
    return content_id(b"".join(file.read_bytes() for file in files))


def _digest(night: Night, rules: Sequence[RuleFile], models: Mapping[str, Watched]) -> str:
    """SHA-256 of all that a judgement depends on: what people wrote, the models' days, and the code that judges."""
    workspace = night.workspace
    texts = [f"{rule.id} {rule.rule.model_dump_json()}" for rule in rules]
    texts += [json.dumps([m.id, str(m.start), str(m.until), str(m.last), m.wait]) for m in models.values()]
    texts += [target.model_dump_json() for target in workspace.targets]
    texts += [workspace.settings.alerts.model_dump_json(), _judging_code()]
    return state_id(sorted(texts))
