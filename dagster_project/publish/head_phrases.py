"""The first sentences of a model's page and of the page of all models: its state and why, who must do what, its use.

In: the model's row of `page.models` with its rows of `page.health` and `page.exceptions`. Out: plain text. Called
through `phrases`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.publish import words
from dagster_project.publish.views import Row

MOST_FAMILIES = 6
_UNGRADED = "could not be graded"
_STANDS = {"good": "meets every target", "watch": "is on watch"}
SILENT_DAYS = 7
"""Longer than this without requests is silence; a model used once a week is not silent."""


def lede(model: Row, health: Sequence[Row], exceptions: Sequence[Row], build: Row) -> str:
    """A model in one or a few sentences; `build` has the day of the report and the length of its window."""
    said = [verdict(model, health, build["as_of"])]
    if not is_retired(model, build["as_of"]):
        said = [*silence(model["last_day"], build["as_of"]), *said]
        # Exceptions of a model that is neither poor nor on watch are its open alerts.
        if exceptions or model["grade"] in ("poor", "watch"):
            said.append(reason_and_ask(model, exceptions))
    requests = words.number(model["requests"])
    if requests:
        before, began = words.number(model["requests_before"]), model["first_day"]
        change = words.compared(
            requests, before, int(str(build["window_days"])), began if isinstance(began, dt.date) else None
        )
        said.append(f"It answered {words.value(requests, 'requests')} requests, {change}.")
    return " ".join(said)


def all_well(running: Sequence[Row]) -> str:
    """What to say if no running model is poor or on watch; a model that could not be graded is not called good."""
    n, good = len(running), sum(model["grade"] == "good" for model in running)
    if n == 1:
        return f"The only running model {'meets its expectations' if good else 'could not be graded'}."
    if good == n:
        return f"All {words.plural(n, 'running model')} meet their expectations."
    if not good:
        return f"None of {words.plural(n, 'running model')} could be graded."
    meet = "meets its" if good == 1 else "meet their"
    return (
        f"{good} of {words.plural(n, 'running model')} {meet} expectations; {n - good} could not be graded."
    )


def standing(production: Sequence[Row]) -> str:
    """How the models in production do, apart from poor ones; a model without a grade does not pass for a good one."""
    n, of = len(production), Counter(str(model["grade"]) for model in production)
    if n == 1 and not of["poor"]:
        return f"The only model in production {_STANDS.get(str(production[0]['grade']), _UNGRADED)}."
    said = [
        f"{of['watch']} {'is' if of['watch'] == 1 else 'are'} on watch" if of["watch"] else "",
        f"{of['good']} {'meets' if of['good'] == 1 else 'meet'} every target" if of["good"] else "",
        f"{of['unknown']} {_UNGRADED}" if of["unknown"] else "",
    ]
    rest = words.spoken([part for part in said if part])
    if of["unknown"] == n:
        return f"None of {words.plural(n, 'model')} in production could be graded."
    none = "" if of["poor"] else f"None of {words.plural(n, 'model')} in production is poor. "
    return f"{none}{rest}." if rest else none


def silence(last_day: object, as_of: object) -> list[str]:
    """Since when the model has had no requests, if longer than a week: its grades then rest on earlier days."""
    if not isinstance(last_day, dt.date) or not isinstance(as_of, dt.date):
        return []
    days = (as_of - last_day).days
    return (
        [f"No request has arrived for {days} days, since {words.day(last_day)}."]
        if days > SILENT_DAYS
        else []
    )


def verdict(model: Row, health: Sequence[Row], as_of: object) -> str:
    """Retired, not graded, within all targets, or poor and on watch in which families."""
    if is_retired(model, as_of):
        return f"Retired on {words.day(model['retired_on'])}."
    if model["grade"] == "unknown":
        is_early = model["stage"] == "development"
        return (
            "In development: nothing has been scored yet."
            if is_early
            else "Nothing about this model could be graded."
        )
    if model["grade"] == "good":
        graded = model["graded_families"]
        if graded == 1:
            return "The only family that could be graded is within its targets."
        count = "Both" if graded == 2 else f"All {graded}"
        return f"{count} families that could be graded are within their targets."
    families = {grade: _families(health, grade) for grade in ("poor", "watch")}
    parts = [f"{word} {families[grade]}" for grade, word in (("poor", "poor in"), ("watch", "on watch in"))
             if families[grade]]  # fmt: skip
    return words.capitalize_first("; ".join(parts)) + "."


def reason_and_ask(model: Row, exceptions: Sequence[Row]) -> str:
    """The gravest exception and who must do what about it; without one, the reason for the grade."""
    if not exceptions:
        return f"{words.capitalize_first(str(model['reason']))}."
    first = exceptions[0]
    reason = words.capitalize_first(str(first["reason"]))
    if not first["is_asked"]:
        return f"{reason}. Action: {first['ask']}."
    who = f" for {first['who']}" if first["who"] else ""
    return f"{reason}. Action{who}: {first['ask']}."


def is_retired(model: Row, as_of: object) -> bool:
    """Whether the model has retired by the day of the report."""
    retired = model["retired_on"]
    return isinstance(retired, dt.date) and isinstance(as_of, dt.date) and retired <= as_of


def _families(health: Sequence[Row], grade: str) -> str:
    return words.spoken([str(h["title"]).lower() for h in health if h["grade"] == grade], MOST_FAMILIES)


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "lede": lede,
    "is_retired": is_retired,
    "all_well": all_well,
    "standing": standing,
}
