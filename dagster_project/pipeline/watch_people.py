"""What people did about an alert: its state, who answers by when, and who is asked if nobody did.

In: an episode, the workspace's answers, silences and owners. Out: plain values. No clock: "now" is the night's day.
Caller: pipeline.watch_alerts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from dagster_project.spec.alerts import AlertAnswer, OwnerRule, Silence
from dagster_project.spec.catalog import Model
from dagster_project.spec.entry import Placed
from dagster_project.spec.workspace import Deadlines


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert as the monitors left it."""

    fingerprint: str
    model_id: str
    rule: str
    feature: str
    severity: str
    opened: dt.date
    known_on: dt.date
    """The first day on which it could be known."""
    last_seen: dt.date
    closed: dt.date | None


@dataclass(frozen=True, slots=True)
class Handling:
    """What became of it; a day is None if that has not happened."""

    state: str
    """open, acknowledged, mitigated, resolved or reviewed."""
    acknowledged: dt.date | None = None
    mitigated: dt.date | None = None
    resolved: dt.date | None = None
    reviewed: dt.date | None = None
    answer: Placed[AlertAnswer] | None = None
    """The newest answer."""


def answers_to(episode: Episode, answers: Sequence[Placed[AlertAnswer]]) -> list[Placed[AlertAnswer]]:
    """The answers that name the episode, oldest first."""

    def named(answer: AlertAnswer) -> bool:
        if answer.opened != episode.opened:
            return False
        if answer.alert is not None:
            return answer.alert == episode.fingerprint
        is_same = answer.model == episode.model_id and answer.rule == episode.rule
        return is_same and answer.feature in (None, episode.feature)

    return sorted((placed for placed in answers if named(placed.value)), key=lambda placed: placed.value.at)


def handle(episode: Episode, answers: Sequence[Placed[AlertAnswer]], as_of: dt.date) -> Handling:
    """The state, from what people answered up to `as_of` and from the series itself: back to normal is resolved.

    Any answer acknowledges. An alert that fires after it was called resolved is open again.
    """
    own = [placed for placed in answers_to(episode, answers) if placed.value.at <= as_of]
    at: dict[str, dt.date] = {}
    for placed in own:
        at.setdefault(placed.value.state, placed.value.at)
        at["acknowledged"] = min(
            at.get("acknowledged", placed.value.at), placed.value.acknowledged or placed.value.at
        )
    ended = min((d for d in (at.get("resolved"), at.get("reviewed"), episode.closed) if d), default=None)
    if ended is not None and episode.closed is None and episode.last_seen > ended:
        ended = None
    state = "open"
    for step in ("acknowledged", "mitigated", "reviewed"):
        state = step if step in at else state
    if state != "reviewed" and ended is not None:
        state = "resolved"
    if state == "reviewed" and ended is None:
        state = "acknowledged"
    newest = own[-1] if own else None
    return Handling(state, at.get("acknowledged"), at.get("mitigated"), ended, at.get("reviewed"), newest)


def silence_of(episode: Episode, silences: Sequence[Placed[Silence]], as_of: dt.date) -> Silence | None:
    """The silence that applies to the episode on the night's day; the longest of several."""
    fitting = [
        placed.value
        for placed in silences
        if placed.value.since <= as_of <= placed.value.until
        and placed.value.model in (None, episode.model_id)
        and placed.value.rule in (None, episode.rule)
        and placed.value.feature in (None, episode.feature)
    ]
    return max(fitting, key=lambda silence: silence.until, default=None)


def owner_of(model: Model, subject: str, owners: Sequence[OwnerRule], source: str = "") -> str | None:
    """Who answers for model/metric, or source/<name>/rule: by the last pattern that fits, else owner, else team."""
    name = f"{model.id}/{subject}" if model.id else f"source/{source}/{subject}"
    fitting = [rule.owner for rule in owners if fnmatchcase(name, rule.pattern)]
    return fitting[-1] if fitting else model.owner or model.team


def deadline_of(episode: Episode, days: Deadlines) -> dt.date:
    """The day by which somebody must have answered."""
    return episode.known_on + dt.timedelta(days=getattr(days, episode.severity))


def escalation_of(
    handling: Handling, deadline: dt.date, owner: str | None, executive: str | None, as_of: dt.date
) -> str | None:
    """Who is asked now; None if nothing is asked any more."""
    if handling.state in ("resolved", "reviewed"):
        return None
    if handling.acknowledged is None and as_of > deadline:
        return executive or owner
    return owner or executive
