"""A staged site that does not hold together is detected."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.publish.site_check import MOST, site_faults

POLICY = "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self'\">"


def page(folder: Path, name: str, body: str, head: str = POLICY) -> None:
    """Write one page."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"<html><head>{head}</head><body>{body}</body></html>", encoding="utf-8")


def test_a_sound_site_has_no_faults(tmp_path: Path) -> None:
    """Relative links at every depth, anchors, queries and links to elsewhere are fine."""
    page(tmp_path, "index.html", '<a href="models/a.html#x">a</a><a href="https://example.org/">e</a>')
    page(tmp_path, "models/a.html", '<a href="../index.html?q=1">up</a><a href="#here">here</a>')
    assert site_faults(tmp_path) == []


@pytest.mark.parametrize("base_url", ["", "https://example.org", "https://example.org/boards/ours/"])
def test_addresses_that_begin_at_the_host_lead_to_where_the_site_lies(tmp_path: Path, base_url: str) -> None:
    """As those of the page for what is not found; elsewhere on the host is not the site."""
    root = base_url.removeprefix("https://example.org").strip("/")
    start = f"/{root}/" if root else "/"
    page(tmp_path, "index.html", "")
    page(
        tmp_path,
        "404.html",
        f'<a href="{start}">h</a><a href="{start}index.html">i</a><a href="{start}no.html">n</a>',
    )
    assert site_faults(tmp_path, base_url=base_url) == [
        f"404.html: link to {start}no.html, which does not exist"
    ]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('<a href="gone.html">x</a>', "gone.html, which does not exist"),
        ('<img src="pictures/none.png">', "none.png, which does not exist"),
        ("<script>alert(1)</script>", "index.html: "),
        ('<img src="index.html" onerror="x()">', "index.html: "),
        ('<script src="https://elsewhere.example/x.js"></script>', "index.html: "),
    ],
)
def test_dead_links_and_foreign_code_are_named(tmp_path: Path, body: str, words: str) -> None:
    """One fault each, with the page's name."""
    page(tmp_path, "index.html", body)
    assert [fault for fault in site_faults(tmp_path) if words in fault]


def test_a_page_without_a_policy_is_a_fault(tmp_path: Path) -> None:
    """Every page states the policy."""
    page(tmp_path, "index.html", "", head="")
    assert site_faults(tmp_path) == ["index.html: it has no content security policy"]


def test_a_flood_of_faults_is_cut(tmp_path: Path) -> None:
    """Users read only the first ones."""
    page(tmp_path, "index.html", "".join(f'<a href="g{i}.html">x</a>' for i in range(100)))
    assert len(site_faults(tmp_path)) == MOST


def test_links_of_a_page_taken_over_are_followed_again_once_a_file_is_gone(tmp_path: Path) -> None:
    """A page of the previous release is read again only if that release had a file that this one lacks."""
    before, staged = tmp_path / "before", tmp_path / "staged"
    page(before, "index.html", '<a href="models/a.html">a</a>')
    page(before, "models/a.html", "")
    staged.mkdir()
    (staged / "index.html").hardlink_to(before / "index.html")
    assert site_faults(staged, previous=before) == ["index.html: link to models/a.html, which does not exist"]
    page(staged, "models/a.html", '<a href="none.html">x</a>')
    assert site_faults(staged, previous=before) == ["models/a.html: link to none.html, which does not exist"]
