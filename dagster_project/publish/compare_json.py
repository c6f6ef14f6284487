"""The comparison of two files for machines; `schemas/compare.json` describes the shape.

Unknown values are null, never a number or NaN. Caller: pipeline.compare.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any, Final

from dagster_project.core.column_profile import Column, Profile, mean_sd, values
from dagster_project.core.comparison import CategoryDistance, NumberDistance
from dagster_project.core.verdicts import CHANCE, LEVELS, Comparison, Finding, Verdict

SCHEMA_VERSION: Final = 1
DISTANCES: Final = (
    "psi", "js", "ks", "wasserstein_sd", "shift_sd", "sd_ratio", "l_infinity", "chi_square", "df", "cramers_v",
)  # fmt: skip


def record(comparison: Comparison) -> dict[str, Any]:
    """Return the whole comparison as types that JSON has."""
    return {
        "schema_version": SCHEMA_VERSION,
        "reference": {"name": comparison.reference.name, "rows": comparison.reference.rows},
        "current": {"name": comparison.current.name, "rows": comparison.current.rows},
        "sentence": comparison.sentence,
        "levels": {level: sum(v.level == level for v in comparison.verdicts) for level in LEVELS},
        "by_chance": CHANCE,
        "thresholds": {name: asdict(limit) for name, limit in comparison.thresholds.items()},
        "columns": [_column(v, comparison) for v in comparison.verdicts],
    }


def _column(verdict: Verdict, comparison: Comparison) -> dict[str, Any]:
    known = asdict(verdict.distance) if verdict.distance else {}
    return {
        "name": verdict.name,
        "level": verdict.level,
        "words": verdict.words,
        "reference": _side(verdict.reference, comparison.reference),
        "current": _side(verdict.current, comparison.current),
        **{name: _number(known.get(name)) for name in DISTANCES},
        "unseen": next((f.value for f in verdict.findings if f.statistic == "unseen"), None),
        "findings": [_finding(f) for f in verdict.findings],
    }


def _side(column: Column | None, profile: Profile) -> dict[str, Any] | None:
    if column is None:
        return None
    mean = sd = None
    if column.tally is not None and column.grid is not None and column.tally.n:
        mean, sd = mean_sd(values(column.grid, column.tally.codes), column.tally.counts)
    counted = not column.problem and column.kind != "other"
    return {
        "type": column.type,
        "kind": column.kind,
        "missing": column.missing if counted else None,
        "missing_share": column.missing / profile.rows if counted else None,
        "infinite": column.infinite if counted and column.kind == "number" else None,
        "mean": _number(mean),
        "sd": _number(sd),
        "categories": None if column.categories is None else len(column.categories),
        "span": column.span,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else _number(value) for name, value in asdict(finding).items()
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def distance_value(distance: NumberDistance | CategoryDistance | None, name: str) -> float | None:
    """Return a distance by name; None if the column's kind does not have it or it is not known."""
    return _number(getattr(distance, name, None))
