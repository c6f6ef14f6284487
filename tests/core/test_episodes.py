"""One alarm an episode: persistence, hysteresis, unknown days."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dagster_project.core import episodes as e
from dagster_project.core.types import Bools

DAYS = hnp.arrays(np.bool_, (3, 20))


def episodes_of(text: str, **persistence: int) -> list[e.Episode]:
    """Days in letters: f fires, c clears, . neither, ? not known."""
    fires, clears, unknown = (np.array([[letter == x for letter in text]]) for x in "fc?")
    return e.replay(fires, clears, ~unknown, e.Persistence(**persistence))[0]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("..f..f.", []),
        ("..ff", [e.Episode(2, 3, 3, None, 0)]),
        ("ff.fcfcc", [e.Episode(0, 1, 5, 7, 2)]),
        ("f?f", [e.Episode(0, 2, 2, None, 0)]),
        ("ffc?c", [e.Episode(0, 1, 1, 4, 0)]),
        ("ffccff", [e.Episode(0, 1, 1, 3, 0), e.Episode(4, 5, 5, None, 0)]),
        ("ff......", [e.Episode(0, 1, 1, None, 0)]),
    ],
)
def test_episodes_open_and_close_by_days_in_a_row(days: str, expected: list[e.Episode]) -> None:
    """Two firing days open, two clearing days close; days not known neither open nor close nor break a row."""
    assert episodes_of(days) == expected


def test_a_rule_may_open_at_once() -> None:
    """Rules whose firing days already are days together open on the first."""
    assert episodes_of("f", open_after=1) == [e.Episode(0, 0, 0, None, 0)]


@given(DAYS, DAYS, DAYS, st.integers(1, 19))
def test_a_fold_in_two_chunks_is_the_fold(fires: Bools, clears: Bools, known: Bools, cut: int) -> None:
    """The state between two nights is all that a night needs of the past."""

    def fold(state: e.State, days: range) -> e.State:
        for day in days:
            state, _ = e.step(state, day, fires[:, day], clears[:, day], known[:, day])
        return state

    halves = fold(fold(e.start(3), range(cut)), range(cut, 20))
    whole = fold(e.start(3), range(20))
    for name in e.State.__slots__:
        np.testing.assert_array_equal(getattr(halves, name), getattr(whole, name))


@given(DAYS, DAYS, DAYS)
def test_episodes_do_not_overlap_and_begin_with_firing_days(
    fires: Bools, clears: Bools, known: Bools
) -> None:
    """Each episode opens on a firing day, after the one before has closed; only the last may be open."""
    for monitor, found in enumerate(e.replay(fires, clears, known)):
        for episode in found:
            assert (fires & known)[monitor, [episode.since, episode.opened, episode.last]].all()
            assert episode.since < episode.opened <= episode.last
        for one, other in itertools.pairwise(found):
            assert one.closed is not None
            assert one.closed < other.since
