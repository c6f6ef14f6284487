"""States, levels, scores and next steps of maturity rubrics."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.core import maturity as m
from dagster_project.core.types import State

TODAY = dt.date(2013, 12, 31)
RAW: tuple[State, ...] = ("pass", "fail", "warning", "not applicable", "not reported", "error")


def known(value: float | None) -> float:
    """A level or share that must be there."""
    assert value is not None
    return value


def results(*states: tuple[int, State], pillar: str = "M") -> tuple[m.Result, ...]:
    """Milestones m0, m1, ... at these levels with these raw states."""
    return tuple(m.Result(f"{pillar}{i}", pillar, level, raw, raw) for i, (level, raw) in enumerate(states))


RESULTS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(RAW)), max_size=12).map(lambda r: results(*r))


@pytest.mark.parametrize(
    ("arguments", "state"),
    [
        ({"value": 0.95, "passes": True}, "pass"),
        ({"value": 0.85, "passes": False, "warns": True}, "warning"),
        ({"value": 0.5, "passes": False, "warns": False}, "fail"),
        ({"value": 0.5, "passes": False, "warns": None}, "fail"),
        ({"value": None, "passes": False}, "not reported"),
        ({"value": 0.5, "passes": None}, "not reported"),
        ({"value": 0.5, "passes": True, "applies": None}, "not reported"),
        ({"value": None, "passes": None, "applies": False}, "not applicable"),
    ],
)
def test_data_decide_a_state(arguments: dict[str, Any], state: State) -> None:
    """No data is never a fail, and only a true condition passes."""
    assert m.decide(**arguments) == state


@pytest.mark.parametrize(
    ("reached", "age", "state"),
    [
        (True, 0, "pass"),
        (True, 180, "pass"),
        (True, 181, "not reported"),
        (False, 5, "fail"),
        (True, -1, "not reported"),
    ],
)
def test_statements_expire(reached: bool, age: int, state: State) -> None:
    """A statement holds from its day through 180 days; one from the future does not hold yet."""
    assert m.attested(reached, TODAY - dt.timedelta(days=age), 180, TODAY) == state


def test_silence_is_not_reported() -> None:
    """Nobody said anything."""
    assert m.attested(None, None, 180, TODAY) == "not reported"


@pytest.mark.parametrize("raw", RAW)
def test_waivers_lift_only_what_was_judged_unmet(raw: State) -> None:
    """A valid waiver turns fail and warning into waived; missing data and errors stay what they are."""
    expected = "waived" if raw in ("fail", "warning") else raw
    assert m.waive(raw, TODAY, TODAY) == expected
    assert m.waive(raw, TODAY - dt.timedelta(days=1), TODAY) == raw
    assert m.waive(raw, None, TODAY) == raw


@pytest.mark.parametrize(
    ("states", "level"),
    [
        ([], None),
        ([(1, "not applicable"), (2, "not applicable")], None),
        ([(1, "fail")], 0),
        ([(1, "not reported"), (2, "pass")], 0),
        ([(1, "pass"), (1, "warning")], 0),
        ([(1, "pass"), (2, "fail"), (3, "pass")], 1),
        ([(1, "pass"), (2, "pass"), (3, "error")], 2),
        ([(1, "pass"), (2, "not applicable"), (3, "pass")], 3),
        ([(1, "pass"), (2, "not applicable"), (3, "fail")], 1),
        ([(1, "not applicable"), (2, "fail")], 0),
    ],
)
def test_a_level_needs_every_milestone_up_to_it(states: list[tuple[int, State]], level: int | None) -> None:
    """One unmet milestone holds its level and all above; what does not apply neither holds nor lifts."""
    assert m.level(results(*states)) == level


@given(RESULTS)
def test_the_level_does_not_depend_on_order(given_results: tuple[m.Result, ...]) -> None:
    """Files may list milestones as they like."""
    assert len({m.level(order) for order in itertools.islice(itertools.permutations(given_results), 24)}) == 1


@given(RESULTS, st.data())
def test_unticking_a_milestone_never_raises_anything(
    given_results: tuple[m.Result, ...], data: st.DataObject
) -> None:
    """A pass that turns into a fail lowers the score and at best keeps the level."""
    passes = [i for i, r in enumerate(given_results) if r.raw == "pass"]
    if not passes:
        return
    i = data.draw(st.sampled_from(passes))
    was = given_results[i]
    now = (
        *given_results[:i],
        m.Result(was.milestone, was.pillar, was.level, "fail", "fail"),
        *given_results[i + 1 :],
    )
    before, after = m.standing("M", given_results), m.standing("M", now)
    assert known(after.level) <= known(before.level)
    assert known(after.score) < known(before.score)
    assert after.coverage == before.coverage


@given(RESULTS)
def test_shares_stay_within_bounds_and_order(given_results: tuple[m.Result, ...]) -> None:
    """Passed is at most what has a verdict; without anything applicable there is no share."""
    found = m.standing("M", given_results)
    if found.applicable == 0:
        assert (found.level, found.score, found.coverage) == (None, None, None)
    else:
        assert 0 <= known(found.score) <= known(found.coverage) <= 1
        assert known(found.score) <= known(found.waived_score)


def test_the_next_step_is_the_first_unmet_milestone_on_the_way() -> None:
    """The lowest level that is not complete, in the order of the file; nothing at the top."""
    found = m.standing("M", results((2, "fail"), (1, "pass"), (1, "not reported"), (1, "fail")))
    assert found.next_step == "M2"
    assert m.standing("M", results((1, "pass"), (2, "pass"))).next_step is None


def test_a_waiver_shows_in_the_waived_score_only() -> None:
    """Level and raw score stay what the evidence says."""
    waived = (m.Result("a", "M", 1, "pass", "pass"), m.Result("b", "M", 1, "fail", "waived"))
    found = m.standing("M", waived)
    assert (found.level, found.score, found.waived_score, found.coverage) == (0, 0.5, 1.0, 1.0)


def test_the_whole_is_as_mature_as_its_weakest_pillar() -> None:
    """Its next step is that pillar's; its scores are over all milestones; a pillar that does not apply is left out."""
    strong = results((1, "pass"), (2, "pass"), pillar="M")
    weak = results((1, "pass"), (2, "fail"), pillar="G")
    absent = results((1, "not applicable"), pillar="E")
    whole, *pillars = m.assess((*strong, *weak, *absent))
    assert [p.pillar for p in pillars] == ["M", "G", "E"]
    assert [p.level for p in pillars] == [2, 1, None]
    assert (whole.pillar, whole.level, whole.next_step) == ("", 1, "G1")
    assert (whole.score, whole.passed, whole.applicable) == (0.75, 3, 4)
