"""Signal or routine: what the words say and which weeks earn a colour."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dagster_project.publish.variation import variation

LAST = dt.date(2013, 12, 31)


def _weeks(readings: list[float | None]) -> dict[str, Any]:
    n = len(readings)
    return {"days": [LAST - dt.timedelta(days=7 * (n - 1 - i)) for i in range(n)], "readings": readings}


def test_steady_weeks_are_routine_variation() -> None:
    """There are limits around the mean, and nothing is coloured."""
    found = variation(_weeks([0.6, 0.62] * 15), "up")
    assert found.limits is not None
    assert found.limits[1] < 0.6 < 0.62 < found.limits[2]
    assert found.signals == ()
    assert found.words == "routine variation in all 30 weeks"


def test_a_week_outside_the_band_that_is_no_signal_is_not_called_routine() -> None:
    """The band ends at 2.66 moving ranges, signals begin at 3.5: weeks in between are neither."""
    found = variation(_weeks([*[0.6, 0.62] * 15, 0.55]), "up")
    assert found.limits is not None
    assert found.limits[1] > 0.55
    assert found.signals == ()
    assert found.words == "no signal in 31 weeks; one week lies just outside the band"


def test_a_fall_is_poor_where_more_is_better_and_good_where_less_is() -> None:
    """The colour follows the meaning, not the direction."""
    weeks = _weeks([*[0.6, 0.62] * 15, 0.1])
    assert variation(weeks, "up").signals == ((LAST, "poor"),)
    assert variation(weeks, "down").signals == ((LAST, "good"),)
    assert variation(weeks).signals == ((LAST, "neutral"),)
    assert variation(weeks).words == "one signal, the last in the week to 31 Dec 2013"


def test_too_few_weeks_have_no_limits_and_say_so() -> None:
    """A gap does not count as a week."""
    found = variation(_weeks([0.6, None, 0.61]))
    assert found.limits is None
    assert "warming up: 2 of 26 weeks" in found.words
