"""The engine that makes shells can be replaced: another one by the theme's authors builds the same sources."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dagster_project.publish.build import sources_of
from dagster_project.publish.shell import Place, cut
from dagster_project.publish.theme import Look, lay_out
from dagster_project.spec.builtin import builtin_root

PLACES = (Place("index.html", "Scorecard", "Scorecard"), Place("models/", "Models", "Models"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Zensical makes of the look, the hand-written pages and two shells."""
    folder = tmp_path_factory.mktemp("zensical")
    lay_out(Look((builtin_root() / "site",), folder / "cache"), folder / "work", sources_of(PLACES))
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "-f", "mkdocs.yml"],
        cwd=folder / "work",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "work" / "site"


@pytest.mark.parametrize("path", ["index.html", "models/__shell__.html"])
def test_a_shell_has_the_places_that_pages_are_stamped_into(site: Path, path: str) -> None:
    """Title, contents and body, each where the theme puts it."""
    html = (site / path).read_text(encoding="utf-8")
    assert cut(html, path)[1::2] == ("description", "title", "title", "toc", "body")


def test_hand_written_pages_are_there_and_load_nothing_from_elsewhere(site: Path) -> None:
    """The pages about the product, with fonts and scripts of the site itself."""
    pages = sorted(p.stem for p in (builtin_root() / "site" / "docs" / "about").glob("*.md"))
    assert [p.stem for p in sorted((site / "about").glob("*.html"))] == pages
    for page in (site / "about").glob("*.html"):
        assert not re.search(
            r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', page.read_text("utf-8")
        )
