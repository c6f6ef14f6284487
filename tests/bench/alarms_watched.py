"""Section `alarms`: monitors over made-up histories, day by day as a night would judge them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dagster_project.core import alarm_spread, alarm_usage, episodes
from dagster_project.core.alarm import Verdict
from dagster_project.core.alarm_scale import Kind
from dagster_project.core.types import Bools, Floats, Ints
from tests.bench.alarms_made import REFERENCE, Series

TESTS = 25
"""Monitors of a model: each has a 25th of its budget."""
USAGE_FROM = alarm_usage.PAST_DAYS + alarm_usage.DECLINE_LAG


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of it; arrays [monitors]."""

    alarms: Ints
    """Episodes opened from the first judged day on."""
    first: Ints
    """The day the first one opened at or after `since`; -1: none."""
    open_before: Bools
    """Whether one was open, or firing, on the day before `since`."""
    detectable: Floats
    """What the monitor stated on the day before `since`."""
    days: int
    """Judged days."""


def spread(series: Series, kind: Kind, direction: int, least: float, since: int) -> Watched:
    """The spread rule: reference days, then every day judged by what was known."""
    return _collected(_spread_verdicts(series, kind, direction, least), episodes.Persistence(), since)


def _spread_verdicts(
    series: Series, kind: Kind, direction: int, least: float
) -> Iterator[tuple[int, Verdict, episodes.State]]:
    monitors, days = series.values.shape
    weekdays, rule = np.arange(days) % 7, episodes.Persistence()
    known, rows = series.values[:, :REFERENCE], series.n[:, :REFERENCE]
    fitted = alarm_spread.reference(known, rows, weekdays[:REFERENCE], np.full(monitors, TESTS), kind)
    recent, state = alarm_spread.start(fitted), episodes.start(monitors)
    for day in range(days):
        today, n = series.values[:, day], series.n[:, day]
        verdict = alarm_spread.judge(fitted, recent, today, n, int(weekdays[day]), direction, least)
        recent = alarm_spread.learn(fitted, recent, today, n, int(weekdays[day]), verdict, state.open)
        if day >= REFERENCE:
            state, _ = episodes.step(state, day, verdict.fires, verdict.clears, verdict.known, rule)
            yield day, verdict, state


def usage(series: Series, since: int, *, slow: bool, holidays: Ints | None = None) -> Watched:
    """The rules of use; days of `holidays` are declared: neither judged nor comparable."""
    rule = episodes.Persistence(open_after=2 if slow else 1)
    return _collected(_usage_verdicts(series, rule, slow, holidays), rule, since)


def _usage_verdicts(
    series: Series, rule: episodes.Persistence, slow: bool, holidays: Ints | None
) -> Iterator[tuple[int, Verdict, episodes.State]]:
    counts = series.values.copy()
    if holidays is not None:
        counts[:, holidays] = np.nan
    monitors, days = counts.shape
    weekdays, comparable = np.arange(days) % 7, np.isfinite(counts)
    lag = alarm_usage.DECLINE_LAG if slow else alarm_usage.DROP_LAG
    judge = alarm_usage.decline if slow else alarm_usage.drop
    state, base = episodes.start(monitors), None
    for day in range(USAGE_FROM, days):
        stop = day + 1 - lag
        past = slice(stop - alarm_usage.PAST_DAYS, stop)
        new = alarm_usage.baseline(counts[:, past], comparable[:, past], weekdays[past])
        base = new if base is None else alarm_usage.frozen_where_open(state.open, base, new)
        verdict = judge(base, counts[:, stop : day + 1], weekdays[stop : day + 1])
        state, _ = episodes.step(state, day, verdict.fires, verdict.clears, verdict.known, rule)
        comparable[:, day] &= ~state.open
        yield day, verdict, state


def _collected(
    verdicts: Iterator[tuple[int, Verdict, episodes.State]], rule: episodes.Persistence, since: int
) -> Watched:
    alarms: Ints | None = None
    first: Ints = np.zeros(0, dtype=np.int64)
    was: Bools = np.zeros(0, dtype=np.bool_)
    open_before, detectable = was, np.zeros(0)
    judged = 0
    for day, verdict, state in verdicts:
        if alarms is None:
            monitors = len(verdict.fires)
            alarms, first = np.zeros(monitors, dtype=np.int64), np.full(monitors, -1)
            was = open_before = np.zeros(monitors, dtype=np.bool_)
            detectable = np.full(monitors, np.nan)
        opened = state.open & ~was
        alarms += opened
        first = np.where(opened & (first < 0) & (day >= since), day, first)
        if day == since - 1:
            open_before, detectable = state.open | (state.firing > 0), verdict.detectable
        was, judged = state.open, judged + 1
    if alarms is None:
        raise ValueError("no day was judged")
    return Watched(alarms, first, open_before, detectable, judged)
