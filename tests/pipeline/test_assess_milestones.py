from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import (
    LAST,
    assess,
    declared,
    night_of,
    serve,
    states,
    warehouse_with,
    write_workspace,
)


def rubric(*milestones: Mapping[str, object]) -> dict[str, object]:
    usual = {"pillar": "P", "level": 1, "method": "auto", "why": "w", "next_step": "n"}
    return {
        "id": "own", "title": "Own", "source": "us", "scope": "organization",
        "levels": [{"level": n, "title": str(n), "meaning": "m"} for n in range(3)],
        "pillars": [{"id": "P", "title": "P", "meaning": "m"}],
        "milestones": [{"title": str(m["id"]), **usual, **m} for m in milestones],
    }  # fmt: skip


def rows(warehouse: Warehouse, day: dt.date = LAST) -> dict[str, dict[str, object]]:
    frame = warehouse.frame("SELECT * FROM mart.milestone WHERE rubric = 'own' AND day = $day", {"day": day})
    return {str(row["milestone"]): row for row in frame.to_dicts()}


def decide(
    tmp_path: Path, *milestones: Mapping[str, object], files: Mapping[str, object] | None = None
) -> dict[str, dict[str, object]]:
    everything = {"reports/rubrics/own.yml": rubric(*milestones), **(files or {})}
    root = write_workspace(tmp_path, [declared("a")], everything)
    with warehouse_with("a") as warehouse:
        assess(night_of(root), warehouse)
        return rows(warehouse)


RULES: tuple[tuple[dict[str, object], str], ...] = (
    ({"value": "production_models", "pass": "value >= 1"}, "pass"),
    ({"value": "production_models", "pass": "value >= 2"}, "fail"),
    ({"value": "production_models", "pass": "value >= 2", "warn": "value >= 1"}, "warning"),
    (
        {"value": "production_models", "pass": "value >= 1", "applies": "production_models > 9"},
        "not applicable",
    ),
    ({"value": "incidents_complete", "pass": "value >= 1"}, "not reported"),
    ({"value": "incidents_complete / 2", "pass": "value IS NULL OR value > 0"}, "not reported"),
    ({"value": "production_models / 0", "pass": "value >= 1"}, "not reported"),
    ({"value": "production_models -- all", "pass": "value >= 1 -- one"}, "pass"),
    ({"value": "no_such_fact", "pass": "value >= 1"}, "error"),
    ({"value": "production_models", "pass": "value >= "}, "error"),
    ({"value": "'many'", "pass": "value >= 1"}, "error"),
)


def test_a_rule_decides_the_state(tmp_path: Path) -> None:
    """Each rule decides its own milestone, whatever the other rules are."""
    found = decide(tmp_path, *({"id": f"m{n}"} | rule for n, (rule, _) in enumerate(RULES)))
    assert [found[f"m{n}"]["state"] for n in range(len(RULES))] == [state for _, state in RULES]
    unreported = {found[f"m{n}"]["evidence"] for n, (rule, _) in enumerate(RULES) if "incidents" in str(rule)}
    assert unreported == {"No data yet on incidents documented to the end."}


REST = "1 AS value, NULL AS numerator, NULL AS denominator, 5 AS detail"


def test_a_broken_rule_says_what_is_wrong_and_stops_nobody_else(tmp_path: Path) -> None:
    found = decide(
        tmp_path,
        {"id": "broken", "value": "no_such_fact", "pass": "value >= 1"},
        {
            "id": "whole",
            "value": "models_with_owner",
            "pass": "value >= 0.5",
            "evidence": "{models_with_owner.numerator} do.",
        },
    )
    assert "no_such_fact" in str(found["broken"]["evidence"])
    assert (found["whole"]["state"], found["whole"]["evidence"]) == ("pass", "1 do.")
    assert found["whole"]["threshold"] == "at least 50.0\u00a0%"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nonsense", "nonsense"),
        ("SELECT current_date AS day", "no column 'subject'"),
        (f"SELECT day, NULL AS subject, {REST} FROM calendar", "a row whose subject is not text (None)"),
        (f"SELECT day, 1 AS subject, {REST} FROM calendar", "a row whose subject is not text (1)"),
        (
            f"SELECT day::TIMESTAMP AS day, 'a' AS subject, {REST} FROM calendar",
            "of 'a' whose day is not a DATE",
        ),
        (f"SELECT day, 'a' AS subject, {REST} FROM calendar, range(2)", "two rows of 'a' on 20"),
    ],
)
def test_a_broken_fact_is_named_by_the_milestones_that_need_it(
    tmp_path: Path, sql: str, message: str
) -> None:
    fact = f"/*---\ntitle: Odd\n---*/\n{sql}\n"
    rule = {"id": "m", "value": "odd", "pass": "value > 0"}
    found = decide(tmp_path, rule, files={"reports/facts/odd.sql": fact})["m"]
    assert found["state"] == "error"
    assert str(found["evidence"]).startswith("fact odd: ")
    assert message in str(found["evidence"])


@pytest.mark.parametrize("name", ["value", "day", "subject"])
def test_a_fact_whose_name_is_taken_takes_only_itself_out(tmp_path: Path, name: str) -> None:
    """`value` in a rule is the milestone's own; days and subjects identify facts."""
    fact = "/*---\ntitle: Odd\n---*/\nSELECT day, 'organization' AS subject, 0 AS value, NULL AS numerator,\n"
    fact += "  NULL AS denominator, '' AS detail FROM (SELECT DATE '2025-06-30' AS day)\n"
    rule = {"id": "m", "value": "models_with_owner", "pass": "value >= 0.5"}
    assert decide(tmp_path, rule, files={f"reports/facts/{name}.sql": fact})["m"]["state"] == "pass"


ATTESTED: dict[str, tuple[list[dict[str, object]], str, str]] = {
    "nobody": ([], "not reported", "Nobody has attested it."),
    "reached": ([{"date": "2025-06-01"}], "pass", "Attested by Lead, 1 Jun 2025: wiki/1"),
    "denied": (
        [{"date": "2025-06-01", "reached": False}],
        "fail",
        "Stated as not reached by Lead, 1 Jun 2025: wiki/1",
    ),
    "last-day": ([{"date": "2025-05-31"}], "pass", "Attested by Lead, 31 May 2025: wiki/1"),
    "expired": ([{"date": "2025-05-30"}], "not reported", "The statement of Lead, 30 May 2025, has expired."),
    "to-come": ([{"date": "2025-07-01"}], "not reported", "Nobody has attested it."),
    "taken back": (
        [{"date": "2025-06-20"}, {"date": "2025-06-20", "reached": False}],
        "fail",
        "Stated as not reached by Lead, 20 Jun 2025: wiki/1",
    ),
    "again": (
        [{"date": "2025-01-01"}, {"date": "2025-06-20"}],
        "pass",
        "Attested by Lead, 20 Jun 2025: wiki/1",
    ),
}


def test_a_statement_holds_from_its_day_until_it_expires(tmp_path: Path) -> None:
    said = [
        {"rubric": "own", "milestone": name, "role": "Lead", "evidence": "wiki/1"} | statement
        for name, (statements, _, _) in ATTESTED.items()
        for statement in statements
    ]
    milestones: list[dict[str, object]] = [
        {"id": name, "method": "attest", "expires_days": 30} for name in ATTESTED
    ]
    found = decide(tmp_path, *milestones, files={"data/attestations.yml": {"attestations": said}})
    told = {name: (found[name]["state"], found[name]["evidence"]) for name in ATTESTED}
    assert told == {name: (state, says) for name, (_, state, says) in ATTESTED.items()}


def test_a_waiver_stands_beside_the_raw_state_until_it_expires(tmp_path: Path) -> None:
    waiver = {
        "rubric": "own", "milestone": "m", "reason": "Moving to the new platform.", "owner": "Lead",
        "approved_by": "Risk board", "since": "2025-06-02", "expires": "2025-06-15",
    }  # fmt: skip
    files = {
        "data/attestations.yml": {"waivers": [waiver]},
        "reports/rubrics/own.yml": rubric({"id": "m", "value": "production_models", "pass": "value > 9"}),
    }
    root = write_workspace(tmp_path, [declared("a")], files)
    with warehouse_with("a") as warehouse:
        assess(night_of(root), warehouse)
        waived, ended = rows(warehouse, dt.date(2025, 6, 15))["m"], rows(warehouse)["m"]
        assert rows(warehouse, dt.date(2025, 6, 1))["m"]["state"] == "fail", "before it was given"
        scores = dict(
            warehouse.frame(
                "SELECT day, (score, waived_score) FROM mart.maturity WHERE rubric = 'own' AND pillar = ''"
            ).iter_rows()
        )
    assert (waived["state"], waived["raw_state"], waived["expires"]) == (
        "waived",
        "fail",
        dt.date(2025, 6, 15),
    )
    assert "approved by Risk board" in str(waived["evidence"])
    assert (ended["state"], ended["since"]) == ("fail", dt.date(2025, 6, 22))
    assert list(scores[dt.date(2025, 6, 15)].values()) == [0.0, 1.0]


def test_since_is_the_first_day_of_the_unbroken_state(tmp_path: Path) -> None:
    """Requests stop for two months: the state of the first run is not that of the second."""
    root = write_workspace(tmp_path, [declared("a")])
    with Warehouse.open(None) as warehouse:
        serve(warehouse, "a", last=dt.date(2025, 3, 10))
        serve(warehouse, "a", first=dt.date(2025, 5, 20))
        assess(night_of(root), warehouse)
        assert states(warehouse, dt.date(2025, 3, 30))["usage-counted"] == "pass"
        assert states(warehouse, dt.date(2025, 5, 4))["usage-counted"] == "fail"
        since = warehouse.frame(
            "SELECT since FROM mart.milestone WHERE milestone = 'usage-counted' AND day = $d", {"d": LAST}
        ).item()
    assert since == dt.date(2025, 5, 25)


def test_a_rubric_of_models_is_decided_for_each_model_that_a_fact_names(tmp_path: Path) -> None:
    """Statements and waivers name the model by its id."""
    fact = (
        "/*---\ntitle: Asked\n---*/\nSELECT day, 'model:' || model_id AS subject, requests AS value,"
        " NULL AS numerator, NULL AS denominator, '' AS detail FROM standing ORDER BY day, subject\n"
    )
    rule = {"id": "m", "value": "asked", "pass": "value >= 2800"}
    own = rubric(rule, {"id": "told", "method": "attest"}) | {"scope": "model"}
    statement = {
        "rubric": "own",
        "milestone": "told",
        "subject": "a",
        "role": "Lead",
        "date": "2025-06-01",
        "evidence": "e",
    }
    waiver = {"rubric": "own", "milestone": "m", "subject": "b", "reason": "r", "owner": "o", "approved_by": "x",
              "expires": "2026-01-01"}  # fmt: skip
    said = {"attestations": [statement], "waivers": [waiver]}
    root = write_workspace(
        tmp_path,
        [declared("a"), declared("b")],
        {"reports/rubrics/own.yml": own, "reports/facts/asked.sql": fact, "data/attestations.yml": said},
    )
    with warehouse_with("a") as warehouse:
        serve(warehouse, "b", first=dt.date(2025, 6, 20))
        assess(night_of(root), warehouse)
        found = warehouse.frame(
            "SELECT subject, list(state ORDER BY milestone) FROM mart.milestone WHERE rubric = 'own' AND day = $d"
            " GROUP BY subject ORDER BY subject",
            {"d": LAST},
        ).rows()
    assert found == [("model:a", ["pass", "pass"]), ("model:b", ["waived", "not reported"])]
