"""What makes pages findable: one search entry for each stamped page, and the sitemap.

The theme's search index holds HTML, so texts are escaped here. Called by `build.finish`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

_MOST_CHARACTERS: Final = 600
"""Most characters of an entry's text: the index of 5,000 models must stay below 1 MB."""


_INSIDE_WORDS: Final = re.compile(r"[-_.:]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page as the search knows it: its path, title and words."""

    path: str
    title: str
    text: str


def add_entries(site: Path, entries: Iterable[Entry]) -> None:
    """Add entries to the theme's index, and to its copy as a script for file://."""
    index = site / "search" / "search_index.json"
    data = json.loads(index.read_text(encoding="utf-8"))
    data["docs"] += [
        {"location": e.path, "title": escape(e.title), "text": escape(_with_parts(e.text[:_MOST_CHARACTERS]))}
        for e in entries
    ]
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    index.write_text(text, encoding="utf-8")
    index.with_suffix(".js").write_text(f"var __index = {text}", encoding="utf-8")


def _with_parts(text: str) -> str:
    """The text, and the parts of its compound words, so that 'departure' finds late-departure."""
    words = text.split()
    parts = [part for word in words for part in _INSIDE_WORDS.split(word) if part and part != word]
    return " ".join([text, *dict.fromkeys(part for part in parts if part not in words)])


def write_sitemap(site: Path, paths: Sequence[str], base_url: str) -> None:
    """`sitemap.xml` with every page; addresses are escaped."""
    base = base_url.rstrip("/")
    urls = "".join(f"<url><loc>{escape(f'{base}/{path}')}</loc></url>\n" for path in sorted(paths))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (site / "sitemap.xml").write_text(f"{head}{urls}</urlset>\n", encoding="utf-8")
