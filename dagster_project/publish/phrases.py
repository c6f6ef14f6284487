"""Small texts and links that page templates are written in, over `core.formatting`. Called by `publish.templates`.

Rich text from outside (a purpose, a runbook) is cleaned to a short list of tags when it is HTML, else escaped;
links lead only to http, https, mailto or a place inside the site, anything else stays plain text.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from dagster_project.core import formatting, grading
from dagster_project.publish import performing
from dagster_project.publish.alert_phrases import alert_marks, as_signal, days_taken, wellness
from dagster_project.publish.multiples import panels
from dagster_project.publish.variation import variation
from dagster_project.publish.views import Row

ALLOWED_TAGS = {"a", "b", "br", "code", "em", "i", "li", "ol", "p", "strong", "ul"}
SAFE_SCHEMES = ("http", "https", "mailto")
BUILTIN = "builtin:"
"""What stands before the name of a file that comes with Modelboard and is in no repository of the workspace."""
LINK_REL = "noopener noreferrer"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+")
_TICKS = re.compile(r"`([^`]+)`")
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def filters(currency: str) -> dict[str, Callable[..., object]]:
    """The filters by name; `currency` is the organization's, used where a figure names none."""

    def value(number: float | None, unit: str, own_currency: str | None = None) -> str:
        return formatting.format_value(number, unit, own_currency or currency)

    def delta(number: float | None, unit: str, own_currency: str | None = None) -> str:
        return formatting.format_delta(number, unit, own_currency or currency)

    def interval(low: float | None, high: float | None, unit: str, own_currency: str | None = None) -> str:
        return formatting.format_range(low, high, unit, own_currency or currency)

    return {
        "value": value, "delta": delta, "interval": interval, "relative": formatting.format_relative,
        "day": formatting.format_day, "instant": formatting.format_instant, "href": href, "rich": rich,
        "plural": plural, "spoken": spoken, "threshold": threshold, "movement": movement,
        "days_held": formatting.days_held, "held": formatting.format_window,
        "compared": compared, "variation": variation,
        "capitalize_first": capitalize_first, "after_colon": after_colon, "or_words": or_words,
        "headline": headline, "against_alternative": against_alternative,
        "money": lambda model: money(model, currency),
        "peaks": peaks, "panels": panels,
        "against_test": performing.against_test, "group_gap": performing.group_gap,
        "estimate_record": performing.estimate_record, "ordered_by_loss": performing.ordered_by_loss,
        "money_rows": money_rows, "money_title": money_title,
        "total_interval": total_interval, "since_level": since_level,
        "alert_marks": alert_marks, "wellness": wellness, "days_taken": days_taken,
        "as_signal": as_signal,
    }  # fmt: skip


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
    """How a figure stands to an earlier one, to be followed by the earlier one's name: '12.3 % above'."""
    change = formatting.format_relative(current, before)
    if change == formatting.NOT_AVAILABLE:
        return "not comparable with"
    if change == "no change":
        return "unchanged from"
    return f"{change[1:]} {'above' if change.startswith('+') else 'below'}"


def compared(current: float | None, before: float | None, days: int, began: dt.date | None = None) -> str:
    """A figure beside the window before it: '12.3 % above the 28 days before'.

    Without an earlier figure it says why: a log that began inside the earlier window is not compared with.
    """
    if before is None and began is not None:
        day = formatting.format_day(began)
        return f"not comparable with the {days} days before: the log begins on {day}"
    return f"{movement(current, before)} the {days} days before"


def capitalize_first(text: str) -> str:
    """The text with its first letter large and all others as they are."""
    return text[:1].upper() + text[1:]


def after_colon(text: str | None, otherwise: str) -> str:
    """What stands behind 'not available: ' in a reason; `otherwise` where there is no reason."""
    return (text or otherwise).removeprefix(formatting.NOT_AVAILABLE + ": ").rstrip(".")


def or_words(text: str | None, words: str) -> str:
    """The text, or the words where it is empty."""
    return text or words


def headline(model: Row) -> str:
    """A model's leading performance figure with name, value and interval: 'AUC 0.64 (0.62 to 0.66)'."""
    name, value, unit = (
        model["headline_title"],
        _number(model["headline_value"]),
        str(model["headline_unit"] or "1"),
    )
    if name is None or value is None:
        return formatting.NOT_AVAILABLE
    spread = formatting.format_range(_number(model["headline_low"]), _number(model["headline_high"]), unit)
    inside = "" if spread == formatting.NOT_AVAILABLE else f" ({spread})"
    return f"{name} {formatting.format_value(value, unit)}{inside}"


def against_alternative(rows: Sequence[Row]) -> str:
    """What the longest window says of a model and its simple alternative: '' where the model is better."""
    longest = next((row for row in rows if row["is_longest"]), None)
    if longest is None:
        return ""
    words = grading.against_alternative(_number(longest["value"]), _number(longest["low"]))
    return f"over {longest['period']} {words}" if words else ""


def money(model: Row, currency: str) -> str:
    """A model's value per month with its evidence grade and whether it was measured or declared."""
    value = _number(model["month_value"])
    if value is None:
        return formatting.NOT_AVAILABLE
    text = formatting.format_value(value, "currency", str(model["currency"] or currency))
    return f"{text} ({model['value_kind']}, {model['evidence']})"


def peaks(highest: Sequence[Row], unit: str, most: int = 3) -> list[tuple[dt.date, str]]:
    """Notes of a chart at its highest days, at least a week apart, in the order of time: (8 Feb, '472 of 930')."""
    found: dict[dt.date, str] = {}
    for peak in highest:
        day, hits, n = peak["day"], _number(peak["hits"]) or 0.0, _number(peak["n"]) or 0.0
        if not isinstance(day, dt.date) or not n or any(abs((day - d).days) < 7 for d in found):
            continue
        of_all = f"{formatting.format_value(hits, 'count')} of {formatting.format_value(n, 'count')}"
        found[day] = of_all if unit == "share" else formatting.format_value(hits / n, unit)
        if len(found) == most:
            break
    return sorted(found.items())


def money_rows(impacts: Sequence[Row]) -> list[tuple[str, float | None, float | None, float | None, bool]]:
    """Rows of an interval chart: model with evidence grade, money per month, low, high, nothing emphasised."""
    return [
        (
            f"{i['title']} ({i['evidence']})", _number(i["month_value"]), _number(i["month_low"]),
            _number(i["month_high"]), False,
        )
        for i in impacts
    ]  # fmt: skip


def money_title(impacts: Sequence[Row], currency: str) -> str:
    """The message of rows of one kind: 'Declared value: 89 647 USD a month, 62 472 USD above its plan'.

    Rows in several currencies have no sum; a plan counts only where every row has one.
    """
    kind = str(impacts[0]["kind"]).capitalize()
    currencies = {str(i["currency"] or currency) for i in impacts}
    values, plans = ([_number(i[key]) for i in impacts] for key in ("month_value", "month_plan"))
    known = [v for v in values if v is not None]
    if len(currencies) > 1 or len(known) < len(values):
        return f"{kind} value of {plural(len(impacts), 'model')}"
    unit = currencies.pop()
    title = f"{kind} value: {formatting.format_value(sum(known), 'currency', unit)} a month"
    planned = [p for p in plans if p is not None]
    if len(planned) < len(plans):
        return title
    gap = sum(known) - sum(planned)
    against = formatting.format_value(abs(gap), "currency", unit)
    return f"{title}, {against} {'above' if gap >= 0 else 'below'} plan"


def total_interval(parts: Sequence[Row]) -> str:
    """The 90 % interval of a sum of parts in one currency, their errors taken as independent."""
    values = [(_number(p["value"]), _number(p["low"]), _number(p["high"])) for p in parts]
    known = [
        (v, low, high) for v, low, high in values if v is not None and low is not None and high is not None
    ]
    if not known or len(known) < len(values):
        return formatting.NOT_AVAILABLE
    total = sum(v for v, _, _ in known)
    below = math.sqrt(sum((v - low) ** 2 for v, low, _ in known))
    above = math.sqrt(sum((high - v) ** 2 for v, _, high in known))
    return formatting.format_range(total - below, total + above, "currency", str(parts[0]["currency"] or ""))


def since_level(history: Row) -> dt.date | None:
    """The day since which the newest level of a history has held without a break."""
    days, levels = history["days"], history["levels"]
    if not isinstance(days, list) or not isinstance(levels, list) or not levels:
        return None
    since: dt.date | None = None
    for day, level in zip(reversed(days), reversed(levels), strict=True):
        if level != levels[-1]:
            break
        since = day
    return since


def href(target: object) -> str:
    """A link's target if it is safe to follow, else ''. Browsers drop control characters, so they are refused."""
    text = str(target or "").strip()
    if not text or _CONTROL.search(text) or text.startswith(("//", "\\")):
        return ""
    scheme = urlsplit(text).scheme.lower() if ":" in text.split("/", 1)[0] else ""
    return text if not scheme or scheme in SAFE_SCHEMES else ""


def link(target: object, text: object = None) -> Markup:
    """A link where the target is a web or mail address; otherwise the text alone, escaped."""
    label = escape(target if text is None else text)
    safe = href(target)
    is_address = safe and urlsplit(safe).scheme.lower() in SAFE_SCHEMES
    return Markup('<a href="{}" rel="{}">{}</a>').format(safe, LINK_REL, label) if is_address else label


def file_link(repository_url: str, file: str | None, line: int | None = None) -> Markup:
    """Where a declaration is edited: a link into the repository where its address is set, else the plain path."""
    if not file:
        return Markup("")
    if file.startswith(BUILTIN):
        return Markup('<code class="mb-mono">{}</code> (built in)').format(file.removeprefix(BUILTIN))
    place = f"{file}:{line}" if line else file
    if not href(repository_url):
        return Markup('<code class="mb-mono">{}</code>').format(place)
    address = repository_url.rstrip("/") + "/" + quote(file) + (f"#L{line}" if line else "")
    return Markup('<a href="{}" rel="{}"><code class="mb-mono">{}</code></a>').format(
        address, LINK_REL, place
    )


def rich(text: object) -> Markup:
    """Text of people: HTML cleaned to a few harmless tags, or plain text escaped with line breaks and `code` kept."""
    if isinstance(text, dt.date) or text is None:
        return escape(text or "")
    plain = str(text).strip()
    if _ADDRESS.fullmatch(plain):
        return link(plain)
    if not _TAG.search(plain):
        return Markup("<br>").join(_line(line) for line in plain.split("\n"))
    import nh3

    cleaned = nh3.clean(
        plain, tags=ALLOWED_TAGS, attributes={"a": {"href"}}, url_schemes=set(SAFE_SCHEMES), link_rel=LINK_REL
    )
    return Markup(cleaned)  # noqa: S704  nh3 cleaned it


def _line(text: str) -> Markup:
    """A line of plain text, escaped; what stands between backticks becomes code."""
    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped before


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
