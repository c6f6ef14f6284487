"""The scripts that open a chart: from installed packages, the same bytes each time, working under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_project.publish import explore
from dagster_project.publish.subprocesses import run_in_process
from tests.publish.browser import chromium, opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> explore.Scripts:
    """Made once without a cache."""
    return explore.scripts(tmp_path_factory.mktemp("explore"))


def test_scripts_are_made_once_and_then_read(made: explore.Scripts, tmp_path: Path) -> None:
    """Making them again in an empty cache gives the same bytes; a third time they are only read."""
    run_in_process.cache_clear()
    assert explore.scripts(tmp_path) == made
    kept = next(tmp_path.glob("explore-*.json"))
    before = kept.stat().st_mtime_ns
    assert explore.scripts(tmp_path) == made
    assert kept.stat().st_mtime_ns == before


def test_the_library_brings_an_interpreter_and_its_licence(made: explore.Scripts) -> None:
    """Without one Vega would ask for eval, which the policy forbids."""
    assert "expressionInterpreter" in made.library
    assert "Redistribution" in explore.licence()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_opens_from_a_folder_and_tells_a_days_figures(
    browser: Any, sample: Path, scheme: str
) -> None:
    """Pressed once, it draws without errors; pressed again, it closes."""
    address = (sample / "models" / "late-departure.html").as_uri()
    with opened(browser, address, scheme=scheme) as watched:
        button = watched.page.locator(".mb-explore").first
        button.click()
        drawing = watched.page.locator(".mb-explored svg").first
        drawing.wait_for(timeout=10_000)
        marks = drawing.locator("[aria-roledescription=circle]")
        assert marks.count() > 10
        marks.nth(5).hover(force=True)
        tip = watched.page.locator("#vg-tooltip-element")
        tip.wait_for(state="visible", timeout=5_000)
        assert "Value" in tip.inner_text()
        button.click()
        assert not drawing.is_visible()
        assert watched.complaints == []


@pytest.mark.browser
def test_without_scripts_no_button_promises_anything(browser: Any, sample: Path) -> None:
    """Then there are only the static picture and its table."""
    address = (sample / "models" / "late-departure.html").as_uri()
    with opened(browser, address, java_script_enabled=False) as watched:
        assert watched.page.locator(".mb-explore").count() == 0
        assert watched.page.locator(".mb-plot").count() > 0
