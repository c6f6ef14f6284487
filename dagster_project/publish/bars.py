"""Charts of columns: values by day or bin, stacked parts, and a reference against the current distribution.

Notation after IBCS: actual solid, earlier lighter and behind, plan outlined; a colour only says good or bad.
Things (names) are drawn as rows, see `rows`; time and bins as columns. Called through `charts`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
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
from dagster_project.publish.scales import Number, Scale, finite, value_scale

Label = str | dt.date
Series = tuple[str, Sequence[Number], str]
"""Name, values, meaning ('good', 'watch', 'poor' or '')."""

MOST_DIGITS = 8
"""Of an edge of a bin; edges nearer to each other than that stay alike."""
_GAP = 0.22
"""Share of a column's place that stays empty."""
_UNEVEN = " Bins are not equally wide: compare now with the reference, not one bar with the next."


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
    csv: str = "",
) -> Markup:
    """Columns over days, or rows where the labels are names; unknown values leave their place empty."""
    caption, nothing = Caption(title, description, csv), [None] * len(labels)
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
    scale = value_scale([*bars.values, *bars.earlier, *bars.plan], zero=True)
    marks = grid(scale, height)
    for i in range(len(labels)):
        marks += _column(bars, i, scale, height)
    picture = plot(
        svg.drawing([*marks, _baseline(scale, height)], height=height),
        rows.label(bars, caption),
        height=height,
        left=value_axis(scale, unit),
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
    csv: str = "",
) -> Markup:
    """Columns of parts that add up, the first series at the bottom; negative parts are not drawn."""
    caption, names = Caption(title, description, csv), tuple(map(_text, labels))
    parts = [(name, _floats(values), meaning) for name, values, meaning in series]
    totals = [sum(max(0.0, values[i] or 0.0) for _, values, _ in parts) for i in range(len(names))]
    scale = value_scale(totals, zero=True)
    marks = grid(scale, height)
    for i in range(len(names)):
        left, right = _place(i, len(names), _GAP)
        base = 0.0
        for _, values, meaning in parts:
            top = base + max(0.0, values[i] or 0.0)
            if top > base:
                marks.append(svg.bar(left, _y(base, scale, height), right, _y(top, scale, height), meaning))
            base = top
    last = (
        "; ".join(f"{name} {value_text(values[-1], unit)}" for name, values, _ in parts)
        if names
        else "no data"
    )
    picture = plot(
        svg.drawing([*marks, _baseline(scale, height)], height=height),
        f"{title}. {names[-1] + ': ' if names else ''}{last}.",
        height=height,
        left=value_axis(scale, unit),
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
    csv: str = "",
) -> Markup:
    """Shares (0 to 1) per bin, reference lighter behind current. Edges, one more than bins, are in `unit`."""
    edges = [x for x in labels_or_edges if not isinstance(x, str)]
    uneven = _UNEVEN if _are_uneven(edges) else ""
    caption = Caption(title, description + uneven, csv)
    before, now = _floats(reference), _floats(current)
    texts = edge_texts(edges) if edges else [str(x) for x in labels_or_edges]
    with_edges = len(texts) == len(now) + 1
    names = tuple(f"{a} to {b}" for a, b in itertools.pairwise(texts)) if with_edges else tuple(texts)
    bars = rows.Bars(
        names, now, before, (None,) * len(now), ("",) * len(now), "share", "", "now", "reference"
    )
    if not with_edges:
        return rows.row_chart(bars, caption)
    scale = value_scale([*now, *before], zero=True, intervals=3)
    marks = grid(scale, height)
    for i in range(len(now)):
        marks += _bin(before[i], now[i], i, len(now), scale, height)
    step = max(1, -(-len(texts) // 6))
    below = [
        Mark(i / len(now), texts[i], "mb-minor" if i // step % 2 else "") for i in range(0, len(texts), step)
    ]
    picture = plot(
        svg.drawing([*marks, _baseline(scale, height)], height=height),
        rows.label(bars, caption),
        height=height,
        left=value_axis(scale, "share"),
        below=below,
        across=axis_unit(unit, ""),
    )
    return figure(caption, picture, rows.table(bars), legend=rows.key(bars))


def edge_texts(edges: Sequence[float]) -> list[str]:
    """Edges for people: each with as many digits, from 3 (2 below one) to 8, as tell it from the next."""
    span, digits = max(map(abs, edges), default=0.0), [2 if abs(x) < 1 else 3 for x in edges]
    texts = [_edge(x, span, n) for x, n in zip(edges, digits, strict=True)]
    for _ in range(2, MOST_DIGITS):
        alike = {j for i, (a, b) in enumerate(itertools.pairwise(texts)) if a == b for j in (i, i + 1)}
        for i in alike:
            digits[i] += 1
            texts[i] = _edge(edges[i], span, digits[i])
    return texts


def _edge(value: float, span: float, digits: int) -> str:
    """Whole where it is large or whole, else so many digits; what is nothing beside `span` is 0."""
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


def _bin(
    before: float | None, now: float | None, i: int, n: int, scale: Scale, height: float
) -> list[Markup]:
    floor, marks = _y(0, scale, height), []
    for value, gap, solid in ((before, 0.04, False), (now, 0.4, True)):
        if value is not None:
            left, right = _place(i, n, gap)
            top = _y(value, scale, height)
            marks.append(
                svg.bar(left, top, right, floor, "") if solid else svg.box(left, top, right, floor, "earlier")
            )
    return marks


def _column(bars: rows.Bars, i: int, scale: Scale, height: float) -> list[Markup]:
    n, floor, marks = len(bars.labels), _y(0, scale, height), []
    value, earlier, plan = bars.values[i], bars.earlier[i], bars.plan[i]
    left, right = _place(i, n, _GAP)
    if earlier is not None:
        shift = (right - left) * 0.18
        marks.append(svg.box(left - shift, _y(earlier, scale, height), right - shift, floor, "earlier"))
    if value is not None:
        marks.append(svg.bar(left, _y(value, scale, height), right, floor, bars.meanings[i]))
    if plan is not None:
        marks.append(
            svg.outline(_place(i, n, 0.08)[0], _y(plan, scale, height), _place(i, n, 0.08)[1], floor)
        )
    return marks


def _place(i: int, n: int, gap: float) -> tuple[float, float]:
    width = svg.WIDTH / n
    return width * (i + gap / 2), width * (i + 1 - gap / 2)


def _y(value: float, scale: Scale, height: float) -> float:
    return height * (1 - scale.share(value))


def _baseline(scale: Scale, height: float) -> Markup:
    return svg.level(_y(0, scale, height), "axis")


def _below(labels: Sequence[Label]) -> tuple[Mark, ...]:
    """Each label in the middle of its column; of many only some."""
    n = len(labels)
    days = [label for label in labels if isinstance(label, dt.date)]
    step = max(1, -(-n // 8))
    shown = range((n - 1) % step, n, step)
    texts = {i: f"{d.day}\u00a0{d:%b}" for i, d in enumerate(days)} if len(days) == n else {}
    return tuple(
        Mark((i + 0.5) / n, texts.get(i, _text(labels[i])), "mb-minor" if (n - 1 - i) // step % 2 else "")
        for i in shown
    )


def _text(label: Label) -> str:
    return format_day(label) if isinstance(label, dt.date) else label


def _floats(values: Sequence[Number]) -> tuple[float | None, ...]:
    return tuple(map(finite, values))
