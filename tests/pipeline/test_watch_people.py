"""What people did about alerts: states, deadlines, escalation, silences, owners."""

from __future__ import annotations

import datetime as dt

import pytest

from dagster_project.pipeline.watch_people import (
    Episode,
    deadline_of,
    escalation_of,
    handle,
    owner_of,
    silence_of,
)
from dagster_project.spec.alerts import AlertAnswer, OwnerRule, Silence
from dagster_project.spec.catalog import Model
from dagster_project.spec.entry import Placed
from dagster_project.spec.workspace import Deadlines

OPENED = dt.date(2025, 3, 3)
MODEL = Model(id="m", owner="Lead", team="Team", executive="Chief")


def day(number: int) -> dt.date:
    """The day this many days after the opening."""
    return OPENED + dt.timedelta(days=number)


def episode(last: int = 0, closed: int | None = None) -> Episode:
    """An alert of severity high."""
    return Episode(
        "abc", "m", "errors", "", "high", OPENED, OPENED, day(last), None if closed is None else day(closed)
    )


def answer(state: str, at: int, **more: object) -> Placed[AlertAnswer]:
    """An answer to the alert by a role."""
    given = {
        "model": "m",
        "rule": "errors",
        "opened": OPENED,
        "state": state,
        "at": day(at),
        "by": "Lead",
        **more,
    }
    return Placed(AlertAnswer.model_validate(given), "data/alerts/a.yml", 1)


def test_an_alert_nobody_answered_is_open() -> None:
    """Until its series is calm again."""
    assert handle(episode(), [], day(9)).state == "open"
    assert handle(episode(closed=3), [], day(9)).state == "resolved"


def test_who_answers_has_acknowledged() -> None:
    """A later state implies the earlier one, on the day it names or on its own."""
    found = handle(episode(), [answer("mitigated", 2)], day(9))
    assert (found.state, found.acknowledged, found.mitigated) == ("mitigated", day(2), day(2))
    found = handle(episode(closed=4), [answer("reviewed", 6, acknowledged=day(1))], day(9))
    assert (found.state, found.acknowledged, found.resolved, found.reviewed) == (
        "reviewed",
        day(1),
        day(4),
        day(6),
    )


def test_an_answer_of_the_future_is_not_known_yet() -> None:
    """A past night is shown as it was."""
    assert handle(episode(), [answer("acknowledged", 5)], day(4)).state == "open"


def test_what_fires_again_was_not_resolved() -> None:
    """Whatever was said."""
    assert handle(episode(last=7), [answer("resolved", 3)], day(9)).state == "acknowledged"


def test_an_answer_is_for_its_alert_alone() -> None:
    """By fingerprint, or by model, rule and feature; of that opening."""
    others = [
        answer("acknowledged", 1, feature="amount"),
        answer("acknowledged", 1, opened=OPENED - dt.timedelta(days=1)),
        answer("acknowledged", 1, model=None, rule=None, alert="other"),
    ]
    assert handle(episode(), others, day(9)).state == "open"
    mine = answer("acknowledged", 1, model=None, rule=None, alert="abc")
    assert handle(episode(), [mine], day(9)).state == "acknowledged"


def test_a_missed_deadline_is_asked_of_the_executive() -> None:
    """Until then the owner is asked, and nobody once it is over."""
    deadline = deadline_of(episode(), Deadlines(high=2))
    nobody = handle(episode(), [], day(9))
    assert deadline == day(2)
    assert escalation_of(nobody, deadline, "Lead", "Chief", day(2)) == "Lead"
    assert escalation_of(nobody, deadline, "Lead", "Chief", day(3)) == "Chief"
    assert escalation_of(nobody, deadline, "Lead", None, day(3)) == "Lead"
    answered = handle(episode(), [answer("acknowledged", 1)], day(9))
    assert escalation_of(answered, deadline, "Lead", "Chief", day(9)) == "Lead"
    assert escalation_of(handle(episode(closed=1), [], day(9)), deadline, "Lead", "Chief", day(9)) is None


@pytest.mark.parametrize(("on", "holds"), [(-1, False), (0, True), (5, True), (6, False)])
def test_a_silence_expires(on: int, holds: bool) -> None:
    """It applies on its first and last day too."""
    said = Silence.model_validate(
        {"rule": "errors", "since": OPENED, "until": day(5), "reason": "r", "by": "Lead"}
    )
    assert (silence_of(episode(), [Placed(said, "f", 1)], day(on)) is not None) is holds


def test_the_last_owner_rule_that_fits_wins() -> None:
    """Otherwise the model's owner, else its team."""
    rules = [
        OwnerRule(pattern="*/latency_*", owner="Platform"),
        OwnerRule(pattern="m/latency_p99*", owner="Night shift"),
    ]
    assert owner_of(MODEL, "latency_p95_ms", rules) == "Platform"
    assert owner_of(MODEL, "latency_p99_ms", rules) == "Night shift"
    assert owner_of(MODEL, "requests", rules) == "Lead"
    assert owner_of(Model(id="m", team="Team"), "requests", rules) == "Team"
    assert owner_of(Model(id="m"), "requests", rules) is None
