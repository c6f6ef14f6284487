"""What may have caused an alert, and under which other alert it is grouped, so that an upstream cause asks only once.

In: alerts as rows, deployments, which models depend on which. Out: cause, kind and the alert it is grouped under, by
alert. Causes are suspected, never proven: whatever came first in time, from the source down. Caller:
pipeline.watch_alerts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dagster_project.core.formatting import format_day

NEAR = dt.timedelta(days=2)
"""How long before an alert another one may have begun, to be its cause."""
FORTNIGHT = dt.timedelta(days=14)
AFTER_DEPLOYMENT = dt.timedelta(days=7)
RANK = {"high": 0, "medium": 1, "low": 2}
SHARED = ("usage_drop",)
"""Methods whose alerts on one day have one cause, whatever the model: fewer of the same things happened."""
UPSTREAM = {"heartbeat": "source", "schema": "schema"}
"""Method of a rule whose alerts may cause others -> the kind of cause."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert, as far as the search for causes needs it."""

    slug: str
    model_id: str
    """'' for an alert about a source of several models."""
    models: frozenset[str]
    """The models it concerns."""
    rule: str
    method: str
    feature: str
    figure: tuple[str, str, str]
    """Metric, segment and feature that it is about."""
    severity: str
    title: str
    opened: dt.date
    ended: dt.date | None
    strength: float
    """How far outside its limits it is, to choose the leader of a group."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A version that went live."""

    model_id: str
    version: str
    day: dt.date


@dataclass(frozen=True, slots=True)
class Cause:
    """A suspected cause; `under` is the slug of the alert that this one is grouped under, None if it leads."""

    text: str | None
    kind: str | None
    under: str | None


def causes(
    alerts: Sequence[Raised], deployments: Sequence[Deployment], depends_on: Mapping[str, Sequence[str]]
) -> dict[str, Cause]:
    """The suspected cause of each alert, by slug."""
    by_model: dict[str, list[Raised]] = {}
    for alert in alerts:
        for model in alert.models:
            by_model.setdefault(model, []).append(alert)
    earlier = {
        alert.slug: next(_candidates(alert, by_model, deployments, depends_on), None) for alert in alerts
    }
    leaders = _leaders(alerts, earlier)
    direct = {slug: cause or _of_the_day(slug, leaders[slug]) for slug, cause in earlier.items()}
    return {slug: _rooted(slug, direct) for slug in direct}


def _candidates(
    alert: Raised,
    by_model: Mapping[str, Sequence[Raised]],
    deployments: Sequence[Deployment],
    depends_on: Mapping[str, Sequence[str]],
) -> Iterator[Cause]:
    """Causes that came before the alert, the most upstream first."""
    if alert.method in UPSTREAM:
        return
    for other in by_model.get(alert.model_id, ()):
        if other.method in UPSTREAM and _before(other, alert):
            yield Cause(f"{other.title} on {format_day(other.opened)}", UPSTREAM[other.method], other.slug)
    for needed in depends_on.get(alert.model_id, ()):
        for other in by_model.get(needed, ()):
            if _before(other, alert):
                yield Cause(f"{other.title}, which it depends on", "depends on", other.slug)
    for other in by_model.get(alert.model_id, ()):
        if other.slug != alert.slug and other.figure == alert.figure and _just_before(other, alert):
            yield Cause(f"{other.title} on {format_day(other.opened)}", "same figure", other.slug)
    for deployment in deployments:
        since = alert.opened - deployment.day
        if deployment.model_id == alert.model_id and dt.timedelta(0) <= since <= AFTER_DEPLOYMENT:
            said = f"version {deployment.version} was deployed on {format_day(deployment.day)}"
            yield Cause(said, "deployment", None)


def _before(cause: Raised, alert: Raised) -> bool:
    """Whether a cause had begun shortly before the alert, or was still open."""
    is_open = cause.ended is None or cause.ended >= alert.opened
    return cause.opened <= alert.opened and (is_open or alert.opened - cause.opened <= NEAR)


def _just_before(cause: Raised, alert: Raised) -> bool:
    """Whether another rule saw the same figure first, and is still open or ended within a fortnight."""
    is_near = cause.ended is None or alert.opened - cause.ended <= FORTNIGHT
    first = _order(cause) < _order(alert)
    return bool(alert.figure[0]) and cause.rule != alert.rule and first and is_near


def _order(alert: Raised) -> tuple[dt.date, int, str]:
    return alert.opened, RANK[alert.severity], alert.rule


def _keys(alert: Raised) -> list[tuple[str, str, dt.date]]:
    """What alerts of one day have in common: the same rule on one model, or the same rule and feature anywhere."""
    keys = [("model " + alert.model_id, alert.rule, alert.opened)]
    if alert.feature and alert.method not in UPSTREAM:
        keys.append(("feature " + alert.feature, alert.rule, alert.opened))
    elif alert.method in SHARED:
        keys.append(("all models", alert.rule, alert.opened))
    return keys


def _leaders(alerts: Sequence[Raised], earlier: Mapping[str, Cause | None]) -> dict[str, Raised]:
    """The leader of each alert, by slug: one for all alerts linked, directly or not, by what they have in common.

    It is one grouped under an alert of another kind, so that all of them are; else the worst, else the first by name.
    """
    linked: dict[tuple[str, str, dt.date], list[Raised]] = {}
    for alert in alerts:
        for key in _keys(alert):
            linked.setdefault(key, []).append(alert)
    place = _precedence(alerts, earlier)
    found: dict[str, Raised] = {}
    for first in sorted(alerts, key=lambda a: (place[a.slug], RANK[a.severity], -a.strength, a.slug)):
        reached = [first]
        while reached:
            alert = reached.pop()
            if alert.slug not in found:
                found[alert.slug] = first
                reached += [other for key in _keys(alert) for other in linked.pop(key, ())]
    return found


def _precedence(alerts: Sequence[Raised], earlier: Mapping[str, Cause | None]) -> dict[str, int]:
    """0 for an alert under one of another kind, 1 for one under nothing, 2 for one under its own rule and day."""
    kinds = {alert.slug: (alert.rule, alert.opened) for alert in alerts}
    under = {slug: cause.under if cause else None for slug, cause in earlier.items()}
    return {
        slug: 1 if other is None else 2 if kinds[other] == kinds[slug] else 0 for slug, other in under.items()
    }


def _of_the_day(slug: str, leader: Raised) -> Cause:
    """Grouped under the leader of its day; the leader itself under nothing."""
    if leader.slug == slug:
        return Cause(None, None, None)
    return Cause(f"{leader.title} on the same day", "same day", leader.slug)


def _rooted(slug: str, direct: Mapping[str, Cause]) -> Cause:
    """The cause with the alert at the top of the chain; a circle ends where it began."""
    cause, seen = direct[slug], {slug}
    under = cause.under
    while under is not None and direct[under].under is not None and under not in seen:
        seen.add(under)
        under = direct[under].under
    return Cause(cause.text, cause.kind, None if under == slug else under)


def outlasting(alerts: Sequence[Raised], found: Mapping[str, Cause], as_of: dt.date) -> dict[str, Cause]:
    """The causes, but an alert still open more than NEAR after the end of the one it is grouped under asks for itself.

    If several outlast the same alert, only the worst of them asks.
    """
    by_slug = {alert.slug: alert for alert in alerts}
    left: dict[str, list[Raised]] = {}
    for alert in alerts:
        above = by_slug.get(found[alert.slug].under or "")
        if alert.ended is None and above and above.ended and as_of - above.ended > NEAR:
            left.setdefault(above.slug, []).append(alert)
    under = {slug: cause.under for slug, cause in found.items()}
    for outlived in left.values():
        first = min(outlived, key=lambda alert: (RANK[alert.severity], -alert.strength, alert.slug))
        under |= {alert.slug: first.slug for alert in outlived} | {first.slug: None}
    return {slug: replace(cause, under=under[slug]) for slug, cause in found.items()}
