"""From episodes to alerts: what happened, how severe it is, its suspected cause, who answers by when, what it may cost.

In: `mart.signal`, the workspace's answers, silences and owners, deployments. Out: `mart.alert` and `mart.alert_record`,
written only if a row changed. Caller: pipeline.watch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_project.core.naming import content_id
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.watch_causes import Cause, Deployment, Raised, causes, outlasting
from dagster_project.pipeline.watch_money import Money
from dagster_project.pipeline.watch_people import (
    Episode,
    Handling,
    deadline_of,
    escalation_of,
    handle,
    owner_of,
    silence_of,
)
from dagster_project.pipeline.watch_plan import Group, Plan
from dagster_project.pipeline.watch_record import record
from dagster_project.pipeline.watch_unused import newest_requests, retired_by, what_to_do
from dagster_project.pipeline.watch_words import about, happened
from dagster_project.spec.catalog import Model, undeclared
from dagster_project.spec.rule import RuleFile
from dagster_project.spec.statement import MetricHead
from dagster_project.store.warehouse import Warehouse
from dagster_project.store.watch import KEY, whole

if TYPE_CHECKING:
    import polars as pl

ENDED_AFTER = dt.timedelta(days=28)
"""An open episode whose series has had no day for this long ends with it; one of a retired model ends at once."""
STILL_OPEN = ("open", "acknowledged", "mitigated")
FINGERPRINT = 10
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Context:
    """What every alert of a night is made from."""

    night: Night
    rules: Mapping[str, RuleFile]
    metrics: Mapping[str, MetricHead]
    models: Mapping[str, Model]
    titles: Mapping[str, str]
    sources: Mapping[str, Sequence[str]]
    """Source -> its models, for alerts about a source of several models."""
    newest: Mapping[str, dt.date]
    """Rule -> the newest day it could judge."""
    newest_request: Mapping[str, dt.date]
    """Model -> the newest day with a request."""

    def model(self, model_id: str) -> Model:
        """What is declared about a model."""
        return self.models.get(model_id) or undeclared(model_id)

    def models_of(self, model_id: str, feature: str) -> list[Model]:
        """The model an alert is about, or the models of the source that is named in place of a feature."""
        return [self.model(m) for m in ([model_id] if model_id else self.sources.get(feature, []))]


def fingerprint(key: Sequence[str]) -> str:
    """The name of a monitor's alerts: ten hex digits of the SHA-256 of its key."""
    return content_id("\x1f".join(key).encode("utf-8", "surrogatepass"))[:FINGERPRINT]


def put_alerts(night: Night, warehouse: Warehouse, plan: Plan) -> tuple[int, int]:
    """Update both tables; return how many alerts there are, and how many of them are still open."""
    context = _context(night, warehouse, plan)
    signals = whole(warehouse, "episodes").to_dicts()
    episodes = [_episode(row, context) for row in signals if row["rule"] in context.rules]
    handled = [handle(e, night.workspace.alert_answers, night.as_of) for e in episodes]
    rows = _rows(context, warehouse, [s for s in signals if s["rule"] in context.rules], episodes, handled)
    deadlines = [deadline_of(e, night.workspace.settings.alerts.deadline_days) for e in episodes]
    _replace(warehouse, "mart.alert", rows, ["slug"])
    met = list(zip(episodes, handled, deadlines, strict=True))
    _replace(warehouse, "mart.alert_record", record(met, night.as_of).to_dicts(), ["rule", "severity"])
    return len(rows), sum(row["state"] in STILL_OPEN for row in rows)


def _context(night: Night, warehouse: Warehouse, plan: Plan) -> _Context:
    newest: dict[str, dt.date] = {}
    for group in plan.groups:
        newest[group.rule.id] = max(newest.get(group.rule.id, dt.date.min), _last(group, night))
    held = whole(warehouse, "sources").group_by("source", maintain_order=True).agg("model_id")
    return _Context(
        night=night,
        rules={group.rule.id: group.rule for group in plan.groups},
        metrics={metric.id: metric.head for metric in night.workspace.metrics},
        models={placed.value.id: placed.value for placed in night.workspace.models},
        titles=night.workspace.titles,
        sources=dict(held.iter_rows()),
        newest=newest,
        newest_request=newest_requests(warehouse),
    )


def _last(group: Group, night: Night) -> dt.date:
    days = group.days(night.as_of - dt.timedelta(days=group.wait + 6), night.as_of)
    return days[-1]


def _episode(row: Row, context: _Context) -> Episode:
    rule = context.rules[row["rule"]].rule
    stopped = row["newest"] + ENDED_AFTER < context.newest[row["rule"]] or retired_by(
        context.models_of(row["model_id"], row["feature"]), context.night.as_of
    )
    return Episode(
        fingerprint=fingerprint([row[c] for c in KEY]),
        model_id=row["model_id"],
        rule=row["rule"],
        feature=row["feature"],
        severity=rule.severity,
        opened=row["opened"],
        known_on=row["known_on"],
        last_seen=row["last_seen"],
        closed=row["ended"] or (row["newest"] if stopped else None),
    )


def _rows(
    context: _Context,
    warehouse: Warehouse,
    signals: Sequence[Row],
    episodes: Sequence[Episode],
    handled: Sequence[Handling],
) -> list[Row]:
    slugs = [f"{e.fingerprint}-{e.opened:%Y%m%d}" for e in episodes]
    raised = [_raised(context, *item) for item in zip(slugs, signals, episodes, handled, strict=True)]
    depends_on = {m: d.depends_on for m, d in context.models.items()}
    found = causes(raised, _deployments(context, warehouse), depends_on)
    suspected = outlasting(raised, found, context.night.as_of)
    money = Money.of(context.night, warehouse, sorted({e.opened for e in episodes}))
    rows = [
        _row(context, money, suspected[slug], slug, signal, episode, handling)
        for slug, signal, episode, handling in zip(slugs, signals, episodes, handled, strict=True)
    ]
    return sorted(rows, key=lambda row: str(row["slug"]))


def _row(
    context: _Context,
    money: Money,
    cause: Cause,
    slug: str,
    signal: Row,
    episode: Episode,
    handling: Handling,
) -> Row:
    """All columns of one alert."""
    night, rule = context.night, context.rules[episode.rule].rule
    model, head = context.model(episode.model_id), context.metrics.get(signal["metric"])
    owner = owner_of(
        model, signal["metric"] or f"rule:{episode.rule}", night.workspace.owners, episode.feature
    )
    deadline = deadline_of(episode, night.workspace.settings.alerts.deadline_days)
    unit = head.unit_for(model) if head else "count"
    exposed = money.exposed(
        model, signal["metric"], head.family if head else "", episode.opened, signal["observed"]
    )
    users, users_reason = money.users_on(episode.model_id, episode.opened)
    ask = rule.ask
    if episode.closed is None:
        models = context.models_of(episode.model_id, episode.feature)
        ends_newest = night.workspace.settings.as_of == "newest"
        ask = what_to_do(rule, models, context.newest_request, night.as_of, ends_newest=ends_newest)
    silence = silence_of(episode, night.workspace.silences, night.as_of)
    same = ("model_id", "rule", "segment", "feature", "metric", "opened", "known_on", "observed", "expected", "low",
            "high", "z", "n")  # fmt: skip
    return {
        **{name: signal[name] for name in same}, "fingerprint": episode.fingerprint, "slug": slug,
        "severity": rule.severity, "last_seen": episode.last_seen, "closed": episode.closed,
        "repeats": int(signal["seen"] or 0), "unit": unit, "owner": owner, "runbook": model.runbook or rule.runbook,
        "deadline": deadline, "ask": ask, "title": _title(context, signal), "message": happened(
            rule, signal, head, _name(context, signal), unit, night.workspace.settings.currency),
        "escalation": escalation_of(handling, deadline, owner, model.executive, night.as_of),
        "cause": cause.text, "cause_kind": cause.kind, "grouped_under": cause.under,
        "value_exposed": exposed.value, "value_reason": exposed.reason, "currency": exposed.currency,
        "users_affected": users, "users_reason": users_reason,
        "silenced_until": silence.until if silence else None, "silence_reason": silence.reason if silence else None,
        **_answered(handling),
    }  # fmt: skip


def _answered(handling: Handling) -> Row:
    """The columns that hold what people answered."""
    said, answer = handling.answer, handling.answer.value if handling.answer else None
    return {
        "state": handling.state, "acknowledged": handling.acknowledged, "mitigated": handling.mitigated,
        "resolved": handling.resolved, "reviewed": handling.reviewed,
        "answered_by": answer.by if answer else None, "verdict": answer.verdict if answer else None,
        "stated_cause": answer.cause if answer else None, "note": answer.note if answer else None,
        "incident": answer.incident if answer else None, "answer_file": said.file if said else None,
        "answer_line": said.line if said else None,
    }  # fmt: skip


def _raised(context: _Context, slug: str, signal: Row, episode: Episode, handling: Handling) -> Raised:
    rule = context.rules[episode.rule].rule
    models = context.models_of(episode.model_id, episode.feature)
    return Raised(
        slug=slug,
        model_id=episode.model_id,
        models=frozenset(model.id for model in models),
        rule=episode.rule,
        method=rule.method,
        feature=episode.feature,
        figure=(signal["metric"], signal["segment"], signal["feature"]),
        severity=rule.severity,
        title=_title(context, signal),
        opened=episode.opened,
        ended=handling.resolved,
        strength=abs(signal["z"] or 0.0),
    )


def _title(context: _Context, signal: Row) -> str:
    """'Usage dropped: Late arrival', 'Values are missing: rain in Late arrival'."""
    return f"{context.rules[signal['rule']].rule.title}: {_name(context, signal)}"


def _name(context: _Context, signal: Row) -> str:
    """The model's title with the feature and segment that it is about, or the source."""
    if not signal["model_id"]:
        return f"source {signal['feature']}"
    model = signal["model_id"]
    return about(context.titles.get(model, model), signal["feature"], signal["segment"])


def _deployments(context: _Context, warehouse: Warehouse) -> list[Deployment]:
    zone = context.night.workspace.settings.zone
    rows = warehouse.rows(
        "SELECT model_id, version, started_at FROM fact.deployments WHERE started_at IS NOT NULL"
        " AND fact.in_production(environment) ORDER BY ALL DESC"
    )
    return [Deployment(model_id, version or "", at.astimezone(zone).date()) for model_id, version, at in rows]


def _replace(warehouse: Warehouse, table: str, rows: Sequence[Row], order: Sequence[str]) -> None:
    """Replace a table's rows, unless they are what it already holds."""
    import polars as pl

    before = warehouse.frame(f"SELECT * FROM {table} ORDER BY {', '.join(order)}")  # noqa: S608  fixed names
    now: pl.DataFrame = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in before.columns}, schema=before.schema
    ).sort(order)
    if not now.equals(before):
        warehouse.replace(table, now)
