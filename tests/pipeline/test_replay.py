"""A rule tried on past days: what it would have raised, against judged alerts, and nothing is written."""

from __future__ import annotations

from pathlib import Path

from dagster_project.pipeline.replay import replay
from dagster_project.pipeline.watch import watch
from dagster_project.spec.rulefile import load_rule
from tests.pipeline.watching import DAYS, LAST, a_night, alerts, judge, series, signals, watched, workspace

RULE = (
    "title: Slow\nmeaning: Slow.\nmethod: threshold\nmetrics: [latency_p95_ms]\ndirection: up\nat: {at}\n"
    "open_after: 1\nclose_after: 1\nask: Look.\n"
)
ANSWERS = f"""answers:
  - {{model: m, rule: slow, opened: {DAYS[100]}, state: reviewed, at: {DAYS[102]}, by: Lead, verdict: true alarm}}
  - {{model: m, rule: slow, opened: {DAYS[120]}, state: reviewed, at: {DAYS[122]}, by: Lead, verdict: false alarm}}
events:
  - {{day: {DAYS[100]}, what: A slow day.}}
"""


def test_a_higher_limit_is_compared_with_what_people_judged(tmp_path: Path) -> None:
    """It keeps the true alarm and avoids the false one; days before the first are left out."""
    values = series()
    values["latency_p95_ms"][[100, 120]] = (80.0, 60.0)
    files = {"reports/rules/slow.yml": RULE.format(at=50), "data/alerts/a.yml": ANSWERS}
    (tmp_path / "slow.yml").write_text(RULE.format(at=70), encoding="utf-8")
    root = workspace(tmp_path / "board", files)
    higher = load_rule(tmp_path / "slow.yml", {"latency_p95_ms"})
    with watched(values) as warehouse:
        judge(root, warehouse)
        before = signals(warehouse), alerts(warehouse, "*")
        found = replay(a_night(root), warehouse, [higher], DAYS[0], LAST)
        assert [(row["opened"], row["verdict"]) for row in found.alerts] == [(DAYS[100], "true alarm")]
        assert (found.kept, found.true_alarms, found.avoided, found.false_alarms) == (1, 1, 1, 1)
        assert (found.events_seen, found.events, found.unjudged) == (1, 1, 0)
        late = replay(a_night(root), warehouse, [higher], DAYS[110], LAST)
        assert (late.alerts, late.true_alarms, late.false_alarms) == ([], 0, 1)
        assert signals(warehouse).equals(before[0])
        assert alerts(warehouse, "*") == before[1]
        assert watch(a_night(root), warehouse).signals == 0
