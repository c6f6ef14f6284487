"""The whole synthetic site: every page kind, hostile text, links, documents and the same bytes again."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import jsonschema
import polars as pl
import pytest

from dagster_project.core.naming import slug
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.publish import publish
from dagster_project.pipeline.render import READS, render
from dagster_project.publish.api import READING_COLUMNS
from dagster_project.publish.receipts import tree_hashes
from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, EMPTY, HOSTILE_ID, SHAPES, UNDECLARED, UNOWNED

OVERVIEWS = ("index", "catalog", "operations", "alerts", "maturity", "playbook", "receipts", "ledger/data")


class Reader(HTMLParser):
    """Ids, link targets and whatever could run, of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.handlers: list[str] = []
        self.inline_scripts = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}")
            if name in ("href", "src"):
                self.targets.append(value or "")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def test_every_page_kind_is_there(site: Path) -> None:
    """Overviews, a page per model (also without data, undeclared, hostile), a receipt per metric."""
    assert all((site / f"{name}.html").is_file() for name in OVERVIEWS)
    assert {p.stem for p in (site / "models").glob("*.html")} == {slug(shape.id) for shape in SHAPES}
    assert (site / "metrics" / "latency-p95-ms.html").is_file()
    assert (site / "about" / "index.html").is_file()


def test_hostile_text_stays_text(site: Path) -> None:
    """No script, handler or javascript: link from the data, anywhere."""
    for page in pages(site):
        html = page.read_text(encoding="utf-8")
        assert "<script>alert" not in html, page
        read = Reader(html)
        assert read.handlers == [], page
        assert not [t for t in read.targets if re.sub(r"\s", "", t).lower().startswith("javascript:")], page


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    """To a file of the release, and to an id that its page has."""
    ids = {page: set(Reader(page.read_text(encoding="utf-8")).ids) for page in pages(site)}
    broken = []
    for page in pages(site):
        for target in Reader(page.read_text(encoding="utf-8")).targets:
            parts = urlsplit(target)
            if parts.scheme or target.startswith("//"):
                continue
            place = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            place = place / "index.html" if place.is_dir() else place
            anchor = unquote(parts.fragment)
            if not place.is_file() or (
                anchor and place in ids and anchor not in ids[place] and anchor != "__tabbed"
            ):
                broken.append(f"{page.relative_to(site)}: {target}")
    assert broken == []


def test_ids_are_unique_on_each_page(site: Path) -> None:
    """An anchor names one place."""
    for page in pages(site):
        ids = Reader(page.read_text(encoding="utf-8")).ids
        assert len(ids) == len(set(ids)), (page, [i for i in ids if ids.count(i) > 1])


def test_what_is_not_known_is_never_written_as_a_number(site: Path) -> None:
    """No nan, None, inf or null reaches a page's text."""
    for page in [site / f"{name}.html" for name in OVERVIEWS] + sorted((site / "models").glob("*.html")):
        text = re.sub(r"<script.*?</script>|<[^>]+>", " ", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(nan|NaN|None|inf|null|undefined)\b", text), page


def test_a_model_without_data_says_so_once(site: Path) -> None:
    """One notice saying what would fill the page, not one grey section after another."""
    text = (site / "models" / f"{slug(EMPTY)}.html").read_text(encoding="utf-8")
    assert text.count("No request of this model has been logged") == 1
    assert 'id="latency"' not in text
    impact = text.partition('id="impact"')[2].partition("</section>")[0]
    assert "this model has no requests in the window" in impact, "a declared value is not asked for again"


def test_an_undeclared_model_has_a_page_that_says_it(site: Path) -> None:
    """It was seen in a log and nowhere else."""
    text = (site / "models" / f"{slug(UNDECLARED)}.html").read_text(encoding="utf-8")
    assert "declared in no catalog file" in text


def test_models_without_an_owner_are_not_monitored_and_why(site: Path) -> None:
    """Declared and undeclared ones; a model in development may still find its owner."""
    text = (site / "operations.html").read_text(encoding="utf-8")
    row = text.partition("Ownership")[2].partition("</tr>")[0]
    assert "eclared without an owner (1); seen in a log, declared in no catalog file (1)" in row
    assert set(re.findall(r'models/([^"]+)\.html', row)) == {UNOWNED, UNDECLARED}


def test_a_mapped_column_that_no_file_has_is_named_with_the_one_that_was_meant(site: Path) -> None:
    """On the data page, with the columns that the files have; on the model's page, where figures are missing."""
    ledger, model = (
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", (site / page).read_text(encoding="utf-8"))).split())
        for page in ("ledger/data.html", "models/late-departure.html")
    )
    meant = "<b>milis</b> , did you mean 'millis'?"
    assert f"latency_ms {meant} data/logs/requests-2013-12-31.parquet: at, millis" in ledger
    assert f"Mapped, but in no file: latency_ms from {meant}" in model


@pytest.mark.parametrize("page", [f"models/{slug(UNDECLARED)}.html", "ledger/data.html"])
def test_labels_in_words_are_counted_and_told_how_to_mend(site: Path, page: str) -> None:
    """They arrived; otherwise the section on performance would look as if none had."""
    text = html.unescape((site / page).read_text(encoding="utf-8"))
    assert re.search(
        r"120 labels arrived for requests of \d+ Dec 2013 to 31 Dec 2013, but none can be used", text
    )
    assert '<code>label: {column: "<b>closed</b>", positive: ...}</code>' in text


def test_the_home_page_shows_three_exceptions_at_most(site: Path) -> None:
    """And of different models."""
    text = (site / "index.html").read_text(encoding="utf-8")
    listed = re.search(r'<ol class="mb-exceptions">(.*?)</ol>', text, re.DOTALL)
    assert listed is not None
    assert listed[1].count("<li>") == 3
    assert len(set(re.findall(r'href="(models/[^"#]+)', listed[1]))) == listed[1].count('href="models/')


def test_an_alert_has_a_page_that_says_what_to_do(site: Path) -> None:
    """What happened, who acts by when, what it may cost, the query behind it, and the alerts grouped under it."""
    text = (site / "alert" / "abcdef0000-20131220.html").read_text(encoding="utf-8")
    assert "was 18 ms" in text
    assert "21 Dec 2013" in text
    assert "not available: only a loss of quality can be priced" in text
    assert "FROM mart.signal" in text
    assert "abcdef0001-20131220.html" in text


def test_an_answer_that_names_no_alert_is_said_with_the_days_on_which_one_opened(site: Path) -> None:
    """An answer that fits is not, nor one given after the day of the report."""
    page = (site / "alerts.html").read_text(encoding="utf-8")
    lines = re.findall(r"<li><span class=\"mb-mono\">data/alerts/[^<]*</span>: (.*?)</li>", page)
    assert lines == [
        "no alert abcdef0000 opened on 19 Dec 2013; one did on 2013-12-20",
        "no alert gap of late-departure opened on 19 Dec 2013",
    ]


@pytest.mark.parametrize(
    ("table", "line"), [("rules-table", "rule"), ("monitors-table", "could judge the newest day")]
)
def test_tables_that_nobody_asked_for_are_folded_below_their_count(site: Path, table: str, line: str) -> None:
    """On a phone they would take a third of a page thirteen thousand pixels long, below the alerts."""
    before, _, _ = (site / "alerts.html").read_text(encoding="utf-8").partition(f'id="{table}"')
    fold = before.rpartition('<details class="mb-more">')[2]
    assert "</details>" not in fold
    assert line in fold.partition("</summary>")[0]


def test_what_is_asked_begins_with_open_alerts(site: Path) -> None:
    """On the home page; an alert grouped under another asks nothing."""
    text = (site / "index.html").read_text(encoding="utf-8")
    listed = re.search(r'<ol class="mb-exceptions">(.*?)</ol>', text, re.DOTALL)
    assert listed is not None
    assert re.findall(r'href="([^"]+)"', listed[1])[0] == "alert/abcdef0000-20131220.html"
    assert "abcdef0001" not in listed[1]


def test_measured_and_declared_value_are_never_added(site: Path) -> None:
    """Two cards, and no figure that is their sum (5 653 + 8 479 USD a month)."""
    text = (site / "index.html").read_text(encoding="utf-8").replace("\u202f", "").replace("\u00a0", " ")
    assert "Measured value per month" in text
    assert "Declared value per month" in text
    assert "14132" not in text
    assert "14131" not in text


def test_what_a_table_leaves_out_is_in_the_file_beside_it(site: Path) -> None:
    """Days beyond a chart's table: the file that is named holds them."""
    page = site / "models" / f"{slug(SHAPES[0].id)}.html"
    cut = re.findall(
        r'earlier rows are not shown here\.</p><p>All rows: <a href="([^"]+)"', page.read_text("utf-8")
    )
    assert len(cut) == 3  # requests, latency, performance
    days = pl.read_parquet(page.parent / cut[0]).filter(
        model_id=SHAPES[0].id, metric="requests", window_days=1
    )["day"]
    assert days.n_unique() > 31


def test_an_alert_tells_all_its_days_in_words(site: Path) -> None:
    """Whoever cannot see the chart finds the day that it opened, however long ago, in the table."""
    told = [path.read_text(encoding="utf-8") for path in (site / "alert").glob("*.html")]
    assert len(told) == 3
    assert not [page for page in told if "earlier rows" in page or '<th scope="row">20 Dec 2013' not in page]


DOCUMENTS = ("build", "models", "alerts", "ledger", "maturity", "playbook")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_follow_their_schema(site: Path, name: str) -> None:
    """And hold no key the schema does not know, so that the schema is never behind."""
    schema = json.loads((site / "api" / "schema" / f"{name}.json").read_bytes())
    document = json.loads((site / "api" / f"{name}.json").read_bytes())
    jsonschema.validate(document, _closed(schema))


def test_every_model_document_follows_its_schema(site: Path) -> None:
    """Including those of models without data or with a hostile name."""
    schema = _closed(json.loads((site / "api" / "schema" / "model.json").read_bytes()))
    files = sorted((site / "api" / "models").glob("*.json"))
    for file in files:
        jsonschema.validate(json.loads(file.read_bytes()), schema)
    assert {json.loads(file.read_bytes())["id"] for file in files} == {shape.id for shape in SHAPES}


def _closed(schema: object) -> object:
    """The schema with `additionalProperties: false` in every object that lists its properties."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


def test_readings_hold_the_days_and_windows_that_were_promised(site: Path) -> None:
    """Parquet: all days with window 1 and the newest with all; CSV: the newest day."""
    frame = pl.read_parquet(site / "api" / "readings.parquet")
    assert tuple(frame.columns) == READING_COLUMNS
    assert set(frame.filter(pl.col("window_days") > 1)["day"]) == {AS_OF}
    assert frame.filter(pl.col("window_days") == 1)["day"].n_unique() == 120
    newest = pl.read_csv(site / "api" / "readings.csv")
    assert newest.height == frame.filter(pl.col("day") == AS_OF).height
    assert tuple(newest.columns) == READING_COLUMNS


def test_the_same_inputs_make_the_same_bytes(night: Night, site: Path, tmp_path: Path) -> None:
    """Rendered again elsewhere, nothing differs but the manifest, and publishing again adds nothing."""
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        render(night, warehouse, tmp_path / "again")
        assert not publish(night, warehouse).changed
    published = tree_hashes(site)
    del published["manifest.json"]
    assert tree_hashes(tmp_path / "again") == published


def test_a_receipt_of_a_metric_is_made_again_for_its_own_figures_only(night: Night, site: Path) -> None:
    """New input files do not change it: inputs and their hashes are on one page, which it links to."""
    kept = json.loads((night.workspace.build / READS).read_bytes())
    numbers = {number for path, (number, *_) in kept["outputs"].items() if path.startswith("metrics/")}
    assert {view for number in numbers for view, *_ in kept["patterns"][number]} == {
        "build", "metrics", "readings", "feature_readings",
    }  # fmt: skip
    receipt = Reader((site / "metrics" / "latency-p95-ms.html").read_text(encoding="utf-8"))
    assert "../receipts.html#inputs" in receipt.targets
    assert "inputs" in Reader((site / "receipts.html").read_text(encoding="utf-8")).ids


def test_the_hostile_model_is_found_under_a_safe_address(site: Path) -> None:
    """Its id is kept in the data and made safe only for the path."""
    models = json.loads((site / "api" / "models.json").read_bytes())["models"]
    (hostile,) = [m for m in models if m["id"] == HOSTILE_ID]
    assert re.fullmatch(r"models/[a-z0-9-]{1,60}\.html", hostile["page"])
    assert (site / hostile["page"]).is_file()


def test_a_difference_of_shares_is_in_percentage_points(site: Path) -> None:
    """One more in a hundred missing is +1 pp; 1 % could be read as 1 % more than before."""
    text = (site / "models" / "late-departure.html").read_text(encoding="utf-8")
    told = re.findall(r'data-label="more missing">([^<]+)', text)
    assert "+3.10\N{NO-BREAK SPACE}pp" in map(str.strip, told)


def test_a_model_that_does_not_beat_its_alternative_is_said_to_bring_nothing(site: Path) -> None:
    """On its page and in the catalog, by the longest window, even if the newest month is better."""
    words = "ver 90 days it adds nothing over its simple alternative"
    assert "O" + words in (site / "models" / "arrival-delay-plan.html").read_text(encoding="utf-8")
    assert "o" + words in (site / "catalog.html").read_text(encoding="utf-8")
    assert words not in (site / "models" / "arrival-delay-live.html").read_text(encoding="utf-8")


def test_a_model_that_explains_nothing_is_said_to_bring_nothing(site: Path) -> None:
    """On its own page, and not on that of a model with skill."""
    assert "it adds nothing" in (site / "models" / "arrival-delay-plan.html").read_text(encoding="utf-8")
    assert "it adds nothing" not in (site / "models" / "arrival-delay-live.html").read_text(encoding="utf-8")


def test_maturity_tells_level_and_milestones_of_both_days(site: Path) -> None:
    """A level that stayed does not hide milestones that were reached."""
    lede = (
        (site / "maturity.html").read_text(encoding="utf-8").split('<p class="mb-lede">')[1].split("</p>")[0]
    )
    said = lede.replace("\u00a0", " ").replace("\u202f", " ")
    assert (
        "level 2 (Defined), the level of its weakest pillar; 3 of 6 milestones (40.0 %) reached,"
        " 50.0 % with waivers;"
        " 28 days before: level 1, 20.0 % reached."
    ) in said
