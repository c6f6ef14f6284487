"""The record rules are held to: who answered in time, what was false, and when a rule is up for review."""

from __future__ import annotations

import datetime as dt

import pytest

from dagster_project.pipeline.watch_people import Episode, Handling
from dagster_project.pipeline.watch_record import record
from dagster_project.spec.alerts import AlertAnswer
from dagster_project.spec.entry import Placed

FIRST = dt.date(2025, 3, 3)
AS_OF = dt.date(2025, 12, 31)
Item = tuple[Episode, Handling, dt.date]


def item(number: int, verdict: str | None = None, taken: int | None = 1, rule: str = "errors") -> Item:
    """An alert on a day of its own, acknowledged after `taken` days and resolved two days later."""
    opened = FIRST + dt.timedelta(days=number)
    at = None if taken is None else opened + dt.timedelta(days=taken)
    said = {"alert": "a", "opened": opened, "state": "reviewed", "at": at, "by": "Lead", "verdict": verdict}
    answer = None if at is None else Placed(AlertAnswer.model_validate(said), "f", 1)
    handling = Handling(
        "open" if at is None else "reviewed", at, None, at and at + dt.timedelta(days=2), at, answer
    )
    return (
        Episode(str(number), "m", rule, "", "high", opened, opened, opened, None),
        handling,
        opened + dt.timedelta(3),
    )


def row(items: list[Item], rule: str = "errors") -> dict[str, object]:
    """The record of one rule."""
    found = record(items, AS_OF)
    return dict(found.filter((found["rule"] == rule) & (found["severity"] == "")).to_dicts()[0])


def test_times_are_counted_from_when_it_could_be_known() -> None:
    """Median and 90th percentile; by rule and in all."""
    items = [item(i, taken=days) for i, days in enumerate((0, 1, 1, 2, 10))]
    found = row(items)
    assert (found["due"], found["acknowledged"]) == (5, 5)
    assert found["mtta_days"] == pytest.approx(1.0)
    assert found["mtta_p90"] == pytest.approx(6.8)
    assert row(items, "")["mttr_days"] == pytest.approx(3.0)


def test_alerts_before_anybody_answered_are_not_due() -> None:
    """A first night finds years of them."""
    items = [item(i, taken=None) for i in range(20)] + [item(100, taken=1)]
    assert row(items)["due"] == 1
    assert row(items)["review"] is None


def test_a_rule_nobody_answers_is_put_up_for_review() -> None:
    """If fewer than half of at least five due alerts were acknowledged."""
    items = [item(0), *(item(i, taken=None) for i in range(2, 8))]
    assert row([item(0, rule="other"), *items])["review"] == "only 1 of 7 alerts were acknowledged"
    assert row(items[:4])["review"] is None


def test_a_rule_that_is_often_false_is_put_up_for_review() -> None:
    """If more than a fifth of at least five judged alerts were false; exactly a fifth is not enough."""
    false, true = "false alarm", "true alarm"
    assert row([item(i, v) for i, v in enumerate((false, false, true, true, true))])["review"] == (
        "2 of 5 judged alerts were false"
    )
    assert row([item(i, v) for i, v in enumerate((false, true, true, true, true))])["review"] is None
    assert row([item(i, false) for i in range(4)])["review"] is None


def test_no_alert_at_all_is_a_record_too() -> None:
    """One row, nothing known."""
    (only,) = record([], AS_OF).to_dicts()
    assert (only["alerts"], only["mtta_days"], only["review"]) == (0, None, None)
