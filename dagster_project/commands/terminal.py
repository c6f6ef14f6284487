"""Make strangers' text safe for a terminal: remove the characters that a terminal obeys."""

from __future__ import annotations

import unicodedata


def printable(text: str) -> str:
    """Return the text with a mark for each unprintable character, and a plain space for every kind of space."""
    plain = (" " if unicodedata.category(c) == "Zs" else c for c in text)
    return "".join(c if c.isprintable() else "�" for c in plain)
