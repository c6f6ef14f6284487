"""The simulation of alarms: its histories are what they say, and it runs on small sizes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench import alarms, alarms_made, alarms_watched
from tests.bench.alarms_made import REFERENCE, Series, World
from tests.bench.alarms_planted import MONITORS, WORLDS, planted


def test_a_model_has_as_many_monitors_as_its_budget_is_shared_by() -> None:
    """The monitors of the tables are those among which the budget is divided."""
    assert sum(m.a_model for m in MONITORS) == alarms_watched.TESTS


def test_wander_has_the_spread_and_correlation_it_says() -> None:
    """Sd 1 and neighbours at 0.5, with and without heavy tails."""
    for heavy in (False, True):
        found = alarms_made.shocks(np.random.default_rng(1), World(1, correlation=0.5, heavy=heavy), 400, 300)
        assert found[:, 50:].std() == pytest.approx(1, abs=0.03)
        assert np.corrcoef(found[:, 50:-1].ravel(), found[:, 51:].ravel())[0, 1] == pytest.approx(
            0.5, abs=0.03
        )


def test_a_shift_reads_the_distance_that_theory_says() -> None:
    """0.3 sd of many rows: the KS statistic of two normals, 2 Phi(0.15) - 1."""
    size, days = np.full(20, 0.3), REFERENCE + 10
    pair = alarms_made.shifted("ks")(
        np.random.default_rng(2), World(200_000, 0.0), 20, days, REFERENCE + 5, size
    )
    assert pair.changed.values[:, -5:].mean() == pytest.approx(0.1192, abs=0.002)
    np.testing.assert_array_equal(pair.changed.values[:, :-5], pair.clean.values[:, :-5])


def test_the_same_seed_tells_the_same_story() -> None:
    """Two runs of one seed are equal: alarms, days, sizes."""
    one, other = (
        alarms.outcome(MONITORS[3], [World(300)], [np.full(20, 0.2)], np.random.default_rng(3))
        for _ in range(2)
    )
    np.testing.assert_array_equal(one.days, other.days)
    np.testing.assert_array_equal(one.ratio, other.ratio)


def test_worlds_watched_together_are_watched_apart() -> None:
    """Joining histories changes no verdict."""
    rng = np.random.default_rng(4)
    parts = [MONITORS[3].make(rng, w, 5, REFERENCE + 30, REFERENCE + 20, np.full(5, 0.3)).changed
             for w in list(WORLDS.values())[:2]]  # fmt: skip
    whole = alarms_watched.spread(alarms_made.joined(parts), "share", 1, 0.0, REFERENCE + 20)
    apart = [alarms_watched.spread(p, "share", 1, 0.0, REFERENCE + 20).first for p in parts]
    assert whole.first.tolist() == np.concatenate(apart).tolist()


def test_declared_holidays_are_not_judged() -> None:
    """A day at a tenth of the use is no alarm where it was declared."""
    days = alarms_watched.USAGE_FROM + 10
    counts = np.full((2, days), 1_000.0, dtype=np.float64) + np.arange(days) % 3
    counts[:, -3:-1] = 100
    series = Series(counts, np.ones_like(counts))
    silent = alarms_watched.usage(series, days, slow=False, holidays=np.array([days - 3, days - 2]))
    assert silent.alarms.tolist() == [0, 0]
    assert alarms_watched.usage(series, days, slow=False).alarms.tolist() == [1, 1]


def test_the_section_renders() -> None:
    """Every table has as many cells in each row as in its head; every planted change is named once a world."""
    body = alarms.section(alarms.SMALL, lambda what: None).body
    assert "Goal: at most 0.1" in body
    for block in body.split("\n\n"):
        counts = {line.count("|") for line in block.splitlines() if line.startswith("|")}
        assert len(counts) <= 1, block
    changes = [(p.name, p.monitor, p.world) for p in planted()]
    assert len(set(changes)) == len(changes)
