"""The engine reads small files once and large ones where they lie, with the same rows either way."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dagster_project.store.engine import KEEP_ROWS, Engine, Lookup, Scan
from dagster_project.store.warehouse import Warehouse

STATEMENT = "SELECT key, count(*) AS n, sum(x) AS x FROM input GROUP BY key ORDER BY key"
SCAN = Scan(
    "input",
    {"key": "k.key", "x": "r.x"},
    (Lookup("k", pl.DataFrame({"key": [0, 1], "name": ["it's", 'a "b"']}), {"name": "r.name"}),),
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "it's here"
    folder.mkdir()
    frames = [
        pl.DataFrame({"name": ["it's", "no"], "x": [1, 2]}),
        pl.DataFrame({"name": ['a "b"', "it's"], "x": [4, 8], "y": [1, 1]}),
    ]
    for number, frame in enumerate(frames):
        frame.write_parquet(folder / f"{number}.parquet")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("rows", [4, KEEP_ROWS + 1])
def test_kept_and_scanned_files_give_the_same_sums(files: list[Path], rows: int) -> None:
    """Rows without a key are left out; a column that one file lacks is there."""
    with Warehouse.open(None) as warehouse:
        engine = Engine(warehouse)
        engine.load(files, rows)
        assert engine.rollup(STATEMENT, SCAN).cast(pl.Int64).rows() == [(0, 2, 9), (1, 1, 4)]
        assert sorted(engine.loaded) == ["name", "x", "y"]


@pytest.mark.parametrize("rows", [4, KEEP_ROWS + 1])
def test_a_column_is_complete_where_every_row_of_every_file_has_a_value(files: list[Path], rows: int) -> None:
    """One file without the column, or one row without a value, and it is not."""
    with Warehouse.open(None) as warehouse:
        engine = Engine(warehouse)
        engine.load(files, rows)
        assert [engine.complete(column) for column in ("name", "x", "y")] == [True, True, False]


def test_nothing_is_left_behind(files: list[Path]) -> None:
    """After release no table or view of the rows remains, and nothing was written to the warehouse's schemas."""
    with Warehouse.open(None) as warehouse:
        engine = Engine(warehouse)
        engine.load(files, 4)
        engine.release()
        found = warehouse.frame(
            "SELECT table_name FROM information_schema.tables WHERE table_name IN ('lake_rows', 'lake_kept')"
        )
    assert found.is_empty()
    assert not engine.loaded


def test_large_hash_tables_are_for_large_loads_alone(files: list[Path]) -> None:
    """Grouping few rows by a perfect hash table made for millions costs more than the rows."""
    setting = "SELECT current_setting('perfect_ht_threshold')"
    with Warehouse.open(None) as warehouse:
        engine = Engine(warehouse)
        before = warehouse.value(setting)
        engine.load(files, 4)
        assert warehouse.value(setting) == before
        engine.load(files, KEEP_ROWS + 1)
        assert warehouse.value(setting) != before
        engine.release()
        assert warehouse.value(setting) == before


def test_a_list_column_is_read_once_whole_and_once_an_item(tmp_path: Path) -> None:
    """Explode adds a row for every item beside the row itself."""
    pl.DataFrame(
        {"id": [1, 2], "s": [["a", "b"], []]}, schema={"id": pl.Int64, "s": pl.List(pl.String)}
    ).write_parquet(tmp_path / "p.parquet")
    with Warehouse.open(None) as warehouse:
        engine = Engine(warehouse)
        engine.load([tmp_path / "p.parquet"], 2, explode="s")
        found = engine.rollup(
            "SELECT id, item FROM seen ORDER BY ALL", Scan("seen", {"id": "r.id", "item": "r.item"}, ())
        )
    assert found.rows() == [(1, ""), (1, "a"), (1, "b"), (2, "")]


@pytest.mark.parametrize("rows", [4, KEEP_ROWS + 1])
def test_a_column_younger_than_all_files_is_null(files: list[Path], rows: int) -> None:
    """Files from before it existed read as if nobody had logged it."""
    scan = Scan("input", {**SCAN.columns, "late": "r.late"}, SCAN.lookups)
    with Warehouse.open(None) as warehouse:
        engine = Engine(warehouse)
        engine.load(files, rows, wanted={"x": "BIGINT", "late": "BOOLEAN"})
        assert engine.loaded["late"] == "BOOLEAN"
        counted = engine.rollup("SELECT count(*) AS n, count(late) AS late FROM input", scan)
        assert counted.cast(pl.Int64).rows() == [(3, 0)]


def test_spread_values_lie_anywhere_in_each_day(tmp_path: Path) -> None:
    """At most n finite values a model and day, whatever the order of the file; none of other models."""
    place = [i % 500 for i in range(3000)]
    rows = pl.DataFrame({
        "model_id": [f"m{i % 3}" for i in range(3000)], "day": [i // 1500 for i in range(3000)],
        "request_id": [f"r{i:04}" for i in range(3000)], "f:x": [float(p) for p in place],
    }).with_columns(pl.when(pl.col("f:x") < 5).then(float("nan")).otherwise("f:x").alias("f:x"))  # fmt: skip
    found = []
    for name, frame in (("a", rows), ("b", rows.reverse())):
        frame.write_parquet(tmp_path / f"{name}.parquet")
        with Warehouse.open(None) as warehouse:
            engine = Engine(warehouse)
            found.append(
                engine.spread_values([tmp_path / f"{name}.parquet"], "f:x", ["m0", "m2", "none"], 40)
            )
    assert found[0].equals(found[1])
    counts = found[0].group_by("model_id", "day").agg(pl.len(), pl.col("place").max(), pl.col("x").mean())
    assert sorted(counts.select("model_id", "day", "len", "place").rows()) == [
        (m, d, 40, 40) for m in ("m0", "m2") for d in (0, 1)
    ]
    assert counts["x"].is_between(180, 320).all(), "a mean of 250 with an error of 23"
    assert found[0]["x"].min() >= 5  # type: ignore[operator]
