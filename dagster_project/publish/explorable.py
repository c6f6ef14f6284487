"""A chart's own data, small enough to be part of its page: what `explore.js` draws when somebody asks for more.

In: days and series of a chart. Out: one data element as Markup, with at most three digits per figure, days as a start
and a step if they are evenly spaced, and constants only once. Called by the chart modules.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from dagster_project.publish.markup import embedded

NAME = "mb-columns"
"""Class of the element."""
WHOLE_FROM = 1000
"""From this size on figures are shown as whole numbers."""

Series = Sequence[float | None] | float | None


def explored(days: Sequence[dt.date], series: Mapping[str, Series], *, unit: str, axis: str) -> Markup:
    """The element of a chart over `days`; series without a value are left out. `axis` names the unit."""
    known = [abs(v) for values in series.values() for v in _listed(values) if v is not None]
    whole = max(known, default=0.0) >= WHOLE_FROM
    shown = {name: _short(values, whole=whole) for name, values in series.items() if _any(values)}
    pattern = ".3~p" if unit == "share" else ",.0f" if whole else ".3~g"
    data = {"kind": "line", "unit": axis, "format": pattern, "days": _spaced(days), "columns": shown}
    return embedded(data, name=NAME)


def _listed(values: Series) -> Sequence[float | None]:
    return values if isinstance(values, Sequence) else [values]


def _any(values: Series) -> bool:
    return any(v is not None for v in _listed(values))


def _short(values: Series, *, whole: bool) -> Series:
    """The values with three digits, or as whole numbers: no more digits than are shown."""
    if isinstance(values, Sequence):
        return [_digits(v, whole=whole) for v in values]
    return _digits(values, whole=whole)


def _digits(value: float | None, *, whole: bool) -> float | None:
    if value is None:
        return None
    short = round(value) if whole else float(f"{value:.3g}")
    return int(short) if short == int(short) else short


def _spaced(days: Sequence[dt.date]) -> object:
    """`{from, every}` for evenly spaced days, else the days themselves."""
    steps = {(b - a).days for a, b in itertools.pairwise(days)}
    if len(steps) == 1:
        return {"from": days[0].isoformat(), "every": steps.pop(), "n": len(days)}
    return [day.isoformat() for day in days]
