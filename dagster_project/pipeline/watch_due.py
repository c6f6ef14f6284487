"""Which days must be judged tonight, rule by rule: new ones, and all from the first whose inputs changed.

In: the plan, digests of days, the inputs kept in the signals. Out: a Due for each group with work. A day whose digest
changed is read again, but only a number that differs makes the fold begin there: a label that arrived after the wait
changes nothing. Caller: pipeline.watch.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.days import ONE_DAY
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.watch_inputs import read_inputs
from dagster_project.pipeline.watch_known import TARGET_DAYS
from dagster_project.pipeline.watch_plan import SUNDAY, Group, Plan
from dagster_project.store.warehouse import Warehouse
from dagster_project.store.watch import KEY, inputs_judged, whole

if TYPE_CHECKING:
    import polars as pl

STATE = "watched"
SAME = [*KEY, "day", "observed", "n"]


@dataclass(frozen=True, slots=True)
class Due:
    """A group's days to judge, in order, and the inputs of all of them."""

    group: Group
    days: tuple[dt.date, ...]
    inputs: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Before:
    """What the last run judged."""

    digest: str = ""
    """Digest of rules, targets and models."""
    judged: Mapping[str, str] | None = None
    """Group -> its newest day."""
    tests: Mapping[str, int] | None = None
    """Model -> monitors that share its budget."""

    @classmethod
    def read(cls, warehouse: Warehouse) -> Before:
        """From `ops.state`; empty if it never ran."""
        text = warehouse.value("SELECT value FROM ops.state WHERE key = ?", [STATE])
        return cls(**json.loads(str(text))) if text else cls()

    def text(self) -> str:
        """As `ops.state` keeps it."""
        return json.dumps({"digest": self.digest, "judged": self.judged, "tests": self.tests}, sort_keys=True)


def day_digests(warehouse: Warehouse, as_of: dt.date) -> dict[dt.date, str]:
    """Day -> digest of what its inputs depend on, up to the night's day."""
    return {day: digest for day, digest in whole(warehouse, "day_digests").iter_rows() if day <= as_of}


def changed_days(warehouse: Warehouse, now: Mapping[dt.date, str]) -> list[dt.date]:
    """Days that are new, gone or changed."""
    before = dict(warehouse.rows("SELECT day, digest FROM ops.watched"))
    return sorted(day for day in now.keys() | before.keys() if now.get(day) != before.get(day))


def find_due(
    night: Night, warehouse: Warehouse, plan: Plan, changed: Sequence[dt.date], judged: Mapping[str, str]
) -> list[Due]:
    """The groups that have something to judge."""
    found = []
    for done, group in enumerate(plan.groups, start=1):
        due = _due(night, warehouse, plan, group, changed, judged.get(group.name))
        night.progress("watch", done, len(plan.groups))
        if due is not None:
            found.append(due)
    return found


def _due(
    night: Night, warehouse: Warehouse, plan: Plan, group: Group, changed: Sequence[dt.date], last: str | None
) -> Due | None:
    if not group.models:
        return None
    first = min(plan.models[m].first for m in group.models)
    fresh = group.days(dt.date.fromisoformat(last) + ONE_DAY if last else first, night.as_of)
    every = set(group.days(first, night.as_of))
    to_read = sorted(every & {d for day in changed for d in _touched(group, day)} | set(fresh))
    inputs = read_inputs(night, warehouse, plan, group, to_read)
    begin = min([*fresh[:1], *_differing(warehouse, group, inputs, to_read)], default=None)
    if begin is None:
        return None
    import polars as pl

    days = group.days(begin, night.as_of)
    rest = sorted(set(days) - set(to_read))
    both = [inputs.filter(pl.col("day") >= begin), read_inputs(night, warehouse, plan, group, rest)]
    return Due(group, tuple(days), pl.concat(both).sort([*KEY, "day"]))


def _touched(group: Group, day: dt.date) -> list[dt.date]:
    """The days whose inputs depend on a day."""
    if group.rule.rule.method == "target":
        return [day + back * ONE_DAY for back in range(TARGET_DAYS)]
    if group.rule.rule.method == "weeks":
        return [day + (SUNDAY - day.weekday()) * ONE_DAY]
    return [day]


def _differing(
    warehouse: Warehouse, group: Group, inputs: pl.DataFrame, to_read: Sequence[dt.date]
) -> list[dt.date]:
    """Days among those read again whose inputs differ from those that were judged."""
    import polars as pl

    stored = inputs_judged(warehouse, group.rule.id, to_read)
    stored = stored.filter(pl.col("model_id").is_in([*group.models, ""])).select(SAME)
    now = inputs.select(SAME)
    only_now = now.join(stored, on=SAME, how="anti", nulls_equal=True)
    only_then = stored.join(now, on=SAME, how="anti", nulls_equal=True)
    return sorted({*only_now["day"].to_list(), *only_then["day"].to_list()})
