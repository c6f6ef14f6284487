"""Properties of the distances, and scipy's answers on the same counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.spatial.distance import jensenshannon
from scipy.stats.contingency import association

from dagster_project.core import curves as c
from dagster_project.core import drift as d
from dagster_project.core import histogram as h
from dagster_project.core.types import Floats
from tests.core.columns import summary

COUNTS = hnp.arrays(np.int64, (3, 12), elements=st.integers(0, 1000)).filter(
    lambda a: (a.sum(axis=1) > 0).all()
)
COLUMN = hnp.arrays(np.float64, st.integers(2, 60), elements=st.floats(-1e4, 1e4, width=32))
Distance = Callable[[np.ndarray, np.ndarray], Floats]
DISTANCES = (d.psi, d.jensen_shannon, d.hellinger, d.ks, d.l_infinity, d.cramers_v)
WITHIN_ONE = (d.jensen_shannon, d.hellinger, d.ks, d.l_infinity, d.cramers_v)


@given(COUNTS)
def test_a_sample_has_no_distance_from_itself(counts: np.ndarray) -> None:
    """Equal shares are distance 0, also when one side has ten times the rows."""
    for distance in DISTANCES:
        found = distance(counts, counts * 10)
        np.testing.assert_allclose(found[~np.isnan(found)], 0, atol=1e-7)
        assert distance is d.cramers_v or not np.isnan(found).any()


@given(COUNTS, COUNTS)
def test_distances_are_symmetric_and_within_bounds(one: np.ndarray, other: np.ndarray) -> None:
    """Which side is the reference does not matter, and nothing is negative or above 1."""
    for distance in DISTANCES:
        found = distance(one, other)
        np.testing.assert_allclose(found, distance(other, one), atol=1e-12)
        assert (found[~np.isnan(found)] >= 0).all()
    for distance in WITHIN_ONE:
        found = distance(one, other)
        assert (found[~np.isnan(found)] <= 1).all()


def test_nothing_in_common_is_the_largest_distance() -> None:
    """Disjoint histograms reach the upper bound."""
    one, other = np.array([[5, 0]]), np.array([[0, 9]])
    for distance in WITHIN_ONE:
        assert distance(one, other)[0] == pytest.approx(1)


@pytest.mark.parametrize("distance", DISTANCES)
def test_no_rows_are_not_computable(distance: Distance) -> None:
    """Without rows on either side there is no number, and certainly not 0."""
    full, empty = np.array([[3, 4]]), np.array([[0, 0]])
    for sides in ((full, empty), (empty, full), (empty, empty)):
        assert np.isnan(distance(*sides)).all()


@given(COUNTS, COUNTS)
def test_distances_are_those_of_scipy(one: np.ndarray, other: np.ndarray) -> None:
    """Jensen-Shannon (base 2), chi square and Cramer's V on the same counts."""
    expected = [jensenshannon(r, q, base=2) for r, q in zip(one, other, strict=True)]
    np.testing.assert_allclose(d.jensen_shannon(one, other), expected, atol=1e-7)
    test = d.chi_square(one, other)
    for i, table in enumerate(np.stack([one, other], axis=1)):
        table = table[:, table.sum(axis=0) > 0]
        if table.shape[1] < 2:
            assert np.isnan(test.statistic[i])
            continue
        exact = stats.chi2_contingency(table, correction=False)
        assert (test.statistic[i], test.df[i], test.p[i]) == pytest.approx(
            (exact.statistic, exact.dof, exact.pvalue), abs=1e-9
        )
        assert d.cramers_v(one, other)[i] == pytest.approx(association(table, correction=False), abs=1e-9)


def test_psi_counts_an_empty_share_as_one_in_ten_thousand() -> None:
    """Evidently's convention, by hand."""
    expected = (0.5 - 1e-4) * np.log(0.5 / 1e-4) + (0.5 - 1) * np.log(0.5)
    assert d.psi(np.array([[0, 8]]), np.array([[4, 4]]))[0] == pytest.approx(expected)


def test_coarse_bins_hold_equal_shares_of_the_reference() -> None:
    """Deciles on counts: 1,000 equal fine bins become ten, and no row is lost."""
    ref, cur = d.coarsen(np.ones((2, 1000)), np.arange(2000).reshape(2, 1000))
    assert (ref == 100).all()
    np.testing.assert_array_equal(cur.sum(axis=1), np.arange(2000).reshape(2, 1000).sum(axis=1))


def test_a_constant_reference_is_not_computable() -> None:
    """PSI on quantiles of a constant would read 0 across a real break."""
    constant, broken = np.zeros((1, 255)), np.zeros((1, 255))
    constant[0, 127], broken[0, 200] = 1000, 1000
    for distance in (d.psi, d.jensen_shannon, d.hellinger):
        assert np.isnan(distance(*d.coarsen(constant, broken))).all()
    one, other = c.curves(
        c.Sums(constant, constant * 0, constant * 0), c.Sums(broken, broken * 0, broken * 0)
    )
    assert np.isnan(d.psi(*c.equal_bins(one, other))).all()


@pytest.mark.parametrize("yes", [0.9, 0.95, 0.97, 0.995])
def test_a_heavy_value_does_not_hide_the_others(yes: float) -> None:
    """A column that is nearly always yes has a PSI, that of its two shares."""
    reference = np.zeros((2, 255))
    reference[0, [60, 190]] = 10_000 * (1 - yes), 10_000 * yes
    reference[1] = reference[0, ::-1]
    current = np.zeros((2, 255))
    current[:, [60, 190]] = 500.0
    current[1] = current[0, ::-1]
    r, c = np.array([1 - yes, yes]), np.array([0.5, 0.5])
    expected = ((c - r) * np.log(c / r)).sum()
    assert d.psi(*d.coarsen(reference, current)) == pytest.approx([expected, expected])


@pytest.mark.parametrize(("centre", "scale"), [(3.0, 0.0), (np.nan, np.nan)])
def test_wasserstein_without_a_grid_is_not_computable(centre: float, scale: float) -> None:
    """Scale 0 is a constant reference, nan one that had no values."""
    n = np.full((1, 255), 4.0)
    found = d.wasserstein_sd(n, n, n, n, np.array([centre]), np.array([scale]), n * 2.0**40)
    assert np.isnan(found).all()


def both(reference: Floats, current: Floats) -> tuple[c.Curve, c.Curve]:
    centre, scale = h.centre_scale(reference)
    return c.curves(summary(reference, centre, scale), summary(current, centre, scale))


@given(COLUMN.filter(lambda a: a.std() > 1e-3))
def test_a_curve_has_no_distance_from_itself(column: np.ndarray) -> None:
    """The same rows, and the same rows twice, read exactly alike."""
    one, other = both(column, np.concatenate([column, column]))
    assert c.ks(one, other)[0] == pytest.approx(0, abs=1e-9)
    psi = d.psi(*c.equal_bins(one, other))[0]
    assert np.isnan(psi) or psi == pytest.approx(0, abs=1e-9)


@given(COLUMN.filter(lambda a: a.std() > 1e-3), COLUMN)
def test_curves_lose_no_rows(reference: np.ndarray, current: np.ndarray) -> None:
    """Coarse counts are counts: none negative, all rows in one of them."""
    ref, cur = c.equal_bins(*both(reference, current))
    for side, column in ((ref, reference), (cur, current)):
        if not np.isnan(side).any():
            assert (side >= 0).all()
            assert side.sum() == pytest.approx(len(column))


def test_curves_without_rows_are_not_computable() -> None:
    """An empty day has no KS and no PSI."""
    full, empty = np.full((1, 255), 9.0), np.zeros((1, 255))
    one, other = c.curves(c.Sums(full, full, full * 2.0**40), c.Sums(empty, empty, empty))
    assert np.isnan(c.ks(one, other)).all()
    assert np.isnan(c.equal_bins(one, other)[1]).all()


def test_chance_levels_are_what_equal_data_show() -> None:
    """2,000 pairs of samples of one distribution average to the stated PSI and Jensen-Shannon distance."""
    rng = np.random.default_rng(9)
    ref, cur = (rng.multinomial(n, np.full(10, 0.1), size=2000) for n in (5000, 1000))
    n_ref, n_cur = np.array([5000]), np.array([1000])
    assert d.psi(ref, cur).mean() == pytest.approx(d.psi_by_chance(10, n_ref, n_cur)[0], rel=0.05)
    by_chance = d.jensen_shannon_by_chance(10, n_ref, n_cur)[0]
    assert np.sqrt((d.jensen_shannon(ref, cur) ** 2).mean()) == pytest.approx(by_chance, rel=0.05)
    assert np.isnan(d.psi_by_chance(10, np.array([0]), n_cur)).all()


@given(COUNTS, COUNTS, st.integers(1, 14), st.integers(0, 40))
def test_pooling_rare_categories_keeps_every_row_and_never_adds_distance(
    one: np.ndarray, other: np.ndarray, most: int, unseen: int
) -> None:
    """Counts add up; a Jensen-Shannon distance after pooling is at most the one before (data processing)."""
    nobody = np.zeros(len(one))
    new = np.full(len(one), float(unseen))
    ref, cur = d.pooled(one, other, (nobody, nobody), new, most)
    np.testing.assert_allclose(ref.sum(axis=1), one.sum(axis=1))
    np.testing.assert_allclose(cur.sum(axis=1), other.sum(axis=1) + unseen)
    assert ref.shape[1] == min(most, one.shape[1]) + 2
    apart = np.column_stack([one, nobody]), np.column_stack([other, new])
    assert (d.jensen_shannon(ref, cur) <= d.jensen_shannon(*apart) + 1e-9).all()


def test_a_long_tail_of_one_distribution_shows_no_more_than_chance() -> None:
    """Half of the rows lie in categories of one or a few rows: those that only the second sample has are no drift."""
    rng = np.random.default_rng(4)
    before, now = (np.bincount(rng.zipf(1.5, 4000) % 100_000, minlength=100_000)[None] for _ in range(2))
    nobody, unseen = np.zeros(1), now[before == 0].sum(keepdims=True)
    ref, cur = d.pooled(before[:, before[0] > 0], now[:, before[0] > 0], (nobody, nobody), unseen)
    by_chance = d.psi_by_chance((ref + cur > 0).sum(axis=1), ref.sum(axis=1), cur.sum(axis=1))
    assert unseen[0] > 100
    assert d.psi(ref, cur)[0] < 3 * by_chance[0]
    _, grown = d.pooled(before[:, before[0] > 0], now[:, before[0] > 0], (nobody, nobody), unseen + 500)
    assert grown[0, -1] == pytest.approx(500, abs=100), "what is beyond chance stays apart"


def test_what_equal_data_show_is_what_the_formulas_say() -> None:
    """Mean PSI, squared Jensen-Shannon and squared Hellinger of 400 pairs of samples from one distribution."""
    rng = np.random.default_rng(9)
    shares = np.full(10, 0.1)
    ref, cur = rng.multinomial(3000, shares, 400), rng.multinomial(2000, shares, 400)
    for measure, by_chance, power in (
        (d.psi, d.psi_by_chance, 1), (d.jensen_shannon, d.jensen_shannon_by_chance, 2),
        (d.hellinger, d.hellinger_by_chance, 2),
    ):  # fmt: skip
        expected = float(by_chance(10, np.array([3000]), np.array([2000]))[0]) ** power
        assert float((measure(ref, cur) ** power).mean()) == pytest.approx(expected, rel=0.1)


def test_a_distance_in_the_unit_of_the_borders_is_that_of_the_rows() -> None:
    """Wasserstein on uneven bins with exact sums, against scipy on all rows."""
    rng = np.random.default_rng(2)
    rows = rng.gamma(2, 10, 5000), rng.gamma(2, 11, 4000)
    borders = np.linspace(0.5, 120, 200)
    sides: list[tuple[np.ndarray, np.ndarray]] = []
    for values in rows:
        at = np.searchsorted(borders, values, side="right")
        sides.append((np.bincount(at, minlength=201), np.bincount(at, values, minlength=201)))
    exact = stats.wasserstein_distance(*rows)
    assert d.wasserstein(*sides[0], *sides[1], borders)[0] == pytest.approx(exact, abs=0.01)
