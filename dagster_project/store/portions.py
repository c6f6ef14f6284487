"""Sort more rows than fit into memory, one portion after another.

The lake's order begins with day and model. Runs of days, of a day's models and of a model's times, each
sorted by itself, therefore give the same sequence as one sort of everything. In: the counts that
`count_models` leaves in `temp.model_day`, and a sorted statement. Out: its batches. Callers:
`store.requests`, `store.labels`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from dagster_project.store.parts import STREAM_ROWS
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

PORTION_ROWS = 200_000
"""Rows sorted at a time; a row of requests takes about 300 bytes."""


@dataclass(frozen=True, slots=True, order=True)
class ModelDay:
    """How many rows a model has on a day."""

    day: dt.date
    large: bool
    """It has a file of its own, which follows the one shared by the day's other models."""
    model_id: str
    rows: int


@dataclass(frozen=True, slots=True)
class Query:
    """A query whose rows are to be sorted, and its parameters."""

    rows: str
    parameters: Mapping[str, object]


def count_models(warehouse: Warehouse, query: Query, large: int) -> None:
    """Make `temp.model_day`; a model with more than `large` rows on a day has a file of its own."""
    sql = statement("portions", "count_models", rows=query.rows)
    warehouse.run(sql, {**query.parameters, "large": large})


def sorted_by_file(warehouse: Warehouse, sql: str, query: Query) -> Iterator[pa.RecordBatch]:
    """Yield a statement's batches in the order of files: day, shared before large models, model, time."""
    for run in runs(_counted(warehouse, "by_file"), PORTION_ROWS):
        for portion in _cut(warehouse, run, query):
            yield from _batches(warehouse, sql, query, portion)


def sorted_by_model(warehouse: Warehouse, sql: str, query: Query) -> Iterator[pa.RecordBatch]:
    """Yield a statement's batches in the order of day and model."""
    for run in runs(_counted(warehouse, "by_model"), PORTION_ROWS):
        yield from _batches(warehouse, sql, query, _of(run, "of_models"))


def named(sql: str, parameters: Mapping[str, object]) -> dict[str, object]:
    """Return the parameters that a statement names; DuckDB refuses others."""
    return {name: value for name, value in parameters.items() if re.search(rf"\${name}\b", sql)}


def runs(counted: Iterable[ModelDay], most: int) -> Iterator[list[ModelDay]]:
    """Yield runs of at most `most` rows: whole days, or models of a day and size; one model may exceed it."""
    run: list[ModelDay] = []
    for _, models in groupby(counted, key=lambda one: one.day):
        day = list(models)
        if run and _rows(run) + _rows(day) > most:
            yield run
            run = []
        run += day
        if _rows(day) > most:
            yield from _runs_of_models(run, most)
            run = []
    if run:
        yield run


def _runs_of_models(day: Sequence[ModelDay], most: int) -> Iterator[list[ModelDay]]:
    run: list[ModelDay] = []
    for one in day:
        if run and (_rows(run) + one.rows > most or run[0].large != one.large):
            yield run
            run = []
        run.append(one)
    yield run


def _rows(run: Iterable[ModelDay]) -> int:
    return sum(one.rows for one in run)


@dataclass(frozen=True, slots=True)
class _Portion:
    """A condition on the rows `u`, and its parameters."""

    where: str
    parameters: Mapping[str, object]


def _of(run: Sequence[ModelDay], models: str) -> _Portion:
    """The condition for the rows of a run; if it has several days or both sizes of models, days are whole."""
    first, last = run[0], run[-1]
    if (first.day, first.large) != (last.day, last.large):
        days = {"first_day": first.day, "last_day": last.day}
        return _Portion(statement("portions", "of_days"), days)
    names = {"day": first.day, "first_model": first.model_id, "last_model": last.model_id}
    return _Portion(statement("portions", models), {**names, "large": first.large})


def _cut(warehouse: Warehouse, run: Sequence[ModelDay], query: Query) -> Iterator[_Portion]:
    """A run as a whole, but a model's day that is too large in pieces of time."""
    whole = _of(run, "of_models_of_a_size")
    pieces = -(-_rows(run) // PORTION_ROWS)
    if len(run) > 1 or pieces < 2:
        yield whole
        return
    sql = statement("portions", "times", rows=query.rows, portion=whole.where)
    shares = [i / pieces for i in range(1, pieces)]
    cuts = warehouse.value(sql, named(sql, {**query.parameters, **whole.parameters, "shares": shares}))
    assert isinstance(cuts, list)  # noqa: S101  narrowing: quantiles of a list of shares are a list
    times = [None, *sorted(set(cuts)), None]
    for after, until in pairwise(times):
        condition = f"{whole.where} AND {statement('portions', 'of_times')}"
        yield _Portion(condition, {**whole.parameters, "after": after, "until": until})


def _batches(warehouse: Warehouse, sql: str, query: Query, portion: _Portion) -> Iterator[pa.RecordBatch]:
    text = sql.replace("{portion}", portion.where)
    given = named(text, {**query.parameters, **portion.parameters})
    yield from warehouse.batches(text, given, rows=STREAM_ROWS)


def _counted(warehouse: Warehouse, order: str) -> list[ModelDay]:
    return [ModelDay(*row) for row in warehouse.rows(statement("portions", order))]
