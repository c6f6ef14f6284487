"""Regular expressions of people: only what RE2 can match in time linear in the text. Used by `catalog`.

RE2 itself is asked when the workspace's first night begins (`pipeline.summarise_rules`); here stands what can be told
without it.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

LONGEST = 200
UNSAFE = re.compile(r"\(\?(?:[=!]|<[=!]|\(|>|P[=>])|\\[1-9]|[*+?}]\+")
"""Looking around, conditions, atomic groups, back references, possessive repeats: no RE2."""
ESCAPED_OR_CLASS = re.compile(r"\\[^1-9]|\[\^?\]?(?:\\.|[^\]\\])*\]")
"""A literal or a character class: what looks unsafe inside of one is not."""


def safe_pattern(text: str) -> str:
    """The pattern, if it is one that RE2 knows. Raises ValueError otherwise."""
    if not text or len(text) > LONGEST:
        raise ValueError(f"expected a pattern of 1 to {LONGEST} characters, found {len(text)}")
    if UNSAFE.search(ESCAPED_OR_CLASS.sub(".", text)):
        raise ValueError(f"{text!r} looks around, refers back or repeats possessively; RE2 patterns cannot")
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression: {error}") from error
    return text


Pattern = Annotated[str, AfterValidator(safe_pattern)]
