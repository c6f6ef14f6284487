"""Sentences about drift: how much moved, since when, and what that does not say.

In: rows of `page.distances` (answers before features, the furthest first), `page.outputs`, `page.season` and the
model's row. Out: plain text. Called through `phrases`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.publish import words
from dagster_project.publish.views import Row

MOVED = ("poor", "watch")
TRUTH = "output:label"
MOST_FEATURES, MOST_ANSWERS, MOST_MOVED = 4, 3, 6


def drift_lead(distances: Sequence[Row], outputs: Sequence[Row], model: Row, season: Row | None) -> str:
    """How many features moved and against which days, whether the predictions moved, and what that means."""
    inputs, answers = _split(distances)
    said = [
        inputs_moved(inputs, reference(model)),
        answers_moved(answers),
        *(map(positives, outputs)),
        f"{words.capitalize_first(str(season['words']))}." if season and is_season(model, season) else "",
        "Drift shows that inputs changed, not that answers became worse:",
        f"{how_it_performs(model)}.",
    ]
    return " ".join(filter(None, said))


def how_it_performs(model: Row) -> str:
    """The grade of performance; without a grade, the leading figure."""
    if model["performance_grade"] != "unknown":
        on_watch = model["performance_grade"] == "watch"
        return f"performance is {'on watch' if on_watch else model['performance_grade']}"
    if model["headline_value"] is None:
        return "performance is not known"
    figure = words.value(model["headline_value"], model["headline_unit"])
    return f"performance has no grade, {model['headline_title']} is {figure}"


def reference(model: Row) -> str:
    """The reference days, and how they were chosen."""
    method = model["reference_method"] or "reference"
    if not model["reference_start"]:
        return f"the {method}"
    return f"{words.day(model['reference_start'])} to {words.day(model['reference_end'])} ({method})"


def answers_moved(answers: Sequence[Row]) -> str:
    """Whether the predictions moved too, and whether the labels did; '' if neither is known."""
    own = [a for a in answers if a["feature"] != TRUTH]
    far = [str(a["title"]) for a in own if a["grade"] in MOVED]
    said = []
    if far:
        said.append(f"Its answers moved too: {words.spoken(far, MOST_ANSWERS)}.")
    elif any(a["psi"] is not None for a in own):
        said.append("Its answers are within their targets.")
    if any(a["feature"] == TRUTH and a["grade"] in MOVED for a in answers):
        said.append("The true outcomes moved too: labels.")
    return " ".join(said)


def positives(output: Row) -> str:
    """The share of positive decisions, now and on the reference days; '' for any other output."""
    labels = output["labels"]
    if output["feature"] != "output:prediction" or not isinstance(labels, list) or "positive" not in labels:
        return ""
    place = labels.index("positive")
    now, before = (_at(output[name], place) for name in ("current", "reference"))
    if now is None or before is None:
        return ""
    return (
        f"{words.value(now, 'share')} of its decisions are positive;"
        f" on the reference days {words.value(before, 'share')} were."
    )


def is_season(model: Row, season: Row | None) -> bool:
    """Whether a different season may explain a drift."""
    return bool(season and season["is_other_season"] and model["drift_grade"] in MOVED)


def moved_lead(distances: Sequence[Row], model: Row, season: Row | None) -> str:
    """What left its usual range, in order of time; '' if no usual range is known."""
    moved = _by_time(distances)
    if not moved:
        is_known = any(d["usual_high"] is not None for d in distances)
        return (
            "Nothing left the usual range of the reference days for three days in a row." if is_known else ""
        )
    shown = ", ".join(
        f"{d['title']} on {words.day(d['since'])}{'' if d['is_still'] else ' (back since)'}"
        for d in moved[:MOST_MOVED]
    )
    more = f" and {len(moved) - MOST_MOVED} more" if len(moved) > MOST_MOVED else ""
    fault = " Values leave a reference from another season sooner or later, without any fault."
    return (
        "First to move, dated by the first of three days in a row outside the usual range of the reference days:"
        f" {shown}{more}.{fault if is_season(model, season) else ''}"
    )


def moved_title(distances: Sequence[Row]) -> str:
    """The message of the small charts."""
    moved = _by_time(distances)
    if not moved and all(d["usual_high"] is None for d in distances):
        return "The usual range is not known yet"
    if not moved:
        return "Nothing left its usual range for 3 days"
    return f"{moved[0]['title']} moved first, on {words.day(moved[0]['since'])}"


def moved_key(drawn: Sequence[Row]) -> str:
    """What the small charts show; the line is mentioned only if there is one."""
    line = " The line marks the day it left its usual range." if _by_time(drawn) else ""
    return (
        "Jensen-Shannon distance from the reference by day, 0 to 1, all on one scale;"
        f" answers first, then features, the furthest first.{line}"
    )


def moved_first(distances: Sequence[Row], most: int) -> tuple[list[Row], list[Row]]:
    """The `most` rows to show first (those out of their usual range, then the furthest), and the others."""
    ordered = sorted(distances, key=lambda d: (d["since"] is None, _severity(d)))
    return ordered[:most], ordered[most:]


def joint_lead(reading: Row) -> str:
    """What the numeric features show together, from the reading of their joint error."""
    if reading["value"] is None:
        return f"The features taken together cannot be compared: {reading['reason']}"
    times = words.value(reading["value"], "1")
    return f"Taken together, the numeric features are reconstructed with {times} times the error of the reference"


def out_since(distance: Row) -> str:
    """Since when a feature is out of its usual range, and whether it came back."""
    if distance["since"]:
        return f"{words.day(distance['since'])}{'' if distance['is_still'] else ', back'}"
    return "not out" if distance["usual_high"] is not None else "not known"


def within_lead(distances: Sequence[Row], among: Sequence[Row]) -> str:
    """The message of the rows that did not move far; `among` are all rows."""
    good = sum(d["grade"] == "good" for d in distances)
    rest = len(distances) - good
    said = [f"{good} of {len(among)} within their targets"] if good else []
    if rest:
        said.append(f"{rest} cannot be graded")
    known = [d for d in distances if words.number(d["psi"]) is not None]
    if known:
        most = max(known, key=lambda d: words.number(d["psi"]) or 0.0)
        said.append(f"the furthest is {most['title']}, PSI {words.value(most['psi'], '1')}")
    return "; ".join(said)


def shape_title(shape: Row, distance: Row | None) -> str:
    """The message of a pair of histograms: how far it moved, with its index."""
    grade = str(distance["grade"]) if distance else "unknown"
    how = {"poor": "moved far", "watch": "moved", "good": "within the target"}.get(grade, "cannot be graded")
    is_output = distance is not None and bool(distance["is_output"])
    name = words.capitalize_first(str(distance["title"])) if distance and is_output else str(shape["feature"])
    known = distance is not None and distance["psi"] is not None
    return f"{name} {how}" + (f": PSI {words.value(distance['psi'], '1')}" if distance and known else "")


def shape_description(model: Row, span: str) -> str:
    """What a pair of histograms shows."""
    start, end = model["reference_start"], model["reference_end"]
    days = f" ({words.day(start)} to {words.day(end)})" if start else ""
    return f"Share of values, reference{days} and {span}."


def shapes_by_distance(shapes: Sequence[Row], distances: Sequence[Row]) -> list[tuple[Row, Row | None]]:
    """Distributions that can be drawn, each with its distance: first those that moved, otherwise in the order given."""
    named = {d["feature"]: d for d in distances}
    drawn = [s for s in shapes if s["reference"] and s["current"] and (s["labels"] or s["edges"])]
    paired = [(s, named.get(s["feature"])) for s in drawn]
    return sorted(paired, key=lambda pair: _severity(pair[1]))


def shapes_lead(pairs: Sequence[tuple[Row, Row | None]]) -> str:
    """The message of several pairs of histograms: which of them moved."""
    moved = [str(d["title"]) for _, d in pairs if d and d["grade"] in MOVED]
    return f"{words.spoken(moved)} moved" if moved else "none of them moved far"


def inputs_moved(inputs: Sequence[Row], against: str) -> str:
    """How many features moved, by their grades; `against` says what they are compared with."""
    if not inputs:
        return f"No feature is logged; answers are compared with {against}."
    features = words.plural(len(inputs), "feature")
    poor, watch = ([str(d["title"]) for d in inputs if d["grade"] == grade] for grade in MOVED)
    if not poor and not watch:
        return f"None of {features} is poor or on watch, compared with {against}."
    moved = f"{len(poor)} of {features} poor{_named(poor)}, {len(watch)} on watch{_named(watch)}"
    return f"{moved}, compared with {against}."


def _named(features: list[str]) -> str:
    return f" ({words.spoken(features, MOST_FEATURES)})" if features else ""


def _split(distances: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    return [d for d in distances if not d["is_output"]], [d for d in distances if d["is_output"]]


def _by_time(distances: Sequence[Row]) -> list[Row]:
    dated = [(d["since"], d) for d in distances]
    return [
        d for _, d in sorted(((s, d) for s, d in dated if isinstance(s, dt.date)), key=lambda pair: pair[0])
    ]


def _at(values: object, place: int) -> float | None:
    return words.number(values[place]) if isinstance(values, list) and place < len(values) else None


def _severity(distance: Row | None) -> int:
    grade = distance["grade"] if distance else None
    return MOVED.index(str(grade)) if grade in MOVED else len(MOVED)


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    function.__name__: function
    for function in (
        drift_lead, moved_lead, moved_title, moved_key, out_since, within_lead, shape_title, shape_description,
        shapes_by_distance, shapes_lead, moved_first, joint_lead,
    )
}  # fmt: skip
