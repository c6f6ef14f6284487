"""The content security policy of every page, and the check that a page keeps to it.

Inline scripts are allowed by hash, and hashes are taken only from pages of the theme without any content: hashing
what a published page holds would allow an injected script (W3C, "Content Security Policy Level 3", 8.4). Called by
`theme` (policy) and `site_check` (problems).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

_DIRECTIVES: Final = (
    "default-src 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "object-src 'none'",
)
_SCRIPT_TYPES: Final = {"", "text/javascript", "application/javascript", "module"}
_LOADING: Final = {("script", "src"), ("img", "src"), ("iframe", "src"), ("link", "href"), ("source", "src"),
                   ("video", "src"), ("audio", "src"), ("embed", "src"), ("object", "data"), ("image", "href"),
                   ("use", "href"), ("form", "action"), ("base", "href")}  # fmt: skip
_ELSEWHERE: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
_HARMLESS_LINKS: Final = {"canonical", "alternate"}
_PLAIN: Final = re.compile(
    r"""(?:
      [^<]++                                                         # text
    | </(?!script|style)[a-z][a-z0-9]*+\s*+>                         # an end tag
    | <(?!script|style|meta|base|object|embed|form|link|i?frame|img|image|source|video|audio)[a-z][-a-z0-9]*+
      (?:\s++(?: (?!on|src|href|action|data[=\s]|xlink|http)[a-z_][-a-z0-9_:.]*+ (?:="[^"<>]*+")?+
              | href="(?!//)[^":&<>]*+" ))*+ \s*+ /?>                # a start tag with harmless attributes
    )++""",
    re.IGNORECASE | re.VERBOSE,
)
"""What needs no check, nearly all of a page: skipped in one step, where the parser would need a call for each piece."""


def policy(reference_pages: Iterable[str]) -> str:
    """The policy that allows exactly the inline scripts of these pages, which must not hold any user's content."""
    hashes = sorted({_hash(s) for html in reference_pages for s in _read(html).scripts})
    sources = " ".join(["'self'", *hashes])
    first, *rest = _DIRECTIVES
    return "; ".join([first, f"script-src {sources}", *rest])


def problems(html: str, allowed: str) -> list[str]:
    """What in a page violates the policy `allowed`: scripts, handlers, script links, loads from elsewhere."""
    page = _read(html)
    found = [f"inline script {s[:60]!r} is not allowed" for s in page.scripts if _hash(s) not in allowed]
    if page.policies != [allowed]:
        found.append(
            f"expected one content security policy, the site's; found {len(page.policies)} or another"
        )
    return found + page.problems


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _read(html: str) -> _Reader:
    """Gather what matters. Plain pieces are skipped, but only between elements, which the parser tells apart."""
    reader, at = _Reader(), 0
    while at < len(html):
        plain = _PLAIN.match(html, at)
        at = plain.end() if plain else reader.take(html, at)
    reader.close()
    return reader


class _Reader(HTMLParser):
    """Gathers inline scripts, policies and what should not be in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self.policies: list[str] = []
        self.problems: list[str] = []
        self._in_script = False

    def take(self, html: str, at: int) -> int:
        """Read on from a '<' until the parser has no unfinished tag or script; return the place reached."""
        while True:
            closing = html.find("</", at) if self.cdata_elem else at
            end = html.find(">", closing) + 1 if closing >= 0 else 0
            self.feed(html[at : end or len(html)])
            at = end or len(html)
            if at == len(html) or not (self.rawdata or self.cdata_elem):
                return at

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Check one element."""
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in given and given.get("type", "").lower() in _SCRIPT_TYPES:
            self._in_script = True
            self.scripts.append("")
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policies.append(given.get("content", ""))
        for name, value in given.items():
            self.problems += _faults(tag, name, value, given)

    def handle_data(self, data: str) -> None:
        """Gather a script's text."""
        if self._in_script:
            self.scripts[-1] += data

    def handle_endtag(self, tag: str) -> None:
        """End a script."""
        if tag == "script":
            self._in_script = False


def _faults(tag: str, name: str, value: str, given: dict[str, str]) -> list[str]:
    if name.startswith("on"):
        return [f"<{tag}> has the handler {name}"]
    scheme = re.sub(r"[\x00-\x20]", "", value).lower()
    if name in ("href", "src", "action", "xlink:href") and scheme.startswith(("javascript:", "vbscript:")):
        return [f"<{tag} {name}> runs a script: {value[:60]!r}"]
    harmless = scheme.startswith("data:image/") or given.get("rel", "") in _HARMLESS_LINKS
    if (tag, name) in _LOADING and _ELSEWHERE.match(value) and not harmless:
        return [f"<{tag} {name}> loads from elsewhere: {value[:80]!r}"]
    return []
