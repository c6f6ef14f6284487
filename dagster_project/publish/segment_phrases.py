"""Sentences about parts of the traffic: the weakest segment, the one that costs most, groups compared.

In: rows of `page.segments`, `page.fairness_gaps` and the model's row. Out: plain text. Called through `phrases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.core.formatting import format_delta
from dagster_project.publish import words
from dagster_project.publish.views import Row
from dagster_project.publish.words import number


def weakest_segment(segments: Sequence[Row], model: Row, better: str) -> str:
    """The segment with the worst leading figure, and whether it differs from all; `better` is 'up' or 'down'."""
    known = [(v, s) for s in segments if (v := number(s["value"])) is not None]
    if not known:
        return "No segment has enough labels for a figure."
    worst, segment = (max if better == "down" else min)(known, key=lambda pair: pair[0])
    low, high, unit = segment["low"], segment["high"], segment["unit"]
    figure = f"{model['headline_title']} {words.value(worst, unit)}{words.in_brackets(low, high, unit)}"
    of_all = number(model["headline_value"])
    said = f"Weakest: {segment['segment']} with {figure} against {words.value(of_all, model['headline_unit'])} for all"
    low, high = number(low), number(high)
    if low is None or high is None or of_all is None:
        return f"{said}."
    if low <= of_all <= high:
        return f"{said}; the interval contains the figure for all: no difference is shown."
    return f"{said}; its interval excludes the figure for all."


def ordered_by_loss(segments: Sequence[Row]) -> str:
    """Which segment has the largest share of the loss, and how that compares with its share of the rows."""
    known = [s for s in segments if s["loss_share"] is not None and s["label_share"]]
    if not known:
        return ""
    most = max(known, key=lambda s: number(s["loss_share"]) or 0.0)
    dear = max(known, key=lambda s: (number(s["loss_share"]) or 0.0) / (number(s["label_share"]) or 1.0))
    said = (
        f"{most['segment']} has the largest part of the loss, {_share(most['loss_share'])} of it"
        f" with {_share(most['label_share'])} of the labelled rows"
    )
    if dear["segment"] == most["segment"]:
        return said
    parts = f"{_share(dear['loss_share'])} with {_share(dear['label_share'])}"
    return f"{said}; for its size {dear['segment']} costs most, {parts}"


def group_gap(row: Row) -> str:
    """The largest difference of one figure between groups, or why there is none to tell."""
    compared, unit = int(number(row["compared"]) or 0), str(row["unit"])
    small = int(number(row["too_small"]) or 0)
    left_out = f"; {small} {'group is' if small == 1 else 'groups are'} too small to compare" if small else ""
    if compared < 2:
        return f"not enough data: {compared} of the 2 groups needed have 100 rows{left_out}"
    ends = [
        f"{row[f'{end}_name']} {words.value(row[f'{end}_value'], unit)}"
        f" ({words.interval(row[f'{end}_low'], row[f'{end}_high'], unit)})"
        for end in ("high", "low")
    ]
    ratio = number(row["ratio"])
    times = f", {ratio:.1f} times as much" if ratio is not None and unit == "share" else ""
    apart = "the intervals do not overlap" if row["is_apart"] else "the intervals overlap: this may be chance"
    difference = format_delta(abs(number(row["difference"]) or 0.0), unit).removeprefix("+")
    return f"highest {ends[0]}, lowest {ends[1]} of {compared} groups: {difference} apart{times}; {apart}{left_out}"


def gaps_lead(gaps: Sequence[Row]) -> str:
    """The message of a list of gaps between groups: in how many the intervals do not overlap."""
    dimensions = words.spoken(sorted({str(g["dimension"]) for g in gaps}))
    compared = [g for g in gaps if (number(g["compared"]) or 0) >= 2]
    apart = sum(bool(g["is_apart"]) for g in compared)
    if not compared:
        return f"No figure has two groups of {dimensions} that are large enough to compare"
    return (
        f"{words.plural(len(compared), 'figure')} by {dimensions}: "
        f"the intervals of highest and lowest do not overlap in {apart or 'none'}"
    )


def _share(value: object) -> str:
    return words.value(value, "share")


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    "weakest_segment": weakest_segment, "ordered_by_loss": ordered_by_loss, "group_gap": group_gap,
    "gaps_lead": gaps_lead,
}  # fmt: skip
