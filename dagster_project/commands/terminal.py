"""What may be written to a terminal. In: text of strangers. Out: the same without what a terminal would obey."""

from __future__ import annotations


def printable(text: str) -> str:
    """A stranger's text with a mark in place of each character that is not for reading."""
    return "".join(c if c.isprintable() else "�" for c in text)
