"""Small texts and links that page templates use, on top of `core.formatting`. Called by `publish.templates`.

Rich text from outside (a purpose, a runbook) is reduced to a short list of tags if it is HTML, else escaped; links
lead only to http, https, mailto or a place inside the site, and anything else stays plain text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

from dagster_project.core import formatting, grading, naming
from dagster_project.publish import (
    drift_phrases,
    figure_phrases,
    head_phrases,
    impact_phrases,
    label_phrases,
    objective_phrases,
    performance_phrases,
    quality_phrases,
    segment_phrases,
)
from dagster_project.publish.alert_phrases import (
    alert_marks,
    as_signal,
    days_between,
    days_taken,
    judged_how,
    seen_when,
    wellness,
)
from dagster_project.publish.multiples import panels
from dagster_project.publish.variation import variation
from dagster_project.publish.views import Row
from dagster_project.publish.words import (
    absence,
    after_colon,
    capitalize_first,
    compared,
    movement,
    number,
    or_words,
    plural,
    spoken,
    threshold,
    unit_words,
)
from dagster_project.spec.files import BUILTIN

ALLOWED_TAGS = {"a", "b", "br", "code", "em", "i", "li", "ol", "p", "strong", "ul"}
SAFE_SCHEMES = ("http", "https", "mailto")
LINK_REL = "noopener noreferrer"
FAMILIES = (
    drift_phrases.FILTERS, figure_phrases.FILTERS, head_phrases.FILTERS, label_phrases.FILTERS,
    objective_phrases.FILTERS, performance_phrases.FILTERS, quality_phrases.FILTERS, segment_phrases.FILTERS,
)  # fmt: skip
"""The sentences of a model's page, one module per family."""
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
        "unit_words": lambda unit: unit_words(unit, currency), "feature_name": naming.feature_name,
        "day": formatting.format_day, "instant": formatting.format_instant, "href": href, "rich": rich,
        "plural": plural, "spoken": spoken, "threshold": threshold, "movement": movement,
        "days_held": formatting.days_held, "held": formatting.format_window,
        "compared": compared, "variation": variation,
        "capitalize_first": capitalize_first, "after_colon": after_colon, "or_words": or_words,
        "headline": headline, "against_alternative": against_alternative,
        "peaks": peaks, "panels": panels,
        "since_level": since_level,
        "alert_marks": alert_marks, "wellness": wellness, "days_taken": days_taken,
        "days_between": days_between, "judged_how": judged_how,
        "seen_when": seen_when, "as_signal": as_signal, "absence": absence,
        **{name: function for family in FAMILIES for name, function in family.items()},
        **impact_phrases.filters(currency),
    }  # fmt: skip


def headline(model: Row) -> str:
    """A model's leading performance figure with name, value and interval: 'AUC 0.64 (0.62 to 0.66)'."""
    name, value, unit = (
        model["headline_title"],
        number(model["headline_value"]),
        str(model["headline_unit"] or "1"),
    )
    if name is None or value is None:
        return formatting.NOT_AVAILABLE
    spread = formatting.format_range(number(model["headline_low"]), number(model["headline_high"]), unit)
    inside = "" if spread == formatting.NOT_AVAILABLE else f" ({spread})"
    return f"{name} {formatting.format_value(value, unit)}{inside}"


def against_alternative(rows: Sequence[Row]) -> str:
    """What the longest window says about a model and its simple alternative; '' if the model is better."""
    longest = next((row for row in rows if row["is_longest"]), None)
    if longest is None:
        return ""
    words = grading.against_alternative(number(longest["value"]), number(longest["low"]))
    return f"over {longest['period']} {words}" if words else ""


def peaks(highest: Sequence[Row], unit: str, most: int = 3) -> list[tuple[dt.date, str]]:
    """Notes for a chart's highest days, at least a week apart, in order of time: (8 Feb, '472 of 930')."""
    found: dict[dt.date, str] = {}
    for peak in highest:
        day, hits, n = peak["day"], number(peak["hits"]) or 0.0, number(peak["n"]) or 0.0
        if not isinstance(day, dt.date) or not n or any(abs((day - d).days) < 7 for d in found):
            continue
        of_all = f"{formatting.format_value(hits, 'count')} of {formatting.format_value(n, 'count')}"
        found[day] = of_all if unit == "share" else formatting.format_value(hits / n, unit)
        if len(found) == most:
            break
    return sorted(found.items())


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
    """A link's target if it is safe to follow, else ''. Control characters are refused, since browsers drop them."""
    text = str(target or "").strip()
    if not text or _CONTROL.search(text) or text.startswith(("//", "\\")):
        return ""
    scheme = urlsplit(text).scheme.lower() if ":" in text.split("/", 1)[0] else ""
    return text if not scheme or scheme in SAFE_SCHEMES else ""


def link(target: object, text: object = None) -> Markup:
    """A link if the target is a web or mail address; otherwise the text alone, escaped."""
    label = escape(target if text is None else text)
    safe = href(target)
    is_address = safe and urlsplit(safe).scheme.lower() in SAFE_SCHEMES
    return Markup('<a href="{}" rel="{}">{}</a>').format(safe, LINK_REL, label) if is_address else label


def file_link(repository_url: str, file: str | None, line: int | None = None) -> Markup:
    """Where a declaration is edited: a link into the repository if its address is set, else the plain path."""
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
    """People's text: HTML reduced to a few harmless tags, or plain text, escaped, with line breaks and `code` kept."""
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
    """A line of plain text, escaped; text between backticks becomes code."""
    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped before
