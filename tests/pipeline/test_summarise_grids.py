"""Grids of features: what they are taken from, when they change, when they begin again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from polars.testing import assert_frame_equal

from dagster_project.core.histogram import centre_scale
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, put, requests, workspace

HISTOGRAM = "SELECT * FROM daily.feature_hist ORDER BY ALL"


def test_a_grid_is_taken_from_sixteen_days(tmp_path: Path) -> None:
    """The same number of values from each day, however many it has: a feature that is constant all day gets a width."""
    of = workspace(tmp_path, [{"id": "m"}])
    with Warehouse.open(None) as warehouse:
        for number in range(20):
            n = 3000 if number == 3 else 100
            put(of, warehouse, "requests", "log", requests("m", day(number), n, {"x": [float(number)] * n}))
        summarise(night(of, day(19)), warehouse)
        grid = warehouse.connection.execute("SELECT centre, scale, n, frozen FROM ops.grid").fetchall()
    assert grid == [(*centre_scale(np.repeat(np.arange(16.0), 64)), 1000, True)]


def test_a_provisional_grid_is_a_function_of_the_lake_alone(tmp_path: Path) -> None:
    """Below 1,000 values nights one after another end in the rows of one backfill."""
    rng = np.random.default_rng(5)
    rare = [requests("m", day(i), 30, {"x": rng.normal(i, 1, 30)}) for i in range(6)]
    of = workspace(tmp_path, [{"id": "m"}])
    found = []
    for nights in ([5], range(6)):
        with Warehouse.open(None) as warehouse:
            for rows in rare:
                put(of, warehouse, "requests", "log", rows)
            for number in nights:
                summarise(night(of, day(number)), warehouse)
            assert warehouse.value("SELECT n FROM ops.grid") == 64
            found.append(warehouse.frame(HISTOGRAM))
    assert_frame_equal(found[0], found[1])


def test_a_grid_that_no_longer_sees_begins_again(tmp_path: Path) -> None:
    """A day with most values far outside gets a grid of its own from that day on."""
    rng = np.random.default_rng(1)
    of = workspace(tmp_path, [{"id": "m"}])
    centres = [0.0] * 16 + [1e6] * 2
    with Warehouse.open(None) as warehouse:
        for number, centre in enumerate(centres):
            put(
                of,
                warehouse,
                "requests",
                "log",
                requests("m", day(number), 600, {"x": rng.normal(centre, 1, 600)}),
            )
        summarise(night(of, day(17)), warehouse)
        grids = warehouse.connection.execute(
            "SELECT from_day, round(centre), frozen FROM ops.grid ORDER BY from_day"
        ).fetchall()
        used = warehouse.connection.execute(
            "SELECT DISTINCT day, grid_from FROM daily.feature_hist ORDER BY day"
        ).fetchall()
        assert summarise(night(of, day(17)), warehouse).days == 0
    assert grids == [(day(0), 0.0, True), (day(16), 1e6, False)]
    assert used == [(day(i), day(0 if i < 16 else 16)) for i in range(18)]


def test_a_grid_of_few_values_widens_before_it_breaks(tmp_path: Path) -> None:
    """A feature that is 0 at first, or jumps before its grid is whole: one grid, night by night as in one backfill."""
    rng = np.random.default_rng(8)
    wet = [np.where(rng.random(150) < 0.3 * (i > 2), rng.gamma(2, 3, 150), 0.0) for i in range(9)]
    jumps = [rng.normal(0 if i < 3 else 1e6, 1, 150) for i in range(9)]
    of = workspace(tmp_path, [{"id": "m"}])
    found = []
    for nights in ([8], range(9)):
        with Warehouse.open(None) as warehouse:
            for number in range(9):
                features = {"rain": wet[number], "x": jumps[number]}
                put(of, warehouse, "requests", "log", requests("m", day(number), 150, features))
            for number in nights:
                summarise(night(of, day(number)), warehouse)
            found.append(warehouse.frame(HISTOGRAM))
            assert warehouse.frame("SELECT feature, n FROM ops.grid ORDER BY feature").rows() == [
                ("rain", 256),
                ("x", 256),
            ]
    assert_frame_equal(found[0], found[1])


def test_a_day_of_few_values_never_breaks_a_grid(tmp_path: Path) -> None:
    """Ninety values far outside are drift, not a new grid."""
    rng = np.random.default_rng(9)
    of = workspace(tmp_path, [{"id": "m"}])
    with Warehouse.open(None) as warehouse:
        for number, (n, centre) in enumerate([(1200, 0.0)] * 16 + [(90, 1e6)]):
            rows = requests("m", day(number), n, {"x": rng.normal(centre, 1, n)})
            put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(16)), warehouse)
        assert warehouse.value("SELECT frozen FROM ops.grid")
        assert warehouse.frame("SELECT from_day FROM ops.grid").rows() == [(day(0),)]


def test_a_feature_that_was_mapped_to_another_name_is_not_missing(tmp_path: Path) -> None:
    """Its days were read again, and no row of the lake has it: it has no grid and no missing values any more."""
    of = workspace(tmp_path, [{"id": "m"}])
    with Warehouse.open(None) as warehouse:
        for name in ("x", "renamed"):
            for number in range(3):
                features = {name: [1.0, 2.0, 3.0], "kept": ["a", "b", "a"]}
                put(of, warehouse, "requests", "log", requests("m", day(number), 3, features))
            summarise(night(of, day(2)), warehouse)
        features_of = {
            table: warehouse.frame(f"SELECT DISTINCT feature FROM {table} ORDER BY feature")[
                "feature"
            ].to_list()
            for table in ("ops.grid", "daily.feature_hist", "ops.category")
        }
    assert features_of == {
        "ops.grid": ["kept", "renamed"], "daily.feature_hist": ["renamed"], "ops.category": ["kept"],
    }  # fmt: skip


def test_a_feature_that_stopped_coming_is_missing(tmp_path: Path) -> None:
    """Earlier days still have it."""
    of = workspace(tmp_path, [{"id": "m"}])
    with Warehouse.open(None) as warehouse:
        for number in range(4):
            features = {"x": [1.0, 2.0, 3.0]} if number < 3 else {}
            put(of, warehouse, "requests", "log", requests("m", day(number), 3, features))
        summarise(night(of, day(3)), warehouse)
        missing = warehouse.frame("SELECT day, n FROM daily.feature_hist WHERE bin = 999").rows()
    assert missing == [(day(3), 3)]
