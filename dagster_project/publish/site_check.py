"""Checks that a staged site holds together: links lead somewhere, nothing loads from elsewhere or against the policy.

In: the staged folder. Out: what is wrong, in words. Called by `pipeline.publish` before a release.
"""

from __future__ import annotations

import os
import os.path
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dagster_project.publish import policy

_ADDRESS = re.compile(r'\s(?:href|src)="([^"]*)"')
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"')
MOST = 20


def site_faults(
    staged: Path, *, base_url: str = "", to_come: frozenset[str] = frozenset(), previous: Path | None = None
) -> list[str]:
    """The first faults of a staged site, at most MOST, ordered by page.

    Pages linked from the `previous` release were checked when they were new. Their links are followed again only if
    a file of that release is gone: otherwise whatever they lead to is still there. `to_come` are files that are added
    at release. `base_url` says where on its host the site lies, for addresses that begin there.
    """
    root = urlsplit(base_url).path.strip("/")
    found: list[str] = []
    there = _inside(staged) | to_come
    whole = previous is not None and _inside(previous) <= there
    known: dict[tuple[str, str], str] = {}
    for name in sorted(n for n in there if n.endswith(".html")):
        page = staged / name
        is_new = page.stat().st_nlink == 1
        if whole and not is_new:
            continue
        text = page.read_text(encoding="utf-8")
        found += [
            f"{name}: link to {target}, which does not exist"
            for target in _dead(name, text, there, known, root)
        ]
        if is_new:
            found += [f"{name}: {fault}" for fault in _policy_faults(text)]
        if len(found) >= MOST:
            break
    return found[:MOST]


def _inside(folder: Path) -> set[str]:
    """The files and folders below a folder as paths inside it, with the folder itself as '.'."""
    found = {"."}
    for place, folders, names in os.walk(folder):
        inside = os.path.relpath(place, folder)
        found.update(names + folders if inside == "." else [f"{inside}/{name}" for name in names + folders])
    return found


def _dead(
    name: str, text: str, there: set[str], known: dict[tuple[str, str], str], root: str
) -> Iterator[str]:
    """The targets of a page's links that do not exist; `known` caches them by folder and address."""
    folder = name.rpartition("/")[0]
    for address in sorted(set(_ADDRESS.findall(text))):
        key = (folder, address)
        if key not in known:
            known[key] = _dead_target(folder, address, there, root)
        if known[key]:
            yield known[key]


def _dead_target(folder: str, address: str, there: set[str], root: str) -> str:
    """The target of an address inside the site if it does not exist there, else ''."""
    target = unquote(unescape(address)).split("#", 1)[0].split("?", 1)[0]
    if not target or _SCHEME.match(target) or target.startswith("//"):
        return ""
    if target.startswith("/"):
        place = os.path.relpath(target, f"/{root}")
    else:
        place = os.path.normpath(f"{folder}/{target}" if folder else target)
    return "" if place in there else target


def _policy_faults(text: str) -> list[str]:
    stated = _POLICY.search(text)
    if stated is None:
        return ["it has no content security policy"]
    return policy.problems(text, unescape(stated.group(1)))
