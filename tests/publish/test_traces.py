"""A page is made again when something it read has changed, and only then."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from dagster_project.publish.grouped import MARK
from dagster_project.publish.templates import Page, Source, render_pages
from dagster_project.publish.traces import Traces, load_traces, save_traces
from dagster_project.publish.views import Views
from dagster_project.spec.page import PageHead

BODY = """<h1>{{ row.title }}</h1>{{ views.one('build').as_of }}
{% for r in views.where('readings', model=row.model) %}{{ r.value }} {% endfor %}"""
Columns = dict[str, Sequence[object]]
MODELS: Columns = {"slug": ["a", "b"], "model": ["A", "B"], "title": ["Model A", "Model B"]}
READINGS: Columns = {"model": ["A", "B", "A"], "value": [1.0, 2.0, 3.0]}
BUILD: Columns = {"as_of": ["2013-12-31"], "digest": ["first"]}


def views(*, marked: bool = True, **changes: Columns) -> Views:
    """Three views; if `marked`, with one mark per row like those the warehouse makes."""
    frames = {
        name: pl.DataFrame(columns)
        for name, columns in ({"models": MODELS, "readings": READINGS, "build": BUILD} | changes).items()
    }
    loaded = {name: _marked(frame) if marked else frame for name, frame in frames.items()}
    return Views(frozenset(frames), loaded.__getitem__)


def _marked(frame: pl.DataFrame) -> pl.DataFrame:
    marks = [hashlib.md5(repr(row).encode()).hexdigest() for row in frame.iter_rows()]
    return frame.with_columns(pl.Series(MARK, marks, dtype=pl.String))


def publish(given: Views, traces: Traces, into: Path) -> list[Page]:
    """Make the pages, write the new ones, reuse the others, and save what they read."""
    head = PageHead(title="Model", for_each="models")
    source = Source("models", head, BODY, "reports/pages/models.md")
    pages = list(render_pages([source], given, repository_url="", currency="USD", traces=traces))
    (into / "models").mkdir(parents=True)
    for page in pages:
        if page.reused is not None:
            (into / page.path).hardlink_to(page.reused)
        else:
            (into / page.path).write_text(str(page.body), encoding="utf-8")
    save_traces(traces, into.parent / "reads.json", into.name, into)
    return pages


def again(tmp_path: Path, given: Views, *, base: str = "code") -> list[Page]:
    """The second release, after one made from the usual views."""
    first = views()
    publish(first, Traces(first, "code"), tmp_path / "one")
    before = load_traces(tmp_path / "reads.json", "one", base)
    return publish(given, Traces(given, base, tmp_path / "one", before), tmp_path / "two")


def reused(pages: Sequence[Page]) -> set[str]:
    return {page.path for page in pages if page.reused is not None}


def test_pages_that_read_the_same_are_kept_and_still_found(tmp_path: Path) -> None:
    """Title and words for the search come from the row, not from the page."""
    pages = again(tmp_path, views())
    assert reused(pages) == {"models/a.html", "models/b.html"}
    assert [(page.title, page.search) for page in pages] == [("Model A", "Model A"), ("Model B", "Model B")]


@pytest.mark.parametrize(
    "readings",
    [
        {"model": ["A", "B", "A"], "value": [1.0, 2.0, 4.0]},
        {"model": ["A", "B", "A"], "value": [3.0, 2.0, 1.0]},
        {"model": ["A", "B"], "value": [1.0, 2.0]},
        {"model": ["A", "B", "A", "A"], "value": [1.0, 2.0, 3.0, 3.0]},
    ],
    ids=["another value", "another order", "a row less", "a row more"],
)
def test_a_page_whose_rows_changed_is_made_again(
    tmp_path: Path, readings: dict[str, Sequence[object]]
) -> None:
    """Only the page of model A reads rows of A; what is written is what a build from nothing writes."""
    pages = again(tmp_path, views(readings=readings))
    assert reused(pages) == {"models/b.html"}
    anew = views(readings=readings)
    publish(anew, Traces(anew), tmp_path / "anew")
    for page in pages:
        assert (tmp_path / "two" / page.path).read_bytes() == (tmp_path / "anew" / page.path).read_bytes()


def test_the_page_s_own_row_counts(tmp_path: Path) -> None:
    """A title is read from the row, not from a view."""
    changed = MODELS | {"title": ["Model A", "Model C"]}
    assert reused(again(tmp_path, views(models=changed))) == {"models/a.html"}


def test_of_the_build_only_the_columns_that_were_read_count(tmp_path: Path) -> None:
    """The digest of the inputs changes every time, but no model's page shows it."""
    assert len(reused(again(tmp_path / "digest", views(build=BUILD | {"digest": ["second"]})))) == 2
    assert not reused(again(tmp_path / "day", views(build=BUILD | {"as_of": ["2014-01-01"]})))


def test_another_type_of_the_same_text_is_a_change(tmp_path: Path) -> None:
    """A column of whole numbers is shown differently from one of floats."""
    assert not reused(again(tmp_path, views(readings=READINGS | {"value": [1, 2, 3]})))


def test_other_code_or_look_makes_every_page_again(tmp_path: Path) -> None:
    """Everything but rows is covered by the base."""
    assert not reused(again(tmp_path, views(), base="other code"))


def test_rows_without_marks_make_every_page_again(tmp_path: Path) -> None:
    """What cannot be compared does not count as equal."""
    assert not reused(again(tmp_path, views(marked=False)))


def test_a_file_touched_by_another_hand_is_not_kept(tmp_path: Path) -> None:
    """Nor are the reads of a release used that is not the published one."""
    first = views()
    publish(first, Traces(first, "code"), tmp_path / "one")
    (tmp_path / "one" / "models" / "a.html").write_text("changed by hand", encoding="utf-8")
    before = load_traces(tmp_path / "reads.json", "one", "code")
    assert load_traces(tmp_path / "reads.json", "other", "code") == {}
    second = publish(first, Traces(first, "code", tmp_path / "one", before), tmp_path / "two")
    assert reused(second) == {"models/b.html"}


def test_pages_that_read_the_same_hold_their_reads_once(tmp_path: Path) -> None:
    """Otherwise thousands of pages would fill the memory with identical notes."""
    given = views()
    traces = Traces(given, "code")
    publish(given, traces, tmp_path / "one")
    first, second = (traces.made[f"models/{slug}.html"] for slug in MODELS["slug"])
    assert first.reads is second.reads
    assert first.digest != second.digest
