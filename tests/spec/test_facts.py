"""What a source may contain is written down where users read it."""

from __future__ import annotations

from pathlib import Path

from dagster_project.spec.facts import FACTS
from dagster_project.spec.source import OUTCOME_COLUMNS, REQUEST_COLUMNS

PAGE = Path(__file__).parents[2] / "site" / "docs" / "about" / "sources.md"


def test_every_column_stands_on_the_page_about_sources_with_its_meaning() -> None:
    """As the reader and the editor's schemas have it, in the order in which they have it."""
    facts = [
        f"| `{n}` | {how} | {text} |" for kind in FACTS.values() for n, (how, text) in kind.columns.items()
    ]
    logs = [
        f"| `{n}` | {text} |" for columns in (REQUEST_COLUMNS, OUTCOME_COLUMNS) for n, text in columns.items()
    ]
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == logs + facts
