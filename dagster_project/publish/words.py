"""Words that sentences are made from: numbers of things, lists, comparisons. Called by the modules of phrases.

In: plain values. Out: plain text that Jinja escapes. Nothing here knows any view.
"""

from __future__ import annotations

import datetime as dt
import math

from dagster_project.core import formatting

ABSENT = (formatting.NOT_AVAILABLE, "not enough data", "failed")
"""Words that replace a figure."""


def plural(n: int, one: str, many: str = "") -> str:
    """'1 model', '2 models', 'no models'; the number in figures with thin spaces."""
    many = many or one + "s"
    return (
        f"no {many}" if n == 0 else f"1 {one}" if n == 1 else f"{formatting.format_value(n, 'count')} {many}"
    )


def spoken(items: list[str], most: int = 3) -> str:
    """'a', 'a and b', 'a, b and c', 'a, b, c and 4 more'."""
    shown, rest = list(items[:most]), len(items) - most
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))


def threshold(good: float | None, poor: float | None, unit: str) -> str:
    """The thresholds in words: 'good at 80 % or more, poor at 60 % or less'."""
    if good is None or poor is None:
        return "no target"
    up = good > poor
    at_good, at_poor = formatting.format_value(good, unit), formatting.format_value(poor, unit)
    return f"good at {at_good} or {'more' if up else 'less'}, poor at {at_poor} or {'less' if up else 'more'}"


def movement(current: float | None, before: float | None) -> str:
    """How a figure compares with an earlier one, to be followed by the earlier one's name: '12.3 % above'."""
    change = formatting.format_relative(current, before)
    if change == formatting.NOT_AVAILABLE:
        return "not comparable with"
    if change == "no change":
        return "unchanged from"
    return f"{change[1:]} {'above' if change.startswith('+') else 'below'}"


def compared(current: float | None, before: float | None, days: int, began: dt.date | None = None) -> str:
    """A figure compared with the window before: '12.3 % above the 28 days before'.

    Without an earlier figure it says why: the log began inside the earlier window.
    """
    if before is None and began is not None:
        day = formatting.format_day(began)
        return f"not comparable with the {days} days before, as the log begins on {day}"
    return f"{movement(current, before)} the {days} days before"


def capitalize_first(text: str) -> str:
    """The text with its first letter in upper case and all others unchanged."""
    return text[:1].upper() + text[1:]


def after_colon(text: str | None, otherwise: str) -> str:
    """What follows 'not available: ' in a reason; `otherwise` if there is no reason."""
    return (text or otherwise).removeprefix(formatting.NOT_AVAILABLE + ": ").rstrip(".")


def absence(reason: str | None) -> tuple[str, str]:
    """The word for a missing figure, and why: ('not available', 'no arrival time is logged').

    A reason that begins with none of the words in `ABSENT` explains why the figure is not available.
    """
    head, colon, rest = (reason or "").rstrip(".").partition(": ")
    if head in ABSENT:
        return head, rest if colon else ""
    return formatting.NOT_AVAILABLE, (reason or "").rstrip(".")


def unit_words(unit: str, currency: str) -> str:
    """The unit of a metric, for people who do not know our names for units."""
    named = {
        "1": "none (a ratio or score)",
        "currency": f"money, {currency}",
        "share": "share, written in percent",
        "label": "that of the label",
        "label squared": "that of the label, squared",
        "sd": "standard deviations of the reference",
    }
    return named.get(unit, unit)


def or_words(text: str | None, words: str) -> str:
    """The text, or `words` if it is empty."""
    return text or words


def number(value: object) -> float | None:
    """A figure of a row; None for anything but a number, and for NaN and infinities."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def day(value: object) -> str:
    """A day of a row in words."""
    return formatting.format_day(value if isinstance(value, dt.date) else None)


def value(number_or_none: object, unit: object, currency: str = "") -> str:
    """A figure of a row with its unit; a plain number if the row names none."""
    return formatting.format_value(number(number_or_none), str(unit or "1"), currency)


def interval(low: object, high: object, unit: object, currency: str = "") -> str:
    """An interval of a row."""
    return formatting.format_range(number(low), number(high), str(unit or "1"), currency)


def in_brackets(low: object, high: object, unit: object, currency: str = "") -> str:
    """' (0.66 to 0.67)', or '' if there is no interval."""
    text = interval(low, high, unit, currency)
    return "" if text == formatting.NOT_AVAILABLE else f" ({text})"
