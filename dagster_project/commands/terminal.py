"""What may be written to a terminal. In: text of strangers. Out: the same without what a terminal would obey."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """A stranger's text with a mark in place of each character that is not for reading; every space a plain one."""
    plain = (" " if unicodedata.category(c) == "Zs" else c for c in text)
    return "".join(c if c.isprintable() else "�" for c in plain)
