"""Rule files and files of answers: what is wrong in them is said with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.loading import load_workspace
from dagster_project.spec.rulefile import load_rule
from tests.spec.conftest import Check, write

RULE = "title: T\nmeaning: M.\nmethod: spread\nmetrics: [error_share]\nask: Look.\n"
WATCHED = "reports/rules/errors.yml"


def test_a_rule_of_the_workspace_wins_over_the_built_in_one(workspace: Path, builtin: Path) -> None:
    """As with metrics: the same relative path stands in."""
    write(builtin, {WATCHED: RULE})
    write(workspace, {WATCHED: RULE.replace("title: T", "title: Ours")})
    (rule,) = load_workspace(workspace, builtin).rules
    assert (rule.id, rule.rule.title, rule.file) == ("errors", "Ours", WATCHED)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            RULE.replace("error_share", "eror_share"),
            f"{WATCHED}:4: metrics[0]: no metric 'eror_share' in reports/metrics, did you mean 'error_share'?",
        ),
        (RULE.replace("metrics: [error_share]\n", ""), "name at least one metric"),
        (
            RULE.replace("spread", "threshold") + "direction: up\n",
            f"{WATCHED}:1: at: is for method threshold, which needs it",
        ),
        (RULE + "at: 3\n", f"{WATCHED}:6: at: is for method threshold, which needs it"),
        (RULE.replace("spread", "heartbeat"), f"{WATCHED}:4: metrics: method heartbeat watches no readings"),
        (RULE.replace("spread", "sprad"), "did you mean 'spread'?"),
        (RULE + "models: [nobody]\n", f"{WATCHED}:6: models[0]: no model 'nobody' in data/catalog"),
        (RULE + "severity: urgent\n", f"{WATCHED}:6: severity: expected 'high', 'medium' or 'low'"),
        (
            RULE.replace("spread", "target").replace("metrics: [error_share]\n", ""),
            "families: is for method target",
        ),
    ],
)
def test_a_wrong_rule_says_where_and_what(problems: Check, text: str, problem: str) -> None:
    """One problem, at its key."""
    found = problems({WATCHED: text})
    assert len(found) == 1
    assert problem in found[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "answers: [{opened: 2025-01-02, state: acknowledged, at: 2025-01-02, by: Lead}]\n",
            "answers[0].alert: expected either alert (a fingerprint), or both model and rule",
        ),
        (
            "answers:\n  - {alert: abc, opened: 2025-01-02, state: acknowledged, at: 2025-01-01, by: Lead}\n",
            "answers[0].at: 2025-01-01 is before the alert opened on 2025-01-02",
        ),
        (
            "answers: [{model: m, rule: usage, opened: 2025-01-02, state: reviewed, at: 2025-01-02, by: Lead}]\n",
            "answers[0].rule: no rule 'usage' in reports/rules",
        ),
        (
            "silences: [{since: 2025-01-02, until: 2025-01-03, reason: r, by: Lead}]\n",
            "silences[0].model: expected a model, a rule, or both",
        ),
        (
            "silences: [{model: m, since: 2025-01-02, until: 2027-01-03, reason: r, by: Lead}]\n",
            "silences[0].until: is more than a year after `since`; a silence has to end",
        ),
        (
            "events: [{day: 2025-01-02, until: 2025-01-01, what: w}]\n",
            "events[0].until: 2025-01-01 is before 2025-01-02",
        ),
    ],
)
def test_a_wrong_answer_says_where_and_what(problems: Check, text: str, problem: str) -> None:
    """Any file below data/alerts."""
    found = problems({"data/alerts/ours.yml": text, WATCHED: RULE})
    assert len(found) == 1
    assert found[0].startswith("data/alerts/ours.yml:")
    assert problem in found[0]


def test_a_file_of_comments_holds_no_answers(problems: Check) -> None:
    """The starter's example is one."""
    assert problems({"data/alerts/ours.yml": "# nothing yet\n"}) == []


def test_a_rule_to_be_tried_is_checked_too(tmp_path: Path) -> None:
    """Replay names the file that was given."""
    write(tmp_path, {"mine.yml": RULE, "My Rule.yml": RULE})
    assert load_rule(tmp_path / "mine.yml", {"error_share"}).id == "mine"
    with pytest.raises(WorkspaceError, match="no metric 'error_share'"):
        load_rule(tmp_path / "mine.yml", set())
    with pytest.raises(WorkspaceError, match="becomes an id"):
        load_rule(tmp_path / "My Rule.yml", {"error_share"})


def test_every_built_in_rule_says_what_to_do() -> None:
    """An alarm without something to do is noise."""
    rules = load_workspace(builtin_root()).rules
    assert len(rules) >= 14
    assert {rule.rule.method for rule in rules} >= {
        "spread",
        "usage_drop",
        "slow_decline",
        "heartbeat",
        "schema",
    }
    assert all(rule.rule.ask.endswith(".") and rule.rule.meaning.endswith(".") for rule in rules)
