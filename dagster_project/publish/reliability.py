"""A chart of what scores promised and what happened: shares with their intervals, and the line on which both agree.

In: rows of `page.calibration`. Out: a figure with its data, like every chart of `charts`. Called through `charts`.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dagster_project.core.formatting import format_range
from dagster_project.publish import svg
from dagster_project.publish.figures import (
    Caption,
    Mark,
    Table,
    figure,
    grid,
    legend,
    plot,
    value_axis,
    value_text,
)
from dagster_project.publish.scales import Scale, tick_text, value_scale
from dagster_project.publish.views import Row
from dagster_project.publish.words import capitalize_first, number

HEIGHT = 220.0


def calibration_chart(rows: Sequence[Row], *, title: str, description: str, came: str = "positive") -> Markup:
    """Mean scores across and shares of what happened upwards, on one scale; rows have score, share, low, high and n.

    `came`: the word for what a score is the probability of, 'positive' or 'right'. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("a calibration chart needs at least one row")
    points = [_numbers(row) for row in rows]
    scale = value_scale([0.0, *(value for point in points for value in point)])
    caption = Caption(title, description)
    picture = plot(
        svg.drawing(_marks(points, scale), height=HEIGHT),
        f"{title}. {len(rows)} steps of the score; the data are in the table below.",
        height=HEIGHT,
        left=value_axis(scale, "share"),
        below=[Mark(scale.share(t), tick_text(t, scale, "share")) for t in scale.ticks],
        unit=f"share that was {came}",
        across="mean score",
    )
    keys = legend([("actual", "observed, with 90 % interval"), ("target", "promised by the score")])
    return figure(caption, picture, _table(rows, came), legend=keys)


def _marks(points: Sequence[tuple[float, float, float, float]], scale: Scale) -> list[Markup]:
    """From back to front: grid, diagonal, intervals, points and their line."""

    def at(score: float, share: float) -> svg.Point:
        return svg.WIDTH * scale.share(score), HEIGHT * (1 - scale.share(share))

    marks = grid(scale, HEIGHT)
    marks.append(svg.stroke(svg.segment(at(scale.low, scale.low), at(scale.high, scale.high)), "target"))
    for score, _, low, high in points:
        marks.append(svg.stroke(svg.segment(at(score, low), at(score, high)), "whisker"))
    marks.append(svg.stroke(svg.line_path([at(score, share) for score, share, _, _ in points]), "actual"))
    return [*marks, *(svg.dot(at(score, share), "") for score, share, _, _ in points)]


def _table(rows: Sequence[Row], came: str) -> Table:
    cells = []
    for row in rows:
        score, share, low, high, n = (number(row[name]) for name in ("score", "share", "low", "high", "n"))
        shares = (value_text(score, "share"), value_text(share, "share"), format_range(low, high, "share"))
        cells.append((*shares, value_text(n, "count")))
    return Table(("Mean score", capitalize_first(came), "Interval", "Rows"), tuple(cells))


def _numbers(row: Row) -> tuple[float, float, float, float]:
    score, share, low, high = (number(row[name]) or 0.0 for name in ("score", "share", "low", "high"))
    return score, share, low, high
