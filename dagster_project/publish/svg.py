"""Drawing: numbers in, escaped SVG markup out. Knows marks and their looks, not what they mean.

A drawing is stretched to the width available (`preserveAspectRatio="none"`, strokes keep their width), so it
holds no text: text is HTML laid over it in percent, and stays legible on a phone. Each mark has a class, which
the stylesheet colours for both themes, and presentation attributes for readers without the stylesheet. Called
only by the chart modules of this package.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

from markupsafe import Markup, escape

from dagster_project.publish.markup import written

WIDTH: Final = 1000.0
"""Units across every drawing; its height is given in CSS pixels."""

Point = tuple[float, float]
_T = TypeVar("_T")

_ACTUAL, _EARLIER, _QUIET, _INK = "#1c5c8f", "#8aa0b4", "#e3e9f0", "#1b2733"
_MEANINGS: Final = {"good": "#0f7a52", "watch": "#c98416", "poor": "#b42318", "neutral": _ACTUAL, "": _ACTUAL}

_STROKES: Final = {
    "actual": (_ACTUAL, "2", ""),
    "partial": (_ACTUAL, "2", "2 4"),
    "earlier": (_EARLIER, "1.5", ""),
    "target": (_INK, "1.25", "5 4"),
    "mean": ("#66778a", "1", "2 3"),
    "grid": (_QUIET, "1", ""),
    "axis": ("#aab6c3", "1", ""),
    "event": ("#66778a", "1", "1 3"),
    "whisker": (_INK, "1.5", ""),
    "marker": (_INK, "2.5", ""),
}
_FILLS: Final = {
    "interval": "#cfdeeb",
    "routine": "#e8edf2",
    "track": _QUIET,
    "zone": "#d3dce5",
    "earlier": "#b9c6d3",
    "area": "#e2ecf5",
}


def number(value: float) -> str:
    """The shortest text of a coordinate with at most one decimal, never '-0'."""
    text = f"{value:.1f}"
    if text.endswith(".0"):
        text = text[:-2]
    return "0" if text == "-0" else text


def drawing(marks: Iterable[str], *, height: float, name: str = "mb-drawing") -> Markup:
    """An SVG of WIDTH by `height` units that stretches; hidden from screen readers, since its frame has the label."""
    body = "".join(marks)
    return written(
        f'<svg class="{escape(name)}" viewBox="0 0 {number(WIDTH)} {number(height)}"'
        f' preserveAspectRatio="none" aria-hidden="true" focusable="false">{body}</svg>'
    )


def stroke(path: str, look: str) -> Markup:
    """A line along `path` in one of the looks of this module; nothing for an empty path."""
    colour, width, dash = _STROKES[look]
    return _stroke(path, f"mb-s-{look}", colour, width, dash)


def dot(point: Point, look: str, *, size: float = 7) -> Markup:
    """A round mark of `size` CSS pixels, however stretched; `look` is a meaning, '' for none."""
    path = f"M{number(point[0])} {number(point[1])}h0"
    return _stroke(path, f"mb-m-{look or 'neutral'}", _MEANINGS[look], number(size), "")


def area(path: str, look: str) -> Markup:
    """A filled shape in one of the looks of this module."""
    return (
        written(f'<path class="mb-f-{look}" fill="{_FILLS[look]}" d="{escape(path)}"/>') if path else Markup()
    )


def box(left: float, top: float, right: float, bottom: float, look: str) -> Markup:
    """A filled rectangle in a fill look; corners in any order."""
    return _box(left, top, right, bottom, f'class="mb-f-{look}" fill="{_FILLS[look]}"')


def bar(left: float, top: float, right: float, bottom: float, meaning: str) -> Markup:
    """A solid rectangle coloured by what it means: 'good', 'watch', 'poor', '' for none."""
    return _box(left, top, right, bottom, f'class="mb-b-{meaning or "neutral"}" fill="{_MEANINGS[meaning]}"')


def outline(left: float, top: float, right: float, bottom: float) -> Markup:
    """An empty rectangle: the notation for plan."""
    look = f'class="mb-plan" fill="none" stroke="{_INK}" stroke-width="1" vector-effect="non-scaling-stroke"'
    return _box(left, top, right, bottom, look)


def segment(start: Point, end: Point) -> str:
    """A path of one straight line."""
    return f"M{number(start[0])} {number(start[1])}L{number(end[0])} {number(end[1])}"


def level(y: float, look: str) -> Markup:
    """A line across the whole drawing."""
    return levels([y], look)


def levels(ys: Iterable[float], look: str) -> Markup:
    """Lines across the whole drawing, in one path: a page has dozens."""
    return stroke("".join(f"M0 {number(y)}h{number(WIDTH)}" for y in ys), look)


def line_path(points: Sequence[Point | None]) -> str:
    """A path through the points that breaks at None; a single point becomes a dot (round line caps)."""
    parts: list[str] = []
    for run in runs(points):
        parts.append(_through(run))
        if len(run) == 1:
            parts.append("h0")
    return "".join(parts)


def band_path(upper: Sequence[Point | None], lower: Sequence[Point | None]) -> str:
    """Closed shapes between two lines over the same x; broken where either is None."""
    pairs = [None if u is None or v is None else (u, v) for u, v in zip(upper, lower, strict=True)]
    return "".join(_through([u for u, _ in run] + [v for _, v in reversed(run)]) + "z" for run in runs(pairs))


def runs(items: Sequence[_T | None]) -> list[list[_T]]:
    """The stretches of `items` between Nones."""
    found: list[list[_T]] = [[]]
    for item in items:
        if item is None:
            found.append([])
        else:
            found[-1].append(item)
    return [run for run in found if run]


def _through(points: Sequence[Point]) -> str:
    """Relative steps between rounded positions: short, and without drift along a long line.

    Whole units across, of which a drawing has a thousand, and half pixels upwards: as fine as a screen shows.
    """
    placed = [(round(x), round(y * 2)) for x, y in points]
    first = f"M{placed[0][0]} {_short(placed[0][1] / 2)}"
    if len(placed) == 1:
        return first
    steps = [(x1 - x0, (y1 - y0) / 2) for (x0, y0), (x1, y1) in itertools.pairwise(placed)]
    words = "".join(f"{_after(dx)}{_after(dy)}" for dx, dy in steps)
    return f"{first}l{words.removeprefix(' ')}"


def _after(value: float) -> str:
    """A number behind another one: a minus sign parts them as well as a blank."""
    text = _short(value)
    return text if text.startswith("-") else f" {text}"


def _short(value: float) -> str:
    """A multiple of a half without a zero before its point."""
    return f"{value:g}".replace("0.5", ".5") if abs(value) < 1 else f"{value:g}"


def _stroke(path: str, name: str, colour: str, width: str, dash: str) -> Markup:
    if not path:
        return Markup()
    dashes = f' stroke-dasharray="{dash}"' if dash else ' stroke-linecap="round" stroke-linejoin="round"'
    return written(
        f'<path class="{name}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}'
        f' vector-effect="non-scaling-stroke" d="{escape(path)}"/>'
    )


def _box(left: float, top: float, right: float, bottom: float, look: str) -> Markup:
    x, width = min(left, right), abs(right - left)
    y, height = min(top, bottom), abs(bottom - top)
    size = f'width="{number(width)}" height="{number(height)}"'
    return written(f'<rect x="{number(x)}" y="{number(y)}" {size} {look}/>')
