"""The report of two files: whole, quiet, escaped; and its JSON by the schema."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest

from dagster_project.core.verdicts import THRESHOLDS, Comparison
from dagster_project.pipeline import compare as pipeline
from dagster_project.publish import compare, compare_json
from dagster_project.publish.policy import problems
from dagster_project.spec.builtin import builtin_root
from tests.publish.browser import chromium, opened
from tests.publish.hostile import HOSTILE, Elements

SCHEMA = Path(compare.__file__).parent / "schemas" / "compare.json"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """Two files whose names, columns and categories are hostile texts."""
    folder = tmp_path_factory.mktemp("hostile")
    rng = np.random.default_rng(1)
    for seed, name in enumerate(("<b>before", "<b>now")):
        words = [HOSTILE[i] for i in rng.integers(0, len(HOSTILE) - 3 * seed, 900)]
        columns = {text: rng.normal(seed, 1 + seed, 900) for text in HOSTILE[:-1]}
        more = {
            "words": words,
            "late": rng.random(900) < 0.2,
            "few": rng.poisson(2, 900),
            "none": pl.Series([None] * 900, dtype=pl.Float64),
        }
        frame = pl.DataFrame({**columns, **more, f"only {name}": words})
        frame.with_columns(pl.lit([1]).alias("list")).write_parquet(folder / f"{name}.parquet")
    return pipeline.compare(folder / "<b>before.parquet", folder / "<b>now.parquet", [], THRESHOLDS)


def test_a_strangers_text_stays_text(hostile: Comparison) -> None:
    """No element, attribute or link comes from a name or a category."""
    page = compare.report(hostile)
    assert problems(page, compare.POLICY) == []
    found = Elements(page)
    assert not {"script", "img", "iframe", "b", "link", "object"} & set(found.tags)
    assert {name for name, _ in found.attributes if name.startswith("on")} == set()
    assert "<script>alert(1)</script>" in found.text


def test_the_file_is_whole_and_loads_nothing(hostile: Comparison) -> None:
    """Styles and links lead only to places in the page itself, every link has its place, and the file is small."""
    page = compare.report(hostile)
    assert not re.search(r"url\(|@import|https?:", page)
    anchors = set(re.findall(r'id="(column-[^"]+)"', page))
    assert set(re.findall(r'href="#(column-[^"]+)"', page)) == anchors
    assert set(re.findall(r'href="([^#][^"]*)"', page)) == set()
    assert len(page.encode()) < 500_000


def test_the_styles_need_no_material() -> None:
    """Both colour schemes follow the reader's system, and no selector needs the theme."""
    styles = compare.stylesheet()
    assert "data-md-color-scheme" not in styles
    assert "@media screen and (prefers-color-scheme: dark) { :root {" in styles
    assert "@font-face" not in styles
    assert "</style" not in styles


def test_the_styles_are_those_of_the_site() -> None:
    """All of them, in the same order, because later ones override."""
    folder = builtin_root() / "site"
    listed = re.search(r"^extra_css: \[(.*)\]$", (folder / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert listed
    assert listed[1].split(", ") == [f"assets/{name}" for name in compare.STYLES]
    assert {path.name for path in (folder / "docs" / "assets").glob("*.css")} == set(compare.STYLES)


def test_every_column_has_its_row_worst_first(hostile: Comparison) -> None:
    """The sentence comes before the table, and the table has the order of the verdicts."""
    page = compare.report(hostile)
    assert page.index("columns changed") < page.index("<table")
    words = [compare.PILLS[verdict.level][0] for verdict in hostile.verdicts]
    body = page[page.index("<tbody>") : page.index("</tbody>")]
    assert re.findall(r"</span>([A-Z][a-z ]+)</span>", body) == words


def test_of_very_many_columns_only_the_worst_have_a_panel(tmp_path: Path) -> None:
    """All are in the table, and every link still has its place."""
    for seed, name in enumerate("ab"):
        rng = np.random.default_rng(seed)
        frame = pl.DataFrame({f"n{i}": rng.normal(0, 1, 50) for i in range(compare.MOST_PICTURES + 5)})
        frame.write_parquet(tmp_path / f"{name}.parquet")
    page = compare.report(pipeline.compare(tmp_path / "a.parquet", tmp_path / "b.parquet", [], THRESHOLDS))
    anchors = re.findall(r'id="(column-[^"]+)"', page)
    assert len(anchors) == compare.MOST_PICTURES
    assert set(re.findall(r'href="#(column-[^"]+)"', page)) == set(anchors)
    assert page.count('<th scope="row"><bdi>') == 5


def test_what_is_unknown_is_no_number(hostile: Comparison) -> None:
    """A column without values reads not compared; nothing on the page is nan or None."""
    page = compare.report(hostile)
    assert "not compared: one side has no values" in page
    assert not re.search(r">\s*(nan|None|inf)\b", page)


def test_the_record_holds_to_its_schema(hostile: Comparison) -> None:
    """Strict JSON, every column with every key."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    record = json.loads(json.dumps(compare_json.record(hostile), allow_nan=False))
    jsonschema.Draft202012Validator(schema).validate(record)
    assert set(schema["properties"]) == set(record)
    assert set(schema["properties"]["columns"]["items"]["properties"]) == set(record["columns"][0])
    assert sum(record["levels"].values()) == len(record["columns"])


def test_the_same_comparison_makes_the_same_bytes(hostile: Comparison) -> None:
    """The file depends on neither clock nor chance."""
    assert compare.report(hostile) == compare.report(hostile)


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_in_a_browser_it_is_quiet_and_fits(
    hostile: Comparison, width: int, scheme: str, tmp_path: Path
) -> None:
    """No complaint, no request, no sideways scrolling, on a desk and on a phone."""
    (tmp_path / "r.html").write_text(compare.report(hostile), encoding="utf-8")
    with (
        chromium() as browser,
        opened(browser, (tmp_path / "r.html").as_uri(), width=width, scheme=scheme) as seen,
    ):
        assert seen.complaints == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
