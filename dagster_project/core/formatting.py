"""The one place where numbers, days and durations become text for people.

Three significant digits, whole numbers in full; thin no-break spaces (U+202F) between thousands, a no-break
space before a unit, a true minus. Unknown values read "not available", never 0 and never "nan". The text is
plain: whoever puts it into HTML escapes it. Callers: core.grading, core.verdicts, pipeline, publish.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TypeGuard
from zoneinfo import ZoneInfo

NOT_AVAILABLE = "not available"
THIN = "\u202f"
SPACE = "\u00a0"
MINUS = "\u2212"
DIGITS = 3
REMEMBERED = 16_384
"""Size of each cache of texts: the same figure appears in a table, in a chart's label and in its data."""
MOST_DECIMALS = 5
_LARGEST = 1e300
"""Beyond this a percentage overflows; nan and infinities fail the comparison too."""
_CENT = 0.01
"""Smaller amounts of money, such as the cost of one request, keep two significant digits."""
_READABLE = 1e15
"""From here on nobody reads all the digits: 1.23e+16."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WHOLE = frozenset({"requests", "records", "count", "rows", "users", "consumers", "tokens"})
_PLAIN = frozenset({"1", ""}) | _WHOLE
"""Units that are not written, because the figure's title says what is counted."""
_SHORT = {"minutes": "min", "seconds": "s", "hours": "h"}


@lru_cache(REMEMBERED)
def format_value(value: float | None, unit: str, currency: str = "") -> str:
    """Return a figure with its unit: 0.123 share -> '12.3 %', 1234 currency (USD) -> '1 234 USD'.

    `currency` is the code written for the units 'currency' and 'currency/...'. None, nan and infinities are
    'not available'.
    """
    if not _known(value):
        return NOT_AVAILABLE
    scaled = _scaled(value, unit)
    return _signed(scaled, _decimals(scaled, unit)) + _suffix(unit, currency)


def format_delta(change: float | None, unit: str, currency: str = "") -> str:
    """Return a difference with its sign: '+12 ms', shares in percentage points ('+1.2 pp')."""
    if not _known(change):
        return NOT_AVAILABLE
    scaled = _scaled(change, unit)
    text = _signed(scaled, _decimals(scaled, "1" if unit == "share" else unit))
    if not any(digit in text for digit in "123456789"):
        return "no change"
    sign = "" if text.startswith(MINUS) else "+"
    return f"{sign}{text}{SPACE + 'pp' if unit == 'share' else _suffix(unit, currency)}"


def format_relative(current: float | None, before: float | None) -> str:
    """Return the change from `before` in percent of it: '+12.3 %'; 'not available' where `before` is 0."""
    if not (_known(current) and _known(before)) or before == 0:
        return NOT_AVAILABLE
    change = (current - before) / abs(before)
    if not _known(change):
        return NOT_AVAILABLE
    text = format_value(change, "share")
    if not any(digit in text for digit in "123456789"):
        return "no change"
    return text if text.startswith(MINUS) else f"+{text}"


@lru_cache(REMEMBERED)
def format_range(low: float | None, high: float | None, unit: str, currency: str = "") -> str:
    """Return an interval, as precise as its width warrants: '0.64 to 0.68', '63.2 to 65.1 %'.

    One step of the last digit is at most a third of the width.
    """
    if not (_known(low) and _known(high)):
        return NOT_AVAILABLE
    low, high = sorted((_scaled(low, unit), _scaled(high, unit)))
    finest = max(_decimals(low, unit), _decimals(high, unit))
    decimals = finest if low == high else min(finest, max(0, -_exponent((high - low) / 3)))
    first, last = _signed(low, decimals), _signed(high, decimals)
    return (first if first == last else f"{first} to {last}") + _suffix(unit, currency)


@lru_cache(REMEMBERED)
def format_day(day: dt.date | None) -> str:
    """Return '31 Dec 2013'."""
    return NOT_AVAILABLE if day is None else f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_instant(instant: dt.datetime | None, zone: str = "UTC") -> str:
    """Return '31 Dec 2013, 23:59 EST', in the given zone. Raises ValueError for a naive time."""
    if instant is None:
        return NOT_AVAILABLE
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone: a naive time does not say when it was")
    local = instant.astimezone(ZoneInfo(zone))
    return f"{format_day(local.date())}, {local:%H:%M} {local.tzname()}"


def days_held(window: int, last: dt.date, first: dt.date | None) -> int:
    """Return how many days of a window ending on `last` a log begun on `first` covers (None: unknown)."""
    return min(window, (last - first).days + 1) if first is not None and first <= last else window


def format_window(window: int, last: dt.date, first: dt.date | None) -> str:
    """Return the window in words: '28 days', or '5 days of data' where the log began inside it."""
    days = days_held(window, last, first)
    return f"{days} {plural(days, 'day')}{'' if days == window else ' of data'}"


def plural(n: int, noun: str) -> str:
    """Return the noun, with an s unless n is 1."""
    return noun if n == 1 else f"{noun}s"


def _known(value: float | None) -> TypeGuard[float]:
    return value is not None and abs(value) <= _LARGEST


def _scaled(value: float, unit: str) -> float:
    return float(value) * 100 if unit == "share" else float(value)


def _suffix(unit: str, currency: str) -> str:
    if unit in _PLAIN:
        return ""
    if unit == "share":
        return f"{SPACE}%"
    money, slash, per = unit.partition("/")
    if money == "currency":
        return f"{SPACE}{currency}{slash}{per}" if currency else f"{slash}{per}"
    return f"{SPACE}{_SHORT.get(unit, unit)}"


def _decimals(value: float, unit: str) -> int:
    """Return how many decimals show three significant digits, or two digits of the distance from 100 %."""
    if unit in _WHOLE and value == round(value):
        return 0
    if unit.startswith("currency"):
        finest = 2 if abs(value) >= _CENT else min(1 - _exponent(value), MOST_DECIMALS)
        return 0 if abs(value) >= 100 or value == round(value) else finest
    if value == 0 or (unit == "share" and value == 100):
        return 0
    if unit == "share" and 90 < value < 100:
        return min(max(1 - _exponent(100 - value), 1), MOST_DECIMALS)
    return min(max(DIGITS - 1 - _exponent(value), 0), MOST_DECIMALS)


def _exponent(value: float) -> int:
    """Return the power of ten of the first digit, after rounding to three digits."""
    return int(f"{abs(value):.{DIGITS - 1}e}".partition("e")[2])


def _signed(value: float, decimals: int) -> str:
    """Return the digits with a true minus; what rounds to zero has no sign."""
    plain = f"{abs(value):,.{decimals}f}" if abs(value) < _READABLE else f"{abs(value):.{DIGITS - 1}e}"
    text = plain.replace(",", THIN)
    return MINUS + text if value < 0 and any(digit in text for digit in "123456789") else text
