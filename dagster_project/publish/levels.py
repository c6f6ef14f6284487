"""A chart of maturity levels over days, as steps. Called through `charts`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from markupsafe import Markup

from dagster_project.core.formatting import NOT_AVAILABLE, format_day
from dagster_project.publish import svg
from dagster_project.publish.figures import Caption, Mark, Table, day_axis, figure, grid, plot
from dagster_project.publish.lines import no_value
from dagster_project.publish.scales import Scale, day_share, day_ticks


def level_chart(
    days: Sequence[dt.date],
    levels: Sequence[int | None],
    *,
    title: str,
    description: str,
    top: int = 4,
    names: Sequence[str] = (),
    height: float = 130,
    file: str = "",
) -> Markup:
    """Levels 0 to `top`, one per day; None is a gap. `names` are the levels' names from 0 on."""
    scale, caption, table = Scale(0, top, 1), Caption(title, description, file), _changes(days, levels)
    known = [(d, v) for d, v in zip(days, levels, strict=True) if v is not None]
    if not known:
        return figure(caption, no_value(), table)
    points = _stairs(days, levels, scale, height)
    floor = [None if p is None else (p[0], height) for p in points]
    steps = [svg.area(svg.band_path(points, floor), "area"), svg.stroke(svg.line_path(points), "actual")]
    (first_day, first), (last_day, last) = known[0], known[-1]
    texts = [f"{i} {names[i]}" if i < len(names) else str(i) for i in range(top + 1)]
    picture = plot(
        svg.drawing(grid(scale, height) + steps, height=height),
        f"{title}. Level {last} of {top} on {format_day(last_day)}, {first} on {format_day(first_day)}.",
        height=height,
        left=[Mark(1 - i / top, text) for i, text in enumerate(texts)],
        below=day_axis(day_ticks(days), days),
        right=[Mark(1 - scale.share(last), f"Level {last}", "mb-end--actual")],
    )
    return figure(caption, picture, table)


def _stairs(
    days: Sequence[dt.date], levels: Sequence[int | None], scale: Scale, height: float
) -> list[svg.Point | None]:
    """Corners of the steps: a level holds until the next day in the list."""
    corners: list[svg.Point | None] = []
    for day, level in zip(days, levels, strict=True):
        if level is None:
            corners.append(None)
            continue
        x, y = svg.WIDTH * day_share(day, days), height * (1 - scale.share(level))
        before = corners[-1] if corners else None
        if before is not None and before[1] != y:
            corners.append((x, before[1]))
        corners.append((x, y))
    return corners


def _changes(days: Sequence[dt.date], levels: Sequence[int | None]) -> Table:
    """The days on which the level changed, newest first."""
    changed = [i for i in range(len(days)) if i == 0 or levels[i] != levels[i - 1]]
    texts = [NOT_AVAILABLE if level is None else str(level) for level in levels]
    return Table(("From day", "Level"), tuple((format_day(days[i]), texts[i]) for i in reversed(changed)))
