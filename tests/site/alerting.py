"""Signals and alerts of the synthetic warehouse: open and over, judged, grouped under another, with hostile texts.

Called by `fixture`.
"""

from __future__ import annotations

import datetime as dt

from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, DAYS, HOSTILE, HOSTILE_ID, insert

ALERTS_YML = f"""\
answers:
  - {{alert: abcdef0000, opened: 2013-12-20, state: acknowledged, at: 2013-12-21, by: A}}
  - {{alert: abcdef0000, opened: 2013-12-19, state: acknowledged, at: 2013-12-21, by: A}}
  - {{model: late-departure, rule: gap, opened: 2013-12-19, state: acknowledged, at: 2013-12-21, by: A}}
  - {{alert: "{HOSTILE}", opened: 2013-12-30, state: acknowledged, at: 2014-01-01, by: A}}
silences:
  - {{model: late-departure, rule: errors, since: 2013-12-01, until: 2014-01-31, reason: "{HOSTILE}", by: "{HOSTILE}"}}
events:
  - {{day: 2013-12-20, what: "{HOSTILE} Fog.", evidence: "{HOSTILE}"}}
owners:
  - {{pattern: "*/latency_*", owner: "{HOSTILE}"}}
"""
OPENED = AS_OF - dt.timedelta(days=11)
COLUMNS = (
    "fingerprint slug model_id rule segment feature metric severity state opened known_on last_seen closed repeats"
    " observed expected low high n unit owner runbook deadline escalation cause cause_kind grouped_under value_exposed"
    " value_reason currency users_affected users_reason title message ask acknowledged resolved answered_by verdict"
    " stated_cause note answer_file answer_line"
)


def fill_alerts(w: Warehouse) -> None:
    """Insert three alerts: one hostile and open, one under it, one over and judged false; and their days' signals."""
    insert(w, "mart.alert", COLUMNS, [_alert(0), _alert(1), _alert(2)])
    signals: list[tuple[object, ...]] = [
        (model, "latency", "latency_p95_ms", "", "", day, day, 12.0 + i % 3, 12.5, None, 15.0, 500,
         "fires" if day == OPENED else "ok", "", 2.0)
        for model in (HOSTILE_ID, "late-departure")
        for i, day in enumerate(DAYS)
    ]  # fmt: skip
    names = "model_id rule metric segment feature day known_on observed expected low high n state reason detectable"
    insert(w, "mart.signal", names, signals)
    rows: list[tuple[object, ...]] = [
        ("", "", 3, 1, 1, 1, 1, 1, 2.0, 2.0, None, None, 4.0, 4.0, None, None, None),
        (
            "latency",
            "",
            3,
            6,
            3,
            6,
            5,
            5,
            0.0,
            3.0,
            0.0,
            1.0,
            4.0,
            9.5,
            1.0,
            5.0,
            "3 of 6 judged alerts were false",
        ),
    ]
    columns = (
        "rule severity alerts judged false_alarms due acknowledged resolved mtta_days mtta_p90 mtta_low mtta_high"
        " mttr_days mttr_p90 mttr_low mttr_high review"
    )
    insert(w, "mart.alert_record", columns, rows)


def _alert(number: int) -> tuple[object, ...]:
    """Alert 0 leads and is hostile, 1 is grouped under it, 2 is over."""
    model = "late-departure" if number == 2 else HOSTILE_ID
    state = "reviewed" if number == 2 else "open"
    ended = OPENED + dt.timedelta(days=3) if number == 2 else None
    text = HOSTILE if number < 2 else "Fine words"
    return (
        f"abcdef000{number}", f"abcdef000{number}-20131220", model, "latency", "", "", "latency_p95_ms",
        "high" if number == 0 else "medium", state, OPENED, OPENED, AS_OF, ended, 3, 18.0, 12.5, None, 15.0, 500, "ms",
        None if number == 1 else text, "javascript:alert(1)" if number == 0 else None, OPENED + dt.timedelta(days=1),
        None if number == 2 else text, text if number == 1 else None, "same day" if number == 1 else None,
        "abcdef0000-20131220" if number == 1 else None, 1234.5 if number == 2 else None,
        None if number == 2 else "only a loss of quality can be priced", "USD", None, "no user is logged",
        f"Answers became slow: {text}", f"{text} was 18 ms.", f"Look at it, {text}.", ended, ended,
        text if number == 2 else None, "false alarm" if number == 2 else None, text if number == 2 else None, None,
        "data/alerts/a.yml" if number == 2 else None, 3 if number == 2 else None,
    )  # fmt: skip
