"""Stamping: finished bodies into a shell."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from dagster_project.core.errors import PublishError
from dagster_project.publish.shell import Heading, Place, Shell, Stamped, cut, folder_of, headings, stamp
from tests.publish.hostile import HOSTILE

HTML = "<title>@@mb-title@@</title><meta content='@@mb-description@@'>@@mb-toc@@<main>@@mb-body@@</main>"
SHELL = Shell({"models/": cut(HTML, "models/"), "index.html": cut("top " + HTML, "index.html")}, "policy")


def test_a_page_is_stamped_into_the_shell_of_its_folder_or_of_its_own() -> None:
    """The shell of its own address comes first."""
    page = Stamped("models/a.html", "A & B", Markup("<h1>A</h1>"), (Heading(2, "use", "Use <1"),))
    html = stamp(SHELL, page).decode()
    assert html.startswith("<title>A &amp; B</title>")
    assert '<a href="#use" class="md-nav__link"><span class="md-ellipsis">Use &lt;1</span></a>' in html
    assert html.endswith("<main><h1>A</h1></main>")
    assert stamp(SHELL, Stamped("index.html", "x", Markup())).startswith(b"top ")


def test_without_headings_there_is_no_contents_list() -> None:
    """An empty side column would only take room."""
    assert b"md-sidebar" not in stamp(SHELL, Stamped("models/a.html", "x", Markup()))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_title_becomes_markup_and_no_mark_in_a_text_is_filled(text: str) -> None:
    """A model may be called anything, even like a mark."""
    page = Stamped("models/a.html", text, Markup("BODY"), (Heading(2, text, text),), description=text)
    html = stamp(SHELL, page).decode()
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("BODY") == 1


def test_a_page_without_a_place_is_refused_with_the_places_there_are() -> None:
    """A slip in a template's address is found at once."""
    with pytest.raises(
        PublishError, match=r"no place for the page 'other/a.html'; there are index.html, models/"
    ):
        stamp(SHELL, Stamped("other/a.html", "x", Markup()))


@pytest.mark.parametrize(
    "path", ["../a.html", "/a.html", "models/../../a.html", "models//a.html", "a\\b.html", "", "A.html"]
)
def test_an_address_outside_the_site_is_refused(path: str) -> None:
    """Ids from outside were made safe earlier; this is the second check."""
    with pytest.raises(PublishError):
        folder_of(path)
    with pytest.raises(PublishError):
        Place(path, "x")


@pytest.mark.parametrize("path", ["models", "models.md", "a/b/c/d/e.html"])
def test_a_place_is_a_page_or_a_folder(path: str) -> None:
    """Anything else would silently make no shell."""
    with pytest.raises(PublishError, match="is not the address of a page"):
        Place(path, "x")


def test_a_shell_without_exactly_one_body_is_refused() -> None:
    """An overridden template that lost its mark would publish empty pages."""
    with pytest.raises(PublishError, match="0 places for the body"):
        cut("<html>", "index.html")


def test_headings_are_read_from_a_body() -> None:
    """Only h2 and h3 that can be linked to."""
    body = '<h1 id="a">A</h1><h2 id="b">B &amp; <em>C</em></h2><h2>no id</h2><h3 class="x" id="d">D</h3>'
    assert headings(body) == (Heading(2, "b", "B & C"), Heading(3, "d", "D"))


def test_what_html_may_not_hold_or_turns_the_page_around_is_marked() -> None:
    """A log may hold any character; Hebrew and emoji stay what they are."""
    text = "a\0b\x1b[2Jc\u202edone \t\n\u05e9\u05dc\u05d5\u05dd \U0001f600"
    html = stamp(SHELL, Stamped("models/a.html", text, Markup("<h1>") + text + Markup("</h1>"))).decode()
    assert html.count("a\ufffdb\ufffd[2Jc\ufffddone \t\n\u05e9\u05dc\u05d5\u05dd \U0001f600") == 3
