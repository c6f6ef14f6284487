"""Use that drops or slowly declines: comparable days, warm-up, silence, and what is claimed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from dagster_project.core import alarm_usage as u
from dagster_project.core import episodes as e
from dagster_project.core.types import Bools, Floats, Ints

PAST = u.PAST_DAYS


def counts(seed: int, monitors: int, days: int, rate: float, spread: float = 0.05) -> Floats:
    """Poisson days around a rate that wanders; weekends bring 60 %. The first is a Monday."""
    rng = np.random.default_rng(seed)
    level = np.where(np.arange(days) % 7 >= 5, 0.6, 1.0)
    factor = np.maximum(1 + spread * rng.normal(size=(monitors, days)), 0.05)
    return rng.poisson(rate * level * factor).astype(float)


def weekdays(days: int, first: int = 0) -> Ints:
    return (first + np.arange(days)) % 7


def base_of(past: Floats, comparable: Bools | None = None) -> u.Baseline:
    return u.baseline(past, np.isfinite(past) if comparable is None else comparable, weekdays(past.shape[1]))


def test_a_weekday_brings_the_median_of_its_last_eight() -> None:
    """By hand: constant weekdays of their own size are found exactly, and vary by nothing."""
    past = np.tile(np.array([70.0, 71, 72, 73, 74, 30, 20]), (1, 12))
    base = base_of(past)
    np.testing.assert_allclose(base.weekday, [[70, 71, 72, 73, 74, 30, 20]])
    assert base.cv2.tolist() == [0]


def test_days_that_are_no_guide_are_left_out() -> None:
    """Three bad weeks that are not comparable do not move the expectation; taken as comparable they do."""
    past = counts(1, 20, PAST, 1_000)
    bad = past.copy()
    bad[:, -21:] *= 0.1
    comparable = np.ones(bad.shape, dtype=bool)
    comparable[:, -21:] = False
    clean = base_of(past).weekday.mean()
    assert base_of(bad, comparable).weekday.mean() == pytest.approx(clean, rel=0.02)
    assert base_of(bad).weekday.mean() < 0.8 * clean


def test_growth_is_followed() -> None:
    """Use that grows by a third in 12 weeks is not expected to be what it was."""
    past = 1_000 * (1 + np.arange(PAST) / PAST / 3)[None, :]
    assert base_of(past).weekday[0].mean() > 1.03 * np.median(past)


def test_under_four_weeks_it_is_warming_up() -> None:
    """27 comparable days judge nothing; 28 do."""
    past = counts(2, 1, 28, 500)
    week = counts(3, 1, 7, 500)
    short, enough = base_of(past[:, :27]), base_of(past)
    found = u.drop(short, 0 * week, weekdays(7, 27))
    assert found.why == ["warming up: 27 of 28 comparable days"]
    assert not found.fires[0]
    assert np.isnan(found.expected[0])
    assert u.drop(enough, 0 * week, weekdays(7, 28)).fires[0]


def test_a_day_that_is_not_known_is_not_judged() -> None:
    """Missing data is no day without use."""
    base, week = base_of(counts(4, 1, PAST, 500)), counts(5, 1, 7, 500)
    week[0, -1] = np.nan
    found = u.drop(base, week, weekdays(7))
    assert (found.why, found.known.tolist(), found.fires.tolist()) == (["no value"], [False], [False])


@pytest.mark.parametrize(("before", "fires"), [(1.0, False), (0.6, True)])
def test_a_day_after_a_holiday_is_not_judged_alone(before: float, fires: bool) -> None:
    """Yesterday is not known: today's drop fires with one on the day before that, and not by itself."""
    base, week = base_of(counts(19, 1, PAST, 1_000)), counts(20, 1, 7, 1_000)
    week[0, -3:] = np.floor(week[0, -3:] * np.array([before, np.nan, 0.6]))
    assert u.drop(base, week, weekdays(7)).fires[0] == fires


def test_a_bad_day_that_fades_is_no_drop() -> None:
    """Half of the use gone, and a fifth on the day after, is one bad day; half on both days is a drop."""
    base, week = base_of(counts(22, 1, PAST, 5_000, 0.02)), counts(23, 1, 7, 5_000, 0.02)
    fading, lasting = week.copy(), week.copy()
    fading[0, -2:] = np.floor(week[0, -2:] * [0.5, 0.8])
    lasting[0, -2:] = np.floor(week[0, -2:] * 0.5)
    assert not u.drop(base, fading, weekdays(7)).fires[0]
    assert u.drop(base, lasting, weekdays(7)).fires[0]


def test_one_known_day_of_seven_is_no_drop() -> None:
    """After six days that are not known, one low day is one odd day; one without any use is silence."""
    base, week = base_of(counts(21, 2, PAST, 1_000)), np.full((2, 7), np.nan)
    week[:, -1] = 300, 0
    assert u.drop(base, week, weekdays(7)).fires.tolist() == [False, True]


@pytest.mark.parametrize(("rate", "fires"), [(3, False), (60, True)])
def test_silence_fires_at_once_where_it_is_no_chance(rate: float, fires: bool) -> None:
    """No request on a day of 60 expected is an alarm on that day; of 3 it is not."""
    base, week = base_of(counts(6, 1, PAST, rate)), counts(7, 1, 7, rate)
    week[0, -1] = 0
    assert u.drop(base, week, weekdays(7)).fires[0] == fires


def test_little_use_is_judged_by_the_week() -> None:
    """Of 8 requests a day none comes for a week: two days cannot tell, seven do."""
    base, week = base_of(counts(8, 200, PAST, 8)), counts(9, 200, 7, 8)
    two = week.copy()
    two[:, -2:] = 0
    assert u.drop(base, two, weekdays(7)).fires.mean() < 0.2
    assert u.drop(base, 0 * week, weekdays(7)).fires.all()
    assert u.drop(base, week, weekdays(7)).fires.mean() == 0


def test_the_weeks_tail_is_that_of_scipy() -> None:
    """The chance of so few: scipy's negative binomial of the same mean and variance."""
    total = u._Sum(np.array([12.0]), np.array([40.0]), np.array([70.0]))
    size = 40**2 / 30
    assert total.chance[0] == pytest.approx(stats.nbinom.cdf(12, size, size / (size + 40)))


def followed(values: Floats, *, slow: bool, since: int) -> tuple[Floats, Floats, Floats]:
    """Alarms, the first day of one from `since` on (-1: none), and what was stated the day before."""
    monitors, days = values.shape
    lag, judge = (u.DECLINE_LAG, u.decline) if slow else (u.DROP_LAG, u.drop)
    state, comparable = e.start(monitors), np.isfinite(values)
    alarms, first, stated = np.zeros(monitors), np.full(monitors, -1.0), np.zeros(monitors)
    base = u.baseline(values[:, :PAST], comparable[:, :PAST], weekdays(PAST))
    for day in range(PAST + lag - 1, days):
        stop = day + 1 - lag
        new = u.baseline(
            values[:, stop - PAST : stop], comparable[:, stop - PAST : stop], weekdays(PAST, stop - PAST)
        )
        base = u.frozen_where_open(state.open, base, new)
        found, was = judge(base, values[:, stop : day + 1], weekdays(lag, stop)), state.open
        state, _ = e.step(state, day, found.fires, found.clears, found.known, e.Persistence(2 if slow else 1))
        comparable[:, day] &= ~state.open
        opened = state.open & ~was
        alarms += opened
        first = np.where(opened & (first < 0) & (day >= since), day, first)
        stated = found.detectable if day == since - 1 else stated
    return alarms, first, stated


@pytest.mark.parametrize(("share", "spread", "least"), [(0.4, 0.05, 0.95), (1.0, 0.05, 1.0), (1.0, 0.2, 0.9)])
def test_drops_are_seen_within_two_days(share: float, spread: float, least: float) -> None:
    """40 % of steady use and all of any use; from then on the alarm stays one, for months."""
    values, at = counts(10, 150, PAST + 150, 2_000, spread), PAST + 30
    values[:, at:] = np.floor(values[:, at:] * (1 - share))
    alarms, first, _ = followed(values, slow=False, since=at)
    assert (np.abs(first - at - 0.5) <= 0.5).mean() >= least
    assert (alarms <= 1).mean() >= 0.98


def test_the_stated_drop_is_seen() -> None:
    """A drop of exactly the stated size is found within two days, 95 times in 100."""
    at = PAST + 30
    values = counts(11, 400, at + 2, 3_000, 0.05)
    _, _, stated = followed(values, slow=False, since=at)
    share = stated / np.where((at - 1) % 7 >= 5, 1_800, 3_000)
    values[:, at:] = np.floor(values[:, at:] * (1 - share[:, None]))
    _, first, _ = followed(values, slow=False, since=at)
    assert (first >= at).mean() >= 0.95


def test_quiet_use_makes_no_alarms() -> None:
    """200 models, a year: hardly any drop or decline where only chance and a season move the counts."""
    days = PAST + 28 + 365
    wave = 1 + 0.15 * np.sin(2 * np.pi * (np.arange(days) / 365 + np.random.default_rng(1).random((200, 1))))
    values = np.floor(counts(12, 200, days, 1_000, 0.08) * wave)
    for slow in (False, True):
        alarms, _, _ = followed(values, slow=slow, since=days)
        assert alarms.sum() / 200 <= 0.05


def test_a_decline_of_one_percent_a_day_is_found_in_weeks() -> None:
    """No two days show it; the smoothed level does, within 40 days."""
    at = PAST + 60
    values = counts(13, 100, at + 40, 2_000)
    values[:, at:] = np.floor(values[:, at:] * 0.99 ** np.arange(1, 41))
    _, first, _ = followed(values, slow=True, since=at)
    assert (first >= at).mean() >= 0.95
    assert np.median(first[first > 0] - at) > 14


@given(st.permutations(range(5)))
@settings(max_examples=15, deadline=None)
def test_the_order_of_monitors_does_not_matter(order: list[int]) -> None:
    """Each monitor is judged by itself."""
    values = counts(14, 5, PAST + 7, 300)
    values[1, -2:] = 20
    one, other = (u.drop(base_of(v[:, :PAST]), v[:, PAST:], weekdays(7)) for v in (values, values[order]))
    for name in ("expected", "low", "z", "fires", "clears", "detectable"):
        np.testing.assert_allclose(getattr(one, name)[order], getattr(other, name), rtol=1e-12)


def test_no_comparable_weekday_is_said() -> None:
    """Where no Sunday ever was comparable, a Sunday is not judged."""
    past = counts(15, 1, PAST, 100)
    past[:, 6::7] = np.nan
    found = u.drop(base_of(past), counts(16, 1, 7, 100), weekdays(7))
    assert found.why == ["no comparable weekday"]


@pytest.mark.parametrize(
    ("days", "reason"), [(0, "warming up: 0 of 28 comparable days"), (PAST, "no use yet")]
)
def test_a_model_without_use_is_not_judged(days: int, reason: str) -> None:
    """No day at all, or none with a request: words, and nothing fires."""
    found = u.drop(base_of(np.zeros((2, days))), np.zeros((2, 7)), weekdays(7))
    assert found.why == [reason] * 2
    assert not (found.fires | found.clears).any()
