"""Named facts, day by day: each file of reports/facts is one query over the evidence of store/maturity_evidence.sql.

Flows in: the workspace's facts and answers, and the warehouse. Flows out: `Facts` for milestones and checklist, and
the temporary table `fact_row`. Called by `assess`. A fact whose SQL fails is noted and left out; the others remain.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from dagster_project.core.days import days_between
from dagster_project.core.errors import QueryError
from dagster_project.pipeline.night import Night
from dagster_project.spec.rubric import ORGANIZATION
from dagster_project.spec.statement import StatementHead
from dagster_project.spec.statementfile import Statement
from dagster_project.store.statements import text_of
from dagster_project.store.warehouse import Warehouse

COLUMNS = ("day", "subject", "value", "numerator", "denominator", "detail")
"""What every fact's SELECT must yield; value NULL means not reported."""
TAKEN = ("subject", "day", "value")
"""Names that no fact may have: columns of `fact_row`, and the expressions' own value."""
SUNDAY = 6
"""History is made for Sundays, so that its days stay the same from night to night."""
WEEKLY_DAYS = 371
"""Days back to which every Sunday counts; before that each month's first, so that nights do not cost more each year."""
RECENT_DAYS = 60
"""Days for which every reported night stays a day of the history."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One named fact of one subject on one day."""

    name: str
    subject: str
    day: dt.date
    value: float | None
    numerator: float | None
    denominator: float | None
    detail: str
    unit: str


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a query yields: its columns' names and its rows."""

    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


Place = tuple[str, dt.date]
"""(subject, day)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of the night, their titles, and the facts whose SQL failed, with the message."""

    days: tuple[dt.date, ...]
    found: Mapping[Place, Mapping[str, Fact]]
    """Facts by name, for every subject and day."""
    broken: Mapping[str, str]
    titles: Mapping[str, str]

    def on(self, subject: str, day: dt.date) -> Mapping[str, Fact]:
        """The facts of a subject on a day, by name."""
        return self.found.get((subject, day), {})


def try_query(warehouse: Warehouse, sql: str) -> QueryResult | str:
    """What a query written by a user yields, or one line saying why it failed."""
    try:
        return QueryResult(*warehouse.named_rows(sql))
    except QueryError as error:
        return str(error)


def gather(night: Night, warehouse: Warehouse) -> Facts:
    """Compute every fact on every day of the history, and leave them as the temporary table `fact_row`."""
    days = history_days(night, warehouse)
    prepare(night, warehouse, days)
    found: dict[Place, dict[str, Fact]] = {(ORGANIZATION, day): {} for day in days}
    broken: dict[str, str] = {}
    for fact in sorted(night.workspace.facts, key=lambda f: f.id):
        result = try_query(warehouse, fact.sql)
        if fact.id in TAKEN:
            broken[fact.id] = f"{fact.id!r} has another meaning in expressions; rename {fact.file}"
        elif isinstance(result, str):
            broken[fact.id] = result
        elif unfit := _unfit(result):
            broken[fact.id] = f"the SELECT of {fact.file} yields {unfit}"
        else:
            for row in _facts(fact, result):
                if row.day in days:
                    found.setdefault((row.subject, row.day), {})[row.name] = row
    names = sorted(fact.id for fact in night.workspace.facts if fact.id not in broken)
    _make_fact_row(warehouse, names, found)
    return Facts(days, found, broken, {fact.id: fact.head.title for fact in night.workspace.facts})


def history_days(night: Night, warehouse: Warehouse) -> tuple[dt.date, ...]:
    """The night's day, the Sundays since the first request (see WEEKLY_DAYS), and days that earlier nights reported.

    Of the latter it has the recent ones and those on which a state began, so that "since" stays exact.
    """
    bounds = {"as_of": night.as_of, "recent": night.as_of - dt.timedelta(days=RECENT_DAYS)}
    first = warehouse.frame(
        "SELECT min(day) FROM daily.traffic WHERE day <= $as_of", {"as_of": night.as_of}
    ).item()
    days = {night.as_of}
    if isinstance(first, dt.date):
        sundays = (day for day in days_between(first, night.as_of) if day.weekday() == SUNDAY)
        days |= {day for day in sundays if (night.as_of - day).days <= WEEKLY_DAYS or day.day <= 7}
    reported = warehouse.frame(
        "SELECT DISTINCT day FROM mart.fact"
        " WHERE day < $as_of AND (day >= $recent OR day IN (SELECT since FROM mart.milestone))",
        bounds,
    )
    return tuple(sorted(days | set(reported["day"])))


def prepare(night: Night, warehouse: Warehouse, days: Sequence[dt.date]) -> None:
    """Make the temporary tables that facts read: the days, the checklist's questions and answers, the evidence."""
    import polars as pl

    warehouse.run("SET VARIABLE zone = ?", [night.workspace.settings.timezone])
    warehouse.keep("calendar", pl.DataFrame({"day": list(days)}, schema={"day": pl.Date}))
    items = [question.id for section in night.workspace.sections for question in section.questions]
    warehouse.keep("question", pl.DataFrame({"item": items}, schema={"item": pl.String}))
    answers = [placed.value for placed in night.workspace.answers]
    rows = [(a.item, a.status, a.reviewed) for a in answers]
    schema = {"item": pl.String, "status": pl.String, "reviewed": pl.Date}
    warehouse.keep("answer", pl.DataFrame(rows, schema=schema, orient="row"))
    warehouse.run(text_of("maturity_evidence"))


def unit_of(head: StatementHead) -> str:
    """The unit of a fact; without one it is a plain number."""
    return head.unit or "1"


def _unfit(found: QueryResult) -> str | None:
    """Why a query's result is not a fact; None if it has all columns and one row per subject and day."""
    if missing := [name for name in COLUMNS if name not in found.names]:
        return f"no column {missing[0]!r}"
    seen: set[Place] = set()
    for place in map(itemgetter(found.names.index("subject"), found.names.index("day")), found.rows):
        subject, day = place
        if not isinstance(subject, str):
            return f"a row whose subject is not text ({subject}); leave it out"
        if type(day) is not dt.date:
            return f"a row of {subject!r} whose day is not a DATE ({day})"
        if place in seen:
            return f"two rows of {subject!r} on {day}"
        seen.add(place)
    return None


def _facts(fact: Statement, found: QueryResult) -> list[Fact]:
    unit = unit_of(fact.head)
    wanted = itemgetter(*(found.names.index(name) for name in COLUMNS))
    return [
        Fact(
            fact.id,
            subject,
            day,
            _known(value),
            _known(numerator),
            _known(denominator),
            str(detail or ""),
            unit,
        )
        for day, subject, value, numerator, denominator, detail in map(wanted, found.rows)
    ]


def _known(value: object) -> float | None:
    """The value as a finite number; NULL, NaN, infinities and anything else become None, not reported."""
    if not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _make_fact_row(
    warehouse: Warehouse, names: Sequence[str], found: Mapping[Place, Mapping[str, Fact]]
) -> None:
    """Make `fact_row`, which milestones and questions refer to: one row per subject and day, one column per fact."""
    import polars as pl

    places = sorted(found)
    data: dict[str, list[object]] = {"subject": [p[0] for p in places], "day": [p[1] for p in places]}
    for name in names:
        data[name] = [fact.value if (fact := found[place].get(name)) else None for place in places]
    kinds = {"subject": pl.String, "day": pl.Date} | dict.fromkeys(names, pl.Float64)
    warehouse.keep("fact_row", pl.DataFrame(data, schema=kinds))
