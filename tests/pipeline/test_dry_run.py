"""SQL and templates that would fail every night are named before a night runs, all in one go."""

from __future__ import annotations

from pathlib import Path

from dagster_project.pipeline.dry_run import dry_run
from dagster_project.spec.loading import load_workspace
from tests.pipeline.organization import declared, write_workspace

METRIC = "/*---\ntitle: T\nfamily: usage\nunit: count\nbetter: neither\ndefinition: D\nformula: F\n---*/\n"
RUBRIC = """id: own
title: Own
source: us
levels: [{level: 1, title: there, meaning: it is there}]
pillars: [{id: P, title: P, meaning: m}]
milestones:
  - {id: lost, title: L, pillar: P, level: 1, method: auto, why: w, value: no_such_fact, pass: value > 0, next_step: n}
  - {id: odd, title: O, pillar: P, level: 1, method: auto, why: w, value: odd, pass: value > 0, next_step: n}
"""
WRONG = {
    "reports/metrics/mine.sql": f"{METRIC}SELECT day FRM span.traffic\n",
    "reports/metrics/other.sql": f"{METRIC}SELECT model_id, day, window_days, 1 AS top FROM span.traffic\n",
    "reports/facts/odd.sql": "/*---\ntitle: Odd\n---*/\nSELECT nonsense\n",
    "reports/rubrics/own.yml": RUBRIC,
    "reports/marts/base.sql": "/*---\ntitle: x\n---*/\nSELECT lost FROM page.models\n",
    "reports/marts/onbase.sql": "/*---\ntitle: x\n---*/\nSELECT * FROM page.base\n",
    "reports/pages/mine.md": "---\ntitle: X\n---\n<h1>x</h1>\n{{ views.rows('nowhere') | length }}\n",
    "reports/parts/cut.html": "<p>\n{% if %}</p>\n",
}


def test_everything_that_would_fail_is_named_with_its_place(tmp_path: Path) -> None:
    """A view that reads a broken one and a milestone on a broken fact are not reported."""
    root = write_workspace(tmp_path, [declared("a")], WRONG)
    found = [str(problem) for problem in dry_run(load_workspace(root))]
    expected = [
        "reports/facts/odd.sql: Binder Error",
        "reports/marts/base.sql:4: Binder Error",
        "reports/metrics/mine.sql:9: Parser Error",
        "reports/metrics/other.sql: the SELECT yields no column 'numerator'",
        "reports/pages/mine.md:5: no view 'nowhere' in reports/marts",
        "reports/parts/cut.html:2: ",
        "reports/rubrics: own: lost: ",
    ]
    assert len(found) == len(expected), found
    assert [text for text, begin in zip(found, expected, strict=True) if not text.startswith(begin)] == []


def test_what_comes_with_modelboard_fails_nowhere(tmp_path: Path) -> None:
    """Neither the built-in files nor a workspace that declares everything has problems."""
    assert dry_run(load_workspace(write_workspace(tmp_path, [declared("a")]))) == []
