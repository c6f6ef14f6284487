"""A stranger's first night: two small logs, hardly anything declared. What the pages say then, and what they do not."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.nights import whole

FILES = {
    "workspace": "name: First night\nas_of: newest\n",
    "catalog/models": """\
models:
  - {id: loan, title: Loan, task: binary, threshold: 0.5}
  - {id: hires, title: Hires, task: regression, unit: bikes, segments: [season]}
  - {id: idle, title: Idle, task: binary}
""",
    "sources/loan": """\
sources:
  - source: loan
    files: loan.csv
    columns: {event_time: at, model_id: {constant: loan}, request_id: id, score: score}
  - source: loan-labels
    kind: outcomes
    files: repaid.csv
    columns: {model_id: {constant: loan}, request_id: id, label: repaid}
  - source: hires
    files: hires.csv
    columns: {event_time: at, model_id: {constant: hires}, prediction: guess, label: hired}
    features: [season]
""",
}
DAYS, EACH = 40, 24


def rows(days: int, each: int) -> pl.DataFrame:
    """Evenly spread requests, with numbers that look random and are the same everywhere."""
    n = days * each
    at = pl.datetime_range(
        pl.datetime(2025, 1, 1), pl.datetime(2025, 12, 31), f"{24 * 60 // each}m", eager=True
    )
    frame = pl.DataFrame({"at": at.head(n), "id": range(n)})
    frame = frame.with_columns(score=(pl.col("id") * 7919 % 1000) / 1000)
    return frame.with_columns(
        repaid=(pl.col("score") * 1000 > pl.col("id") * 104729 % 1000).cast(pl.Int8),
        guess=100 * pl.col("score"),
        hired=100 * pl.col("score") + pl.col("id") % 7,
        season=pl.lit("s") + (pl.col("id") % 2).cast(pl.String),
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("first")
    for name, text in FILES.items():
        file = root / "data" / f"{name}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    made = rows(DAYS, EACH)
    made.select("at", "id", "score").write_csv(root / "loan.csv")
    made.select("id", "repaid").write_csv(root / "repaid.csv")
    made.select("at", "season", "guess", "hired").write_csv(root / "hires.csv")
    return whole(root)


def text(site: Path, page: str) -> str:
    """A published page."""
    return (site / f"{page}.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_labels_without_a_time_are_there_and_not_behind(site: Path) -> None:
    """All of them were accepted; only their day is not known."""
    found = {
        s["source"]: s
        for s in json.loads((site / "api" / "ledger.json").read_text(encoding="utf-8"))["freshness"]
    }
    assert (found["loan-labels"]["rows"], found["loan-labels"]["behind"]) == (DAYS * EACH, False)
    assert found["loan-labels"]["state"] == "its rows have no time"
    assert "Every source is up to date" in text(site, "index")


@pytest.mark.slow
def test_a_segment_without_an_interval_says_that_it_has_none(site: Path) -> None:
    """Whether it has a target is said in another column."""
    segments = text(site, "models/hires").split('<h2 id="segments">')[1].split("</section>")[0]
    assert 'data-label="interval">none</td>' in segments
    assert "no target" not in segments


@pytest.mark.slow
def test_ways_of_serving_that_nobody_declared_are_told_in_words(site: Path) -> None:
    """No empty brackets, no 'not available patterns'."""
    shown = text(site, "playbook")
    assert "0 of 3 models in production declare their pattern; in use: none that is declared." in shown
    assert "()" not in shown


@pytest.mark.slow
def test_what_is_not_monitored_says_why_for_how_many(site: Path) -> None:
    """Each reason has its own number of models: one model's reason is not given for the others."""
    shown = text(site, "operations").split('<h2 id="not-monitored">')[1].split("</table>")[0]
    assert "There is a figure but no target (2); production, no requests yet (1)." in shown
    assert "No latency is logged (2); production, no requests yet (1)." in shown


@pytest.mark.slow
def test_a_model_without_a_value_says_what_would_fill_it(site: Path) -> None:
    """The empty part names the key that would fill it, as every other empty part does."""
    impact = text(site, "models/hires").split('<h2 id="impact">')[1].split("</section>")[0]
    assert "No value is declared. <code>value:</code> in its catalog file would fill this." in impact


@pytest.mark.slow
def test_what_was_judged_for_the_first_time_did_not_change(site: Path) -> None:
    """A first night does not report the first assessment of its milestones as changes."""
    assert "No version, deployment, declaration or milestone changed" in text(site, "index")
