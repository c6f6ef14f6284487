"""Templates: escaping, refusal of the undefined, addresses, and errors that name file and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from jinja2 import Environment

from dagster_project.core.errors import PublishError, WorkspaceError
from dagster_project.publish import phrases
from dagster_project.publish.templates import Page, Source, render_pages
from dagster_project.publish.views import Views
from dagster_project.spec.page import PageHead
from dagster_project.spec.statementfile import PagePart

HOSTILE = "<script>alert('x')</script>"


def views(**frames: pl.DataFrame) -> Views:
    return Views(frozenset(frames), frames.__getitem__)


def pages(body: str, given: Views, *, parts: Sequence[PagePart] = (), **head: object) -> list[Page]:
    source = Source(
        "things", PageHead.model_validate({"title": "Things", **head}), body, "reports/pages/things.md", 5
    )
    return list(render_pages([source], given, parts=parts, repository_url="", currency="EUR"))


def test_a_compiled_template_is_not_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes the same page, and its faults are still named with their lines; a changed one is compiled."""
    source = Source(
        "things", PageHead(title="Things"), "<h1>x</h1>\n{{ lost }}", "reports/pages/things.md", 5
    )

    def render(source: Source) -> list[Page]:
        return list(render_pages([source], views(), repository_url="", currency="EUR", compiled=tmp_path))

    with pytest.raises(WorkspaceError) as first:
        render(source)
    monkeypatch.setattr(Environment, "compile", lambda *_, **__: pytest.fail("compiled again"))
    with pytest.raises(WorkspaceError) as second:
        render(source)
    assert str(second.value) == str(first.value)
    assert "reports/pages/things.md:6: 'lost' is undefined" in str(second.value)
    monkeypatch.undo()
    (page,) = render(replace(source, body="<h1>mended</h1>"))
    assert page.body == "<h1>mended</h1>"


def part(body: str) -> PagePart:
    return PagePart("things/a.html", body, "builtin:reports/parts/things/a.html")


def test_text_from_data_is_escaped() -> None:
    """A title that is a script arrives as text."""
    (page,) = pages(
        "<h1>{{ views.one('things').title }}</h1>", views(things=pl.DataFrame({"title": [HOSTILE]}))
    )
    assert page.body == "<h1>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</h1>"


def test_an_undefined_name_is_an_error_with_file_and_line() -> None:
    """The second line of the body is line 6 of the file."""
    with pytest.raises(WorkspaceError, match=r"reports/pages/things\.md:6: .*'nonsense' is undefined"):
        pages("<h1>x</h1>\n{{ nonsense }}", views())


def test_a_missing_column_is_an_error_with_file_and_line() -> None:
    """Rows have no columns but those of the view."""
    with pytest.raises(WorkspaceError, match=r"things\.md:5: .*no attribute 'lost'"):
        pages("{{ views.one('things').lost }}", views(things=pl.DataFrame({"title": ["x"]})))


def test_a_syntax_error_names_file_and_line() -> None:
    """Jinja's own message, at the file's line."""
    with pytest.raises(WorkspaceError, match=r"things\.md:7: "):
        pages("a\nb\n{% if %}", views())


def test_a_page_includes_parts_that_see_what_it_set() -> None:
    """Text is escaped there too."""
    body = "{% set name = '<b>' %}<h1>x</h1>{% include 'things/a.html' %}"
    (page,) = pages(body, views(), parts=[part("{% set own = name %}{{ own }}")])
    assert page.body == "<h1>x</h1>&lt;b&gt;"


@pytest.mark.parametrize(
    ("body", "parts", "message"),
    [
        (
            "{% include 'things/a.html' %}",
            [part("x\n{{ lost }}")],
            r"^builtin:reports/parts/things/a\.html:2: 'lost' is",
        ),
        ("x", [part("x\n\n{% if %}")], r"^builtin:reports/parts/things/a\.html:3: "),
        ("x\n{% include 'b.html' %}", [], r"^reports/pages/things\.md:6: no part 'b\.html' in reports/parts"),
    ],
    ids=["undefined name", "syntax", "no such part"],
)
def test_an_error_of_a_part_names_its_file_and_line(body: str, parts: list[PagePart], message: str) -> None:
    """Not those of the page that includes it; a part that is not there is an error of the page."""
    with pytest.raises(WorkspaceError, match=message):
        pages(body, views(), parts=parts)


def test_an_unknown_view_is_named_with_those_there_are() -> None:
    """The message helps to find the right name."""
    with pytest.raises(WorkspaceError, match=r"no view 'nothing'.*there are things"):
        pages("{{ views.rows('nothing') }}", views(things=pl.DataFrame({"a": [1]})))


def test_for_each_makes_one_page_a_row_addressed_by_its_slug() -> None:
    """In a folder of the template's name, with the row's title and the head's search columns."""
    given = views(
        things=pl.DataFrame({"slug": ["a", "b"], "title": ["A", HOSTILE], "tags": [["x", "y"], []]})
    )
    first, second = pages(
        "<h1>{{ row.title }}{{ root }}</h1>", given, for_each="things", search=["title", "tags"]
    )
    assert (first.path, second.path) == ("things/a.html", "things/b.html")
    assert first.search == "A A x y"
    assert first.body == "<h1>A../</h1>"
    assert second.title == HOSTILE


def test_a_row_without_a_slug_is_refused() -> None:
    """An address is never made up."""
    with pytest.raises(WorkspaceError, match="a row without a slug"):
        pages("x", views(things=pl.DataFrame({"slug": [None], "title": ["A"]})), for_each="things")


def test_where_keeps_the_order_of_the_view() -> None:
    """Grouping by a column does not disturb the order inside a group."""
    given = views(t=pl.DataFrame({"k": ["b", "a", "b", "a"], "n": [3, 9, 1, 7]}))
    assert [row["n"] for row in given.where("t", k="b")] == [3, 1]
    assert [row["n"] for row in given.where("t", k="a", n=7)] == [7]
    assert given.where("t", k="c") == []
    assert given.one("t", k="c") is None


def test_a_column_that_a_row_would_hide_is_refused() -> None:
    """`row.items` is a method of the row, so a view cannot have a column of that name."""
    with pytest.raises(PublishError, match="cannot be called items"):
        views(t=pl.DataFrame({"items": [1]})).rows("t")


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "vbscript:x",
        "",
    ],
)
def test_unsafe_targets_are_no_links(target: str) -> None:
    """Only http, https, mailto and places inside the site can be followed."""
    assert phrases.href(target) == ""
    assert "<a" not in phrases.link(target, "text")


@pytest.mark.parametrize(
    "target", ["https://example.com/a?b=c", "mailto:a@example.com", "models/a.html#x", "../index.html"]
)
def test_safe_targets_stay(target: str) -> None:
    """What may be followed is kept as it is."""
    assert phrases.href(target) == target


def test_rich_text_is_cleaned_or_escaped() -> None:
    """HTML keeps a few harmless tags; plain text keeps its line breaks; an address becomes a link."""
    assert phrases.rich("<b>yes</b><script>no</script><a href='javascript:x'>z</a>").startswith(
        "<b>yes</b><a"
    )
    assert "javascript" not in phrases.rich("<a href='javascript:x'>z</a>")
    assert phrases.rich("a < b\nc") == "a &lt; b<br>c"
    assert phrases.rich("https://example.com/x").startswith('<a href="https://example.com/x"')


def test_code_in_plain_text_is_set_as_code_and_the_rest_stays_text() -> None:
    """Backticks make code; tags between them stay text."""
    assert phrases.rich("Name `owner` & go") == "Name <code>owner</code> &amp; go"
    assert "<b" not in phrases.rich("5 < 6 `<`")


def test_peaks_are_a_week_apart_and_in_the_order_of_time() -> None:
    """A storm of two days is one peak: the day with most."""
    highest = [
        {"day": dt.date(2013, 2, 8), "hits": 472.0, "n": 930},
        {"day": dt.date(2013, 2, 9), "hits": 393.0, "n": 684},
        {"day": dt.date(2013, 1, 23), "hits": 221.0, "n": 988},
    ]
    assert phrases.peaks(highest, "share") == [
        (dt.date(2013, 1, 23), "221 of 988"),
        (dt.date(2013, 2, 8), "472 of 930"),
    ]


def test_the_newest_level_is_dated_from_its_unbroken_run() -> None:
    """An earlier spell at the same level does not count."""
    days = [dt.date(2013, 1, n) for n in (1, 2, 3, 4)]
    assert phrases.since_level({"days": days, "levels": [2, 1, 2, 2]}) == days[2]
    assert phrases.since_level({"days": [], "levels": []}) is None


def test_files_that_come_with_the_package_are_not_linked() -> None:
    """They are not in the workspace's repository."""
    assert "built in" in phrases.file_link("https://example.com/repo", "builtin:reports/metrics/r2.sql", 3)
    linked = phrases.file_link("https://example.com/repo/", "data/a b.yml", 3)
    assert 'href="https://example.com/repo/data/a%20b.yml#L3"' in linked
    assert (
        phrases.file_link("javascript:alert(1)//", "data/a.yml") == '<code class="mb-mono">data/a.yml</code>'
    )
