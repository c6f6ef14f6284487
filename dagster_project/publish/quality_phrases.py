"""Sentences about data quality: what is missing, what changed, rules, training against serving, metadata.

In: rows of `page.missing`, `page.schema_changes`, `page.value_rules`, `page.skew`, `page.metadata`. Out: plain
text. Called through `phrases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.core.formatting import format_delta
from dagster_project.publish import words
from dagster_project.publish.views import Row

CHANGES: Final = {
    "vanished": "No value all day for",
    "appeared": "First values of",
    "retyped": "No readable number all day for",
}
MOST_CHANGES, MOST_FEATURES = 4, 8


def missing_lead(missing: Row) -> str:
    """How much is missing, when, and in which features."""
    features = words.plural(int(str(missing["features"])), "feature")
    if not missing["missing_count"]:
        return f"None of the {words.value(missing['seen'], 'count')} values of {features} is missing."
    have = "has" if missing["with_gaps"] == 1 else "have"
    return (
        f"{words.value(missing['share'], 'share')} of all feature values are missing: {missing['when_missing']};"
        f" {missing['with_gaps']} of {features} {have} gaps,"
        f" {missing['worst_feature']} most ({words.value(missing['worst_share'], 'share')})."
    )


def schema_lead(changes: Sequence[Row]) -> str:
    """Which features appeared, vanished or changed their type, newest day first."""
    if not changes:
        return "No feature appeared, vanished or changed its type in the last 91 days of the log."
    said = [
        f"{CHANGES[str(c['change'])]} {words.spoken(_names(c['features']), MOST_FEATURES)}: {words.day(c['day'])}."
        for c in changes[:MOST_CHANGES]
    ]
    rest = len(changes) - MOST_CHANGES
    return " ".join([*said, *([f"{rest} more in 91 days."] if rest > 0 else [])])


def rules_lead(rules: Sequence[Row]) -> str:
    """How many declared rules are within their target, and which is broken most."""
    good = sum(r["grade"] == "good" for r in rules)
    known = [r for r in rules if words.number(r["value"])]
    whose = "its" if len(rules) == 1 else "their"
    held = f"{good} of {words.plural(len(rules), 'declared rule')} within {whose} target"
    if not known:
        return held
    most = max(known, key=lambda r: words.number(r["value"]) or 0.0)
    return (
        f"{held}; most broken: {most['rule']}, {words.value(most['value'], 'share')} of what could be judged"
    )


def trained_lead(skew: Sequence[Row], version: object) -> str:
    """What a version was trained on."""
    first = skew[0]
    days = (
        f" of {words.day(first['data_from'])} to {words.day(first['data_to'])}" if first["data_from"] else ""
    )
    return f"Version {version or 'not given'} was trained on {words.value(first['trained_n'], 'rows')} rows{days}."


def skew_lead(skew: Sequence[Row]) -> str:
    """Which feature is furthest from its training; rows are ordered furthest first."""
    moved = next((k for k in skew if k["shift_sd"] is not None), None)
    if moved is None:
        return f"{words.plural(len(skew), 'feature')} compared with training"
    shift = words.number(moved["shift_sd"]) or 0.0
    side = "higher" if shift > 0 else "lower"
    furthest = f"{moved['feature']} is furthest from its training"
    return f"Of {words.plural(len(skew), 'feature')}, {furthest}: its mean is {words.value(abs(shift), 'sd')} {side}"


def shift(skew: Row) -> str:
    """How far a feature moved from its training: in standard deviations, or for categories the largest share moved."""
    if skew["kind"] == "category" and skew["share_shift"] is not None:
        return f"{format_delta(words.number(skew['share_shift']), 'share')} at most"
    return format_delta(words.number(skew["shift_sd"]), "sd")


def metadata_lead(items: Sequence[Row]) -> str:
    """How many of a version's metadata items are known, and which are missing."""
    missing = [str(i["title"]) for i in items if not i["value"]]
    if not missing:
        return f"All {len(items)} items are known"
    return f"{len(items) - len(missing)} of {len(items)} items are known; missing: {words.spoken(missing, len(items))}"


def _names(features: object) -> list[str]:
    return [str(f) for f in features] if isinstance(features, list | tuple) else []


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "missing_lead": missing_lead, "schema_lead": schema_lead, "rules_lead": rules_lead,
    "trained_lead": trained_lead, "skew_lead": skew_lead, "shift": shift,
    "metadata_lead": metadata_lead,
}  # fmt: skip
