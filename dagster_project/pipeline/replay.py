"""A rule tried on past days before it is put to use: what it would have raised, compared with what people judged.

In: the night, its warehouse, rules that are not in force yet. Out: the alerts they would have raised and how those
compare with the judged ones and with known events. Everything happens in a transaction that is rolled back, so nothing
is written. Caller: the command `replay`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.watch import judge_due, shared_budget
from dagster_project.pipeline.watch_alerts import put_alerts
from dagster_project.pipeline.watch_due import Due
from dagster_project.pipeline.watch_inputs import read_inputs
from dagster_project.pipeline.watch_plan import Group, Plan, make_plan
from dagster_project.pipeline.watch_record import FALSE
from dagster_project.spec.alerts import KnownEvent
from dagster_project.spec.rule import RuleFile
from dagster_project.store.warehouse import Warehouse

SEEN_AFTER = dt.timedelta(days=2)
"""How long after a known event's last day an alert still counts as seeing it."""
COLUMNS = (
    "slug, fingerprint, model_id, rule, metric, segment, feature, severity, opened, last_seen, resolved, repeats,"
    " grouped_under, verdict, title, message"
)
Row = dict[str, Any]


class _RolledBackError(Exception):
    """Ends the transaction of a replay; never seen outside."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the rules would have raised on the days asked for, and how that compares."""

    alerts: list[Row]
    """The rules' alerts, by opening day; `verdict` is that of a judged alert on the same series and days, if any."""
    kept: int
    """Judged true alarms that would have been raised again, of `true_alarms`."""
    true_alarms: int
    avoided: int
    """Judged false alarms that would not have been raised, of `false_alarms`."""
    false_alarms: int
    unjudged: int
    """Alerts that nobody has judged yet."""
    events_seen: int
    """Known events on whose days a rule would have raised something not judged false, of `events`."""
    events: int


def replay(
    night: Night, warehouse: Warehouse, rules: Sequence[RuleFile], first: dt.date, last: dt.date
) -> Replayed:
    """Run rules from the first day of the logs on, and compare what opened from `first` to `last`."""
    chosen = {rule.id for rule in rules}
    others = tuple(rule for rule in night.workspace.rules if rule.id not in chosen)
    tried = replace(night, workspace=replace(night.workspace, rules=(*others, *rules)))
    found: list[Row] = []
    before = _alerts(warehouse)
    try:
        with warehouse.transaction():
            _judge(tried, warehouse, chosen)
            put_alerts(tried, warehouse, make_plan(tried, warehouse))
            found = [
                row for row in _alerts(warehouse) if row["rule"] in chosen and first <= row["opened"] <= last
            ]
            raise _RolledBackError
    except _RolledBackError:
        return _compared(
            night, found, [row for row in before if first <= row["opened"] <= last], chosen, (first, last)
        )


def _judge(night: Night, warehouse: Warehouse, chosen: set[str]) -> None:
    """Replace the rules' signals on every day."""
    plan = make_plan(night, warehouse)
    groups = [group for group in plan.groups if group.rule.id in chosen and group.models]
    dues = [_due(night, warehouse, plan, group) for group in groups]
    tests = shared_budget(warehouse, plan, dues)
    warehouse.run("DELETE FROM mart.signal WHERE list_contains(?, rule)", [sorted(chosen)])
    for done, due in enumerate(dues, start=1):
        if due.days and len(due.inputs):
            warehouse.append("mart.signal", judge_due(night, warehouse, plan, due, tests).signals)
        night.progress("replay", done, len(dues))


def _due(night: Night, warehouse: Warehouse, plan: Plan, group: Group) -> Due:
    days = group.days(min(plan.models[m].first for m in group.models), night.as_of)
    return Due(group, tuple(days), read_inputs(night, warehouse, plan, group, days))


def _alerts(warehouse: Warehouse) -> list[Row]:
    rows: list[Row] = warehouse.frame(f"SELECT {COLUMNS} FROM mart.alert ORDER BY opened, slug").to_dicts()  # noqa: S608
    return rows


def _compared(
    night: Night, found: list[Row], before: Sequence[Row], chosen: set[str], days: tuple[dt.date, dt.date]
) -> Replayed:
    """Compare with judged alerts of the same rules, or of all rules if these have raised none yet."""
    own = [row for row in before if row["rule"] in chosen]
    judged = [row for row in (own or before) if row["verdict"]]
    by_rule = bool(own)
    for row in found:
        same = [old for old in judged if _is_same(row, old, by_rule=by_rule)]
        row["verdict"] = same[0]["verdict"] if same else None
    false = [old for old in judged if old["verdict"] == FALSE]
    true = [old for old in judged if old["verdict"] != FALSE]
    raised = {old["slug"] for old in judged if any(_is_same(row, old, by_rule=by_rule) for row in found)}
    events = [e for e in night.workspace.events if days[0] <= e.day <= days[1]]
    seen = [event for event in events if any(_sees(row, event) for row in found)]
    return Replayed(
        alerts=found,
        kept=sum(old["slug"] in raised for old in true),
        true_alarms=len(true),
        avoided=sum(old["slug"] not in raised for old in false),
        false_alarms=len(false),
        unjudged=sum(row["verdict"] is None for row in found),
        events_seen=len(seen),
        events=len(events),
    )


def _sees(row: Row, event: KnownEvent) -> bool:
    """Whether an alert that nobody judged false opened on an event's days, or shortly after, on one of its models."""
    is_then = event.day <= row["opened"] <= (event.until or event.day) + SEEN_AFTER
    return bool(row["verdict"] != FALSE and is_then and (not event.models or row["model_id"] in event.models))


def _is_same(row: Row, old: Row, *, by_rule: bool) -> bool:
    """Whether a replayed alert is the judged one: the same series (or model), on days that overlap."""
    key = "fingerprint" if by_rule else "model_id"
    far = dt.date.max
    overlaps = row["opened"] <= (old["resolved"] or far) and old["opened"] <= (row["resolved"] or far)
    return bool(row[key] == old[key] and overlaps)
