"""The readings' files are as one sorted query would give them, however few rows are passed on at a time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline import render_readings
from dagster_project.pipeline.render_readings import write_all
from dagster_project.publish.api import READING_COLUMNS
from dagster_project.store.warehouse import Warehouse

AS_OF = dt.date(2013, 1, 4)
MODELS = ("Zeta", "alpha", "alpha-1", "beta_x", "émile", "=formula")
KEY = ("model_id", "metric", "version", "segment", "feature", "day", "window_days")


def reading(model: str, metric: str, day: int, window: int) -> dict[str, object]:
    """A reading of the day before AS_OF by `day`; its value tells it from every other."""
    own = {"model_id": model, "metric": metric, "day": AS_OF - dt.timedelta(days=day), "window_days": window}
    fixed = {"version": "", "segment": "", "feature": "", "unit": "1", "grade": "good", "reason": None}
    value = random.Random(f"{model} {metric} {day} {window}").random()
    return (
        own
        | fixed
        | {"value": value, "numerator": 1.0, "denominator": 2.0, "n": 2, "low": None, "high": None}
    )


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """Readings of six models, two metrics, four days and the day to come, in no order."""
    rows = [
        reading(m, metric, day, w)
        for m in MODELS
        for metric in ("auc", "requests")
        for day in range(-1, 4)
        for w in (1, 28)
    ]
    random.Random(7).shuffle(rows)
    with Warehouse.open(None) as opened:
        opened.append("mart.reading", pl.DataFrame(rows))
        yield opened


@pytest.mark.parametrize("rows", [1, 25, 10_000])
def test_files_hold_what_one_sorted_query_gives(warehouse: Warehouse, tmp_path: Path, rows: int) -> None:
    """Row by row, some at a time or all at once: the order is that of the whole table."""
    write_all(warehouse, AS_OF, tmp_path, rows=rows)
    whole = warehouse.frame(
        f"SELECT {', '.join(READING_COLUMNS)} FROM mart.reading ORDER BY {', '.join(KEY)}"
    )
    past = whole.filter((pl.col("day") == AS_OF) | ((pl.col("window_days") == 1) & (pl.col("day") < AS_OF)))
    assert pl.read_parquet(tmp_path / "readings.parquet").equals(past)
    newest = pl.read_csv(tmp_path / "readings.csv", try_parse_dates=True)
    expected = past.filter(pl.col("day") == AS_OF).select("metric", "window_days", "value")
    assert newest.select(expected.columns).equals(expected)


def test_bytes_do_not_depend_on_the_batches(warehouse: Warehouse, tmp_path: Path) -> None:
    """One row at a time makes the files that all at once make."""
    for rows in (1, 10_000):
        write_all(warehouse, AS_OF, tmp_path / str(rows), rows=rows)
    for name in ("readings.csv", "readings.parquet"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "10000" / name).read_bytes()


def test_bytes_do_not_depend_on_how_many_are_sorted(warehouse: Warehouse, tmp_path: Path) -> None:
    """Each model by itself, two or three models at a time, or all: one order."""
    for portion in (1, 5_000, 1_000_000):
        write_all(warehouse, AS_OF, tmp_path / str(portion), portion=portion)
    for name in ("readings.csv", "readings.parquet"):
        assert len({(tmp_path / str(portion) / name).read_bytes() for portion in (1, 5_000, 1_000_000)}) == 1


def test_without_readings_the_files_have_their_columns(tmp_path: Path) -> None:
    """A workspace's first build is read like any other."""
    with Warehouse.open(None) as empty:
        write_all(empty, AS_OF, tmp_path)
    assert (tmp_path / "readings.csv").read_text().splitlines() == [",".join(READING_COLUMNS)]
    assert pl.read_parquet(tmp_path / "readings.parquet").columns == list(READING_COLUMNS)


def test_long_reasons_of_one_model_are_sorted_with_a_share_that_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 MB of them do not fit into what a run of ordinary models is sorted with."""
    monkeypatch.setattr(render_readings, "BESIDE_MB", 25)
    rows = """SELECT 'm' AS model_id, 'auc' AS metric, '' AS version, '' AS segment, i::varchar AS feature,
    $day::DATE AS day, 1 AS window_days, repeat(md5(i::varchar), 94) AS reason FROM range(10_000) AS r (i)"""
    with Warehouse.open(tmp_path / "warehouse.duckdb") as long:
        long.run(f"INSERT INTO mart.reading BY NAME {rows}", {"day": AS_OF})
        long.run("CHECKPOINT")
        write_all(long, AS_OF, tmp_path)
    assert pl.read_parquet(tmp_path / "readings.parquet")["feature"].is_sorted()
