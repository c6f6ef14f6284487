"""The look in a real browser: accessible, legible on a phone, without errors, and working without a server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.publish.browser import Watched, chromium, opened, served, violations

pytestmark = pytest.mark.browser

PAGES = ("index.html", "models.html", "monitoring.html", "models/late-departure.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(browser: Any, sample: Path) -> Iterator[str]:
    with served(sample) as found:
        yield found


@pytest.fixture(scope="module", params=[(1440, "light"), (390, "dark")], ids=["desk", "phone"])
def examined(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Watched]:
    """A browser page that visits one page after another; scripts of tests may run in it."""
    width, scheme = request.param
    with opened(browser, address, width=width, scheme=scheme, bypass_csp=True) as watched:
        yield watched


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_the_console_is_silent(examined: Watched, address: str, path: str) -> None:
    """Both themes, desk and phone; contrast is part of it."""
    examined.complaints.clear()
    examined.page.goto(address + path)
    examined.page.wait_for_timeout(300)
    assert violations(examined.page) == []
    assert examined.complaints == []


@pytest.fixture(scope="module")
def phone(browser: Any, address: str) -> Iterator[Watched]:
    """A phone that visits one page after another."""
    with opened(browser, address, width=390) as watched:
        yield watched


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_shows_the_page_without_sideways_scrolling_and_legible_axes(
    phone: Watched, address: str, path: str
) -> None:
    """Text of axes has at least 11 pixels, whatever the width of the chart."""
    phone.complaints.clear()
    phone.page.goto(address + path)
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = phone.page.evaluate(
        "[...document.querySelectorAll('.mb-plot > span, .mb-row-label')]"
        ".map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert all(size >= 11 for size in sizes)
    assert phone.complaints == []


def test_names_are_never_broken_letter_by_letter_on_a_phone(browser: Any, address: str) -> None:
    """A row of the catalog is a block of three lines at most."""
    with opened(browser, address + "models.html", width=390) as watched:
        heights = watched.page.evaluate("[...document.querySelectorAll('tbody tr')].map(r => r.offsetHeight)")
        assert max(heights) < 90


@pytest.mark.parametrize("width", [1440, 390])
def test_no_two_texts_of_an_axis_overlap(browser: Any, address: str, width: int) -> None:
    """Labels of one axis keep apart at both widths."""
    script = """
      [...document.querySelectorAll('.mb-plot')].flatMap(plot => ['.mb-x', '.mb-y', '.mb-end'].flatMap(kind => {
        const boxes = [...plot.querySelectorAll(kind)].filter(e => getComputedStyle(e).display !== 'none')
          .map(e => [e.getBoundingClientRect(), e.textContent]);
        const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
          && a.top < b.bottom - 2 && b.top < a.bottom - 2;
        return boxes.flatMap(([a, x], i) =>
          boxes.slice(i + 1).filter(([b]) => meet(a, b)).map(([, y]) => `${x} / ${y}`));
      }))
    """
    with opened(browser, address + "index.html", width=width) as watched:
        assert watched.page.evaluate(script) == []


def test_a_table_filters_sorts_and_pages_and_its_address_says_how(browser: Any, address: str) -> None:
    """The filtered view can be linked to."""
    with opened(browser, address + "models.html") as watched:
        page = watched.page
        page.fill("input[name=q]", "late-departure")
        page.select_option("select[name=status]", "Poor")
        page.click("thead button:has-text('AUC')")
        page.click("thead button:has-text('AUC')")
        shown = page.inner_text("[role=status]")
        link = page.evaluate("location.href")
        assert page.get_attribute("th[data-key=auc]", "aria-sort") == "descending"
        first = page.inner_text("tbody tr:first-child")
        assert watched.complaints == []
    assert link.endswith("#models?q=late-departure&status=Poor&sort=-auc")
    assert " of 1\u202f200 models" in shown
    with opened(browser, link) as again:
        assert again.page.inner_text("[role=status]") == shown
        assert again.page.inner_text("tbody tr:first-child") == first
        assert again.page.input_value("input[name=q]") == "late-departure"


def test_the_next_page_of_a_table_has_the_next_rows(browser: Any, address: str) -> None:
    """Rows that are not in the HTML come from the data, with links and pills."""
    with opened(browser, address + "models.html") as watched:
        watched.page.click("text=Next")
        assert watched.page.inner_text("[role=status]") == "1\u202f200 models, showing 51 to 100"
        assert watched.page.get_attribute("tbody tr:first-child a", "href").startswith("models/")
        assert watched.page.locator("tbody tr:first-child .mb-pill").count() == 1
        assert watched.page.locator("tbody tr").count() == 50


def test_paper_gets_the_rows_of_every_page_of_a_table_up_to_ten_sheets(browser: Any, address: str) -> None:
    """There is no next page on paper; afterwards the screen shows the same page as before."""
    with opened(browser, address + "models.html") as watched:
        page, rows = watched.page, watched.page.locator("tbody tr")
        page.click("text=Next")
        first = page.inner_text("tbody tr:first-child")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert rows.count() == 500
        assert page.inner_text("[role=status]") == "1\u202f200 models, showing 1 to 500"
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert rows.count() == 50
        assert page.inner_text("tbody tr:first-child") == first


def test_the_page_is_readable_without_scripts(browser: Any, address: str) -> None:
    """Charts, figures and the first rows need none."""
    with opened(browser, address + "models.html", java_script_enabled=False) as watched:
        assert watched.page.locator("tbody tr").count() == 50
        assert not watched.page.locator(".mb-controls").is_visible()


@pytest.mark.parametrize("path", ["index.html", "models/late-departure.html"])
def test_search_finds_a_model_from_a_folder_without_a_server(browser: Any, sample: Path, path: str) -> None:
    """Browsers refuse workers and fetch on file://. A query that ends in a hyphen is noted by the theme."""
    with opened(browser, (sample / path).as_uri()) as watched:
        watched.page.click(".md-search__input")
        watched.page.keyboard.type("late departure")
        result = watched.page.wait_for_selector(".md-search-result__link", timeout=10_000)
        assert result.get_attribute("href").split("?")[0].endswith("models/late-departure.html")
        assert watched.complaints == []


def test_a_filter_works_without_a_server(browser: Any, sample: Path) -> None:
    """Also the state in the address."""
    with opened(browser, (sample / "models.html").as_uri()) as watched:
        watched.page.fill("input[name=q]", "gain")
        assert "#models?q=gain" in watched.page.evaluate("location.href")
        assert "of 1\u202f200 models" in watched.page.inner_text("[role=status]")
        assert watched.complaints == []


def test_print_is_light_even_from_the_dark_theme(browser: Any, address: str) -> None:
    """Paper is white, its margins too."""
    with opened(browser, address + "index.html", scheme="dark") as watched:
        watched.page.emulate_media(media="print")
        colour = watched.page.evaluate("getComputedStyle(document.querySelector('.mb-card')).backgroundColor")
        assert colour == "rgb(255, 255, 255)"
        assert not watched.page.locator(".md-header").is_visible()
        scheme = watched.page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        assert set(scheme.split()) == {"only", "light"}, "a dark system would print black margins"
