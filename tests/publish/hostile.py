"""Texts that have broken sites before, and a reader that finds what they would do."""

from __future__ import annotations

from html.parser import HTMLParser

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</script><script>alert(1)</script>",
    "</title></style></textarea><svg onload=alert(1)>",
    "javascript:alert(1)",
    "\u202eevil\u202c \u200f\u2028 &lt;b&gt; &amp; {{ 7*7 }} {% raw %} @@mb-body@@",
    "{x} %s %(a)s {0}",
    "x" * 5000,
)  # fmt: skip


class Elements(HTMLParser):
    """Names of elements and attributes of a piece of HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._stack: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str, allowed_scripts: int = 0) -> None:
    """Assert that the text made no element or handler, and that no link runs it."""
    found = Elements(html)
    assert found.tags.count("script") == allowed_scripts
    assert not {"img", "iframe", "object", "embed", "style", "title"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not [
        value
        for name, value in found.attributes
        if name in ("href", "src") and value.startswith("javascript")
    ]
