"""Sentences about money: what a model is worth per month, compared with its plan, and what that rests on.

In: rows of `page.impact`, `page.alternative` and `page.models`. Out: plain text. Called through `phrases`, which passes
the organization's currency for rows that name none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from dagster_project.core import formatting
from dagster_project.core.impact import DAYS_A_MONTH
from dagster_project.publish import words
from dagster_project.publish.views import Row
from dagster_project.publish.words import number


def impact_spread(impact: Row, currency: str) -> str:
    """What follows the value of a month: interval, evidence, whether it was measured."""
    own = str(impact["currency"] or currency)
    spread = words.interval(impact["month_low"], impact["month_high"], "currency", own)
    measured = ", measured" if impact["kind"] == "measured" else ""
    return f"a month (90 % interval {spread}), evidence {impact['evidence']}{measured}"


def impact_plan(impact: Row, currency: str) -> str:
    """The plan and the distance from it, what the figure is made of, and its days."""
    own, said = str(impact["currency"] or currency), []
    plan, worth = number(impact["month_plan"]), number(impact["month_value"])
    if plan is not None and worth is not None:
        said.append(f"Plan: {words.value(plan, 'currency', own)}; the figure {_beside(worth - plan, own)}.")
    if impact["basis"]:
        said.append(f"Counted as: {impact['basis']}.")
    over = "day" if impact["days"] == 1 else f"{impact['days']} days"
    month = formatting.SPACE.join((f"{DAYS_A_MONTH:g}", "/", str(impact["days"])))
    said.append(f"Over the {over} to {words.day(impact['day'])}, times {month} for a month.")
    return " ".join(said)


def _beside(gap: float, currency: str) -> str:
    if not gap:
        return "meets it"
    return f"is {words.value(abs(gap), 'currency', currency)} {'above' if gap > 0 else 'below'} it"


def impact_longest(impact: Row, skills: Sequence[Row], currency: str) -> str:
    """The value over the longest window, if that is longer than the figure's own; else ''."""
    longest = next((k for k in skills if k["is_longest"] and k["month_value"] is not None), None)
    if longest is None or impact["kind"] != "declared":
        return ""
    if int(str(longest["window_days"])) <= int(str(impact["window_days"])):
        return ""
    own = str(longest["currency"] or currency)
    spread = words.in_brackets(longest["month_low"], longest["month_high"], "currency", own)
    value = words.value(longest["month_value"], "currency", own)
    return f"Over {longest['window_days']} days it is {value} a month{spread}."


def money(model: Row, currency: str) -> str:
    """A model's value per month with its evidence grade and whether it was measured or declared."""
    value = number(model["month_value"])
    if value is None:
        return formatting.NOT_AVAILABLE
    text = formatting.format_value(value, "currency", str(model["currency"] or currency))
    return f"{text} ({model['value_kind']}, {model['evidence']})"


def money_rows(impacts: Sequence[Row]) -> list[tuple[str, float | None, float | None, float | None, bool]]:
    """Rows of an interval chart: model with evidence grade, money per month, low, high, nothing emphasised."""
    return [
        (
            f"{i['title']} ({i['evidence']})", number(i["month_value"]), number(i["month_low"]),
            number(i["month_high"]), False,
        )
        for i in impacts
    ]  # fmt: skip


def money_title(impacts: Sequence[Row], currency: str) -> str:
    """The message of rows of one kind: "Declared value: 735 USD a month, 35 USD above plan; 2 of 4 models below".

    Rows in several currencies have no sum; a plan is compared only if every row has one.
    """
    kind = str(impacts[0]["kind"]).capitalize()
    currencies = {str(i["currency"] or currency) for i in impacts}
    values, plans = ([number(i[key]) for i in impacts] for key in ("month_value", "month_plan"))
    known = [v for v in values if v is not None]
    if len(currencies) > 1 or len(known) < len(values):
        return f"{kind} value of {words.plural(len(impacts), 'model')}"
    unit = currencies.pop()
    title = f"{kind} value: {formatting.format_value(sum(known), 'currency', unit)} a month"
    planned = [p for p in plans if p is not None]
    if len(planned) < len(plans):
        return title
    gap = sum(known) - sum(planned)
    against = formatting.format_value(abs(gap), "currency", unit)
    behind = sum(v < p for v, p in zip(known, planned, strict=True))
    some = f"; {behind} of {words.plural(len(known), 'model')} below" if gap >= 0 and behind else ""
    return f"{title}, {against} {'above' if gap >= 0 else 'below'} plan{some}"


def total_interval(parts: Sequence[Row]) -> str:
    """The 90 % interval of a sum of parts in one currency, their errors taken as independent."""
    values = [(number(p["value"]), number(p["low"]), number(p["high"])) for p in parts]
    known = [
        (v, low, high) for v, low, high in values if v is not None and low is not None and high is not None
    ]
    if not known or len(known) < len(values):
        return formatting.NOT_AVAILABLE
    total = sum(v for v, _, _ in known)
    below = math.sqrt(sum((v - low) ** 2 for v, low, _ in known))
    above = math.sqrt(sum((high - v) ** 2 for v, _, high in known))
    return formatting.format_range(total - below, total + above, "currency", str(parts[0]["currency"] or ""))


def filters(currency: str) -> dict[str, Callable[..., object]]:
    """The filters of this family by name."""
    return {
        "money": lambda model: money(model, currency),
        "money_rows": money_rows,
        "money_title": money_title,
        "total_interval": total_interval,
        "impact_spread": lambda impact: impact_spread(impact, currency),
        "impact_plan": lambda impact: impact_plan(impact, currency),
        "impact_longest": lambda impact, skills: impact_longest(impact, skills, currency),
    }
