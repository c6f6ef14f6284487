"""Rules and consumers on two public logs, checked against polars on the raw rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest
import yaml

from dagster_project.store.warehouse import Warehouse
from tests.nights import SCORING, figures

SHARED = Path(__file__).parent.parent.parent / "shared" / "data"
RULES = [
    {"name": "asks more than it answers", "must": {"left": "tokens_in", "op": ">=", "right": "tokens_out"}},
    {
        "name": "short answers to short questions",
        "must": {"left": "tokens_out", "op": "<", "value": 500},
        "when": {"left": "tokens_in", "op": "<", "value": 100},
    },
]


def night(root: Path, models: object, source: Mapping[str, object]) -> pl.DataFrame:
    """Readings of the newest day, all versions together."""
    for path, content in (
        ("workspace", {"name": "A stranger", "as_of": "newest"}),
        ("catalog/models", {"models": models}),
        ("sources/log", {"source": "log", **source}),
    ):
        file = root / "data" / f"{path}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
    done = figures(root, stages=SCORING)
    with Warehouse.open(done.workspace.warehouse) as warehouse:
        return warehouse.frame(
            "SELECT * FROM mart.reading WHERE window_days = 1 AND day = $day AND version = '' AND segment = ''",
            {"day": done.as_of},
        )


@pytest.mark.slow
def test_rules_over_tokens_of_a_language_model(tmp_path: Path) -> None:
    """Azure's conversations of November 2023: the failures are those that polars counts."""
    file = SHARED / "azure_llm_2023" / "conv.parquet"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    columns = {"event_time": "TIMESTAMP", "tokens_in": "ContextTokens", "tokens_out": "GeneratedTokens"}
    source = {"files": str(file), "columns": {**columns, "model_id": {"constant": "chat"}}}
    found = night(tmp_path, [{"id": "chat", "rules": RULES}], source)
    raw = pl.read_parquet(file)
    asked, answered = raw["ContextTokens"], raw["GeneratedTokens"]
    short = answered.filter(asked < 100)
    expected = {
        RULES[0]["name"]: ((asked < answered).sum(), len(raw)),
        RULES[1]["name"]: ((short >= 500).sum(), len(short)),
    }
    rules = found.filter(metric="rule_failed_share").select("feature", "numerator", "n")
    assert {name: (failed, n) for name, failed, n in rules.iter_rows()} == expected
    tokens = found.filter(metric="tokens_per_request")["value"].to_list()
    assert tokens == pytest.approx([(asked.sum() + answered.sum()) / len(raw)])  # type: ignore[operator]
    assert found.filter(pl.col("metric").is_in(["cost", "coverage", "arrival_p50_minutes"])).is_empty()


@pytest.mark.slow
def test_the_largest_consumer_of_a_platform(tmp_path: Path) -> None:
    """Two models of Alibaba's platform, one row per client and ten minutes; the newest day is checked."""
    file = SHARED / "servegen_usage" / "usage_10min.parquet"
    if not file.is_file():
        pytest.skip(f"{file} is not there")
    raw = pl.read_parquet(file).filter(pl.col("model").is_in(["deepseek-r1", "mm-image"]))
    start = pl.lit(dt.datetime(2025, 3, 3, tzinfo=dt.UTC)) + pl.duration(seconds="window_start_s")
    raw.with_columns(at=start).write_parquet(tmp_path / "usage.parquet")
    columns = {"event_time": "at", "model_id": "model", "consumer": "client", "records": "requests"}
    found = night(tmp_path, [], {"files": "usage.parquet", "columns": columns})
    last = (pl.col("window_start_s") // 86400) == raw["window_start_s"].max() // 86400  # type: ignore[operator]
    for model in ("deepseek-r1", "mm-image"):
        rows = raw.filter(last, pl.col("model") == model)
        by_client = rows["client"].value_counts()["count"]
        figures_of = found.filter(model_id=model)
        assert figures_of.filter(metric="records")["value"].to_list() == [rows["requests"].sum()]
        share = figures_of.filter(metric="largest_consumer_share")["value"].to_list()
        assert share == pytest.approx([by_client.max() / len(rows)])  # type: ignore[operator]
        newest = 24 - rows["window_start_s"].max() % 86400 / 3600  # type: ignore[operator]
        assert figures_of.filter(metric="newest_age_hours")["value"].to_list() == pytest.approx([newest])
