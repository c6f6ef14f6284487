"""Facts beside the logs, from their documented columns or from columns that the source maps to them.

Called by `mapping`. Any other column is reported as unused and not kept. A row that lacks its key or
its time, or has a value of a wrong type, is rejected with its reason. A model_id that is not given is ''.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_project.readers.columns import Flaw, as_number, as_text, flat_columns, pick, unit_factor
from dagster_project.readers.mapped import FILE, ROW, IntakeRules, Mapped, missing, split_rows
from dagster_project.readers.requests import trusted_days
from dagster_project.readers.times import days_of, time_column
from dagster_project.spec.facts import FACTS, FactKind, FactType
from dagster_project.spec.source import Column, Source

if TYPE_CHECKING:
    import polars as pl


def map_facts(frame: pl.DataFrame, source: Source, intake: IntakeRules) -> Mapped:
    """Return rows of the table `fact.<source.kind>`, typed."""
    import polars as pl

    kind = FACTS[source.kind]
    columns, flaws = [], []
    for name, (how, _) in kind.columns.items():
        ref = source.columns.get(name, Column(column=name))
        column, wrong = _typed(frame, ref, name, how, source)
        columns.append(column)
        flaws += wrong
    rows = pl.DataFrame(columns).with_columns(pl.col(kind.key).fill_null(""))
    event = rows[kind.time]
    future = (event > intake.horizon).fill_null(value=False)
    flaws += [missing(rows[kind.key[0]], kind.key[0]), missing(event, kind.time)]
    flaws.append(Flaw(kind.time, "is in the future", future))
    mapped = split_rows(frame, rows, trusted_days(event, intake), flaws, source)
    return Mapped(mapped.rows, mapped.counts, mapped.rejects, unused=_unused(frame, kind, source))


def _unused(frame: pl.DataFrame, kind: FactKind, source: Source) -> tuple[str, ...]:
    """Columns of the file that are not read."""
    refs = [source.columns.get(name, Column(column=name)) for name in kind.columns]
    known = {ref.column.partition(".")[0] for ref in refs if ref.column is not None}
    return tuple(n for n in flat_columns(frame.drop(FILE, ROW)) if n.partition(".")[0] not in known)


def _record(frame: pl.DataFrame, ref: Column) -> pl.Series | None:
    """A column of records; what a reader had to flatten is nested again."""
    import polars as pl

    whole = pick(frame, ref)
    flat = [column for column in frame.columns if column.startswith(f"{ref.column}.")]
    if whole is not None or not flat:
        return whole
    fields = [pl.col(column).alias(column.removeprefix(f"{ref.column}.")) for column in flat]
    opened = [_opened(row) for row in frame.select(fields).iter_rows(named=True)]
    texts = [json.dumps(record, default=str) if record else None for record in opened]
    return pl.Series(texts, dtype=pl.String)


def _opened(row: Mapping[str, object]) -> dict[str, object]:
    """Dotted names as nested records again, without NULLs."""
    opened: dict[str, object] = {}
    for name, value in row.items():
        if value is None:
            continue
        place, rest = opened, name.split(".")
        while len(rest) > 1 and isinstance(inner := place.setdefault(rest[0], {}), dict):
            place, rest = inner, rest[1:]
        place[".".join(rest)] = value
    return opened


def _typed(
    frame: pl.DataFrame, ref: Column, name: str, how: FactType, source: Source
) -> tuple[pl.Series, list[Flaw]]:
    import polars as pl

    if how in ("time", "day"):
        instants, flaws = time_column(frame, ref, source, name)
        return instants if how == "time" else days_of(instants, ref.timezone or source.timezone), flaws
    raw = _record(frame, ref) if how.startswith("record") else pick(frame, ref)
    if raw is None:
        raw = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    if how.startswith("record"):
        texts = _as_json(raw).rename(name)
        return texts, [_not_a_record(texts)] if how == "record of figures" else []
    if how == "text":
        return as_text(raw).rename(name), []
    number, wrong = as_number(_without_words(raw) if how == "yes or no" else raw)
    complaint = "is neither yes nor no" if how == "yes or no" else "is not a number"
    flaws = [Flaw(name, complaint, wrong, as_text(raw))] if wrong.any() else []
    value = pl.col("v") * unit_factor(ref)
    number = number.to_frame("v").select(pl.when(value.is_finite()).then(value))["v"]
    dtype = {"number": pl.Float64, "yes or no": pl.Boolean}.get(how, pl.Int64)
    return number.cast(dtype, strict=False).rename(name), flaws


def _without_words(raw: pl.Series) -> pl.Series:
    """`yes` and `no` as true and false, which are read as 1 and 0; all else unchanged."""
    import polars as pl

    if raw.dtype != pl.String:
        return raw
    word = raw.str.strip_chars().str.to_lowercase()
    return raw.zip_with(
        ~word.is_in(["yes", "no"]).fill_null(value=False), word.replace({"yes": "true", "no": "false"})
    )


def _as_json(raw: pl.Series) -> pl.Series:
    """Each value as JSON with sorted keys, without NULLs for keys that only other rows have."""
    import polars as pl

    texts = [None if value is None else _json_text(value) for value in raw.to_list()]
    return pl.Series(raw.name, texts, dtype=pl.String)


def _not_a_record(texts: pl.Series) -> Flaw:
    """Rows whose JSON is neither an object nor null."""
    there = texts.is_not_null() & (texts != "null")
    return Flaw(texts.name, "is not a record of names and values", there & ~texts.str.starts_with("{"), texts)


def _json_text(value: object) -> str:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return json.dumps(value)
    return json.dumps(_without_none(value), sort_keys=True, default=str)


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _without_none(v) for k, v in value.items() if v is not None}
    return [_without_none(v) for v in value] if isinstance(value, list) else value
