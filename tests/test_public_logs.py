"""Two public logs get pages with one catalog file and one source file of at most 15 lines each, and no Python."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from tests.nights import whole

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
LLM_CATALOG = """\
models:
  - {id: llm-code, title: Code completion, team: Assistants, owner: LLM platform, task: other, pattern: rest}
  - {id: llm-chat, title: Conversation, team: Assistants, owner: LLM platform, task: other, pattern: rest}
"""
LLM_SOURCE = """\
sources:
  - source: code
    files: PLACE/azure_llm_2023/code.parquet
    columns: &columns
      event_time: TIMESTAMP
      tokens_in: ContextTokens
      tokens_out: GeneratedTokens
      model_id: {constant: llm-code}
  - source: conversation
    files: PLACE/azure_llm_2023/conv.parquet
    columns:
      <<: *columns
      model_id: {constant: llm-chat}
"""
BIKE_CATALOG = """\
id: bike-demand
title: Bikes rented in an hour
team: Operations
owner: Bike data team
task: regression
pattern: batch
unit: bikes
reference: {start: 2011-01-01, end: 2011-06-30}
"""
BIKE_SOURCE = """\
source: bikes
files: PLACE/bike_sharing/hour.parquet
timezone: America/New_York
columns:
  event_time: ts
  model_id: {constant: bike-demand}
  request_id: instant
  label: cnt
features: [season, holiday, weekday, workingday, weathersit, temp, atemp, hum, windspeed]
"""


def publish(root: Path, name: str, catalog: str, source: str, zone: str = "UTC") -> Path:
    """The published site of a stranger's three files."""
    if not (SHARED / name).is_dir():
        pytest.skip(f"the data set {name} is not in {SHARED}")
    for path, text in (
        ("workspace", f"name: A stranger\nas_of: newest\ntimezone: {zone}\n"),
        ("catalog/models", catalog),
        ("sources/logs", source.replace("PLACE", str(SHARED))),
    ):
        file = root / "data" / f"{path}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return whole(root)


@pytest.fixture(scope="module")
def llm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One hour of two large language models: times and tokens, no ids, no latency, no labels."""
    return publish(tmp_path_factory.mktemp("llm"), "azure_llm_2023", LLM_CATALOG, LLM_SOURCE)


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of hourly counts: features and what happened, without anyone's prediction."""
    folder = tmp_path_factory.mktemp("bikes")
    return publish(folder, "bike_sharing", BIKE_CATALOG, BIKE_SOURCE, "America/New_York")


def readings(site: Path, metric: str, *, window: int = 1) -> pl.DataFrame:
    """A metric's readings of whole models from the API."""
    rows = pl.read_parquet(site / "api" / "readings.parquet")
    return rows.filter(metric=metric, window_days=window, version="", segment="", feature="")


def page(site: Path, model: str) -> str:
    """A model's page."""
    return (site / "models" / f"{model}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [LLM_CATALOG, LLM_SOURCE, BIKE_CATALOG, BIKE_SOURCE])
def test_no_file_has_more_than_15_lines(text: str) -> None:
    """What a stranger has to write."""
    assert len(text.splitlines()) <= 15


@pytest.mark.slow
def test_every_request_of_the_language_models_is_counted(llm: Path) -> None:
    """Equal rows count as separate requests: without ids, nothing says that one is a copy."""
    found = readings(llm, "requests")
    assert dict(found.select("model_id", "value").iter_rows()) == {"llm-code": 8819, "llm-chat": 19366}
    ledger = json.loads((llm / "api" / "ledger.json").read_text(encoding="utf-8"))["sources"]
    assert {(r["source"], r["rows_read"], r["accepted"]) for r in ledger} == {
        ("code", 8819, 8819),
        ("conversation", 19366, 19366),
    }


@pytest.mark.slow
def test_tokens_are_summed_exactly(llm: Path) -> None:
    """Tokens, by which language models are paid, are among the figures, exact to the token."""
    found = {
        (which, model): value
        for which in ("tokens_in", "tokens_out")
        for model, value in readings(llm, which).select("model_id", "value").iter_rows()
    }
    assert found == {
        ("tokens_in", "llm-code"): 18059974,
        ("tokens_out", "llm-code"): 245896,
        ("tokens_in", "llm-chat"): 22361870,
        ("tokens_out", "llm-chat"): 4088665,
    }
    assert "Tokens in" in page(llm, "llm-code")


@pytest.mark.slow
def test_what_the_language_models_do_not_log_is_not_available(llm: Path) -> None:
    """No latency, no users: words instead of numbers, in the API and on the page."""
    latency = readings(llm, "latency_p95_ms")
    assert latency["value"].null_count() == len(latency) == 2
    assert set(latency["reason"]) == {"not available: no latency is logged"}
    assert readings(llm, "active_users").filter(pl.col("value").is_not_null()).is_empty()
    for model in ("llm-code", "llm-chat"):
        assert "not available: no latency is logged" in page(llm, model)


@pytest.mark.slow
def test_without_ids_no_repeat_is_denied(llm: Path) -> None:
    """Without ids, repeats are unknown and not graded good; without consumers, nobody sends most requests."""
    assert readings(llm, "duplicate_share").is_empty()
    shown = page(llm, "llm-code")
    assert "Nothing about this model could be graded" in shown
    assert "No request names its caller" in shown
    assert "sends the most requests" not in shown


@pytest.mark.slow
def test_every_hour_of_the_bikes_is_counted(bikes: Path) -> None:
    """Two years, 731 days, every row: the gaps of the data stay gaps."""
    found = readings(bikes, "requests")
    assert found["value"].sum() == 17379
    assert found["day"].n_unique() == 731


@pytest.mark.slow
def test_what_the_bikes_do_not_log_is_not_available(bikes: Path) -> None:
    """Labels without a prediction give no error; there is no latency and there are no tokens."""
    errors = readings(bikes, "mae", window=28)
    assert set(errors["reason"]) == {"not available: no score or prediction is logged"}
    assert errors["value"].null_count() == len(errors) > 0
    assert readings(bikes, "tokens_in").is_empty()
    for words in ("not available: no score or prediction is logged", "not available: no latency is logged"):
        assert words in page(bikes, "bike-demand")


@pytest.mark.slow
def test_winter_is_seen_as_drift_from_spring(bikes: Path) -> None:
    """The temperature of December 2012 is far from that of the declared reference, January to June 2011."""
    rows = pl.read_parquet(bikes / "api" / "readings.parquet")
    (psi,) = rows.filter(metric="drift_psi", feature="temp", window_days=28, version="")["value"].to_list()
    assert psi > 0.25


@pytest.mark.slow
def test_days_too_thin_for_a_distance_draw_no_empty_chart(bikes: Path) -> None:
    """24 rows are too few for the drift of a day: no feature is said to have stayed in its usual range."""
    shown = page(bikes, "bike-demand")
    assert "Not one day of the last 91 days has a distance of its own" in shown
    assert "left its usual range" not in shown
