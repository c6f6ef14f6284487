"""A chart of one measure over days: its line, interval, natural limits, target, signals and events.

Limits are those of a process behaviour chart (XmR; Wheeler, "Understanding Variation", 2000): grey is routine
variation, and only points named as signals earn a colour. Called through `charts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup, escape

from dagster_project.core.formatting import NOT_AVAILABLE, format_day, format_range
from dagster_project.publish import svg
from dagster_project.publish.explorable import explored
from dagster_project.publish.figures import (
    Caption,
    Mark,
    Table,
    axis_unit,
    day_axis,
    figure,
    grid,
    legend,
    plot,
    value_axis,
    value_text,
)
from dagster_project.publish.markup import written
from dagster_project.publish.scales import Number, Scale, day_share, day_ticks, finite, short_day, value_scale

Limits = tuple[float, float, float]
"""Mean, lower and upper natural limit."""

Events = Sequence[tuple[dt.date, str]]
APART = 0.06
"""Share of the width (17 pixels on a phone) below which two numbers above a chart would overlap; a line that ends
farther than this from the chart's end has visibly ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What a line chart shows, with unknown values as None."""

    days: Sequence[dt.date]
    xs: list[float]
    """Units from the left, by day."""
    values: list[float | None]
    low: list[float | None]
    high: list[float | None]
    earlier: list[float | None]
    target: float | None
    limits: Limits | None
    partial_from: dt.date | None
    scale: Scale
    unit: str
    currency: str
    height: float

    def x(self, day: dt.date) -> float:
        """Units from the left."""
        return svg.WIDTH * day_share(day, self.days)

    def y(self, value: float) -> float:
        """Units from the top."""
        return self.height * (1 - self.scale.share(value))

    def points(self, values: Sequence[float | None]) -> list[svg.Point | None]:
        """The points of a series; None stays None."""
        per_unit, low = self.height / (self.scale.high - self.scale.low), self.scale.low
        return [
            None if v is None else (x, self.height - (v - low) * per_unit)
            for x, v in zip(self.xs, values, strict=True)
        ]

    def text(self, value: float | None) -> str:
        """A figure in the chart's unit."""
        return value_text(value, self.unit, self.currency)


def line_chart(
    days: Sequence[dt.date],
    values: Sequence[Number],
    *,
    title: str,
    description: str,
    unit: str,
    currency: str = "",
    low: Sequence[Number] | None = None,
    high: Sequence[Number] | None = None,
    target: float | None = None,
    target_label: str = "",
    limits: Limits | None = None,
    annotations: Events = (),
    signals: Events = (),
    partial_from: dt.date | None = None,
    height: float = 200,
    earlier: Sequence[Number] | None = None,
    earlier_label: str = "before",
    interval_label: str = "interval",
    table_rows: int = 31,
    file: str = "",
    explore: bool = True,
) -> Markup:
    """A series of days in ascending order; None and NaN are gaps and stay gaps.

    `low` and `high` are an interval around each value, named by `interval_label`; `signals` are (day, 'good' | 'poor' |
    'neutral'); days from `partial_from` on are dashed. Raises ValueError if the series differ in length.
    """
    known, lower, upper, before = (_known(s, len(days)) for s in (values, low, high, earlier))
    goal = finite(target)
    line = _Line(
        days=days,
        xs=[svg.WIDTH * day_share(d, days) for d in days],
        values=known,
        low=lower,
        high=upper,
        earlier=before,
        target=goal,
        limits=limits,
        partial_from=partial_from,
        scale=value_scale([*known, *lower, *upper, *before, goal, *(limits or ())]),
        unit=unit,
        currency=currency,
        height=height,
    )
    caption = Caption(title, description, file)
    seen = [(d, t) for d, t in annotations if days[0] <= d <= days[-1]]
    marked = dict.fromkeys((d for d, _ in seen), "") | dict.fromkeys((d for d, _ in signals), " (signal)")
    table = _table(line, table_rows, marked, interval_label, earlier_label)
    if not _any(known):
        return figure(caption, no_value(), table)
    picture = _picture(line, caption, seen, signals, target_label)
    columns = (
        explored(days, _explorable(line), unit=unit, axis=axis_unit(unit, currency)) if explore else Markup()
    )
    words = _legend(line, earlier_label, interval_label)
    return figure(caption, picture, table, legend=words, notes=_notes(seen), columns=columns)


def no_value() -> Markup:
    """What replaces a picture if there is nothing to draw."""
    return written(f'<p class="mb-empty">{NOT_AVAILABLE.capitalize()}: no day has a value.</p>')


def _picture(line: _Line, caption: Caption, events: Events, signals: Events, target_label: str) -> Markup:
    marks = _background(line, events) + _series(line) + _signals(line, signals)
    return plot(
        svg.drawing(marks, height=line.height),
        _label(line, caption),
        height=line.height,
        left=value_axis(line.scale, line.unit),
        below=day_axis(day_ticks(line.days), line.days),
        right=_right(line, target_label),
        above=_numbered(events, line.days),
        unit=axis_unit(line.unit, line.currency),
    )


def _numbered(events: Events, days: Sequence[dt.date]) -> list[Mark]:
    """The number of each event above its day; events too close for a mark each share one."""
    marks: list[Mark] = []
    for i, (day, _) in enumerate(events, 1):
        share = day_share(day, days)
        if marks and abs(share - marks[-1].share) < APART:
            marks[-1] = replace(marks[-1], text=f"{marks[-1].text}, {i}")
        else:
            marks.append(Mark(share, str(i)))
    return marks


def _background(line: _Line, events: Events) -> list[Markup]:
    """From back to front: bands, grid, mean, events, target."""
    marks = []
    if line.limits:
        marks.append(svg.box(0, line.y(line.limits[2]), svg.WIDTH, line.y(line.limits[1]), "routine"))
    marks.append(svg.area(svg.band_path(line.points(line.high), line.points(line.low)), "interval"))
    marks += grid(line.scale, line.height)
    if line.limits:
        marks.append(svg.level(line.y(line.limits[0]), "mean"))
    marks += [svg.stroke(svg.segment((line.x(d), 0), (line.x(d), line.height)), "event") for d, _ in events]
    if line.target is not None:
        marks.append(svg.level(line.y(line.target), "target"))
    return marks


def _series(line: _Line) -> list[Markup]:
    """Earlier and actual values, dashed for days that are not over, and a dot at the newest known value."""
    points = line.points(line.values)
    whole = sum(line.partial_from is None or d < line.partial_from for d in line.days)
    marks = [svg.stroke(svg.line_path(line.points(line.earlier)), "earlier")]
    marks.append(svg.stroke(svg.line_path(points[:whole]), "actual"))
    if whole < len(points):
        marks.append(svg.stroke(svg.line_path(points[max(0, whole - 1) :]), "partial"))
    return [*marks, svg.dot([p for p in points if p is not None][-1], "")]


def _signals(line: _Line, signals: Events) -> list[Markup]:
    value_of = dict(zip(line.days, line.values, strict=True))
    known = [(d, value_of.get(d), meaning) for d, meaning in signals]
    return [svg.dot((line.x(d), line.y(v)), meaning) for d, v, meaning in known if v is not None]


def _right(line: _Line, target_label: str) -> list[Mark]:
    """The newest value and the target's, at the ends of their lines; with its day if the line ends early."""
    day, newest = [(d, v) for d, v in zip(line.days, line.values, strict=True) if v is not None][-1]
    is_over = day != line.days[-1] and day_share(day, line.days) < 1 - APART
    ended = f" on {short_day(day)}" if is_over else ""
    marks = [Mark(line.y(newest) / line.height, line.text(newest) + ended, "mb-end--actual")]
    if line.target is not None:
        words = target_label or f"target {line.text(line.target)}"
        marks.append(Mark(line.y(line.target) / line.height, words, "mb-end--target"))
    return marks


def _legend(line: _Line, earlier_label: str, interval_label: str) -> Markup:
    partial = line.partial_from is not None and line.partial_from <= line.days[-1]
    return legend(
        [
            ("actual", "actual"),
            ("partial", "day not over yet" if partial else ""),
            ("earlier", earlier_label if _any(line.earlier) else ""),
            ("interval", interval_label if _any(line.low) else ""),
            ("routine", "routine variation around the mean" if line.limits else ""),
            ("target", "target" if line.target is not None else ""),
        ]
    )


def _label(line: _Line, caption: Caption) -> str:
    """The image in words: newest value, range, gaps, limits, target."""
    known = [(d, v) for d, v in zip(line.days, line.values, strict=True) if v is not None]
    smallest, largest = min(known, key=lambda k: k[1]), max(known, key=lambda k: k[1])
    gaps = len(line.days) - len(known)
    are = "days" if (line.days[-1] - line.days[0]).days < len(line.days) else "points"
    words = [
        f"{caption.title}. Latest {line.text(known[-1][1])} on {format_day(known[-1][0])}",
        f"lowest {line.text(smallest[1])} on {format_day(smallest[0])}",
        f"highest {line.text(largest[1])} on {format_day(largest[0])}",
        f"{len(known)} {are}" + (f", {gaps} without a value" if gaps else ""),
    ]
    if line.limits:
        routine = format_range(line.limits[1], line.limits[2], line.unit, line.currency)
        words.append(f"routine variation {routine}")
    if line.target is not None:
        words.append(f"target {line.text(line.target)}")
    return "; ".join(words) + "."


def _table(line: _Line, most: int, marked: Mapping[dt.date, str], *labels: str) -> Table:
    """Newest first, then marked days however old; columns for what the chart shows of interval and earlier values."""
    interval, before = _any(line.low), _any(line.earlier)
    shown = zip(labels, (interval, before), strict=True)
    header = ("Day", "Value", *(label.capitalize() for label, is_there in shown if is_there))
    rows = []
    for i, day in reversed(list(enumerate(line.days))):
        if i < len(line.days) - most and day not in marked:
            continue
        partial = line.partial_from is not None and day >= line.partial_from
        note = " (partial)" if partial else marked.get(day, "")
        row = [format_day(day) + note, line.text(line.values[i])]
        if interval:
            row.append(format_range(line.low[i], line.high[i], line.unit, line.currency))
        if before:
            row.append(line.text(line.earlier[i]))
        rows.append(tuple(row))
    return Table(header, tuple(rows), len(line.days) - len(rows))


def _explorable(line: _Line) -> dict[str, Sequence[float | None] | float | None]:
    """The chart's series, and what is the same on every day."""
    _, lower, upper = line.limits or (None, None, None)
    return {
        "value": line.values,
        "low": line.low,
        "high": line.high,
        "lower": lower,
        "upper": upper,
        "target": line.target,
    }


def _notes(events: Events) -> Markup:
    items = "".join(f"<li>{escape(format_day(d))}: {escape(text)}" for d, text in events)
    return written(f'<ol class="mb-events">{items}</ol>' if items else "")


def _known(values: Sequence[Number] | None, n: int) -> list[float | None]:
    """One float or None for each day; all None for a series that was not given."""
    known: list[float | None] = [None] * n if values is None else [finite(v) for v in values]
    if len(known) != n:
        raise ValueError(f"{n} days, but {len(known)} values")
    return known


def _any(values: Sequence[float | None]) -> bool:
    return any(v is not None for v in values)
