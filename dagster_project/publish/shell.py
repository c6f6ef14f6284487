"""Shells and what is stamped into them: a page of the theme with places for title, contents and body.

In: shell pages rendered by `build`, finished bodies from page templates. Out: bytes of whole pages. The addresses of
styles and scripts in a shell fit its depth, so a stamped page must be in its shell's folder. Called by `build` and
`pipeline.render`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Final

from markupsafe import Markup, escape

from dagster_project.core.errors import PublishError

SHELL_NAME: Final = "__shell__"
"""File name (without ending) of the shell of a folder's pages."""

_MARK: Final = re.compile(r"@@mb-(title|description|toc|body)@@")
_HEADING: Final = re.compile(r'<h([23])\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Place:
    """Where generated pages go: 'models.html' is one page, 'models/' a folder of many, at most three deep.

    `section` is the tab that lists the page, or the tab highlighted while a page of the folder is open.
    """

    path: str
    title: str
    section: str | None = None

    def __post_init__(self) -> None:
        """Refuse an address that is not a page or folder inside the site."""
        parts = self.path.rstrip("/").split("/")
        safe = all(re.fullmatch(r"[a-z0-9][a-z0-9._-]*", part) for part in parts) and len(parts) <= 4
        if not safe or not self.path.endswith(("/", ".html")):
            raise PublishError(
                f"{self.path!r} is not the address of a page: expected 'name.html' or 'folder/'"
            )


UNREADABLE = "".join(map(chr, (*range(9), 0xB, *range(0xE, 0x20), 0x7F, 0x202D, 0x202E)))
"""Control characters that are not spaces, and the two that override the direction of text."""


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the contents list: level 2 or 3, the heading's id and its plain text."""

    level: int
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Stamped:
    """A page to be stamped: `body` is HTML that begins with its h1; empty `search` leaves it out of the search.

    A page with `reused` is that file of the previous release; its body is ignored.
    """

    path: str
    title: str
    body: Markup
    toc: tuple[Heading, ...] = ()
    search: str = ""
    description: str = ""
    reused: Path | None = None


@dataclass(frozen=True, slots=True)
class Shell:
    """The shells of a site by place ('models.html', 'models/'), cut at their marks: text, field, text, ..."""

    pieces: Mapping[str, tuple[str, ...]]
    policy: str


def cut(html: str, place: str) -> tuple[str, ...]:
    """A shell page cut at its marks. Raises PublishError unless the body has exactly one place."""
    parts = tuple(_MARK.split(html))
    if parts[1::2].count("body") != 1:
        raise PublishError(
            f"the shell of {place} has {parts[1::2].count('body')} places for the body, expected one"
        )
    return parts


def stamp(shell: Shell, page: Stamped) -> bytes:
    """The whole page. Raises PublishError if no place was made for its path."""
    pieces = shell.pieces.get(page.path) or shell.pieces.get(folder_of(page.path))
    if pieces is None:
        raise PublishError(
            f"no place for the page {page.path!r}; there are {', '.join(sorted(shell.pieces))}"
        )
    fields = {
        "title": str(escape(page.title)),
        "description": str(escape(page.description or page.title)),
        "toc": _contents(page.toc),
        "body": str(page.body),
    }
    return _readable("".join(part if i % 2 == 0 else fields[part] for i, part in enumerate(pieces))).encode()


def _readable(html: str) -> str:
    """The page with U+FFFD in place of characters that HTML forbids or that reverse the direction of text."""
    for character in UNREADABLE:
        if character in html:
            html = html.replace(character, "\ufffd")
    return html


def folder_of(path: str) -> str:
    """The folder of a page, with its slash: 'models/x.html' -> 'models/'; '' at the top. Refuses odd paths."""
    pure = PurePosixPath(path)
    if (
        pure.is_absolute()
        or pure.as_posix() != path
        or not re.fullmatch(r"(?:[a-z0-9][a-z0-9._-]*/?)+", path)
    ):
        raise PublishError(f"{path!r} is not the address of a page inside the site")
    return "" if len(pure.parts) == 1 else f"{pure.parent.as_posix()}/"


def headings(body: str) -> tuple[Heading, ...]:
    """The h2 and h3 of a body that have an id, for its contents list."""
    return tuple(
        Heading(int(level), unescape(anchor), unescape(_TAG.sub("", inner)).strip())
        for level, anchor, inner in _HEADING.findall(body)
    )


def _contents(toc: tuple[Heading, ...]) -> str:
    """The contents list as the theme writes it; nothing for a page without headings."""
    if not toc:
        return ""
    items = "".join(
        f'<li class="md-nav__item mb-toc-{h.level}"><a href="#{escape(h.id)}" class="md-nav__link">'
        f'<span class="md-ellipsis">{escape(h.title)}</span></a></li>'
        for h in toc
    )
    return (
        '<div class="md-sidebar md-sidebar--secondary" data-md-component="sidebar" data-md-type="toc">'
        '<div class="md-sidebar__scrollwrap"><div class="md-sidebar__inner">'
        '<nav class="md-nav md-nav--secondary" aria-label="On this page">'
        '<span class="md-nav__title">On this page</span>'
        f'<ul class="md-nav__list" data-md-component="toc" data-md-scrollfix>{items}</ul></nav></div></div></div>'
    )
