"""What happened, in one sentence with figures, units and day. In: a rule, the signal it opened with. Out: text.

Caller: pipeline.watch_alerts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster_project.core.formatting import format_day, format_value
from dagster_project.core.naming import feature_name
from dagster_project.spec.rule import Rule
from dagster_project.spec.statement import MetricHead

NOTHING = 100
"""A figure this many times below its limit is told in words: the digits of 0.00137 % say no more."""


def about(title: str, feature: str, segment: str) -> str:
    """What an alert is about: 'rain in Late arrival', 'Late arrival, origin=JFK'; titles themselves may have commas."""
    of = f"{feature_name(feature)} in {title}" if feature else title
    return f"{of}, {segment}" if segment else of


def happened(
    rule: Rule, signal: Mapping[str, Any], head: MetricHead | None, name: str, unit: str, currency: str
) -> str:
    """What happened, in one sentence."""
    day = format_day(signal["day"])
    if rule.method == "heartbeat":
        usual = _figure(signal["expected"], "count", currency)
        return f"No rows of {name} arrived for {day}; that weekday usually has about {usual}."
    if rule.method == "schema":
        return f"{name} had {signal['reason'] or 'changed columns'} on {day}."
    what = head.title if head else signal["metric"]
    observed = _figure(signal["observed"], unit, currency)
    span = {"target": f"over the seven days to {day}", "weeks": f"in the week to {day}"}.get(
        rule.method, f"on {day}"
    )
    return f"{what} of {name}: {observed} {span}; {_expected(rule, signal, unit, currency)}."


def _expected(rule: Rule, signal: Mapping[str, Any], unit: str, currency: str) -> str:
    """What it should have been, and how far away it is."""
    low, high = signal["low"], signal["high"]
    bound = high if low is None or (high is not None and signal["observed"] > high) else low
    limit = _figure(bound, unit, currency)
    side = "at most" if bound == high else "at least"
    if rule.method == "target":
        return f"by its target, {limit} or {'more' if bound == high else 'less'} is poor"
    if rule.method == "threshold":
        return f"the rule raises an alert at {limit} or {'more' if bound == high else 'less'}"
    expected = _figure(signal["expected"], unit, currency)
    if rule.method == "usage_drop" and signal["expected"]:
        below = format_value(1 - signal["observed"] / signal["expected"], "share")
        return (
            f"{below} below the {expected} expected on this weekday;"
            f" the mean of two days should be {side} {limit}"
        )
    if rule.method == "slow_decline":
        return f"about {expected} are usual on this weekday; the level of the last weeks is below {limit}"
    little = bound == high and 0 <= signal["expected"] < high / NOTHING
    return f"{'next to nothing' if little else f'about {expected}'} was expected, {side} {limit}"


def _figure(value: float | None, unit: str, currency: str) -> str:
    return format_value(value, unit, currency)
