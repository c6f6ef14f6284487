"""SQL that ships with this package: named statements of the `.sql` files of this folder.

A statement starts with a line `-- name: <name>` and ends where the next one starts. Called by `store`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def statements(file: str) -> dict[str, str]:
    """All statements of `<file>.sql` by name."""
    text = (Path(__file__).parent / f"{file}.sql").read_text(encoding="utf-8")
    blocks = text.split("-- name: ")[1:]
    return {name.strip(): sql.strip() for name, _, sql in (block.partition("\n") for block in blocks)}


def statement(file: str, name: str, **fragments: str) -> str:
    """One statement; `{fragment}` in it is replaced by SQL that `store` made itself."""
    sql = statements(file)[name]
    for key, value in fragments.items():
        sql = sql.replace("{" + key + "}", value)
    return sql
