"""A rule's monitors side by side: arrays of what they saw, from long input rows and earlier signals.

In: frames (KEY, day, observed, n, note) and earlier rows of `mart.signal`. Out: MonitorArrays for `watch_fold`, and
the JudgeSettings that its judge is made from. Caller: pipeline.watch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core import episodes
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score_grade import chosen_target
from dagster_project.pipeline.watch_judges import WEEKS_KEPT
from dagster_project.pipeline.watch_judging import WEEK, JudgeSettings
from dagster_project.pipeline.watch_plan import Group, Plan
from dagster_project.spec.catalog import undeclared
from dagster_project.store.watch import KEY

if TYPE_CHECKING:
    import polars as pl

HISTORY = 112
"""Days before a judged one that methods may read: the 84 of the baseline of usage and the 28 that it leaves out."""
ALARMING = {"up": 1, "down": -1, "both": 0}
AGAINST = {"up": -1, "down": 1, "neither": 0}
"""Which way is better -> which way is worse."""


@dataclass(frozen=True, slots=True)
class MonitorArrays:
    """Monitors [S] over `before` earlier days and the days [T] to judge."""

    monitors: pl.DataFrame
    days: Sequence[dt.date]
    before: int
    observed: Floats
    """[S, before + T]"""
    n: Floats
    comparable: Bools
    has: Bools
    """[S, T]: whether there is an input row."""
    notes: list[list[str]]
    """[T][S]"""
    state: episodes.State
    memory: Floats
    wait: int


def history_days(group: Group) -> int:
    """How many calendar days before the first judged one are read."""
    return WEEKS_KEPT * WEEK if group.rule.rule.method == "weeks" else HISTORY


def make_arrays(
    group: Group,
    days: Sequence[dt.date],
    inputs: pl.DataFrame,
    earlier: pl.DataFrame,
    memory: int,
    holidays: frozenset[dt.date],
) -> MonitorArrays:
    """Arrays over the days to judge and, before them, as many earlier ones as the method reads."""
    import polars as pl

    step = WEEK if group.rule.rule.method == "weeks" else 1
    before = history_days(group) // step
    origin = days[0] - dt.timedelta(days=before * step)
    monitors = pl.concat([inputs.select(KEY), earlier.select(KEY)]).unique().sort(KEY)
    place = monitors.with_row_index("at")
    new, old = (f.join(place, on=KEY, maintain_order="left") for f in (inputs, earlier))
    old = old.filter(pl.col("day") >= origin)
    shape = (len(monitors), before + len(days))
    observed, n = (np.full(shape, np.nan) for _ in range(2))
    for frame in (new, old):
        at = frame["at"].to_numpy(), _columns(frame["day"], origin, step)
        observed[at] = frame["observed"].cast(float).fill_null(np.nan).to_numpy()
        n[at] = frame["n"].cast(float).fill_null(np.nan).to_numpy()
    comparable, has = np.zeros(shape, dtype=np.bool_), np.zeros((len(monitors), len(days)), dtype=np.bool_)
    guide = _comparable(old, holidays)
    comparable[guide["at"].to_numpy(), _columns(guide["day"], origin, step)] = True
    columns = _columns(new["day"], origin, step) - before
    has[new["at"].to_numpy(), columns] = True
    notes = [[""] * len(monitors) for _ in days]
    for at_, t, note in zip(new["at"].to_list(), columns.tolist(), new["note"].to_list(), strict=True):
        notes[t][at_] = note
    state, kept = _state(old, len(monitors), memory)
    return MonitorArrays(monitors, days, before, observed, n, comparable, has, notes, state, kept, group.wait)


def _comparable(old: pl.DataFrame, holidays: frozenset[dt.date]) -> pl.DataFrame:
    """The earlier signals that a day may be compared with: with a value, without an alarm, not on a holiday."""
    import polars as pl

    calm = pl.col("opened").is_null() | pl.col("closed")
    seen = pl.col("observed").is_not_null() & (pl.col("state") != "fires")
    return old.filter(seen, calm, ~pl.col("day").is_in(sorted(holidays)))


def _columns(days: pl.Series, origin: dt.date, step: int) -> Ints:
    since = (days - origin).dt.total_days().to_numpy()
    return np.asarray(since // step, dtype=np.int64)


def _state(old: pl.DataFrame, monitors: int, memory: int) -> tuple[episodes.State, Floats]:
    """The state of the fold after the newest earlier signal of each monitor."""
    kept = np.full((monitors, memory), np.nan)
    last = old.sort("day").unique("at", keep="last", maintain_order=True)
    at = last["at"].to_numpy()
    ended = last["closed"].to_numpy()

    def counts(name: str) -> Ints:
        found = np.zeros(monitors, dtype=np.int64)
        found[at] = last[name].to_numpy()
        return found

    def days(name: str, *, of_episode: bool) -> Ints:
        found = np.full(monitors, episodes.NEVER, dtype=np.int64)
        found[at] = [d.toordinal() if d is not None else episodes.NEVER for d in last[name].to_list()]
        if of_episode:
            found[at[ended]] = episodes.NEVER
        return found

    repeats = counts("repeats")
    repeats[at[ended]] = 0
    state = episodes.State(
        firing=counts("firing"),
        clearing=counts("clearing"),
        since=days("since", of_episode=True),
        opened=days("opened", of_episode=True),
        last=days("last_fired", of_episode=False),
        repeats=repeats,
    )
    for i, held in zip(at.tolist(), last["held"].to_list(), strict=True):
        if held is not None and len(held) == memory:
            kept[i] = held
    return state, kept


def make_settings(
    night: Night,
    plan: Plan,
    group: Group,
    monitors: pl.DataFrame,
    rows: pl.DataFrame,
    tests: Mapping[str, int],
) -> JudgeSettings:
    """What the judge is made from; `rows` has KEY, day, observed, n of the reference days, and may have other days."""
    rule = group.rule.rule
    models = [plan.models.get(m) for m in monitors["model_id"].to_list()]
    direction, bounds, back = _bounds(night, plan, group, monitors)
    reference, reference_n = _reference(plan, monitors, rows)
    return JudgeSettings(
        rule=rule,
        direction=direction,
        bounds=bounds,
        back=back,
        reference=reference,
        reference_n=reference_n,
        tests=np.array([tests.get(m.id, 1) if m else 1 for m in models], dtype=np.float64),
        budget=night.workspace.settings.alerts.budget,
        holidays=frozenset(night.workspace.settings.alerts.holidays),
        warm=np.array([m.until.toordinal() if m else 0 for m in models], dtype=np.int64),
    )


def _bounds(night: Night, plan: Plan, group: Group, monitors: pl.DataFrame) -> tuple[Ints, Floats, Floats]:
    """The alarming direction, the value at which a declared target is missed, and where it is safely met again."""
    rule = group.rule.rule
    worse = [
        AGAINST[plan.better.get(m, "neither")] if rule.direction == "worse" else ALARMING[rule.direction]
        for m in monitors["metric"].to_list()
    ]
    bounds, back = (np.full(len(monitors), np.nan if rule.at is None else rule.at) for _ in range(2))
    if rule.method == "target":
        models = {placed.value.id: placed.value for placed in night.workspace.models}
        for i, (model_id, metric, feature) in enumerate(
            monitors.select("model_id", "metric", "feature").iter_rows()
        ):
            model = models.get(model_id) or undeclared(model_id)
            target = chosen_target(night.workspace.targets, metric, model, feature)
            if target is not None:
                bounds[i], worse[i] = target.poor, 1 if target.poor > target.good else -1
                back[i] = (target.good + target.poor) / 2
    return np.array(worse, dtype=np.int64), bounds, back


def _reference(plan: Plan, monitors: pl.DataFrame, rows: pl.DataFrame) -> tuple[Floats, Floats]:
    """Values and n of the reference days [S, R]; every model's columns begin on the Monday of its own first week."""
    import polars as pl

    spans = {
        m.id: (m.start - dt.timedelta(days=m.start.weekday()), m.start, m.until) for m in plan.models.values()
    }
    width = max([(until - monday).days + 1 for monday, _, until in spans.values()], default=1)
    values, n = (np.full((len(monitors), width), np.nan) for _ in range(2))
    frame = pl.DataFrame(
        [(m, *span) for m, span in spans.items()],
        schema={"model_id": pl.String, "monday": pl.Date, "start": pl.Date, "until": pl.Date}, orient="row",
    )  # fmt: skip
    own = rows.join(frame, on="model_id").filter(pl.col("day").is_between("start", "until"))
    own = own.join(monitors.with_row_index("at"), on=KEY)
    at = own["at"].to_numpy(), (own["day"] - own["monday"]).dt.total_days().to_numpy()
    values[at] = own["observed"].cast(float).fill_null(np.nan).to_numpy()
    n[at] = own["n"].cast(float).fill_null(np.nan).to_numpy()
    return values, n
