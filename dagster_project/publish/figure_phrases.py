"""Which figures of a family are shown unfolded, and what is said about the others.

In: rows of `page.readings` of one family. Out: rows, and plain text. Called through `phrases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dagster_project.publish import words
from dagster_project.publish.views import Row

FEW = 2
"""This many figures are not worth folding."""


def told_first(readings: Sequence[Row], headline: str | None) -> list[Row]:
    """The leading figure and those that miss their target; all of them if they are few."""
    if len(readings) <= FEW:
        return list(readings)
    return [r for r in readings if r["metric"] == headline or r["grade"] in ("poor", "watch")]


def figures_lead(readings: Sequence[Row]) -> str:
    """The message of figures that are folded: 'Error share within its target; 6 more figures without a target'."""
    held = [str(r["title"]) for r in readings if r["good"] is not None and r["grade"] == "good"]
    lost = [str(r["title"]) for r in readings if r["good"] is not None and r["grade"] != "good"]
    free = len(readings) - len(held) - len(lost)
    said = (
        [f"{words.spoken(held)} within {'its target' if len(held) == 1 else 'their targets'}"] if held else []
    )
    if lost:
        said.append(f"{words.spoken(lost)} not graded")
    if free:
        said.append(f"{words.plural(free, 'more figure' if said else 'figure')} without a target")
    return "; ".join(said)


def held_against(reading: Row) -> str:
    """The thresholds of a figure, preceded by the reason if it has a value but no grade."""
    bounds = words.threshold(
        words.number(reading["good"]), words.number(reading["poor"]), str(reading["unit"])
    )
    ungraded = reading["grade"] == "unknown" and reading["value"] is not None and reading["reason"]
    return f"{reading['reason']}; {bounds}" if ungraded else bounds


FILTERS: Final[Mapping[str, Callable[..., object]]] = {
    function.__name__: function for function in (told_first, figures_lead, held_against)
}
