"""Read numbers written in ways unknown to DuckDB: 1.234,5 and 1,234.5 and 12 %, and NA for missing ones.

In: the table that a CSV file was loaded into, and its columns of text. Out: the same table, with columns of
DOUBLE wherever every value is written in one of these formats, and the format. Caller: store.comparing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import duckdb

from dagster_project.store.connection import quote

LOOKED_AT: Final = 200
"""First rows, whose values must all be numbers before a whole column is scanned."""
MISSING: Final = ("", "NA", "N/A", "#N/A", "n/a", "<NA>", "NaN", "nan", "NULL", "null", "None")
"""Words for a missing number; a category may really have such a name."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """One way of writing numbers."""

    words: str
    thousands: str
    """The separator between thousands; a space if there is none."""
    decimal: str
    pattern: str
    """A regular expression that Python and RE2 read the same way."""
    sign: str
    """What at least one value must contain; otherwise DuckDB had another reason not to read them."""
    is_percent: bool = False

    def number(self, column: str) -> str:
        """Return SQL for the number that the column's text stands for."""
        bare = f"replace(rtrim({column}, ' %'), '{self.thousands}', '')"
        return f"CAST(replace({bare}, '{self.decimal}', '.') AS DOUBLE){' / 100' if self.is_percent else ''}"


PLAIN: Final = NumberFormat("", " ", ".", r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", "")
THOUSANDS: Final = NumberFormat(
    "commas between thousands", ",", ".", r"[+-]?(\d+|[1-9]\d{0,2}(,\d{3})+)(\.\d+)?", ","
)
DECIMAL: Final = NumberFormat("decimal commas", ".", ",", r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?", ",")


def as_numbers(connection: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> dict[str, str]:
    """Convert those columns `texts` of `file_rows` that hold only numbers; return their new types.

    A type says in brackets how the numbers are written.
    """
    likely = _likely(connection, texts)
    if not likely:
        return {}
    (delimiter,) = connection.execute("SELECT Delimiter FROM sniff_csv(getvariable('file'))").fetchall()[0]
    found = {}
    for name in likely:
        form, has_words = _format_of(connection, name, number_formats(delimiter))
        if form is not None:
            _rewrite(connection, name, form)
            said = "; ".join(text for text in (form.words, "a word where missing" * has_words) if text)
            found[name] = f"DOUBLE ({said})" if said else "DOUBLE"
    return found


def number_formats(delimiter: str) -> list[NumberFormat]:
    """Return all formats, likelier first: commas are decimal, but between thousands if commas delimit values."""
    commas = (THOUSANDS, DECIMAL) if delimiter == "," else (DECIMAL, THOUSANDS)
    return [form for plain in (PLAIN, *commas) for form in (plain, _percent(plain))]


def _percent(form: NumberFormat) -> NumberFormat:
    words = f"per cent, {form.words}" if form.words else "per cent"
    return replace(form, words=words, pattern=rf"({form.pattern})\s?%", is_percent=True)


def _likely(connection: duckdb.DuckDBPyConnection, texts: Sequence[str]) -> list[str]:
    """The columns whose first values are all numbers written in one format."""
    if not texts:
        return []
    columns = ", ".join(map(quote, texts))
    rows = connection.execute(f"SELECT {columns} FROM file_rows LIMIT {LOOKED_AT}").fetchall()  # noqa: S608  quoted
    patterns = [re.compile(form.pattern, re.ASCII) for form in number_formats(",")]
    values = [[v for v in column if v not in (None, *MISSING)] for column in zip(*rows, strict=True)]
    return [
        name
        for name, seen in zip(texts, values, strict=False)
        if any(all(map(pattern.fullmatch, seen)) for pattern in patterns)
    ]


def _format_of(
    connection: duckdb.DuckDBPyConnection, name: str, likelier: Sequence[NumberFormat]
) -> tuple[NumberFormat | None, bool]:
    """The first format that fits every value, and whether words such as NA stand for missing ones."""
    judged = ", ".join(
        f"bool_and(is_word OR regexp_full_match(x, '{form.pattern}'))"
        f" AND bool_or(NOT is_word AND contains(x, '{form.sign}'))"
        for form in likelier
    )
    has_words, *fitting = connection.execute(
        f"SELECT bool_or(is_word), {judged} FROM"  # noqa: S608  quoted, and ours
        f" (SELECT x, list_contains($missing, x) AS is_word FROM (SELECT {quote(name)} AS x FROM file_rows)"
        f" WHERE x IS NOT NULL)",
        {"missing": list(MISSING)},
    ).fetchall()[0]
    return next((form for form, fits in zip(likelier, fitting, strict=True) if fits), None), bool(has_words)


def _rewrite(connection: duckdb.DuckDBPyConnection, name: str, form: NumberFormat) -> None:
    column = quote(name)
    words = ", ".join(f"'{word}'" for word in MISSING)
    number = f"CASE WHEN {column} NOT IN ({words}) THEN {form.number(column)} END"
    connection.execute(f"ALTER TABLE file_rows ALTER COLUMN {column} TYPE DOUBLE USING {number}")
