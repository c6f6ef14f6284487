"""Regular expressions written by people: only those that RE2 can match in linear time. Used by `catalog`.

RE2 itself checks them at the start of the workspace's first night (`pipeline.summarise_rules`); this module
checks what can be checked without it.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

LONGEST = 200
UNSAFE = re.compile(r"\(\?(?:[=!]|<[=!]|\(|>|P[=>])|\\[1-9]|[*+?}]\+")
"""Lookaround, conditions, atomic groups, back references, possessive repeats: RE2 has none of them."""
ESCAPED_OR_CLASS = re.compile(r"\\[^1-9]|\[\^?\]?(?:\\.|[^\]\\])*\]")
"""An escaped character or a character class: what looks unsafe inside one is not."""


def safe_pattern(text: str) -> str:
    """Return the pattern if RE2 can match it. Raises ValueError otherwise."""
    if not text or len(text) > LONGEST:
        raise ValueError(f"expected a pattern of 1 to {LONGEST} characters, found {len(text)}")
    if UNSAFE.search(ESCAPED_OR_CLASS.sub(".", text)):
        raise ValueError(f"{text!r} has a lookaround, back reference or possessive repeat; RE2 supports none")
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(safe_pattern)]
