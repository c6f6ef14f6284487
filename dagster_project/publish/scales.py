"""Scales: the range, ticks and tick texts of an axis. Pure; called by the chart modules of this package.

Ticks lie on 1, 2, 2.5 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", Graphics Gems 1990).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from dagster_project.core.formatting import MONTHS

Number = float | int | None

_LARGEST: Final = 1e100
_SMALLEST: Final = 1e-290


@dataclass(frozen=True, slots=True)
class Scale:
    """A value axis from `low` to `high` in data units, with a tick every `step`."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> tuple[float, ...]:
        """Tick values from low to high."""
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + self.step * i for i in range(count + 1))

    def share(self, value: float) -> float:
        """The position of `value`, 0 at low and 1 at high, cut to that range."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


@dataclass(frozen=True, slots=True)
class DayTick:
    """A label under a day axis; `minor` ones are left out if there is little room."""

    day: dt.date
    text: str
    minor: bool


def finite(value: Number) -> float | None:
    """The value as a float; None for None, NaN, infinities, and numbers so large that a drawing would overflow.

    Numbers so small that no step fits between them and 0 become 0.
    """
    if value is None:
        return None
    number = float(value)
    if abs(number) < _SMALLEST:
        return 0.0
    return number if abs(number) < _LARGEST else None


def value_scale(values: Iterable[Number], *, zero: bool = False, intervals: int = 4) -> Scale:
    """A scale over all values; from zero if asked, or if the data come near it anyway.

    Whole numbers get whole steps.
    """
    known = [v for v in map(finite, values) if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if zero or 0 <= low < 0.4 * high or 0.4 * low < high <= 0:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        spread = abs(high) * 0.1 or 1.0
        low, high = (0.0, spread) if low == 0 else (low - spread, high + spread)
    whole = bool(known) and all(v == round(v) for v in known)
    step = _nice_step((high - low) / intervals, whole=whole)
    return Scale(math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step)


def tick_text(value: float, scale: Scale, unit: str) -> str:
    """A tick's text, with as many decimals as its step needs: '94 %' for shares, '1.5 M' for large numbers."""
    factor, suffix = (100.0, "\u00a0%") if unit == "share" else _magnitude(scale)
    step = scale.step * factor
    decimals = next((d for d in range(6) if abs(step - round(step, d)) < 1e-6 * step), 6)
    text = f"{value * factor:,.{decimals}f}".replace(",", "\u202f").replace("-", "\u2212")
    return ("0" if not text.strip("\u22120.") else text) + suffix


def day_ticks(days: Sequence[dt.date]) -> tuple[DayTick, ...]:
    """At most about eight labels: days, weeks or months, depending on the span."""
    if not days:
        return ()
    first, last = days[0], days[-1]
    span = (last - first).days
    if span <= 70:
        step = max(1, math.ceil(span / 7))
        step = step if step == 1 else 7 * math.ceil(step / 7) if step > 4 else step
        found = [last - dt.timedelta(days=step * i) for i in range(span // step + 1)][::-1]
        return _thinned([(d, short_day(d)) for d in found])
    return _month_ticks(first, last, every=1 if span <= 240 else 2 if span <= 430 else 6)


def day_share(day: dt.date, days: Sequence[dt.date]) -> float:
    """The position of a day between the first and last of `days`, 0 to 1."""
    span = (days[-1] - days[0]).days
    return min(1.0, max(0.0, (day - days[0]).days / span)) if span else 0.5


def short_day(day: dt.date) -> str:
    """'31 Dec', for an axis that shows the year elsewhere or needs none."""
    return f"{day.day}\u00a0{MONTHS[day.month - 1]}"


def _month_ticks(first: dt.date, last: dt.date, *, every: int) -> tuple[DayTick, ...]:
    months = [
        dt.date(y, m, 1)
        for y in range(first.year, last.year + 1)
        for m in range(1, 13)
        if (m - 1) % every == 0 and first <= dt.date(y, m, 1) <= last
    ]
    shown = months[:: max(1, math.ceil(len(months) / 9))]
    years = [i for i, m in enumerate(shown) if i == 0 or m.year != shown[i - 1].year]
    return _thinned(
        [(m, MONTHS[m.month - 1] + (f"\u00a0{m.year}" if i in years else "")) for i, m in enumerate(shown)]
    )


def _thinned(labels: Sequence[tuple[dt.date, str]]) -> tuple[DayTick, ...]:
    """All labels; about four of them, including the last, are not minor."""
    keep = math.ceil(len(labels) / 4)
    return tuple(DayTick(d, text, (len(labels) - 1 - i) % keep != 0) for i, (d, text) in enumerate(labels))


def _nice_step(raw: float, *, whole: bool) -> float:
    if whole and raw <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    steps = (1, 2, 5, 10) if whole and power <= 1 else (1, 2, 2.5, 5, 10)
    return next(m * power for m in steps if raw <= m * power * (1 + 1e-9))


def _magnitude(scale: Scale) -> tuple[float, str]:
    largest = max(abs(scale.low), abs(scale.high))
    for limit, factor, suffix in ((1e9, 1e-9, "\u00a0bn"), (1e6, 1e-6, "\u00a0M"), (2e4, 1e-3, "\u00a0k")):
        if largest >= limit:
            return factor, suffix
    return 1.0, ""
