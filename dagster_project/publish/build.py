"""How pages become a site: the only module that knows MkDocs.

MkDocs renders the hand-written Markdown of `site/docs` and one empty shell for each place of generated pages;
generated pages are finished HTML stamped into a shell, so that the cost depends on the pages that changed and nothing
from outside passes through Markdown. In: the `site` folders, settings, places, then pages. Out: a folder of HTML.
Called by `pipeline.render`.
"""

from __future__ import annotations

import calendar
import datetime as dt
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dagster_project.core.errors import PublishError
from dagster_project.publish import search
from dagster_project.publish.shell import (
    SHELL_NAME,
    Heading,
    Place,
    Shell,
    Stamped,
    cut,
    headings,
    stamp,
)
from dagster_project.publish.theme import Look, reference_policy, render
from dagster_project.spec.workspace import Settings

__all__ = [
    "Heading",
    "Place",
    "Shell",
    "Stamped",
    "Written",
    "build_shell",
    "finish",
    "headings",
    "sources_of",
    "stamp",
    "write_pages",
]


@dataclass(frozen=True, slots=True)
class Written:
    """The pages written: how many are new, how many are linked from the previous release, paths and search entries."""

    written: int
    linked: int
    paths: tuple[str, ...]
    entries: tuple[search.Entry, ...]


def build_shell(
    target: Path,
    *,
    sites: Sequence[Path | None],
    settings: Settings,
    places: Sequence[Place],
    as_of: dt.date,
    cache: Path,
    draft: str = "",
) -> Shell:
    """Build the theme, the hand-written pages and a shell for each place into `target`, an empty folder.

    Later `sites` override files of earlier ones. `draft` is a banner on every page. Raises PublishError.
    """
    if target.exists() and any(target.iterdir()):
        raise PublishError(
            f"{target} is not empty: a site is built in a folder of its own, never over another"
        )
    look = Look(tuple(site for site in sites if site is not None), cache)
    policy = reference_policy(look, settings.base_url)
    epoch = calendar.timegm(as_of.timetuple())
    render(
        look,
        target,
        sources_of(places),
        settings=settings,
        policy=policy,
        epoch=epoch,
        draft=draft,
        tabs=_tabs(places),
    )
    pieces = {place.path: cut(_take(target, place), place.path) for place in places}
    return Shell(pieces, policy)


def write_pages(
    shell: Shell, pages: Iterable[Stamped], target: Path, *, previous: Path | None = None
) -> Written:
    """Stamp pages into `target`; one with the same bytes as in the `previous` release becomes a link to it."""
    linked, paths, entries = 0, [], []
    for page in pages:
        linked += _put(shell, page, target, previous)
        paths.append(page.path)
        if page.search:
            entries.append(search.Entry(page.path, page.title, page.search))
    twice = {p for p in paths if paths.count(p) > 1} if len(set(paths)) < len(paths) else set()
    if twice:
        raise PublishError(f"two pages have the same address: {', '.join(sorted(twice))}")
    return Written(len(paths) - linked, linked, tuple(paths), tuple(entries))


def finish(shell: Shell, written: Written, target: Path, *, base_url: str = "") -> None:
    """Add the pages to the search and, if the site has an address, write a sitemap.

    Raises PublishError if the page of some place was not written: its empty shell would be published.
    """
    empty = sorted({p for p in shell.pieces if not p.endswith("/")} - set(written.paths))
    if empty:
        raise PublishError(f"no page was written for {', '.join(empty)}")
    search.add_entries(target, sorted(written.entries, key=lambda e: e.path))
    if base_url:
        pages = [p.relative_to(target).as_posix() for p in target.rglob("*.html") if p.name != "404.html"]
        search.write_sitemap(target, pages, base_url)


def _put(shell: Shell, page: Stamped, target: Path, previous: Path | None) -> bool:
    """Write one page, or link it (then True); never writes into a file that another release shares."""
    place = target / page.path
    if not place.parent.is_dir():
        place.parent.mkdir(parents=True)
    if not place.resolve().is_relative_to(target.resolve()):
        raise PublishError(f"{page.path!r} is outside the site")
    place.unlink(missing_ok=True)
    if page.reused is not None:
        os.link(page.reused, place)
        return True
    data = stamp(shell, page)
    before = previous / page.path if previous is not None else None
    if before is not None and before.is_file() and before.read_bytes() == data:
        os.link(before, place)
        return True
    place.write_bytes(data)
    return False


def sources_of(places: Sequence[Place]) -> dict[str, str]:
    """The shells' Markdown by file: empty pages whose front matter says they are shells."""
    import yaml

    found = {}
    for place in places:
        head = {
            "shell": True,
            "section": place.section or "",
            "title": "@@mb-title@@",
            "search": {"exclude": True},
        }
        found[_source(place)] = f"---\n{yaml.safe_dump(head)}---\n"
    return found


def _source(place: Place) -> str:
    return (
        f"{place.path}{SHELL_NAME}.md"
        if place.path.endswith("/")
        else place.path.removesuffix(".html") + ".md"
    )


def _tabs(places: Sequence[Place]) -> Mapping[str, list[tuple[str, str]]]:
    """Section -> its pages as (title, source), both in the order of `places`."""
    tabs: dict[str, list[tuple[str, str]]] = {}
    for place in places:
        if place.section and not place.path.endswith("/"):
            tabs.setdefault(place.section, []).append((place.title, _source(place)))
    return tabs


def _take(target: Path, place: Place) -> str:
    """Read a rendered shell and remove its file."""
    path = target / (f"{place.path}{SHELL_NAME}.html" if place.path.endswith("/") else place.path)
    html = path.read_text(encoding="utf-8")
    path.unlink()
    return html
