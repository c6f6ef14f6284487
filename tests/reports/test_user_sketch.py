"""The sketch of a day's users is exact, however many there are and however their hashes lie."""

from __future__ import annotations

import numpy as np
import polars as pl

from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.statementfile import split_sql
from dagster_project.store.warehouse import Warehouse

STATEMENT = builtin_root() / "reports" / "summaries" / "user_sketch.sql"
LOWEST, HIGHEST = 2**58, 2**64 - 1
"""The lowest 64th of all hashes ends at the first."""


def drawn(rng: np.random.Generator, low: int, high: int, n: int) -> list[int]:
    """Different hashes between two borders, evenly."""
    return [int(x) for x in np.unique(rng.integers(low, high, n, dtype=np.uint64))]


def test_the_smallest_hashes_of_a_key_are_kept_whatever_the_others() -> None:
    """Few and many users, hashes that lie evenly or not: the 10,000 smallest, or all; a user counts once."""
    rng = np.random.default_rng(1)
    users = {
        0: drawn(rng, 0, HIGHEST, 60_000),
        1: drawn(rng, 0, HIGHEST, 9_000),
        2: [*drawn(rng, 0, LOWEST, 400), *drawn(rng, 2**63, HIGHEST, 20_000)],
        3: drawn(rng, 0, LOWEST, 15_000),
        4: drawn(rng, 2**63, HIGHEST, 12_000),
    }
    rows = [(key, user) for key, of_key in users.items() for user in (*of_key, *of_key[:500], None)]
    schema = {"key": pl.Int32, "user_hash": pl.UInt64}
    with Warehouse.open(None) as warehouse:
        with warehouse.given(seen=pl.DataFrame(rows, schema=schema, orient="row")):
            warehouse.run("CREATE TEMP TABLE input AS FROM seen")
        found = warehouse.frame(split_sql(STATEMENT.read_text(encoding="utf-8"), STATEMENT.name).body)
    for key, of_key in users.items():
        assert found.filter(key=key)["user_hash"].sort().to_list() == sorted(of_key)[:10_000], key
