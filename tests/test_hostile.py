"""A whole site of hostile texts does nothing but show them: no script runs, no file escapes, no cell computes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile_workspace import DECLARED, FEATURES, SCRIPT, SEEN, write_hostile
from tests.nights import whole
from tests.publish.browser import chromium, opened, served

pytestmark = pytest.mark.slow

FOUND = """() => ({
  hacked: window.hacked ?? null,
  links: [...document.querySelectorAll('[href], [src], [action]')]
    .map(e => e.getAttribute('href') ?? e.getAttribute('src') ?? e.getAttribute('action'))
    .filter(to => /^[\\s\\u0000-\\u001f]*(javascript|vbscript|data:text)/i.test(to)),
  handlers: [...document.querySelectorAll('*')].flatMap(e => [...e.attributes].map(a => a.name))
    .filter(name => /^on/i.test(name)),
  wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
})"""
NOTHING: dict[str, object] = {"hacked": None, "links": [], "handlers": [], "wide": False}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile workspace, published, in a folder that holds nothing else."""
    root = tmp_path_factory.mktemp("hostile") / "outer" / "inner" / "board"
    root.mkdir(parents=True)
    write_hostile(root)
    whole(root)
    return root


@pytest.fixture(scope="module")
def site(root: Path) -> Path:
    """The published site."""
    return (root / "build" / "site").resolve()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium."""
    with chromium() as found:
        yield found


def models(site: Path) -> dict[str, dict[str, Any]]:
    """The API's models by id."""
    document = json.loads((site / "api" / "models.json").read_text(encoding="utf-8"))
    return {str(model["id"]): model for model in document["models"]}


def test_no_file_lies_outside_and_every_name_is_safe(root: Path, site: Path) -> None:
    """Ids such as ../../x or CON never become paths: names have only letters, digits and dashes, inside the site."""
    assert [p.name for p in root.parent.iterdir()] == ["board"]
    assert [p.name for p in root.parent.parent.iterdir()] == ["inner"]
    assert {p.name for p in root.iterdir()} <= {"data", "build", "logs", "facts"}
    for page in (site / "models").iterdir():
        assert page.stem.replace("-", "").isalnum()
        assert page.stem.isascii()
        assert page.stem.lower() not in ("con", "nul", "aux", "prn")


def test_every_id_is_whole_in_the_data_and_has_a_page_of_its_own(site: Path) -> None:
    """Two ids that differ in case or in what a path cannot hold never share a page, on any file system."""
    found = models(site)
    assert set(found) == {*DECLARED, *SEEN}
    pages = [str(model["page"]).lower() for model in found.values()]
    assert len(set(pages)) == len(pages)
    assert all((site / str(model["page"])).is_file() for model in found.values())


def test_no_cell_of_a_csv_is_a_formula(site: Path) -> None:
    """Ids that a spreadsheet would compute have an apostrophe in front."""
    for name in ("readings.csv", "inputs.csv"):
        with (site / "api" / name).open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row if cell]
        texts = [cell for cell in cells if not _is_number(cell)]
        assert [text for text in texts if text[0] in "=+-@\t\r"] == []
    with (site / "api" / "readings.csv").open(encoding="utf-8", newline="") as file:
        assert {"'=1+1", "'@SUM(A1)"} <= {row["model_id"] for row in csv.DictReader(file)}


def test_every_feature_is_summarised_under_its_own_name(site: Path) -> None:
    """Quotes, dots, line ends and SQL in a feature's name are characters of the name."""
    import polars as pl

    rows = pl.read_parquet(site / "api" / "readings.parquet")
    assert set(rows.filter(metric="missing_share")["feature"].unique()) == set(FEATURES)


@pytest.mark.browser
def test_no_script_of_theirs_runs_on_any_page(browser: Any, site: Path) -> None:
    """Every page in Chromium: no script, handler or javascript: link, nothing wider than the screen, no complaint."""
    receipts = sorted(site.glob("metrics/*.html"))[:2]
    pages = [p for p in sorted(site.rglob("*.html")) if p.parent.name != "metrics"]
    assert len(pages) >= len(DECLARED) + len(SEEN)
    with served(site) as address, opened(browser, address) as watched:
        for page in (*pages, *receipts):
            name = page.relative_to(site).as_posix()
            watched.page.goto(address + name)
            assert (name, watched.page.evaluate(FOUND)) == (name, NOTHING)
            assert (name, watched.complaints) == (name, [])


@pytest.mark.browser
def test_filter_and_search_work_on_hostile_text(browser: Any, site: Path) -> None:
    """The table finds a script as text, the search shows one, and neither runs it."""
    with served(site) as address, opened(browser, address + "catalog.html") as watched:
        page = watched.page
        page.fill("input[name=q]", "window.hacked")
        assert " of " in page.inner_text("[role=status]")
        assert page.locator("tbody tr").count() >= 1
        page.reload()
        assert page.input_value("input[name=q]") == "window.hacked"
        page.click(".md-search__input")
        page.keyboard.type(SCRIPT)
        page.fill(".md-search__input", "")
        page.keyboard.type("DROP")
        page.wait_for_selector(".md-search-result__link", timeout=20_000)
        assert page.evaluate(FOUND)["hacked"] is None
        assert page.evaluate(FOUND)["links"] == []
        assert watched.complaints == []


def test_a_hostile_workspace_name_is_text(site: Path) -> None:
    """The organization's name is in every title, escaped."""
    index = (site / "index.html").read_text(encoding="utf-8")
    assert SCRIPT not in index
    assert "&lt;script&gt;window.hacked=1" in index


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
