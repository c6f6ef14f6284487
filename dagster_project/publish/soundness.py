"""Whether a staged site holds together: links lead somewhere, nothing is loaded from elsewhere or outside the policy.

In: the staged folder. Out: what is wrong, in words. Called by `pipeline.publish` before a release.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from dagster_project.publish import policy

_ADDRESS = re.compile(r'\s(?:href|src)="([^"]*)"')
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"')
MOST = 20


def faults(staged: Path, *, to_come: frozenset[str] = frozenset()) -> list[str]:
    """The first faults of a staged site, at most MOST, ordered by page.

    Pages linked from the last release were
    checked against the policy when they were new, but their links are followed again. `to_come` are files that the
    release adds."""
    found: list[str] = []
    there = {staged / name for name in to_come}
    for page in sorted(staged.rglob("*.html")):
        name = page.relative_to(staged).as_posix()
        text = page.read_text(encoding="utf-8")
        found += [
            f"{name}: link to {target}, which is not there"
            for target in _dead_links(staged, page, text, there)
        ]
        if page.stat().st_nlink == 1:
            found += [f"{name}: {fault}" for fault in _policy_faults(text)]
        if len(found) >= MOST:
            break
    return found[:MOST]


def _dead_links(staged: Path, page: Path, text: str, there: set[Path]) -> Iterator[str]:
    for address in sorted(set(_ADDRESS.findall(text))):
        target = unquote(unescape(address)).split("#", 1)[0].split("?", 1)[0]
        if not target or _SCHEME.match(target) or target.startswith("//"):
            continue
        led = Path(
            os.path.normpath(staged / target.lstrip("/") if target.startswith("/") else page.parent / target)
        )
        if led not in there and not led.exists():
            yield target


def _policy_faults(text: str) -> list[str]:
    stated = _POLICY.search(text)
    if stated is None:
        return ["states no content security policy"]
    return policy.problems(text, unescape(stated.group(1)))
