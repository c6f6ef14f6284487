"""Numbers that name rows are told from amounts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dagster_project.core.identifiers import identifies, may_identify
from dagster_project.core.types import Floats

ROWS = 2000
Draw = Callable[[np.random.Generator], Floats]
NAMES: dict[str, tuple[str, Draw]] = {
    "a counter": ("n", lambda rng: np.arange(1.0, ROWS + 1)),
    "a counter that runs down, with gaps": (
        "n",
        lambda rng: -np.cumsum(rng.integers(1, 9, ROWS)).astype(float),
    ),
    "a counter in any order": ("n", lambda rng: rng.permutation(ROWS).astype(float)),
    "random keys": ("n", lambda rng: rng.integers(0, 2**52, ROWS).astype(float)),
    "seconds of a clock": ("n", lambda rng: 1.7e9 + np.cumsum(rng.integers(1, 99, ROWS)).astype(float)),
    "customers, some twice": ("customer_id", lambda rng: np.floor(rng.normal(1e6, 1e5, ROWS))),
    "customers, in another style": ("customerId", lambda rng: np.floor(rng.normal(1e6, 1e5, ROWS))),
}
AMOUNTS: dict[str, tuple[str, Draw]] = {
    "whole amounts": ("amount", lambda rng: np.floor(rng.lognormal(14, 2, ROWS))),
    "normal whole amounts": ("paid", lambda rng: np.floor(rng.normal(1e6, 1e5, ROWS))),
    "even amounts, some alike": ("wide", lambda rng: rng.integers(0, 50_000, ROWS).astype(float)),
    "fractions": ("share_id", lambda rng: rng.random(ROWS)),
    "few values": ("id", lambda rng: rng.integers(0, 50, ROWS).astype(float)),
    "a constant": ("id", lambda rng: np.full(ROWS, 7.0)),
    "nothing": ("id", lambda rng: np.full(ROWS, np.nan)),
    "ages": ("age", lambda rng: rng.integers(18, 90, 60).astype(float)),
}


def told(name: str, draw: Draw) -> bool:
    """Whether a column is taken for an identifier, of which a tenth is missing."""
    rng = np.random.default_rng(7)
    values = draw(rng)
    there = values[np.isfinite(values)]
    different = len(np.unique(there)) / max(len(there), 1)
    sample = np.where(np.arange(len(values)) % 10 == 5, np.nan, values)
    return may_identify(sample) and identifies(name, sample, different)


@pytest.mark.parametrize(("name", "draw"), NAMES.values(), ids=NAMES)
def test_numbers_that_name_rows_are_identifiers(name: str, draw: Draw) -> None:
    """By their order, by how evenly they fill their range, or by what they are called."""
    assert told(name, draw)


@pytest.mark.parametrize(("name", "draw"), AMOUNTS.values(), ids=AMOUNTS)
def test_numbers_with_a_distribution_are_none(name: str, draw: Draw) -> None:
    """Also those that nearly all differ: amounts crowd somewhere; and a name alone makes no identifier."""
    assert not told(name, draw)


def test_a_sample_without_repeats_is_not_all_rows() -> None:
    """Keys that come back in rows that were not sampled repeat: whoever looks at all rows knows it."""
    sample = np.random.default_rng(7).permutation(ROWS).astype(float)
    assert may_identify(sample)
    assert not identifies("customer_id", sample, different=0.2)


def test_few_rows_are_told_by_order_alone() -> None:
    """Fifty numbers spread evenly by chance; fifty in a row do not rise by it."""
    rng = np.random.default_rng(7)
    even = rng.integers(0, 10**6, 50).astype(float)
    assert not identifies("n", even, different=1.0)
    assert identifies("n", np.sort(even), different=1.0)
    assert not may_identify(np.arange(29.0))
