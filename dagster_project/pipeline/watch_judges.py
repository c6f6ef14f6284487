"""A rule's method as a judge of days: the verdict on one day, and what to remember for the next.

The statistics are `core.alarm*` and `core.process`. To add a method, add a line to `JUDGES`. Caller: pipeline.watch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dagster_project.core import alarm, alarm_days, alarm_spread, alarm_usage, process
from dagster_project.core.alarm import Verdict
from dagster_project.core.days import days_until
from dagster_project.core.types import Bools, Floats, Ints
from dagster_project.pipeline.watch_judging import (
    WEEK,
    Judge,
    Judged,
    JudgeSettings,
    Today,
    limit_verdict,
    weekdays_before,
    without,
)

WEEKS_KEPT = 52
HOLIDAY = "a holiday: compared with nothing"
HEARTBEATS = 4
"""Weeks in which a source must have delivered on a weekday before it is due on it."""


def judge_for(settings: JudgeSettings) -> Judge:
    """The judge of a rule's method."""
    return JUDGES[settings.rule.method](settings)


@dataclass(frozen=True, slots=True)
class SpreadJudge:
    """Judges against the reference's own day-to-day spread, and against the recent weeks."""

    settings: JudgeSettings
    spread: alarm_spread.Spread
    least: Floats
    """The smallest effect [S] that matters: the rule's own, or its share of the median of the reference days."""
    memory: int = 3
    """Level and error of the recent weeks, and how far the last day was from the level if it fired."""

    @classmethod
    def of(cls, settings: JudgeSettings) -> SpreadJudge:
        """Fit the reference days."""
        spread = alarm_spread.reference(
            settings.reference,
            settings.reference_n,
            np.arange(settings.reference.shape[1]) % WEEK,
            settings.tests,
            settings.rule.kind,
            settings.budget,
            min(settings.rule.open_after, alarm.IN_A_ROW),
        )
        usual = np.nan_to_num(alarm_days.median(settings.reference))
        return cls(
            settings,
            spread,
            np.maximum(settings.rule.least_effect, settings.rule.least_share * np.abs(usual)),
        )

    def judge(self, today: Today) -> Judged:
        """No verdict before the reference days are over, nor on too few rows."""
        fresh, weekday = alarm_spread.start(self.spread), today.day.weekday()
        new = np.isnan(today.memory[:, 0])
        recent = alarm_spread.Recent(
            np.where(new, fresh.level, today.memory[:, 0]),
            np.where(new, fresh.error, today.memory[:, 1]),
            np.where(new, 0.0, today.memory[:, 2]),
        )
        verdict = alarm_spread.judge(
            self.spread, recent, today.observed, today.n, weekday, self.settings.direction, self.least
        )
        verdict = without(verdict, *self._too_soon(today), today.note)
        after = alarm_spread.learn(self.spread, recent, today.observed, today.n, weekday, verdict, today.open)
        moved = np.zeros(len(new)) if after.moved is None else after.moved
        memory = np.column_stack([after.level, after.error, moved])
        return verdict, np.where(self._warming(today)[:, None], np.nan, memory)

    def _warming(self, today: Today) -> Bools:
        return np.asarray(self.settings.warm >= today.day.toordinal())

    def _too_soon(self, today: Today) -> tuple[Bools, list[str]]:
        """Which monitors are not judged this day, and why."""
        warming = self._warming(today)
        if self.settings.skips(today.day):
            return np.ones(len(warming), dtype=np.bool_), [HOLIDAY] * len(warming)
        ends = {int(w): f"warming up: reference days run until {dt.date.fromordinal(int(w))}"
                for w in np.unique(self.settings.warm[warming])}  # fmt: skip
        few = ~warming & (today.n < self.settings.rule.minimum)
        if not (warming | few).any():
            return few, [""] * len(few)
        why = [
            ends[int(w)]
            if warm
            else f"too few: {int(n)} of {self.settings.rule.minimum} rows"
            if too_few
            else ""
            for w, warm, n, too_few in zip(
                self.settings.warm, warming, np.nan_to_num(today.n), few, strict=True
            )
        ]
        return warming | few, why


@dataclass(frozen=True, slots=True)
class UsageJudge:
    """Judges counts against those of the weekday in comparable weeks: sudden drops, or the level of a month."""

    settings: JudgeSettings
    days: int
    """Days that are judged together, today being the last: the baseline leaves them out."""
    verdict: Callable[[alarm_usage.Baseline, Floats, Ints], Verdict]
    span: int
    """Days of counts that the verdict reads."""
    memory: int = WEEK + 3

    def judge(self, today: Today) -> Judged:
        """An open alarm keeps the baseline it had."""
        until = today.past.shape[1] - (self.days - 1)
        past = slice(max(0, until - alarm_usage.PAST_DAYS), until)
        new = alarm_usage.baseline(
            today.past[:, past],
            today.comparable[:, past],
            weekdays_before(today.day, today.past.shape[1])[past],
        )
        base = alarm_usage.frozen_where_open(today.open, self._kept(today.memory), new)
        counts = np.column_stack([today.past, today.observed])[:, -self.span :]
        counts[:, [self.settings.skips(day) for day in days_until(today.day, self.span)]] = np.nan
        weekdays = np.append(weekdays_before(today.day, self.span - 1), today.day.weekday())
        verdict = self.verdict(base, counts, weekdays)
        holiday = np.full(len(today.observed), self.settings.skips(today.day))
        memory = np.column_stack([base.weekday, base.cv2, base.correlation, base.unsure])
        return without(verdict, holiday, [HOLIDAY] * len(holiday), today.note), memory

    @staticmethod
    def _kept(memory: Floats) -> alarm_usage.Baseline:
        return alarm_usage.Baseline(
            memory[:, :WEEK], memory[:, WEEK], memory[:, WEEK + 1], memory[:, WEEK + 2], [""] * len(memory)
        )


@dataclass(frozen=True, slots=True)
class LevelJudge:
    """Judges against a fixed value: an owner's target, or the rule's own threshold."""

    settings: JudgeSettings
    memory: int = 0

    def judge(self, today: Today) -> Judged:
        """Fires at or beyond the bound; an open alarm clears half way back to what the owner calls good."""
        bounds, back, upper = self.settings.bounds, self.settings.back, self.settings.direction > 0
        beyond = np.where(upper, today.observed >= bounds, today.observed <= bounds)
        safe = np.where(upper, today.observed <= back, today.observed >= back)
        low, high = np.where(upper, -np.inf, bounds), np.where(upper, bounds, np.inf)
        verdict = limit_verdict(today, np.full(len(beyond), np.nan), low, high, beyond)
        return replace(verdict, clears=verdict.clears & safe), today.memory


@dataclass(frozen=True, slots=True)
class WeeksJudge:
    """XmR on weeks: fires if a week is far outside the usual variation from week to week."""

    settings: JudgeSettings
    memory: int = 0

    def judge(self, today: Today) -> Judged:
        """The limits come from the earlier weeks without an alarm, 26 at least."""
        past = np.where(today.comparable, today.past, np.nan)[:, -WEEKS_KEPT:]
        charts = [process.xmr(row) for row in past]
        low, high, mean = (
            np.array([getattr(c, name) for c in charts]) for name in ("signal_low", "signal_high", "mean")
        )
        upward, downward = self.settings.direction >= 0, self.settings.direction <= 0
        fires = (upward & (today.observed > high)) | (downward & (today.observed < low))
        verdict = limit_verdict(
            today, mean, np.where(downward, low, -np.inf), np.where(upward, high, np.inf), fires
        )
        return without(
            verdict, np.array([bool(c.reason) for c in charts]), [c.reason for c in charts], today.note
        ), (today.memory)


@dataclass(frozen=True, slots=True)
class HeartbeatJudge:
    """Fires if no row came on a weekday on which the source delivered in each of the last four weeks."""

    settings: JudgeSettings
    memory: int = 0

    def judge(self, today: Today) -> Judged:
        """A source that missed this weekday in any of those weeks is not due."""
        same = today.past[:, -WEEK::-WEEK][:, :HEARTBEATS]
        seen = np.isfinite(same).sum(axis=1)
        due = (np.where(np.isfinite(same), same, 0.0) > 0).sum(axis=1) == HEARTBEATS
        expected = np.where(due, np.median(np.nan_to_num(same), axis=1) if same.shape[1] else np.nan, np.nan)
        verdict = limit_verdict(
            today,
            expected,
            np.where(due, 1.0, -np.inf),
            np.full(len(due), np.inf),
            due & (today.observed == 0),
        )
        came = today.observed > 0
        why = [
            ""
            if d or c
            else f"warming up: {int(s)} of {HEARTBEATS} weeks"
            if s < HEARTBEATS
            else "not due on this weekday"
            for d, c, s in zip(due, came, seen, strict=True)
        ]
        return without(verdict, ~due & ~came, why, [""] * len(why)), today.memory


@dataclass(frozen=True, slots=True)
class SchemaJudge:
    """Fires on any column that vanished or changed its type."""

    settings: JudgeSettings
    memory: int = 0

    def judge(self, today: Today) -> Judged:
        """The day after is calm again: a change is an event, not a state."""
        zero = np.zeros(len(today.observed))
        return limit_verdict(today, zero, np.full(len(zero), -np.inf), zero, today.observed > 0), today.memory


def _drop(settings: JudgeSettings) -> Judge:
    return UsageJudge(settings, alarm_usage.DROP_LAG, alarm_usage.drop, WEEK)


def _decline(settings: JudgeSettings) -> Judge:
    return UsageJudge(settings, alarm_usage.DECLINE_LAG, alarm_usage.decline, alarm_usage.DECLINE_LAG)


JUDGES: Mapping[str, Callable[[JudgeSettings], Judge]] = {
    "spread": SpreadJudge.of,
    "usage_drop": _drop,
    "slow_decline": _decline,
    "weeks": WeeksJudge,
    "threshold": LevelJudge,
    "target": LevelJudge,
    "heartbeat": HeartbeatJudge,
    "schema": SchemaJudge,
}
