"""Small multiples: one measure of many things over the same days, all on one scale (Tufte, 1990).

In: panels, each with a name, readings and the height up to which variation is usual. Out: one figure with a grid of
small drawings and one table, which show at a glance what left the usual range, and when. Called through `charts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from markupsafe import Markup, escape

from dagster_project.core.formatting import format_day
from dagster_project.publish import svg
from dagster_project.publish.figures import Caption, Mark, Table, figure, legend, plot, value_text
from dagster_project.publish.lines import no_value
from dagster_project.publish.markup import written
from dagster_project.publish.scales import Number, Scale, day_share, finite, short_day, tick_text, value_scale
from dagster_project.publish.views import Row

HEIGHT = 56.0
LAST = 0.93
"""Position of the last day's text, so that it ends with the drawing."""
HEADER = ("", "newest", "highest", "usual up to", "out since")


@dataclass(frozen=True, slots=True)
class Panel:
    """One of the multiples: its readings, day by day."""

    name: str
    readings: Sequence[Number]
    usual: Number = None
    """Readings up to here are usual; None if that is unknown."""
    since: dt.date | None = None
    """The day it left the usual range, if it did."""


def panels(rows: Sequence[Row]) -> list[Panel]:
    """Panels from rows of `page.distances`."""
    return [
        Panel(
            str(row["title"]),
            cast(Sequence[Number], row["readings"]),
            cast(Number, row["usual_high"]),
            cast("dt.date | None", row["since"]),
        )
        for row in rows
    ]


def small_multiples(
    days: Sequence[dt.date],
    panels: Sequence[Panel],
    *,
    title: str,
    description: str,
    unit: str,
    file: str = "",
    up_to: Number = None,
) -> Markup:
    """Panels over the same days from 0 to the largest reading of all; None and NaN are gaps.

    The band reaches up to what is usual, a line marks the day `since`. `up_to` is the largest reading of other
    figures on the same scale. Raises ValueError if a panel does not have one reading per day.
    """
    if any(len(p.readings) != len(days) for p in panels):
        raise ValueError("each panel needs one reading per day")
    caption = Caption(title, description, file)
    table = Table(HEADER, tuple(_row(p, unit) for p in panels))
    known = [v for p in panels for v in map(finite, p.readings) if v is not None]
    if not known:
        return figure(caption, no_value(), table)
    scale = value_scale([*known, *(finite(p.usual) for p in panels), finite(up_to)], zero=True, intervals=2)
    drawn = "".join(map(str, (_panel(p, days, scale, unit) for p in panels)))
    keys = legend([("actual", "a day"), ("routine", "usual on the reference days")])
    return figure(caption, written(f'<div class="mb-grid mb-multiples">{drawn}</div>'), table, legend=keys)


def _panel(one: Panel, days: Sequence[dt.date], scale: Scale, unit: str) -> Markup:
    usual, marks = finite(one.usual), []
    if usual is not None:
        marks.append(svg.box(0, _y(usual, scale), svg.WIDTH, HEIGHT, "routine"))
    marks.append(svg.level(HEIGHT, "axis"))
    if one.since is not None and days[0] <= one.since <= days[-1]:
        x = svg.WIDTH * day_share(one.since, days)
        marks.append(svg.stroke(svg.segment((x, 0), (x, HEIGHT)), "event"))
    points = [
        None if v is None else (svg.WIDTH * day_share(day, days), _y(v, scale))
        for day, v in zip(days, map(finite, one.readings), strict=True)
    ]
    marks.append(svg.stroke(svg.line_path(points), "actual"))
    picture = plot(
        svg.drawing(marks, height=HEIGHT),
        f"{one.name}: {', '.join(f'{h} {t}' for h, t in zip(HEADER[1:], _row(one, unit)[1:], strict=True))}",
        height=HEIGHT,
        left=[Mark(1 - scale.share(t), tick_text(t, scale, unit)) for t in (scale.low, scale.high)],
        below=[Mark(0.0, short_day(days[0])), Mark(LAST, short_day(days[-1]))],
    )
    return written(f"<div><strong>{escape(one.name)}</strong>{picture}</div>")


def _row(one: Panel, unit: str) -> tuple[str, ...]:
    known = [v for v in map(finite, one.readings) if v is not None]
    figures = (known[-1] if known else None, max(known, default=None), finite(one.usual))
    since = format_day(one.since) if one.since else "not out"
    return (one.name, *(value_text(v, unit) for v in figures), since)


def _y(value: float, scale: Scale) -> float:
    return HEIGHT * (1 - scale.share(value))
