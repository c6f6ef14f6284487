"""The content security policy and the check of pages against it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.publish.policy import _read, _Reader, policy, problems

ALLOWED = policy(
    ["<script>known()</script><script src='a.js'></script><script type='application/json'>{}</script>"]
)
META = f'<meta http-equiv="Content-Security-Policy" content="{ALLOWED}">'


def test_only_inline_scripts_of_the_reference_are_allowed() -> None:
    """Data blocks and files need no hash."""
    assert ALLOWED.count("'sha256-") == 1
    assert "script-src 'self' 'sha256-" in ALLOWED
    assert "'unsafe-inline'" not in ALLOWED.split("style-src")[0]
    assert problems(META + "<script>known()</script>", ALLOWED) == []


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<script>other()</script>", "inline script 'other()' is not allowed"),
        ("<svg onload=x()>", "handler onload"),
        ("<a href=' java\nscript:x()'>", "runs a script"),
        ("<img src='https://example.org/a.png'>", "loads from elsewhere"),
        ("<script src='//example.org/a.js'></script>", "loads from elsewhere"),
        ("<link rel=stylesheet href='http://example.org/a.css'>", "loads from elsewhere"),
        ("<form action='https://example.org'>", "loads from elsewhere"),
        (META, "found 2"),
    ],
)
def test_what_breaks_the_policy_is_named(html: str, problem: str) -> None:
    """The check of a release says what and where."""
    assert any(problem in found for found in problems(META + html, ALLOWED))


def test_links_that_load_nothing_are_fine() -> None:
    """People may leave the site; the page may not fetch from it."""
    html = "<a href='https://example.org'>x</a><link rel=canonical href='https://a.org/x.html'>"
    html += "<img src='data:image/png;base64,'>"
    assert problems(META + html, ALLOWED) == []


def test_every_page_of_a_built_site_holds_to_the_policy(sample: Path) -> None:
    """Stamped pages and the theme's own."""
    pages = sorted(sample.rglob("*.html"))
    assert len(pages) >= 4
    for page in pages:
        html = page.read_text(encoding="utf-8")
        allowed = (
            html.split('http-equiv="Content-Security-Policy" content="')[1]
            .split('"')[0]
            .replace("&#39;", "'")
        )
        assert problems(html, allowed) == [], page


PIECES = (
    "<p>", "</p>", "text > more", "<", "< b", '<td class="a" id=\'x\'>', "<br/>", "<!-- <p> -->", "<!--", "-->",
    '<a href="x.html#y">', "<a href='javascript:x()'>", '<a href="java&#115;cript:x()">', '<p title="<td class=">',
    '<svg onload="x()">', " onclick=x id=", '">', "<script>", "known()", "</script>", "<script src='//e.org/a.js'>",
    '<img src="https://e.org/a.png">', "<style>", "</style>", META, '<use href="//e.org/x.svg#a">', "<!doctype html>",
    '<rect x="1" hidden onfocus="x()"/>', "<OBJECT DATA='https://e.org'>", "&amp;", '"', "<p ONCLICK=x>",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_skipping_plain_pieces_misses_nothing(html: str) -> None:
    """Whatever a page contains, in whatever order, the same is found as when the parser reads all of it."""
    whole = _Reader()
    whole.feed(html)
    whole.close()
    found = _read(html)
    assert (found.scripts, found.policies, found.problems) == (whole.scripts, whole.policies, whole.problems)
