"""Charts of rows: one thing per row on one scale, its value beside it; bars, or values with intervals.

On a phone a row's label and value are above its bar. Called through `charts` and by `bars`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from dagster_project.core.formatting import NOT_AVAILABLE, format_range
from dagster_project.publish import svg
from dagster_project.publish.figures import Caption, Table, figure, legend, value_text
from dagster_project.publish.markup import written
from dagster_project.publish.scales import Number, Scale, finite, value_scale

_HEIGHT = 18.0

Interval = tuple[str, Number, Number, Number, bool]
"""Label, value, low, high, and whether it is the row the chart is about."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Values by label, with what they were before and what was planned; None is unknown."""

    labels: tuple[str, ...]
    values: tuple[float | None, ...]
    earlier: tuple[float | None, ...]
    plan: tuple[float | None, ...]
    meanings: tuple[str, ...]
    unit: str
    currency: str
    name: str = "actual"
    earlier_name: str = "before"

    def __post_init__(self) -> None:
        """Refuse series of different lengths."""
        lengths = {len(s) for s in (self.labels, self.values, self.earlier, self.plan, self.meanings)}
        if len(lengths) != 1:
            raise ValueError(f"series of different lengths: {sorted(lengths)}")

    def text(self, value: float | None) -> str:
        """A figure in the chart's unit."""
        return value_text(value, self.unit, self.currency)


def row_chart(bars: Bars, caption: Caption) -> Markup:
    """A row for each label: earlier lighter and thin, plan as an outline, actual solid."""
    scale = value_scale([*bars.values, *bars.earlier, *bars.plan], zero=True)
    found = []
    for i, name in enumerate(bars.labels):
        marks = [_zero(scale), *_bars_of(bars, i, scale)]
        found.append(
            _row(name, svg.drawing(marks, height=_HEIGHT), bars.text(bars.values[i]), emphasis=False)
        )
    return figure(caption, _frame(found, label(bars, caption)), table(bars), legend=key(bars))


def interval_chart(
    rows: Sequence[Interval], *, title: str, description: str, unit: str, currency: str = "", file: str = ""
) -> Markup:
    """A dot with its interval for each row, on one scale with zero; unknown values read 'not available'."""
    caption = Caption(title, description, file)
    known = [(name, finite(v), finite(a), finite(b), emphasis) for name, v, a, b, emphasis in rows]
    scale = value_scale([x for row in known for x in row[1:4]], zero=True)
    found, body = [], []
    for name, value, low, high, emphasis in known:
        text = value_text(value, unit, currency)
        span = "" if low is None or high is None else format_range(low, high, unit, currency)
        drawing = svg.drawing([_zero(scale), *_whisker(value, low, high, scale)], height=_HEIGHT)
        found.append(_row(name, drawing, text, emphasis=emphasis, more=span))
        body.append((name, text, span or NOT_AVAILABLE))
    words = "; ".join(
        f"{name} {text}" + (f" ({span})" if span != NOT_AVAILABLE else "") for name, text, span in body
    )
    picture = _frame(found, f"{title}. {words or 'No rows'}.")
    return figure(caption, picture, Table(("", "Value", "Interval"), tuple(body)))


def label(bars: Bars, caption: Caption) -> str:
    """The image in words: newest or last value, and the range."""
    known = [(n, v) for n, v in zip(bars.labels, bars.values, strict=True) if v is not None]
    if not known:
        return f"{caption.title}. No value is available."
    smallest, largest = min(known, key=lambda k: k[1]), max(known, key=lambda k: k[1])
    words = [
        f"{caption.title}. Last: {known[-1][0]} {bars.text(known[-1][1])}",
        f"lowest {smallest[0]} {bars.text(smallest[1])}",
        f"highest {largest[0]} {bars.text(largest[1])}",
    ]
    missing = len(bars.values) - len(known)
    return "; ".join(words + ([f"{missing} without a value"] if missing else [])) + "."


def table(bars: Bars) -> Table:
    """The chart's data, with columns only for what it shows."""
    extra = [(n, s) for n, s in ((bars.earlier_name, bars.earlier), ("plan", bars.plan)) if _any(s)]
    header = ("", bars.name.capitalize(), *(n.capitalize() for n, _ in extra))
    columns = [bars.labels, tuple(map(bars.text, bars.values)), *(tuple(map(bars.text, s)) for _, s in extra)]
    return Table(header, tuple(zip(*columns, strict=True)))


def key(bars: Bars) -> Markup:
    """The legend of what the chart shows; none if that is only the actual values."""
    return legend(
        [
            ("bar-neutral", bars.name),
            ("bar-earlier", bars.earlier_name if _any(bars.earlier) else ""),
            ("plan", "plan" if _any(bars.plan) else ""),
        ]
    )


def _bars_of(bars: Bars, i: int, scale: Scale) -> list[Markup]:
    value, earlier, plan, marks = bars.values[i], bars.earlier[i], bars.plan[i], []
    zero = _x(0, scale)
    if earlier is not None:
        marks.append(svg.box(zero, 1, _x(earlier, scale), _HEIGHT - 1, "earlier"))
    if value is not None:
        marks.append(svg.bar(zero, 4, _x(value, scale), _HEIGHT - 4, bars.meanings[i]))
    if plan is not None:
        marks.append(svg.outline(zero, 1, _x(plan, scale), _HEIGHT - 1))
    return marks


def _whisker(value: float | None, low: float | None, high: float | None, scale: Scale) -> list[Markup]:
    middle, marks = _HEIGHT / 2, []
    if low is not None and high is not None:
        marks.append(svg.stroke(svg.segment((_x(low, scale), middle), (_x(high, scale), middle)), "whisker"))
        ends = [svg.segment((_x(e, scale), middle - 4), (_x(e, scale), middle + 4)) for e in (low, high)]
        marks += [svg.stroke(end, "whisker") for end in ends]
    if value is not None:
        marks.append(svg.dot((_x(value, scale), middle), "", size=9))
    return marks


def _zero(scale: Scale) -> Markup:
    return svg.stroke(svg.segment((_x(0, scale), 0), (_x(0, scale), _HEIGHT)), "axis")


def _x(value: float, scale: Scale) -> float:
    """Between 1 % and 99 % of the width, so that dots and strokes at the ends are whole."""
    return svg.WIDTH * (0.01 + 0.98 * scale.share(value))


def _row(name: str, drawing: Markup, text: str, *, emphasis: bool, more: str = "") -> str:
    span = f' <span class="mb-row-more">{escape(more)}</span>' if more else ""
    return (
        f'<div class="mb-row{" mb-row--emphasis" if emphasis else ""}">'
        f'<span class="mb-row-label">{escape(name)}</span>'
        f'{drawing}<span class="mb-row-value">{escape(text)}{span}</span></div>'
    )


def _frame(found: Sequence[str], words: str) -> Markup:
    return written(f'<div class="mb-rows" role="img" aria-label="{escape(words)}">{"".join(found)}</div>')


def _any(values: Sequence[float | None]) -> bool:
    return any(v is not None for v in values)
