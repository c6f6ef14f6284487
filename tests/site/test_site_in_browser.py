"""Every page kind of a published site in a real browser: accessible, legible on a phone, silent, printable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.core.naming import slug
from tests.publish.browser import Watched, chromium, opened, served, violations
from tests.site.fixture import EMPTY, HOSTILE_ID, UNDECLARED

pytestmark = pytest.mark.browser

OVERVIEWS = ("index", "catalog", "operations", "alerts", "maturity", "playbook", "receipts", "ledger/data")
MODELS = ("late-departure", "arrival-delay-plan", EMPTY, UNDECLARED, slug(HOSTILE_ID))
METRICS = ("latency-p95-ms", "drift-psi")
WRITTEN = ("about/index", "about/alarms", "about/glossary", "about/api", "about/compare")
PAGES = tuple(
    f"{name}.html"
    for name in (*OVERVIEWS, *(f"models/{m}" for m in MODELS), *(f"metrics/{m}" for m in METRICS), *WRITTEN)
)
HIGHEST_OF_MODELS = {1440: 5500, 390: 9000}
"""Widths of a desk and a phone, and how high a model's page may be there."""
LOOKS = ((1440, "slate"), (1440, "default"), (390, "default"))
"""What is looked at: a theme changes nothing but contrast, and a phone shows no colour that a desk does not."""
ZOOMED = LOOKS[0][0] // 2
"""What is left of a desk's screen at 200 %."""
BROKEN_WORDS = """
  [...document.querySelectorAll('.mb-page th, .mb-page td, .mb-page a, .mb-page dt')].filter(e => {
    if (e.closest('.mb-mono, code, pre') || e.children.length || !e.textContent.trim()) return false;
    const longest = Math.max(...e.textContent.trim().split(/[\\s/-]+/).map(w => w.length));
    return longest > 4 && longest <= 24 && e.getClientRects().length > 0
      && e.getBoundingClientRect().width < longest * parseFloat(getComputedStyle(e).fontSize) * 0.36;
  }).map(e => e.textContent.trim())
"""
"""Texts narrower than their longest word could be set in."""
SIDEWAYS = """
  [...document.querySelectorAll('.mb-page .mb-scroll, .md-typeset__scrollwrap')]
    .filter(e => e.querySelector('.mb-stack, table:not([class])') && e.scrollWidth > e.clientWidth + 1)
    .map(e => e.getAttribute('aria-label') || e.textContent.trim())
"""
"""Lists and tables of text that do not fit their screen; code, matrices and the data of charts may scroll."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(browser: Any, site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


@pytest.fixture(scope="module")
def examined(browser: Any, address: str) -> Iterator[Watched]:
    """A browser page that visits one page kind after another; scripts of tests may run in it."""
    with opened(browser, address, bypass_csp=True) as watched:
        yield watched


@pytest.fixture(scope="module")
def unserved(browser: Any, site: Path) -> Iterator[Watched]:
    """A browser page that visits one page kind after another without a server."""
    with opened(browser, (site / "index.html").as_uri()) as watched:
        yield watched


@pytest.mark.parametrize("path", PAGES)
def test_every_page_kind_is_accessible_silent_and_no_wider_than_its_screen(
    examined: Watched, address: str, path: str
) -> None:
    """No axe violation at both widths (contrast in both themes), no console message, no request elsewhere.

    Lists never scroll sideways: on a phone, and on a desk at 200 %, their rows are blocks. Words stay whole; a
    model's page ends.
    """
    page = examined.page
    examined.complaints.clear()
    page.set_viewport_size({"width": LOOKS[0][0], "height": 900})
    page.goto(address + path)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.querySelector('input[data-md-color-scheme={scheme}]').click()")
        page.wait_for_timeout(150)
        assert page.evaluate("document.body.dataset.mdColorScheme") == scheme
        assert violations(page, contrast_only=scheme == "slate") == [], (scheme, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate(BROKEN_WORDS) == []
        assert page.evaluate(SIDEWAYS) == []
        if path.startswith("models/"):
            assert page.evaluate("document.documentElement.scrollHeight") < HIGHEST_OF_MODELS[width]
    page.set_viewport_size({"width": ZOOMED, "height": 900})
    assert page.evaluate(SIDEWAYS) == []
    assert examined.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_kind_opens_from_a_folder(unserved: Watched, site: Path, path: str) -> None:
    """Under the site's own policy, without a server: nothing is refused, nothing is requested from elsewhere."""
    unserved.complaints.clear()
    unserved.page.goto((site / path).as_uri())
    unserved.page.wait_for_timeout(150)
    assert unserved.complaints == []
    assert unserved.page.locator("h1").count() == 1


@pytest.mark.parametrize("path", ["index.html", "models/late-departure.html", "maturity.html"])
def test_print_is_as_wide_as_paper_and_legible_from_the_dark_theme(
    browser: Any, address: str, path: str
) -> None:
    """A4 without sideways overflow; boxes keep off its edge, which would cut them; code is dark on light; copies of
    charts' data stay off the paper."""
    with opened(browser, address + path, width=794, scheme="dark") as watched:
        watched.page.emulate_media(media="print")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 794
        rights = (
            "[...document.querySelectorAll('.mb-card, .mb-panel')].map(e => e.getBoundingClientRect().right)"
        )
        assert max(watched.page.evaluate(rights)) <= 793
        codes = "[...document.querySelectorAll('code')].map(e => getComputedStyle(e).backgroundColor)"
        assert set(watched.page.evaluate(codes)) <= {"rgb(238, 242, 246)", "rgba(0, 0, 0, 0)"}
        assert not any(d.is_visible() for d in watched.page.locator(".mb-data").all())


def test_what_is_folded_on_a_screen_is_open_on_paper(browser: Any, address: str) -> None:
    """Places that links lead to are never inside a fold."""
    closed = """
      [...document.querySelectorAll('.mb-more')]
        .filter(d => d.offsetHeight < d.querySelector('summary').offsetHeight + 10)
        .map(d => d.querySelector('summary').textContent)
    """
    with opened(browser, address + "models/late-departure.html") as watched:
        folds = watched.page.locator(".mb-more").count()
        assert folds >= 5
        assert len(watched.page.evaluate(closed)) == folds
        assert watched.page.locator("details [id]").count() == 0
        watched.page.emulate_media(media="print")
        assert watched.page.evaluate(closed) == []


def test_a_link_to_a_folded_milestone_opens_its_fold(browser: Any, address: str) -> None:
    """Evidence of what is reached is folded, printed open, and visible to anyone who follows a link to it."""
    with opened(browser, address + "maturity.html") as watched:
        proof = watched.page.locator(".mb-more li[id]").first
        name = proof.get_attribute("id")
        assert not proof.is_visible()
        watched.page.emulate_media(media="print")
        assert proof.is_visible()
    with opened(browser, f"{address}maturity.html#{name}") as watched:
        assert watched.page.locator(f".mb-more li[id='{name}']").is_visible()


def test_what_backgrounds_and_borders_say_is_still_seen_in_the_colours_of_the_system(
    browser: Any, address: str
) -> None:
    """Meters keep their bar, folds their arrow, and a level that is not reached does not look like one that is."""
    shown = """
      (where, pseudo, property) => [...document.querySelectorAll(where)]
        .map(e => getComputedStyle(e, pseudo)[property])
    """
    with opened(browser, address + "maturity.html", forced_colors="active") as watched:

        def colours(where: str, style: str = "backgroundColor", pseudo: str = "") -> set[str]:
            script = f"([w, p, s]) => ({shown.strip()})(w, p || null, s)"
            return set(watched.page.evaluate(script, [where, pseudo, style]))

        ground = colours("body")
        assert len(colours(".mb-meter-track > span") | ground) == 2
        assert len(colours(".mb-more > summary", pseudo="::after") | ground) == 2
        reached = colours(".mb-steps > [data-state=pass]", "borderTopColor")
        assert reached.isdisjoint(colours(".mb-steps > :not([data-state=pass])", "borderTopColor"))
