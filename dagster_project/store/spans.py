"""Set which days, windows, versions and references metric statements see: `span.*` views of `daily.*`.

In: spans. Out: views that all metric files read (`spans.sql`). People can query them in the warehouse: they
show the spans set last, which after a night are the windows of its day. Callers: pipeline.score, score_shown,
watch_known and value.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.core.days import days_until
from dagster_project.store.statements import text_of
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

_NAME = re.compile(r"\bspan\.(\w+)")
_VIEW = re.compile(r"(?:^--[^\n]*\n)*^CREATE OR REPLACE VIEW span\.(\w+) AS\n.*?;$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A window of days that ends on `day`."""

    day: dt.date
    window_days: int
    known_on: dt.date | None = None
    """Labels that arrived later are not seen; None: the day of the night."""

    @property
    def members(self) -> tuple[dt.date, ...]:
        """Its days, oldest first."""
        return days_until(self.day, self.window_days)


@dataclass(frozen=True, slots=True)
class Comparisons:
    """What the spans are compared with."""

    compared: pl.DataFrame
    """model_id, version (as shown), day, window_days, ref, labels_until: the reference of each."""
    references: pl.DataFrame
    """ref, model_id, only_version ('' for all), start, until, profile ('' if days are the reference),
    labels_until, labels_by."""


def set_spans(
    warehouse: Warehouse,
    spans: Sequence[Span],
    versions: pl.DataFrame,
    comparisons: Comparisons | None,
    as_of: dt.date,
) -> None:
    """Point the views at these spans.

    `versions`: model_id, version, shown ('' for all). Without `comparisons` there is no drift. Models that
    are not among the versions are not seen at all; nor are labels that arrived after `as_of` or a span's
    `known_on`.
    """
    import polars as pl

    warehouse.run(text_of("spans"))
    members = [
        (span.day, span.window_days, member, min(span.known_on or as_of, as_of))
        for span in spans
        for member in span.members
    ]
    days = pl.DataFrame(
        members,
        schema={"day": pl.Date, "window_days": pl.Int32, "member": pl.Date, "known_on": pl.Date},
        orient="row",
    )
    warehouse.replace("span.window_day", days)
    warehouse.replace("span.version", versions)
    if comparisons is not None:
        warehouse.replace("span.comparison", comparisons.compared)
        warehouse.replace("span.reference", comparisons.references)
    warehouse.replace("span.night", pl.DataFrame({"as_of": [as_of]}))


def views_read(sql: str) -> list[str]:
    """Return the statements that make the views a metric's SQL reads, and those these read, in order."""
    views = {match[1]: match[0] for match in _VIEW.finditer(text_of("spans"))}
    wanted = _NAME.findall(sql)
    for name in wanted:  # grows during the loop
        wanted += [other for other in _NAME.findall(views.get(name, "")) if other not in wanted]
    return [text for name, text in views.items() if name in wanted]
