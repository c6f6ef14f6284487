"""Columns and values that come, go or are too many: what counts as missing, as unseen and as other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, put, requests, workspace


def test_a_vanished_feature_reads_missing_and_only_of_its_model(tmp_path: Path) -> None:
    """After its first day a column that is gone counts as missing; a neighbour that never had it has no rows."""
    rng = np.random.default_rng(1)
    of = workspace(tmp_path, [{"id": "a"}, {"id": "b"}])
    with Warehouse.open(None) as warehouse:
        first = pl.concat(
            [
                requests("a", day(1), 50, {"x": rng.normal(size=50)}),
                requests("b", day(1), 50, {"x": [None] * 50}).cast({"f:x": pl.Float64}),
            ]
        )
        for rows in (requests("a", day(0), 50), first, requests("a", day(2), 50)):
            put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(2)), warehouse)
        found = warehouse.connection.execute(
            "SELECT model_id, day, sum(n)::BIGINT, sum(n) FILTER (WHERE bin = 999)::BIGINT"
            " FROM daily.feature_hist GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    assert found == [("a", day(1), 50, None), ("a", day(2), 50, 50)]


def test_categories_are_named_on_the_reference_days_and_unseen_after(tmp_path: Path) -> None:
    """New values count by name inside the reference, as unseen after it, as missing where there is none."""
    of = workspace(tmp_path, [{"id": "m", "reference": {"start": day(0), "end": day(1)}}])
    values: list[list[str | None]] = [["a", "b"], ["a", "c"], ["c", "d"], [None, "a"]]
    with Warehouse.open(None) as warehouse:
        for number, pair in enumerate(values):
            put(
                of,
                warehouse,
                "requests",
                "log",
                requests("m", day(number), 2, {"x": pl.Series(pair, dtype=pl.String)}),
            )
        summarise(night(of, day(3)), warehouse)
        found = warehouse.connection.execute(
            "SELECT day, kind, value, n FROM daily.category_hist ORDER BY ALL"
        ).fetchall()
    named = [
        (day(0), "value", "a", 1),
        (day(0), "value", "b", 1),
        (day(1), "value", "a", 1),
        (day(1), "value", "c", 1),
    ]
    assert found == [
        *named,
        (day(2), "unseen", None, 1),
        (day(2), "value", "c", 1),
        (day(3), "missing", None, 1),
        (day(3), "value", "a", 1),
    ]


def test_the_thousand_and_first_category_is_other(tmp_path: Path) -> None:
    """Beyond the cap values count together."""
    of = workspace(tmp_path, [{"id": "m"}])
    with Warehouse.open(None) as warehouse:
        put(
            of,
            warehouse,
            "requests",
            "log",
            requests("m", day(0), 1200, {"x": [f"v{i:04d}" for i in range(1200)]}),
        )
        summarise(night(of, day(0)), warehouse)
        found = warehouse.connection.execute(
            "SELECT kind, sum(n)::BIGINT FROM daily.category_hist GROUP BY kind ORDER BY kind"
        ).fetchall()
    assert found == [("other", 200), ("value", 1000)]


def test_segment_values_beyond_the_source_cap_are_other(tmp_path: Path) -> None:
    """By first day, then frequency."""
    source = {
        "source": "log",
        "files": "x.csv",
        "max_segment_values": 2,
        "columns": {"event_time": "t", "model_id": "m"},
    }
    of = workspace(tmp_path, [{"id": "m", "segments": ["consumer"]}])
    (of.data / "sources").mkdir()
    of = workspace(tmp_path, [{"id": "m", "segments": ["consumer"]}], **{"sources/log": source})
    with Warehouse.open(None) as warehouse:
        put(
            of,
            warehouse,
            "requests",
            "log",
            requests("m", day(0), 6, consumer=["a", "b", "b", "c", "c", "c"]),
        )
        put(of, warehouse, "requests", "log", requests("m", day(1), 3, consumer=["a", "b", ""]))
        summarise(night(of, day(1)), warehouse)
        found = warehouse.connection.execute(
            "SELECT day, segment, requests FROM daily.traffic WHERE segment <> '' ORDER BY ALL"
        ).fetchall()
    assert found == [
        (day(0), "consumer=b", 2), (day(0), "consumer=c", 3), (day(0), "consumer=other", 1),
        (day(1), "consumer=b", 1), (day(1), "consumer=missing", 1), (day(1), "consumer=other", 1),
    ]  # fmt: skip
