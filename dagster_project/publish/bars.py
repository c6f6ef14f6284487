"""Charts of columns: values by day or bin, stacked parts, and a reference against the current distribution.

Notation after IBCS: actual solid, earlier lighter and behind, plan outlined; colour only says good or bad.
Things (names) are drawn as rows, see `rows`; time and bins as columns. Called through `charts`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup

from dagster_project.core.formatting import MINUS, format_day, format_value
from dagster_project.publish import rows, svg
from dagster_project.publish.figures import (
    Caption,
    Mark,
    Table,
    axis_unit,
    figure,
    grid,
    legend,
    plot,
    value_axis,
    value_text,
)
from dagster_project.publish.scales import Number, Scale, finite, short_day, value_scale

Label = str | dt.date
Series = tuple[str, Sequence[Number], str]
"""Name, values, meaning ('good', 'watch', 'poor' or '')."""
_Part = tuple[str, tuple[float | None, ...], str]
"""A series whose unknown values are None."""

MOST_DIGITS = 8
"""Most digits of an edge of a bin; edges that differ by less look the same."""
_GAP = 0.22
"""Share of a column's place that stays empty."""
_UNEVEN = " Bins are not equally wide: compare now with the reference, not one bar with the next."


@dataclass(frozen=True, slots=True)
class _Plane:
    """Positions of columns and heights of values, in units from the left and from the top."""

    columns: int
    scale: Scale
    height: float

    def place(self, i: int, gap: float) -> tuple[float, float]:
        """Left and right end of a column; the share `gap` of its place stays empty."""
        width = svg.WIDTH / self.columns
        return width * (i + gap / 2), width * (i + 1 - gap / 2)

    def y(self, value: float) -> float:
        """Distance of a value from the top."""
        return self.height * (1 - self.scale.share(value))

    def drawing(self, columns: Iterable[Iterable[Markup]]) -> Markup:
        """The grid, the marks of every column, and the line at zero over both."""
        marks = itertools.chain(grid(self.scale, self.height), *columns, [svg.level(self.y(0), "axis")])
        return svg.drawing(list(marks), height=self.height)


def bar_chart(
    labels: Sequence[Label],
    values: Sequence[Number],
    *,
    title: str,
    description: str,
    unit: str,
    currency: str = "",
    plan: Sequence[Number] | None = None,
    earlier: Sequence[Number] | None = None,
    meanings: Sequence[str] | None = None,
    height: float = 180,
    file: str = "",
) -> Markup:
    """Columns over days, or rows if the labels are names; unknown values leave their place empty."""
    caption, nothing = Caption(title, description, file), [None] * len(labels)
    bars = rows.Bars(
        tuple(map(_text, labels)),
        _floats(values),
        _floats(earlier or nothing),
        _floats(plan or nothing),
        tuple(meanings or [""] * len(labels)),
        unit,
        currency,
    )
    if not all(isinstance(label, dt.date) for label in labels):
        return rows.row_chart(bars, caption)
    plane = _Plane(len(labels), value_scale([*bars.values, *bars.earlier, *bars.plan], zero=True), height)
    picture = plot(
        plane.drawing(_column(plane, bars, i) for i in range(len(labels))),
        rows.label(bars, caption),
        height=height,
        left=value_axis(plane.scale, unit),
        below=_below(labels),
        unit=axis_unit(unit, currency),
    )
    return figure(caption, picture, rows.table(bars), legend=rows.key(bars))


def stacked_bars(
    labels: Sequence[Label],
    series: Sequence[Series],
    *,
    title: str,
    description: str,
    unit: str,
    height: float = 180,
    file: str = "",
) -> Markup:
    """Columns of parts that add up, the first series at the bottom; negative parts are not drawn."""
    caption, names = Caption(title, description, file), tuple(map(_text, labels))
    parts = [(name, _floats(values), meaning) for name, values, meaning in series]
    totals = [sum(max(0.0, values[i] or 0.0) for _, values, _ in parts) for i in range(len(names))]
    plane = _Plane(len(names), value_scale(totals, zero=True), height)
    last = (
        "; ".join(f"{name} {value_text(values[-1], unit)}" for name, values, _ in parts)
        if names
        else "no data"
    )
    picture = plot(
        plane.drawing(_stack(plane, parts, i) for i in range(len(names))),
        f"{title}. {names[-1] + ': ' if names else ''}{last}.",
        height=height,
        left=value_axis(plane.scale, unit),
        below=_below(labels),
        unit=axis_unit(unit, ""),
    )
    body = tuple((n, *(value_text(values[i], unit) for _, values, _ in parts)) for i, n in enumerate(names))
    keys = legend((f"bar-{meaning or 'neutral'}", name) for name, _, meaning in parts)
    return figure(caption, picture, Table(("", *(name for name, _, _ in parts)), body[::-1]), legend=keys)


def histogram_pair(
    labels_or_edges: Sequence[str | float],
    reference: Sequence[Number],
    current: Sequence[Number],
    *,
    title: str,
    description: str,
    unit: str,
    height: float = 150,
    file: str = "",
) -> Markup:
    """Shares (0 to 1) per bin, reference lighter behind current. Edges, one more than bins, are in `unit`."""
    edges = [x for x in labels_or_edges if not isinstance(x, str)]
    uneven = _UNEVEN if _are_uneven(edges) else ""
    caption = Caption(title, description + uneven, file)
    before, now = _floats(reference), _floats(current)
    texts = edge_texts(edges) if edges else [str(x) for x in labels_or_edges]
    with_edges = len(texts) == len(now) + 1
    names = tuple(f"{a} to {b}" for a, b in itertools.pairwise(texts)) if with_edges else tuple(texts)
    bars = rows.Bars(
        names, now, before, (None,) * len(now), ("",) * len(now), "share", "", "now", "reference"
    )
    if not with_edges:
        return rows.row_chart(bars, caption)
    plane = _Plane(len(now), value_scale([*now, *before], zero=True, intervals=3), height)
    step = max(1, -(-len(texts) // 6))
    below = [
        Mark(i / len(now), texts[i], "mb-minor" if i // step % 2 else "") for i in range(0, len(texts), step)
    ]
    picture = plot(
        plane.drawing(_bin(plane, before[i], now[i], i) for i in range(len(now))),
        rows.label(bars, caption),
        height=height,
        left=value_axis(plane.scale, "share"),
        below=below,
        across=axis_unit(unit, ""),
    )
    return figure(caption, picture, rows.table(bars), legend=rows.key(bars))


def edge_texts(edges: Sequence[float]) -> list[str]:
    """Edges for people: each with as many digits, from 3 (2 below one) to 8, as distinguish it from the next."""
    span, digits = max(map(abs, edges), default=0.0), [2 if abs(x) < 1 else 3 for x in edges]
    texts = [_edge(x, span, n) for x, n in zip(edges, digits, strict=True)]
    for _ in range(2, MOST_DIGITS):
        alike = {j for i, (a, b) in enumerate(itertools.pairwise(texts)) if a == b for j in (i, i + 1)}
        for i in alike:
            digits[i] += 1
            texts[i] = _edge(edges[i], span, digits[i])
    return texts


def _edge(value: float, span: float, digits: int) -> str:
    """An edge with this many digits, whole if it is large or whole; 0 if it is negligible compared with `span`."""
    if abs(value) < 1e-5 * span:
        return "0"
    shown = float(f"{value:.{digits}g}")
    if shown != round(shown) and (digits > 3 or abs(shown) < 1):
        return f"{Decimal(str(shown)):f}".replace("-", MINUS)
    shown = float(round(value)) if abs(value) >= 100 else shown
    return format_value(shown, "count" if shown == round(shown) else "1")


def _are_uneven(edges: Sequence[float]) -> bool:
    widths = [b - a for a, b in itertools.pairwise(edges)]
    return bool(widths) and max(widths) > 1.01 * min(widths)


def _bin(plane: _Plane, before: float | None, now: float | None, i: int) -> list[Markup]:
    """The reference's box and, in front of it, the narrower bar of now."""
    floor, marks = plane.y(0), []
    if before is not None:
        left, right = plane.place(i, 0.04)
        marks.append(svg.box(left, plane.y(before), right, floor, "earlier"))
    if now is not None:
        left, right = plane.place(i, 0.4)
        marks.append(svg.bar(left, plane.y(now), right, floor, ""))
    return marks


def _column(plane: _Plane, bars: rows.Bars, i: int) -> list[Markup]:
    """The earlier value, shifted to the left; the actual one; the plan's outline around both."""
    floor, marks = plane.y(0), []
    value, earlier, plan = bars.values[i], bars.earlier[i], bars.plan[i]
    left, right = plane.place(i, _GAP)
    if earlier is not None:
        shift = (right - left) * 0.18
        marks.append(svg.box(left - shift, plane.y(earlier), right - shift, floor, "earlier"))
    if value is not None:
        marks.append(svg.bar(left, plane.y(value), right, floor, bars.meanings[i]))
    if plan is not None:
        outer_left, outer_right = plane.place(i, 0.08)
        marks.append(svg.outline(outer_left, plane.y(plan), outer_right, floor))
    return marks


def _stack(plane: _Plane, parts: Sequence[_Part], i: int) -> list[Markup]:
    """The parts of one column, each on top of those before it."""
    marks, base = [], 0.0
    left, right = plane.place(i, _GAP)
    for _, values, meaning in parts:
        top = base + max(0.0, values[i] or 0.0)
        if top > base:
            marks.append(svg.bar(left, plane.y(base), right, plane.y(top), meaning))
        base = top
    return marks


def _below(labels: Sequence[Label]) -> tuple[Mark, ...]:
    """Each label in the middle of its column; only some of them if there are many."""
    n = len(labels)
    days = [label for label in labels if isinstance(label, dt.date)]
    step = max(1, -(-n // 8))
    shown = range((n - 1) % step, n, step)
    texts = {i: short_day(day) for i, day in enumerate(days)} if len(days) == n else {}
    return tuple(
        Mark((i + 0.5) / n, texts.get(i, _text(labels[i])), "mb-minor" if (n - 1 - i) // step % 2 else "")
        for i in shown
    )


def _text(label: Label) -> str:
    return format_day(label) if isinstance(label, dt.date) else label


def _floats(values: Sequence[Number]) -> tuple[float | None, ...]:
    return tuple(map(finite, values))
