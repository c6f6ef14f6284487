"""From readings to alerts: every monitor judges every day, episodes become alerts, and people's answers are added.

Flows in: `mart.reading`, the ledger, `reports/rules/*.yml`, `data/alerts/*.yml`. Flows out: `mart.signal`,
`mart.alert`, `mart.alert_record`, `ops.watched`. A second run without changes writes nothing. Called by the nightly job
after `value` and before `assess`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.days import ONE_DAY
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.watch_alerts import put_alerts
from dagster_project.pipeline.watch_arrays import history_days, make_arrays, make_settings
from dagster_project.pipeline.watch_due import STATE, Before, Due, changed_days, day_digests, find_due
from dagster_project.pipeline.watch_fold import Folded, fold
from dagster_project.pipeline.watch_judges import judge_for
from dagster_project.pipeline.watch_plan import Group, Plan, make_plan
from dagster_project.store.warehouse import Warehouse
from dagster_project.store.watch import KEY, judged_before, monitors_of_reference

if TYPE_CHECKING:
    import polars as pl

SHARING = ("spread", "usage_drop", "slow_decline")
"""Methods whose monitors share a model's budget of false alarms."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What one run did."""

    monitors: int
    """Monitors that judged a day tonight."""
    signals: int
    """Signals written."""
    alerts: int
    """All alerts."""
    open: int
    """Those that are open, acknowledged or mitigated."""


def watch(night: Night, warehouse: Warehouse) -> Watch:
    """Judge what is new or changed, and update the alerts."""
    plan = make_plan(night, warehouse)
    stored = before = Before.read(warehouse)
    with warehouse.transaction():
        if before.digest != plan.digest:
            before = _from_the_start(warehouse, plan)
        before = _not_after(night, warehouse, before)
        digests = day_digests(warehouse, night.as_of)
        changed = changed_days(warehouse, digests)
        dues = find_due(night, warehouse, plan, changed, before.judged or {})
        tests = shared_budget(warehouse, plan, dues)
        if before.tests and before.tests != tests:
            before = _from_the_start(warehouse, plan)
            changed = changed_days(warehouse, digests)
            dues = find_due(night, warehouse, plan, changed, {})
        written, monitors = _judge_all(night, warehouse, plan, dues, tests)
        _remember(warehouse, stored, _after(night, plan, before, tests), changed, digests)
        alerts, still_open = put_alerts(night, warehouse, plan)
    return Watch(monitors, written, alerts, still_open)


def shared_budget(warehouse: Warehouse, plan: Plan, dues: Sequence[Due]) -> dict[str, int]:
    """Model -> how many monitors share its budget: those seen on its reference days."""
    import polars as pl

    sharing = [group.rule.id for group in plan.groups if group.rule.rule.method in SHARING]
    references = reference_frame(plan, list(plan.models))
    frames = [monitors_of_reference(warehouse, references)]
    for due in dues:
        own = due.inputs.join(references, on="model_id").filter(pl.col("day").is_between("start", "until"))
        frames.append(own.select(KEY))
    monitors = pl.concat(frames).unique().filter(pl.col("rule").is_in(sharing))
    return dict(sorted(Counter(monitors["model_id"].to_list()).items()))


def reference_frame(plan: Plan, models: Sequence[str]) -> pl.DataFrame:
    """model_id, start, until: the reference days of some models."""
    import polars as pl

    rows = [(m, plan.models[m].start, plan.models[m].until) for m in models]
    schema = {"model_id": pl.String, "start": pl.Date, "until": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def judge_due(night: Night, warehouse: Warehouse, plan: Plan, due: Due, tests: Mapping[str, int]) -> Folded:
    """The signals of one group's days; nothing is written."""
    import polars as pl

    group, first = due.group, due.days[0]
    since = first - dt.timedelta(days=history_days(group))
    earlier = judged_before(warehouse, group.rule.id, first, since, reference_frame(plan, group.models))
    earlier = earlier.filter(pl.col("model_id").is_in([*group.models, ""]))
    holidays = frozenset(night.workspace.settings.alerts.holidays)
    seen = [frame.select([*KEY, "day", "observed", "n"]) for frame in (earlier, due.inputs)]
    rows = pl.concat(seen, how="vertical_relaxed")
    monitors = rows.select(KEY).unique().sort(KEY)
    judge = judge_for(make_settings(night, plan, group, monitors, rows, tests))
    arrays = make_arrays(group, due.days, due.inputs, earlier, judge.memory, holidays)
    return fold(group.rule.rule, arrays, judge, holidays)


def _judge_all(
    night: Night, warehouse: Warehouse, plan: Plan, dues: Sequence[Due], tests: Mapping[str, int]
) -> tuple[int, int]:
    """Replace the signals of every group's days; return how many were written, and for how many monitors."""
    written = monitors = 0
    for done, due in enumerate(dues, start=1):
        group = due.group
        warehouse.run(
            "DELETE FROM mart.signal WHERE rule = ? AND day >= ? AND list_contains(?, model_id)",
            [group.rule.id, due.days[0], [*group.models, ""]],
        )
        if len(due.inputs):
            signals = judge_due(night, warehouse, plan, due, tests).signals
            warehouse.append("mart.signal", signals)
            written += len(signals)
            monitors += len(due.inputs.select(KEY).unique())
        night.progress("judge", done, len(dues))
    return written, monitors


def _from_the_start(warehouse: Warehouse, plan: Plan) -> Before:
    """Forget all that was judged: what people wrote, or the monitors that share a budget, changed."""
    warehouse.run("DELETE FROM mart.signal")
    warehouse.run("DELETE FROM ops.watched")
    return Before(digest=plan.digest)


def _not_after(night: Night, warehouse: Warehouse, before: Before) -> Before:
    """Forget what later nights judged, if this one reports an earlier day."""
    last = {name: dt.date.fromisoformat(day) for name, day in (before.judged or {}).items()}
    if all(day + _wait(name) <= night.as_of for name, day in last.items()):
        return before
    warehouse.run("DELETE FROM mart.signal WHERE known_on > ?", [night.as_of])
    warehouse.run("DELETE FROM ops.watched WHERE day > ?", [night.as_of])
    judged = {name: min(day, night.as_of - _wait(name)).isoformat() for name, day in last.items()}
    return Before(before.digest, judged, before.tests)


def _wait(group: str) -> dt.timedelta:
    return int(group.rpartition("+")[2]) * ONE_DAY


def _after(night: Night, plan: Plan, before: Before, tests: Mapping[str, int]) -> Before:
    def newest(group: Group) -> str:
        return group.last_day(night.as_of).isoformat()

    judged = {group.name: newest(group) for group in plan.groups if group.models}
    return Before(plan.digest, {**(before.judged or {}), **judged}, dict(tests))


def _remember(
    warehouse: Warehouse,
    before: Before,
    after: Before,
    changed: Sequence[dt.date],
    digests: Mapping[dt.date, str],
) -> None:
    import polars as pl

    if changed:
        warehouse.run("DELETE FROM ops.watched WHERE list_contains(?, day)", [list(changed)])
        rows = [(day, digests[day]) for day in changed if day in digests]
        warehouse.append(
            "ops.watched", pl.DataFrame(rows, schema={"day": pl.Date, "digest": pl.String}, orient="row")
        )
    if before.text() != after.text():
        warehouse.run("INSERT OR REPLACE INTO ops.state VALUES (?, ?)", [STATE, after.text()])
