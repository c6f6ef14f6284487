"""The peers' benchmark without peers: seeded files with what was planted, and a section that renders."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from tests.bench import peers
from tests.bench.measure import Cost
from tests.bench.pair import CATEGORIES, COLUMNS, PLANTED, STABLE, frame


@pytest.fixture(scope="module")
def sides() -> list[pl.DataFrame]:
    """Reference and current, 20,000 rows each."""
    return [frame(np.random.default_rng(seed), 20_000, current=bool(seed)) for seed in (0, 1)]


def test_the_same_seed_makes_the_same_file(sides: list[pl.DataFrame]) -> None:
    """Every run of the benchmark reads the same rows."""
    assert frame(np.random.default_rng(1), 20_000, current=True).equals(sides[1])


def test_the_files_hold_what_is_said_of_them(sides: list[pl.DataFrame]) -> None:
    """Columns, days, missing shares, categories, and the planted changes."""
    reference, current = sides
    assert reference.columns == current.columns == ["ts", *COLUMNS]
    assert set(PLANTED) | set(STABLE) == set(COLUMNS)
    assert reference["ts"].max() < current["ts"].min()  # type: ignore[operator]
    assert reference["n05"].null_count() / 20_000 == pytest.approx(0.02, abs=0.005)
    assert current["n05"].null_count() / 20_000 == pytest.approx(0.10, abs=0.01)
    assert current["n00"].mean() - reference["n00"].mean() == pytest.approx(0.6, abs=0.1)  # type: ignore[operator]
    assert reference["c1"].drop_nulls().n_unique() == CATEGORIES["c1"]
    new = current["c4"].is_in([f"c4_{i}" for i in range(1000, 1005)]).sum()
    assert new / 20_000 == pytest.approx(0.02, abs=0.005)


def test_the_section_renders() -> None:
    """Ratios are of pairs, goals are met or missed, and who found what stands below."""
    runs = {}
    for peer, cpu_s in zip(peers.PEERS, (120.0, 20.0, 30.0), strict=True):
        outputs = json.dumps(["n00", "n03"])
        runs[peer] = peers.Runs([Cost(cpu_s, 9, 900, outputs)], [Cost(2.0, 1, 100)])
    found = {"columns": [{"name": name, "level": "changed"} for name in PLANTED]}
    assert runs[peers.PEERS[0]].times == 60
    costs = peers._costs(runs, "goal", Cost(1.0, 1, 80))
    assert "60.0 x | 50 x: met" in costs
    assert "10.0 x | 12 x: missed" in costs
    truth = peers._truth({"modelboard": [c["name"] for c in found["columns"]], "other": ["n00", "n03"]})
    assert "| modelboard | " + "found | " * len(PLANTED) + f"0 of {len(STABLE)} |" in truth
    assert f"| 1 of {len(STABLE)} |" in truth
    assert "100 MiB (met: below 350)" in peers._memory(runs, runs)
