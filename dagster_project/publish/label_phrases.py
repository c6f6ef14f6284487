"""Sentences about labels: when they arrive, what happened, which predictions were right, what scores promised.

In: rows of `page.label_delay`, `page.outcome_days`, `page.confusion`, `page.readings`, `page.uncounted_labels`. Out:
plain text. Called through `phrases`; those about labels that do not count also by `pipeline.remarks`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.core.formatting import SPACE
from dagster_project.publish import words
from dagster_project.publish.views import Row

_PLAIN = re.compile(r"[A-Za-z_][\w.-]*")
"""A name that YAML reads as text without quotes."""


def labels_arrived(delay: Row, span: str) -> str:
    """The share of the window's labels that should have arrived, given its days' ages: a forecast, not a count."""
    return f"{words.value(delay['arrived'], 'share')} of the labels expected for the {span} are due by now"


def labels_come(delay: Row) -> str:
    """When labels arrive, as the reference days show, and what follows for grades."""
    mature = delay["mature_after"]
    later = f", 95{SPACE}% or more after {words.plural(int(str(mature)), 'day')}" if mature else ""
    return (
        f"{words.value(delay['same_day'], 'share')} of labels arrive on the day of the request{later},"
        f" as {words.value(delay['labels'], 'count')} labels of the reference days show."
        f" A day or window with less than 95{SPACE}% gets no grade."
    )


def uncounted(labels: Row) -> str:
    """How many labels arrived that say nothing, and why: they lack their requests, are codes, never a yes, or words."""
    came = words.plural(int(str(labels["n"])), "label")
    if labels["ids"]:
        return (
            f"{came} arrived, but none can be used: their requests were not read, such as {_such(labels['ids'])};"
            f" requests waiting for a label have ids such as {_such(labels['waiting'])}"
        )
    first, last = words.day(labels["first_day"]), words.day(labels["last_day"])
    days = f"of {first}" if first == last else f"of {first} to {last}"
    if labels["codes"]:
        return (
            f"{came} arrived for requests {days}, and every one counts as yes, being above 0.5:"
            f" they are {_such(labels['codes'])}"
        )
    if labels["yes"]:
        return (
            f"{came} arrived for requests {days}, but none is {_either(labels['yes'])}, which counts as yes"
        )
    task = f"its task is {labels['task']}" if labels["task"] else "no task is declared"
    return (
        f"{came} arrived for requests {days}, but none can be used:"
        f" they are words such as {_such(labels['texts'])}, and {task}"
    )


def _such(texts: object) -> str:
    return words.spoken([repr(text) for text in texts] if isinstance(texts, list) else [])


def _either(texts: object) -> str:
    return " or ".join(repr(text) for text in texts) if isinstance(texts, list) else ""


def uncounted_mend(labels: Row) -> str:
    """What to write so that they count, followed by `uncounted_example`."""
    if labels["ids"]:
        return f"map request_id in source {labels['source']}, or in the log, so that both use the same id for a request"
    if labels["yes"]:
        return (
            f"compare positive of the label in source {labels['source']} with the words of its files, which modelboard"
            " check names; if nothing has happened yet, there is nothing to do"
        )
    if labels["task"] == "regression":
        return "map the column of the true value, or declare task: multiclass"
    return f"say in its source {labels['source']} which of them mean yes"


def uncounted_example(labels: Row) -> str:
    """The line of a source's file that says which words mean yes; '' if something else is needed."""
    if labels["ids"] or labels["yes"] or labels["task"] == "regression":
        return ""
    column = str(labels["wanted"] or "...")
    return f"label: {{column: {column if _PLAIN.fullmatch(column) else json.dumps(column)}, positive: ...}}"


def happened_title(outcome: Row) -> str:
    """The day with most of what the model is meant to predict."""
    most = "most positives" if outcome["unit"] == "share" else "highest"
    peak = words.value(outcome["peak"], outcome["unit"])
    return f"What happened: {most} on {words.day(outcome['peak_day'])}, {peak}"


def happened_description(outcome: Row) -> str:
    """What a chart of labels shows."""
    what = (
        "Share of labelled requests that were positive, by day of the request"
        if outcome["unit"] == "share"
        else "Mean label by day of the request"
    )
    mean = words.value(outcome["mean_reading"], outcome["unit"])
    return f"{what}; {mean} over all these days. This is the truth, not the model."


def answers_lead(cells: Sequence[Row], error: Row | None) -> str:
    """How many predictions were right and how far scores are off; either may be missing."""
    said = []
    if cells:
        right = sum(words.number(c["n"]) or 0.0 for c in cells if c["label"] == c["predicted"])
        total = words.number(cells[0]["total"]) or 0.0
        share = words.value(right / total if total else None, "share")
        said.append(f"{share} of {words.value(total, 'count')} labelled answers were right")
    if error is not None:
        said.append(_off(error))
    return words.capitalize_first("; ".join(said)) or "Scores and outcomes"


def classes_lead(readings: Sequence[Row]) -> str:
    """The class with the lowest F1; `readings` are those of precision, recall and F1 by class."""
    found = [(value, r["feature"]) for r in readings
             if r["metric"] == "class_f1" and (value := words.number(r["value"])) is not None]  # fmt: skip
    classes = words.plural(len({r["feature"] for r in readings}), "class", "classes")
    if not found:
        return f"Not enough data for F1 of {classes}"
    worst, name = min(found, key=lambda pair: pair[0])
    return f"Weakest of {classes}: {name}, F1 {words.value(worst, 'share')}"


def calibration_title(error: Row | None) -> str:
    """The message of the chart of scores against shares; `error` is the reading of the calibration error."""
    if error is None:
        return "Scores and outcomes"
    return words.capitalize_first(_off(error))


def _off(error: Row) -> str:
    share = words.number(error["value"])
    points = words.value(None if share is None else share * 100, "1")
    return f"scores are off by {points} percentage points on average"


def calibration_description(error: Row | None, span: str, task: str | None = None) -> str:
    """What the chart shows for a model with this task, and the reason that the reading gives."""
    beside = f"; {error['reason']}" if error is not None and error["reason"] else ""
    share = "answers that were right" if task == "multiclass" else "labels that were positive"
    return (
        f"Share of {share}, by mean score in steps of one unit of log odds, {span}."
        f" On the line, a score means what it says{beside}."
    )


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "uncounted": uncounted, "uncounted_mend": uncounted_mend, "uncounted_example": uncounted_example,
    "labels_arrived": labels_arrived, "labels_come": labels_come, "happened_title": happened_title,
    "happened_description": happened_description, "answers_lead": answers_lead,
    "classes_lead": classes_lead, "calibration_title": calibration_title,
    "calibration_description": calibration_description,
}  # fmt: skip
