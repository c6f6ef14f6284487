"""Word-sized charts: bullet graph and sparkline (Few, "Information Dashboard Design", 2006; Tufte).

Called through `charts` by page templates.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from dagster_project.core.formatting import NOT_AVAILABLE
from dagster_project.core.grading import grade
from dagster_project.publish import svg
from dagster_project.publish.figures import value_text
from dagster_project.publish.markup import written
from dagster_project.publish.scales import Number, finite

_BULLET_HEIGHT = 10.0
_SPARK_HEIGHT = 36.0


def bullet(value: Number, *, good: float, poor: float, unit: str, currency: str = "", label: str) -> Markup:
    """A bar from zero against the ranges poor, watch and good, with a tick at `good`.

    `good` above `poor` means more is better, below it less is better. Nothing is drawn for an unknown value.
    """
    known = finite(value)
    if known is None:
        return written(f'<span class="mb-muted">{escape(label)}: {NOT_AVAILABLE}</span>')
    top = max(known, good, poor, 0) * 1.1 or 1.0
    low = min(known, good, poor, 0) * 1.1
    scale = svg.WIDTH / (top - low)
    at = {
        name: (v - low) * scale
        for name, v in (("value", known), ("good", good), ("poor", poor), ("zero", 0.0))
    }
    height = _BULLET_HEIGHT
    poor_end = svg.WIDTH if good < poor else 0.0
    marks = [
        svg.box(0, 1, svg.WIDTH, height - 1, "track"),
        svg.box(at["poor"], 1, poor_end, height - 1, "zone"),
        svg.bar(at["zero"], 3, at["value"], height - 3, grade(known, good, poor)),
        svg.stroke(svg.segment((at["good"], 0), (at["good"], height)), "marker"),
    ]
    words = (
        f"{label}: {value_text(known, unit, currency)}; good from {value_text(good, unit, currency)},"
        f" poor from {value_text(poor, unit, currency)}"
    )
    return _labelled(svg.drawing(marks, height=height), words, "mb-bullet")


def sparkline(
    values: Sequence[Number], *, label: str, limits: tuple[float, float, float] | None = None, unit: str = ""
) -> Markup:
    """A word-sized line of all values with its last point; `limits` (mean, lower, upper) as a band behind."""
    known = [finite(v) for v in values]
    present = [v for v in known if v is not None]
    if not present:
        return written(f'<span class="mb-spark mb-muted">{escape(label)}: {NOT_AVAILABLE}</span>')
    low, high = min(present + list(limits or ())), max(present + list(limits or ()))
    n, spread = len(known), high - low or 1.0
    points = [None if v is None else _place(i, v, n, low, spread) for i, v in enumerate(known)]
    marks = []
    if limits:
        marks.append(
            svg.box(
                0,
                _place(0, limits[2], n, low, spread)[1],
                svg.WIDTH,
                _place(0, limits[1], n, low, spread)[1],
                "routine",
            )
        )
    marks.append(svg.stroke(svg.line_path(points), "actual"))
    if points[-1] is not None:
        marks.append(svg.dot(points[-1], "", size=5))
    last = value_text(known[-1], unit)
    words = (
        f"{label}: latest {last}, range {value_text(min(present), unit)} to {value_text(max(present), unit)}"
    )
    return _labelled(svg.drawing(marks, height=_SPARK_HEIGHT), words, "mb-spark")


def _place(index: int, value: float, n: int, low: float, spread: float) -> svg.Point:
    """The position of value number `index` of `n`, with room for strokes at the edges."""
    x = svg.WIDTH * (0.01 + 0.98 * (index / (n - 1) if n > 1 else 0.5))
    return x, _SPARK_HEIGHT * (0.92 - 0.84 * (value - low) / spread)


def _labelled(drawing: Markup, words: str, name: str) -> Markup:
    return written(f'<span class="{name}" role="img" aria-label="{escape(words)}">{drawing}</span>')
