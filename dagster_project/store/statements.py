"""SQL that ships with this package: the `.sql` files of this folder, whole or statement by statement.

In a file of several statements, each starts with a line `-- name: <name>` and ends where the next one starts.
Called by `store` and by the stages of `pipeline`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def text_of(file: str) -> str:
    """Return the text of `<file>.sql`."""
    return (Path(__file__).parent / f"{file}.sql").read_text(encoding="utf-8")


@cache
def statements(file: str) -> dict[str, str]:
    """Return all statements of `<file>.sql` by name."""
    blocks = text_of(file).split("-- name: ")[1:]
    return {name.strip(): sql.strip() for name, _, sql in (block.partition("\n") for block in blocks)}


def statement(file: str, name: str, **fragments: str) -> str:
    """Return one statement, with each `{fragment}` replaced by SQL that `store` made itself."""
    sql = statements(file)[name]
    for key, value in fragments.items():
        sql = sql.replace("{" + key + "}", value)
    return sql
