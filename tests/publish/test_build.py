"""The engine: shells from MkDocs, pages stamped, search and sitemap."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from markupsafe import Markup

from dagster_project.core.errors import PublishError
from dagster_project.publish.build import Place, Shell, Stamped, Written, build_shell, finish, write_pages
from dagster_project.publish.policy import problems
from dagster_project.publish.site_check import site_faults
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.workspace import Settings
from tests.publish.hostile import HOSTILE
from tests.publish.sample import build_sample

PLACES = (
    Place("index.html", "Home", "Scorecard"),
    Place("models.html", "Catalog", "Models"),
    Place("monitoring.html", "Monitoring", "Models"),
    Place("models/", "Model", "Models"),
    Place("receipts/a/b/", "Receipt"),
)


def shell_of(
    target: Path, cache: Path, places: Sequence[Place] = PLACES, *, name: str = "Tern Air", base_url: str = "",
    site: Path | None = None, draft: str = "",
) -> Shell:  # fmt: skip
    return build_shell(
        target,
        sites=(builtin_root() / "site", site),
        settings=Settings(name=name, base_url=base_url),
        places=places,
        as_of=dt.date(2013, 12, 31),
        cache=cache,
        draft=draft,
    )


def pages_for(places: Sequence[Place] = PLACES) -> list[Stamped]:
    singles = [
        Stamped(p.path, p.title, Markup("<h1>x</h1>"), search=p.title) for p in places if p.path[-1] != "/"
    ]
    return [
        *singles,
        Stamped("models/air-time.html", "air-time", Markup("<h1>air-time</h1>"), search="owner of air-time"),
    ]


def publish(target: Path, cache: Path, previous: Path | None = None, **options: object) -> Written:
    shell = shell_of(target, cache, **options)  # type: ignore[arg-type]
    written = write_pages(shell, pages_for(), target, previous=previous)
    finish(shell, written, target, base_url=str(options.get("base_url", "")))
    return written


def test_every_address_in_a_page_leads_to_a_file(tmp_path: Path, cache: Path) -> None:
    """Styles, scripts and tabs are right at every depth."""
    shell = shell_of(tmp_path / "s", cache)
    deep = Stamped("receipts/a/b/x.html", "x", Markup("<h1>x</h1>"))
    write_pages(shell, [*pages_for(), deep], tmp_path / "s")
    pages = [tmp_path / "s" / page.path for page in (*pages_for(), deep)]
    for page in pages:
        found = re.findall(r'(?:href|src)="([^"#]+)"', page.read_text(encoding="utf-8"))
        assert len(found) > 8
        for address in found:
            assert (page.parent / address).resolve().is_file(), f"{page}: {address}"


def test_the_tab_of_a_page_s_section_is_lit_and_its_siblings_are_listed(tmp_path: Path, cache: Path) -> None:
    """Also for pages that are not in the navigation."""
    publish(tmp_path / "s", cache)
    html = (tmp_path / "s/models/air-time.html").read_text(encoding="utf-8")
    assert re.search(r'md-tabs__item--active">\s*<a href="../models.html"[^>]*>Models</a>', html)
    assert re.search(r'mb-subtabs">.*<a href="../monitoring.html">Monitoring</a>', html, re.DOTALL)
    assert "__shell__" not in "".join(p.name for p in (tmp_path / "s").rglob("*"))


def test_the_same_inputs_make_the_same_bytes_whatever_the_clock_says(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two builds at different times and in different environments."""
    build_sample(tmp_path / "a", cache, rows=5)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    build_sample(tmp_path / "b", cache, rows=5)
    first = {
        p.relative_to(tmp_path / "a"): p.read_bytes() for p in (tmp_path / "a").rglob("*") if p.is_file()
    }
    second = {
        p.relative_to(tmp_path / "b"): p.read_bytes() for p in (tmp_path / "b").rglob("*") if p.is_file()
    }
    assert first == second
    assert os.environ["SOURCE_DATE_EPOCH"] == "1700000000"


def test_an_unchanged_page_is_linked_to_the_previous_release_and_never_written_through(
    tmp_path: Path, cache: Path
) -> None:
    """Releases share files; writing one never changes another."""
    first = publish(tmp_path / "a", cache)
    assert (first.written, first.linked) == (4, 0)
    shell = shell_of(tmp_path / "b", cache)
    pages = pages_for()
    pages[0] = Stamped("index.html", "Home", Markup("<h1>changed</h1>"))
    second = write_pages(shell, pages, tmp_path / "b", previous=tmp_path / "a")
    assert (second.written, second.linked) == (1, 3)
    assert (tmp_path / "b/models.html").stat().st_ino == (tmp_path / "a/models.html").stat().st_ino
    before = (tmp_path / "a/models.html").read_bytes()
    write_pages(shell, [Stamped("models.html", "new", Markup("<h1>new</h1>"))], tmp_path / "b")
    assert (tmp_path / "a/models.html").read_bytes() == before


def test_the_search_has_one_entry_a_page_and_none_for_shells(tmp_path: Path, cache: Path) -> None:
    """The copy for file:// says the same."""
    publish(tmp_path / "s", cache)
    index = json.loads((tmp_path / "s/search/search_index.json").read_text(encoding="utf-8"))
    generated = [d for d in index["docs"] if not d["location"].startswith("about/")]
    assert [d["location"] for d in generated] == [
        "index.html",
        "models.html",
        "models/air-time.html",
        "monitoring.html",
    ]
    assert index["config"]["separator"] == r"[\s,/]+"
    script = (tmp_path / "s/search/search_index.js").read_text(encoding="utf-8")
    assert json.loads(script.removeprefix("var __index = ")) == index


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_title_becomes_markup_in_the_search(tmp_path: Path, text: str) -> None:
    """The theme writes search entries as HTML."""
    from dagster_project.publish import search

    (tmp_path / "search").mkdir()
    (tmp_path / "search/search_index.json").write_text('{"config":{},"docs":[]}', encoding="utf-8")
    search.add_entries(tmp_path, [search.Entry("a.html", text, text)])
    entry = json.loads((tmp_path / "search/search_index.json").read_text(encoding="utf-8"))["docs"][0]
    assert "<" not in entry["title"] + entry["text"]
    assert len(entry["text"]) < 6000


def test_a_hostile_organization_s_name_stays_text(tmp_path: Path, cache: Path) -> None:
    """It is in the title, the header, the drawer and the footer of every page."""
    name = '</title><script>alert(1)</script>"><img src=x onerror=alert(1)>'
    places = (Place("index.html", name, name), Place("models/", name, name))
    shell = shell_of(tmp_path / "s", cache, places, name=name, draft=name)
    write_pages(shell, [Stamped("index.html", name, Markup("<h1>x</h1>"))], tmp_path / "s")
    for page in (tmp_path / "s").rglob("*.html"):
        assert problems(page.read_text(encoding="utf-8"), shell.policy) == []
        assert "<img" not in page.read_text(encoding="utf-8")


def test_a_workspace_overrides_the_look_and_adds_pages(tmp_path: Path, cache: Path) -> None:
    """A file of the same path wins; hand-written Markdown joins the site."""
    site = tmp_path / "site"
    (site / "docs/assets").mkdir(parents=True)
    (site / "docs/assets/icon.svg").write_text("<svg>own</svg>", encoding="utf-8")
    (site / "docs/team.md").write_text("# Our team\n\nWe run it.\n", encoding="utf-8")
    shell = shell_of(tmp_path / "s", cache, site=site)
    assert (tmp_path / "s/assets/icon.svg").read_text(encoding="utf-8") == "<svg>own</svg>"
    html = (tmp_path / "s/team.html").read_text(encoding="utf-8")
    assert "We run it." in html
    assert problems(html, shell.policy) == []


def test_a_script_in_a_hand_written_page_is_not_blessed(tmp_path: Path, cache: Path) -> None:
    """Hashes come only from pages without any content."""
    (tmp_path / "site/docs").mkdir(parents=True)
    (tmp_path / "site/docs/team.md").write_text("# Team\n\n<script>alert(1)</script>\n", encoding="utf-8")
    shell = shell_of(tmp_path / "s", cache, site=tmp_path / "site")
    html = (tmp_path / "s/team.html").read_text(encoding="utf-8")
    assert problems(html, shell.policy) == ["inline script 'alert(1)' is not allowed"]


def test_the_sitemap_needs_an_address(tmp_path: Path, cache: Path) -> None:
    """Without a base URL there is neither sitemap nor 404 page, which need absolute addresses; with one both hold."""
    publish(tmp_path / "a", cache)
    assert not (tmp_path / "a/sitemap.xml").exists()
    assert not (tmp_path / "a/404.html").exists()
    publish(tmp_path / "b", cache, base_url="https://example.org/models/")
    text = (tmp_path / "b/sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://example.org/models/models/air-time.html</loc>" in text
    assert "404" not in text
    assert "__shell__" not in text
    assert "/models/" in (tmp_path / "b/404.html").read_text(encoding="utf-8")
    found = site_faults(tmp_path / "b", base_url="https://example.org/models/")
    assert not [fault for fault in found if fault.startswith("404.html")]


def test_a_place_without_a_page_stops_the_build(tmp_path: Path, cache: Path) -> None:
    """An empty shell is never published."""
    shell = shell_of(tmp_path / "s", cache)
    written = write_pages(shell, pages_for()[1:], tmp_path / "s")
    with pytest.raises(PublishError, match=r"no page was written for index\.html"):
        finish(shell, written, tmp_path / "s")


def test_two_pages_of_one_address_and_a_full_folder_are_refused(tmp_path: Path, cache: Path) -> None:
    """Nothing is overwritten silently."""
    shell = shell_of(tmp_path / "s", cache)
    with pytest.raises(PublishError, match=r"same address: models/air-time.html"):
        write_pages(shell, [*pages_for(), pages_for()[-1]], tmp_path / "s")
    with pytest.raises(PublishError, match="is not empty"):
        shell_of(tmp_path / "s", cache)


def test_a_broken_mkdocs_configuration_is_a_publish_error(tmp_path: Path, cache: Path) -> None:
    """A workspace's own mkdocs.yml may be wrong; the command line says so and keeps the last site."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/mkdocs.yml").write_text(
        "site_name: x\ntheme: {name: no-such-theme}\n", encoding="utf-8"
    )
    with pytest.raises(PublishError, match="MkDocs could not build"):
        shell_of(tmp_path / "s", tmp_path / "other-cache", site=tmp_path / "site")


def test_no_page_holds_a_draft_s_banner_unless_it_is_one(tmp_path: Path, cache: Path) -> None:
    """A partial night says so on every page."""
    shell = shell_of(tmp_path / "s", cache, draft="Partial: 31 Dec is not over")
    write_pages(shell, pages_for(), tmp_path / "s")
    assert all(
        "Partial: 31 Dec is not over" in p.read_text(encoding="utf-8")
        for p in (tmp_path / "s").rglob("*.html")
    )


def test_the_font_is_published_with_its_licence_and_nothing_unused(sample: Path) -> None:
    """Inter may be shipped with its licence; maps and foreign stemmers are left out."""
    assert (sample / "assets/inter.woff2").read_bytes()[:4] == b"wOF2"
    assert (sample / "assets/inter.woff2").stat().st_size < 80_000
    assert (
        "SIL OPEN FONT LICENSE" in (sample / "assets/inter-licence.txt").read_text(encoding="utf-8").upper()
    )
    assert not list(sample.rglob("*.map"))
