"""Multivariate drift from the lake to a reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from dagster_project.core.types import Floats
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, measuring, night, put, requests, workspace

N = 3000


def columns(rng: np.random.Generator, signs: Floats) -> dict[str, Floats]:
    hidden = rng.normal(0, 1, N)
    return {f"x{i}": sign * hidden + rng.normal(0, 0.5, N) for i, sign in enumerate(signs)}


def made(root: Path, *, threads: int = 2, **changes: object) -> tuple[pl.DataFrame, pl.DataFrame]:
    """daily.joint and the readings after a reference day, an equal day and one on which two features turn together."""
    model = {"id": "m", "multivariate": True, "reference": {"start": day(0), "end": day(0)}, **changes}
    of = measuring(workspace(root, [model]), "drift")
    rng = np.random.default_rng(5)
    same, turned = np.ones(4), np.array([1.0, 1, -1, -1])
    with Warehouse.open(None) as warehouse:
        warehouse.run(f"SET threads = {threads}")
        for i, signs in enumerate((same, same, turned)):
            put(of, warehouse, "requests", "log", requests("m", day(i), N, columns(rng, signs)))
        summarise(night(of, day(2)), warehouse)
        score(night(of, day(2)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading WHERE window_days = 1 ORDER BY ALL")
        return warehouse.frame("SELECT * FROM daily.joint ORDER BY ALL"), readings


def ratios(readings: pl.DataFrame) -> list[float | None]:
    return readings.filter(pl.col("metric") == "drift_multivariate").sort("day")["value"].to_list()


def test_features_that_turn_together_are_seen_where_each_alone_is_not(tmp_path: Path) -> None:
    """KS of every feature stays within chance on all days; the reconstruction error does not."""
    joint, readings = made(tmp_path)
    reference, equal, turned = ratios(readings)
    assert reference is not None
    assert equal is not None
    assert turned is not None
    assert abs(reference - 1) < 1e-9
    assert abs(equal - 1) < 0.25
    assert turned > 2
    assert readings.filter(pl.col("metric") == "drift_ks")["value"].max() < 0.06  # type: ignore[operator]
    assert set(joint["n"]) == {1000}
    assert len(joint) == 3 * 4 * 7 // 2


def test_the_same_bytes_on_every_run(tmp_path: Path) -> None:
    """One thread or two: the same sample, the same sums."""
    one, other = (made(tmp_path / str(threads), threads=threads) for threads in (1, 2))
    assert one[0].equals(other[0])
    assert one[1].equals(other[1])


def test_nobody_pays_for_it_who_did_not_ask(tmp_path: Path) -> None:
    """Without `multivariate: true` nothing is sampled and nothing is reported."""
    joint, readings = made(tmp_path, multivariate=False)
    assert joint.is_empty()
    assert ratios(readings) == []
