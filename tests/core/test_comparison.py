"""Distances of two profiles against scipy, and what chance gives against simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial import distance as spatial

from dagster_project.core import comparison as c
from dagster_project.core.column_profile import Tally, tallied
from tests.core.test_drift_oracles import decile_psi

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 500), min_size=1)


def counted(values: np.ndarray) -> Tally:
    """A tally of whole numbers, ten codes apart."""
    return tallied(10 * values.astype(np.int64), np.ones(len(values), dtype=np.int64))


def ordered(counts: dict[str, int]) -> dict[str, int]:
    """The most frequent category first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def test_few_values_have_a_bin_each() -> None:
    """PSI of yes and no, of a value that is nearly all, and of new values beyond all others are never hidden."""
    rng = np.random.default_rng(1)
    for share in (0.3, 0.97):
        reference, current = rng.random(5000) < share, rng.random(5000) < share - 0.1
        found = c.number_distance(counted(reference), counted(current))
        assert found is not None
        exact = stats.entropy(np.bincount(reference), np.bincount(current))
        exact += stats.entropy(np.bincount(current), np.bincount(reference))
        assert found.psi == pytest.approx(exact)
        beyond = c.number_distance(counted(reference), counted(np.where(current, 2, 0)))
        assert beyond is not None
        assert beyond.psi > 1


def test_deciles_of_whole_numbers_are_exact() -> None:
    """Heavy values go to the left of a border as a whole, as in the published convention."""
    rng = np.random.default_rng(2)
    reference, current = rng.poisson(40, 20_000), rng.poisson(42, 20_000)
    found = c.number_distance(counted(reference), counted(current))
    assert found is not None
    assert found.psi == pytest.approx(decile_psi(reference.astype(float), current.astype(float)), rel=5e-3)


@given(COUNTS)
def test_nothing_lies_between_a_column_and_itself(counts: dict[str, int]) -> None:
    """All distances are 0, for categories and for numbers."""
    same = c.category_distance(ordered(counts), ordered(counts))
    assert same is not None
    assert (same.psi, same.l_infinity, same.chi_square) == pytest.approx((0, 0, 0), abs=1e-9)
    assert same.js == pytest.approx(0, abs=1e-7)
    tally = Tally(np.arange(len(counts)), np.array(list(counts.values())))
    number = c.number_distance(tally, tally)
    assert (number is None) == (len(counts) == 1)
    if number is not None:
        assert (number.ks, number.wasserstein_sd, number.psi) == pytest.approx((0, 0, 0), abs=1e-9)


@given(COUNTS, COUNTS)
def test_categories_are_compared_as_scipy_does(reference: dict[str, int], current: dict[str, int]) -> None:
    """Jensen-Shannon, chi-square and Cramér's V of the table with its rare categories put together."""
    found = c.category_distance(ordered(reference), ordered(current))
    assert found is not None
    names = sorted(reference | current)
    r, q = (np.array([side.get(name, 0) for name in names], dtype=float) for side in (reference, current))
    unseen = np.array([name not in reference for name in names])
    rare = (r + q) * min(r.sum(), q.sum()) / (r.sum() + q.sum()) < c.RARE
    pooled = rare & bool((rare & unseen).any() and (rare & ~unseen).any())
    own, new = ~pooled & ~unseen, ~pooled & unseen
    r, q = (np.append(side[own], [side[pooled].sum(), side[new].sum()]) for side in (r, q))
    assert found.js == pytest.approx(spatial.jensenshannon(r, q, base=2), abs=1e-7)
    assert found.l_infinity == pytest.approx(np.abs(r / r.sum() - q / q.sum()).max())
    rare = (r + q) * min(r.sum(), q.sum()) / (r.sum() + q.sum()) < c.RARE
    table = np.array([np.append(side[~rare], side[rare].sum()) for side in (r, q)])
    table = table[:, table.sum(axis=0) > 0]
    if table.shape[1] > 1:
        exact = stats.chi2_contingency(table, correction=False)
        assert (found.chi_square, found.df) == pytest.approx((exact.statistic, exact.dof))
        assert found.cramers_v == pytest.approx(np.sqrt(exact.statistic / table.sum()))
    else:
        assert found.df == 0


def test_of_many_categories_the_frequent_ones_stand_for_themselves() -> None:
    """What the reference holds beyond the first thousand is one; what it lacks another."""
    reference = {f"k{i}": 2000 - i for i in range(1500)}
    found = c.category_distance(reference, reference | {"new": 10**6})
    assert found is not None
    assert found.categories == c.KEPT_CATEGORIES + 2
    assert found.moved == c.UNSEEN


def test_without_values_nothing_is_told() -> None:
    """A constant reference, or a side without values, has no distance."""
    nothing = tallied(np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    assert c.number_distance(counted(np.zeros(9)), counted(np.arange(9))) is None
    assert c.number_distance(counted(np.arange(9)), nothing) is None
    assert c.category_distance({}, {"a": 1}) is None


@pytest.mark.parametrize(("alpha", "df"), [(1e-3, 1), (1e-5, 9), (1e-5, 999)])
def test_the_limit_of_chi_square_is_that_of_scipy(alpha: float, df: int) -> None:
    """Within 4 % of the exact quantile."""
    assert c.chi_square_by_chance(alpha, df) == pytest.approx(stats.chi2.isf(alpha, df), rel=0.04)


def test_the_limit_of_ks_is_that_of_scipy() -> None:
    """Smirnov's limit distribution."""
    n, m = 3000, 5000
    exact = stats.kstwobign.isf(1e-4) * np.sqrt(1 / n + 1 / m)
    assert c.ks_by_chance(1e-4, n, m) == pytest.approx(exact, rel=1e-3)


def test_equal_shares_rarely_differ_by_more_than_the_limit() -> None:
    """Of 20,000 pairs of equal columns at most 1 % exceed the limit of 1 %, also where few values are missing."""
    rng = np.random.default_rng(3)
    for share in (0.001, 0.02, 0.5):
        one, other = (rng.binomial(2000, share, 20_000) for _ in range(2))
        limits = np.array(
            [c.share_by_chance(0.01, a, 2000, b, 2000) for a, b in zip(one, other, strict=True)]
        )
        assert (np.abs(one - other) / 2000 > limits).mean() <= 0.0115


def test_a_second_sample_of_many_rare_categories_is_no_alarm() -> None:
    """Of 300 pairs from one long-tailed source fewer than 2 % exceed the limit of 1 %, and true new ones do."""
    rng = np.random.default_rng(4)
    weights = 1 / np.arange(1, 5001)
    wrong = 0
    for _ in range(300):
        drawn = (rng.choice(5000, 2000, p=weights / weights.sum()) for _ in range(2))
        one, other = (dict(zip(*np.unique(side, return_counts=True), strict=True)) for side in drawn)
        reference = {str(k): int(n) for k, n in one.items()}
        new = sum(int(n) for k, n in other.items() if str(k) not in reference)
        limit = c.unseen_by_chance(0.01, reference, 2000)
        wrong += new / 2000 > limit
    assert wrong < 6
    assert c.unseen_by_chance(1e-5, {"a": 1000, "b": 1000}, 2000) < 0.02
