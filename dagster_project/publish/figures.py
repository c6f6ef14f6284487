"""Frames: what surrounds a drawing (title, axes, legend, data) and the scorecard's cards.

In: drawings of `svg`, texts of the chart modules. Out: one `<figure>` as Markup. The title is the message, the
description says what is measured, the table is for readers who cannot see the picture; the picture itself is one
image with one label. Called by the chart modules and, for `card`, by page templates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from markupsafe import Markup, escape

from dagster_project.core.formatting import NOT_AVAILABLE, SPACE, format_value
from dagster_project.publish import svg
from dagster_project.publish.markup import written
from dagster_project.publish.scales import DayTick, Number, Scale, day_share, finite, tick_text
from dagster_project.publish.status import status


@dataclass(frozen=True, slots=True)
class Caption:
    """Words around a chart: `title` is the message, `description` what is measured, `file` a link to all rows."""

    title: str
    description: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A text laid over a drawing at `share` (0 to 1) of its width or height."""

    share: float
    text: str
    name: str = ""
    """Extra CSS class."""


@dataclass(frozen=True, slots=True)
class Table:
    """The chart's data: one header, rows of text; `left_out` rows are older and not shown."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left_out: int = 0


def figure(
    caption: Caption, picture: str, table: Table, *, legend: str = "", notes: str = "", columns: str = ""
) -> Markup:
    """Title, description, picture, legend, notes and the data behind a disclosure; `columns` are for exploring."""
    return written(
        f'<figure class="mb-figure"><figcaption><span class="mb-figure-title">{escape(caption.title)}</span>'
        f'<span class="mb-figure-description">{escape(caption.description)}</span></figcaption>'
        f"{legend}{picture}{notes}{columns}{_data(caption, table)}</figure>"
    )


def plot(
    drawing: Markup,
    label: str,
    *,
    height: float,
    left: Sequence[Mark],
    below: Sequence[Mark] = (),
    right: Sequence[Mark] = (),
    above: Sequence[Mark] = (),
    unit: str = "",
    across: str = "",
) -> Markup:
    """A drawing with its axes' texts, as one labelled image; the margins fit the longest texts.

    `unit` is shown above the value axis, `across` at the end of the other axis.
    """
    margins = f"--h:{height:g}px;--l:{_reach(left)}ch;--r:{_reach(right)}ch"
    texts = (
        _marks(left, "mb-y", "top")
        + _marks(_apart(right, height), "mb-end", "top")
        + _marks(below, "mb-x", "left")
        + _marks(above, "mb-event", "left")
    )
    unit_text = f'<span class="mb-unit">{escape(unit)}</span>' if unit else ""
    unit_text += f'<span class="mb-across">{escape(across)}</span>' if across else ""
    return written(
        f'<div class="mb-plot" role="img" aria-label="{escape(label)}" style="{margins}">'
        f"{drawing}{unit_text}{texts}</div>"
    )


def value_axis(scale: Scale, unit: str) -> tuple[Mark, ...]:
    """Marks at the ticks of a value axis, zero at the bottom."""
    return tuple(Mark(1 - scale.share(t), tick_text(t, scale, unit)) for t in scale.ticks)


def day_axis(ticks: Iterable[DayTick], days: Sequence[dt.date]) -> tuple[Mark, ...]:
    """Marks at the ticks of a day axis."""
    return tuple(Mark(day_share(t.day, days), t.text, "mb-minor" if t.minor else "") for t in ticks)


def axis_unit(unit: str, currency: str) -> str:
    """The text above an axis; shares have their unit on each tick, plain numbers have none."""
    if unit.startswith("currency"):
        return unit.replace("currency", currency or "currency")
    return "" if unit in ("share", "count", "1", "") else unit


def grid(scale: Scale, height: float) -> list[Markup]:
    """A line across the drawing at each tick of the value axis."""
    return [svg.levels((height * (1 - scale.share(t)) for t in scale.ticks), "grid")]


def legend(items: Iterable[tuple[str, str]]) -> Markup:
    """Keys as (look, text); nothing if there is only one."""
    known = [f'<li class="mb-key mb-key--{escape(look)}">{escape(text)}</li>' for look, text in items if text]
    return written(f'<ul class="mb-legend">{"".join(known)}</ul>') if len(known) > 1 else Markup()


def value_text(value: Number, unit: str, currency: str = "") -> str:
    """A figure for people; None and NaN read 'not available'."""
    return format_value(finite(value), unit, currency)


def card(
    label: str,
    value: Number | str,
    *,
    unit: str = "",
    currency: str = "",
    grade: str | None = None,
    note: str = "",
    href: str = "",
    spark: Markup | None = None,
    gauge: Markup | None = None,
) -> Markup:
    """A scorecard's figure: label, value, sparkline, bullet, a note in words, and its grade if it has one."""
    text = value if isinstance(value, str) else value_text(value, unit, currency)
    name = f'<a href="{escape(href)}">{escape(label)}</a>' if href else escape(label)
    empty = " mb-card-value--none" if text == NOT_AVAILABLE else ""
    pill = status(grade) if grade else ""
    foot = f'<p class="mb-card-note">{escape(note)}</p>' if note else ""
    return written(
        f'<div class="mb-card"><p class="mb-card-label">{name}</p>'
        f'<p class="mb-card-value{empty}">{_with_small_unit(text)}</p>'
        f"{spark or ''}{gauge or ''}{foot}{pill}</div>"
    )


def _with_small_unit(text: str) -> Markup:
    """Digits large, the unit after the no-break space small."""
    digits, space, unit = text.rpartition(SPACE)
    return (
        written(f'{escape(digits)}<span class="mb-card-unit">{SPACE}{escape(unit)}</span>')
        if space
        else escape(text)
    )


def _data(caption: Caption, table: Table) -> Markup:
    title = escape(caption.title)
    head = "".join(f'<th scope="col">{escape(h)}' for h in table.header)
    body = "".join(
        "<tr>" + f'<th scope="row">{escape(row[0])}' + "".join(f"<td>{escape(cell)}" for cell in row[1:])
        for row in table.rows
    )
    rest = f"<p>{table.left_out} earlier rows are not shown here.</p>" if table.left_out else ""
    name = escape(PurePosixPath(caption.file).name)
    link = f'<p>All rows: <a href="{escape(caption.file)}">{name}</a></p>' if name else ""
    return written(
        f'<details class="mb-data"><summary>Data<span class="mb-hidden">: {title}</span></summary>'
        f'<div class="mb-scroll" tabindex="0" role="group" aria-label="Data: {title}"><table class="mb-table">'
        f"<thead><tr>{head}</thead><tbody>{body}</tbody></table></div>{rest}{link}</details>"
    )


def _marks(marks: Sequence[Mark], name: str, side: str) -> str:
    return "".join(
        f'<span class="{f"{name} {m.name}".rstrip()}" style="{side}:{m.share * 100:.4g}%">{escape(m.text)}</span>'
        for m in marks
    )


def _apart(marks: Sequence[Mark], height: float, gap_px: float = 15) -> list[Mark]:
    """The marks from top to bottom, moved down until none covers the one above."""
    placed: list[Mark] = []
    for mark in sorted(marks, key=lambda m: m.share):
        floor = placed[-1].share + gap_px / height if placed else 0.0
        placed.append(Mark(max(mark.share, floor), mark.text, mark.name))
    return placed


def _reach(marks: Sequence[Mark], most: int = 18) -> int:
    return min(most, max((len(m.text) for m in marks), default=0) + 1)
