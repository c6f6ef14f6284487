"""Patterns: what RE2 knows is taken, what would look around or refer back is refused when the file is read."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from dagster_project.spec.catalog import Feature
from dagster_project.spec.patterns import LONGEST, safe_pattern

TAKEN = ["[A-Z]{3}", "(?:a|b)+", "(?P<code>x)", "(?i)yes|no", r"\\1", r"\*\+", "[*+]", r"[\]]+", "a+?"]
REFUSED = [
    "(?=a)",
    "(?!a)",
    "(?<=a)b",
    "(?<!a)b",
    r"(a)\1",
    "(?P=x)",
    "a*+",
    "a++",
    "a{2}+",
    "(?>a)",
    "a(",
    "",
]


@pytest.mark.parametrize("pattern", TAKEN)
def test_a_pattern_of_re2_is_taken(pattern: str) -> None:
    """Literals and classes may hold any character."""
    assert safe_pattern(pattern) == pattern


@pytest.mark.parametrize("pattern", [*REFUSED, "a" * (LONGEST + 1)])
def test_a_pattern_that_re2_lacks_is_refused(pattern: str) -> None:
    """Looking around, back references and possessive repeats need backtracking."""
    with pytest.raises(ValueError, match=r"RE2|regular expression|characters"):
        safe_pattern(pattern)


def test_a_pattern_is_for_categories() -> None:
    """Numbers have a range."""
    with pytest.raises(ValidationError, match="is for categories"):
        Feature.model_validate({"type": "number", "pattern": "[0-9]+"})
