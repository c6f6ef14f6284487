"""The spread rule: its invariances, its words, its false alarms, and that it sees what it says it sees."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.core import alarm_spread as a
from dagster_project.core import episodes as e
from dagster_project.core.alarm import Verdict
from dagster_project.core.alarm_scale import Kind
from dagster_project.core.types import Floats

R = 90


def history(
    seed: int, monitors: int, days: int, correlation: float = 0.0, weekly: float = 0.0, *, heavy: bool = False
) -> Floats:
    """Days of sd 1 around 10, their shocks normal or Student's t with 5 degrees of freedom; the first is a Monday."""
    rng, shape = np.random.default_rng(seed), (monitors, days)
    fresh = rng.standard_t(5, shape) / np.sqrt(5 / 3) if heavy else rng.normal(size=shape)
    found = fresh.copy()
    for day in range(1, days):
        found[:, day] = correlation * found[:, day - 1] + np.sqrt(1 - correlation**2) * fresh[:, day]
    return 10 + found + weekly * (np.arange(days) % 7 >= 5)


def fit(values: Floats, n: float = 1_000, kind: Kind = "plain", tests: int = 1) -> a.Spread:
    days = values[:, :R]
    return a.reference(days, n, np.arange(days.shape[1]) % 7, np.full(len(values), tests), kind)


def follow(
    spread: a.Spread, values: Floats, n: float = 1_000, direction: int = 0, least: float = 0.0
) -> tuple[list[Verdict], a.Recent, e.State]:
    """Judge all days from the first on, alarms opening after the reference."""
    recent, state, verdicts = a.start(spread), e.start(len(values)), []
    for day in range(values.shape[1]):
        today, weekday = values[:, day], day % 7
        verdict = a.judge(spread, recent, today, n, weekday, direction, least)
        recent = a.learn(spread, recent, today, np.full(len(values), n), weekday, verdict, state.open)
        if day >= R:
            state, _ = e.step(state, day, verdict.fires, verdict.clears, verdict.known)
        verdicts.append(verdict)
    return verdicts, recent, state


def opened(verdicts: list[Verdict]) -> int:
    """Alarms after the reference days."""
    fires, clears, known = (
        np.stack([getattr(v, name) for v in verdicts[R:]], axis=1) for name in ("fires", "clears", "known")
    )
    return sum(len(found) for found in e.replay(fires, clears, known))


@given(st.integers(0, 50), st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
@settings(max_examples=20, deadline=None)
def test_another_unit_changes_no_verdict(seed: int, factor: float, offset: float) -> None:
    """Scaled and shifted, the same days fire, and what can be detected scales along."""
    values = history(seed, 4, R + 20, 0.3, 1.0)
    values[:2, -3:] += 9
    one, _, _ = follow(fit(values), values)
    other, _, _ = follow(fit(values * factor + offset), values * factor + offset)
    for mine, theirs in zip(one[-5:], other[-5:], strict=True):
        np.testing.assert_array_equal(mine.fires, theirs.fires)
        np.testing.assert_array_equal(mine.clears, theirs.clears)
        np.testing.assert_allclose(mine.z, theirs.z, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(mine.detectable * factor, theirs.detectable, rtol=1e-5)


@given(st.permutations(range(6)))
@settings(max_examples=10, deadline=None)
def test_the_order_of_monitors_does_not_matter(order: list[int]) -> None:
    """Each monitor is judged by itself."""
    values = history(3, 6, R + 10)
    values[2, -2:] += 12
    one, recent, _ = follow(fit(values), values)
    other, turned, _ = follow(fit(values[order]), values[order])
    for field in fields(Verdict):
        mine, theirs = getattr(one[-1], field.name), getattr(other[-1], field.name)
        if field.name == "why":
            assert [mine[i] for i in order] == theirs
        else:
            np.testing.assert_allclose(mine[order], theirs, rtol=1e-9)
    np.testing.assert_allclose(recent.level[order], turned.level, rtol=1e-12)


@pytest.mark.parametrize(
    ("correlation", "weekly", "wave"), [(0, 0, 0), (0.5, 0, 0), (0.5, 2, 0), (0.5, 0, 2)]
)
def test_quiet_models_stay_within_their_budget(correlation: float, weekly: float, wave: float) -> None:
    """600 models of one monitor, two years: at most 0.1 a model-year, seasons and autocorrelation included."""
    days = R + 730
    values = history(7, 600, days, correlation, weekly)
    phase = np.random.default_rng(8).random((600, 1))
    values += wave * np.sin(2 * np.pi * (np.arange(days) / 365 + phase))
    assert opened(follow(fit(values), values)[0]) / (600 * 2) <= 0.1


def test_sizes_of_heavy_tailed_means_that_follow_each_other_stay_within_the_budget() -> None:
    """A distance is the size of a mean: 24 models of 25 monitors, two years, shocks that are heavy-tailed and fade."""
    values = np.abs(history(1, 600, R + 730, 0.5, heavy=True) - 10)
    verdicts, _, _ = follow(fit(values, kind="distance", tests=25), values, direction=1)
    assert opened(verdicts) / (24 * 2) <= 0.1


@pytest.mark.parametrize("kind", ["plain", "log", "share", "distance"])
def test_what_a_monitor_states_it_sees_within_two_days(kind: Kind) -> None:
    """A lasting change of exactly the stated size fires on both of two days, 95 times in 100."""
    rng, monitors, n = np.random.default_rng(11), 800, 400
    means = {"plain": 10.0, "log": 3.0, "share": 0.1, "distance": 0.0}[kind]

    def days(count: int, extra: Floats | float = 0.0) -> Floats:
        drawn = rng.normal(means, 1, (monitors, count))
        shares = rng.binomial(n, np.clip(0.1 + np.zeros((monitors, count)) + extra, 0, 1)) / n
        found = {"plain": drawn + extra, "log": np.exp(drawn / 10 + 3) + extra, "share": shares,
                 "distance": np.abs(drawn + extra) / 10}  # fmt: skip
        return np.asarray(found[kind])

    values = days(R + 30)
    spread = fit(values, n, kind)
    verdicts, recent, _ = follow(spread, values, n, direction=1)
    stated = verdicts[-1].detectable
    size = stated[:, None] * 10 + 0.8 if kind == "distance" else stated[:, None]
    seen = [
        a.judge(spread, recent, today, n, (R + 30 + i) % 7, 1, 0.0).fires
        for i, today in enumerate(days(2, size).T)
    ]
    assert np.isfinite(stated).all()
    assert (seen[0] & seen[1]).mean() >= 0.95


def test_half_of_what_is_stated_is_mostly_not_seen() -> None:
    """The stated size is no empty promise: half of it is missed more often than not."""
    values = history(5, 500, R + 2)
    verdicts, recent, _ = follow(fit(values), values)
    today = values[:, -1] + verdicts[-1].detectable / 2
    assert a.judge(fit(values), recent, today, 1_000, 0, 0, 0.0).fires.mean() < 0.5


def test_a_slow_change_drifts_and_is_no_alarm() -> None:
    """A tenth of a sd a day: outside the reference after some weeks, never a sudden change."""
    values = history(2, 50, R + 120)
    values[:, R:] += 0.05 * np.arange(120)
    verdicts, _, state = follow(fit(values), values)
    assert verdicts[-1].drifts.mean() > 0.4
    assert not state.open.any()


def test_an_open_episode_teaches_the_recent_weeks_nothing() -> None:
    """A lasting jump stays open for a year instead of becoming the new normal."""
    values = history(4, 5, R + 365)
    values[:, R + 30 :] += 15
    _, recent, state = follow(fit(values), values)
    assert state.open.all()
    assert (np.abs(recent.level - 10) < 2).all()


def test_a_weekly_season_costs_little_and_its_absence_nothing() -> None:
    """Monday's effect is found where there is one; where there is none it is shrunk away."""
    strong = fit(history(6, 200, R, weekly=6))
    assert (strong.weekday[:, 5] - strong.weekday[:, 2]).mean() == pytest.approx(6, abs=0.3)
    assert np.abs(fit(history(6, 200, R)).weekday).mean() < 0.15


def test_fewer_rows_than_usual_widen_the_limits() -> None:
    """A day of a hundredth of the rows is given ten times the room."""
    values = history(9, 3, R)
    spread = fit(values)
    full, thin = (a.judge(spread, a.start(spread), values[:, 0], n, 0, 0, 0.0) for n in (1_000, 10))
    np.testing.assert_allclose(thin.high - thin.expected, 10 * (full.high - full.expected), rtol=1e-9)


def test_missing_values_that_never_were_fire_on_a_handful() -> None:
    """A share of 0 on all reference days: five rows of a thousand do not fire, fifteen do, whatever the spread."""
    values = np.zeros((2, R + 1))
    spread = fit(values, 1_000, "share")
    found = a.judge(spread, a.start(spread), np.array([0.003, 0.015]), 1_000, 0, 1, 0.0)
    assert found.fires.tolist() == [False, True]
    assert found.expected.tolist() == [0, 0]
    assert 0.005 < found.detectable[0] < 0.02


def test_an_effect_that_does_not_matter_does_not_fire() -> None:
    """Far out in sd, but less than the owner calls an effect."""
    values = history(10, 1, R)
    spread = fit(values)
    today = values[:, 0] + 9
    assert a.judge(spread, a.start(spread), today, 1_000, 0, 0, 5.0).fires[0]
    assert not a.judge(spread, a.start(spread), today, 1_000, 0, 0, 50.0).fires[0]


def test_what_cannot_be_judged_says_why() -> None:
    """Warming up, constant, no rows, no value: nothing fires, nothing clears, no number is given."""
    values = history(12, 4, R)
    values[0, 31:] = np.nan
    values[1] = 0.1
    spread = fit(values)
    today = np.array([50.0, 50.0, 50.0, np.nan])
    found = a.judge(spread, a.start(spread), today, np.array([9.0, 9, 0, 9]), 0, 0, 0.0)
    assert found.why == [
        "warming up: 31 of 60 reference days",
        "the reference days are all the same: only a fixed threshold can judge",
        "no rows",
        "no value",
    ]
    assert not (found.fires | found.clears | found.drifts | found.known).any()
    assert np.isnan([found.expected, found.low, found.high, found.z, found.detectable]).all()


def test_gaps_in_the_reference_are_left_out() -> None:
    """Days that are not known change the fit no more than their absence does."""
    values = history(13, 50, R)
    gone = values.copy()
    gone[:, 10:20] = np.nan
    np.testing.assert_allclose(fit(gone).centre, np.nanmean(gone, axis=1))
    np.testing.assert_allclose(fit(gone).sd, fit(values).sd, rtol=0.3)


def test_one_direction_has_no_limit_on_the_other_side() -> None:
    """A fall of latency is no alarm however deep."""
    values = np.exp(history(14, 2, R) / 10)
    spread = fit(values, kind="log")
    found = a.judge(spread, a.start(spread), np.array([1e-3, 1e3]), 1_000, 0, 1, 0.0)
    assert found.fires.tolist() == [False, True]
    assert np.isneginf(found.low).all()


@pytest.mark.parametrize("kind", ["plain", "log", "share", "distance", "squared distance"])
@pytest.mark.parametrize("days", [0, R])
def test_a_monitor_without_any_day_is_warming_up(kind: Kind, days: int) -> None:
    """No column, or none that is known: words, no warning, and a memory that stays whole."""
    spread = fit(np.full((2, days), np.nan), kind=kind)
    recent, today = a.start(spread), np.array([0.5, np.nan])
    found = a.judge(spread, recent, today, 100, 0, 0, 0.0)
    assert found.why == ["warming up: 0 of 60 reference days"] * 2
    after = a.learn(spread, recent, today, np.full(2, 100), 0, found, np.zeros(2, dtype=bool))
    assert np.isfinite(after.level).all()


def test_a_change_for_the_better_does_not_blind() -> None:
    """However far latency fell on one day, the error of the recent weeks grows by one limit squared at most."""
    values = np.exp(history(15, 20, R) / 20)
    spread = fit(values, kind="log")
    recent, today = a.start(spread), values[:, 0] / 1_000
    found = a.judge(spread, recent, today, 1_000, 0, 1, 0.0)
    after = a.learn(spread, recent, today, np.full(20, 1_000.0), 0, found, np.zeros(20, dtype=bool))
    assert not found.fires.any()
    assert (after.error > 1.1).all()
    assert (after.error < 2).all()


def test_a_shock_that_fades_is_no_change_that_lasts() -> None:
    """Of days with correlation 0.8 a shock of 20 sd leaves much to the next day, and still is one bad day."""
    values = history(16, 200, R + 3, 0.8)
    shock, change = values.copy(), values.copy()
    for day in range(3):
        shock[:, R + day] += 20 * 0.8 ** (3 * day)
        change[:, R + day] += 20
    found = [follow(fit(v), v)[2].open.mean() for v in (shock, change)]
    assert found[0] < 0.05
    assert found[1] > 0.95


def test_a_fading_shock_is_known_by_a_distance_too() -> None:
    """Sizes hang together less than the means they are sizes of; what fades by half is no change all the same."""
    means = history(18, 400, R + 3, 0.5) - 10
    shock, change = means.copy(), means.copy()
    for day in range(3):
        shock[:, R + day] += 12 * 0.5**day
        change[:, R + day] += 12
    found = [
        follow(fit(v, kind="distance"), v, direction=1)[2].open.mean()
        for v in (np.abs(shock), np.abs(change))
    ]
    assert found[0] < 0.01
    assert found[1] > 0.95


def test_without_yesterdays_memory_every_day_counts() -> None:
    """A memory that holds level and error alone judges as before: nothing is taken for a carry-over."""
    values = history(17, 10, R)
    spread = fit(values)
    known = a.Recent(spread.centre, np.ones(10), np.full(10, 40.0))
    today = values[:, 0] + 12
    assert not a.judge(spread, known, today, 1_000, 0, 0, 0.0).fires.any()
    assert a.judge(spread, a.Recent(known.level, known.error), today, 1_000, 0, 0, 0.0).fires.all()
