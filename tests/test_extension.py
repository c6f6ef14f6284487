"""A new metric, rule, page, source, rubric and checklist item is each one file in one place."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from dagster_project.spec.loading import load_workspace
from dagster_project.starter import write_starter
from dagster_project.store.warehouse import Warehouse
from tests.nights import figures, whole

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter workspace with its figures made once; tests copy it."""
    root = tmp_path_factory.mktemp("extension") / "board"
    write_starter(root)
    figures(root)
    return root


@pytest.fixture
def workspace(built: Path, tmp_path: Path) -> Path:
    """A copy of the built workspace to add a file to."""
    return Path(shutil.copytree(built, tmp_path / "board"))


def put(root: Path, path: str, text: str) -> None:
    """Write one file of the workspace."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def test_a_metric_is_one_file(workspace: Path) -> None:
    """A new SQL file with front matter gives readings for every model that has traffic."""
    put(
        workspace,
        "reports/metrics/records_per_request.sql",
        """/*---
title: Records per request
family: usage
unit: records
better: neither
definition: How many records a request carries on average.
formula: records / requests
---*/
SELECT model_id, version, segment, day, window_days,
       sum(records)::double AS numerator, sum(requests)::double AS denominator, sum(requests)::bigint AS n
FROM span.traffic GROUP BY model_id, version, segment, day, window_days
""",
    )
    night = figures(workspace)
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        rows = warehouse.frame(
            "SELECT value FROM mart.reading WHERE metric = 'records_per_request' AND segment = ''"
        )
    assert rows.height > 0
    assert set(rows["value"].to_list()) == {1.0}


def test_a_rule_is_one_file(workspace: Path) -> None:
    """A new YAML file watches its metric, and its alert is on the site and in the API."""
    put(
        workspace,
        "reports/rules/busy.yml",
        "title: Busy\nmeaning: Busy.\nmethod: threshold\nmetrics: [requests]\ndirection: up\nat: 1\n"
        "open_after: 1\nask: Rest.\n",
    )
    site = whole(workspace)
    (alert,) = (
        a
        for a in json.loads((site / "api" / "alerts.json").read_text(encoding="utf-8"))
        if a["rule"] == "busy"
    )
    assert (alert["state"], alert["ask"]) == ("open", "Rest.")
    assert "Busy" in (site / alert["page"]).read_text(encoding="utf-8")
    assert alert["page"] in (site / "alerts.html").read_text(encoding="utf-8")


def test_a_page_is_one_file(workspace: Path) -> None:
    """A new template is built, and stands in the navigation under its section."""
    put(
        workspace,
        "reports/pages/hello.md",
        "---\ntitle: Hello\nsection: Hello\n---\n<h1>Hello</h1>\n<p>{{ views.rows('models') | length }} model(s)</p>\n",
    )
    site = whole(workspace)
    assert "1 model(s)" in (site / "hello.html").read_text(encoding="utf-8")
    assert "hello.html" in (site / "index.html").read_text(encoding="utf-8")


def test_a_source_is_one_file(workspace: Path) -> None:
    """A new YAML file makes a log a model's page, even when no catalog file names the model."""
    put(
        workspace,
        "logs/other.csv",
        "when,which\n2025-01-05T10:00:00Z,newcomer\n2025-01-05T11:00:00Z,newcomer\n",
    )
    put(
        workspace,
        "data/sources/other.yml",
        "source: other\nfiles: logs/other.csv\ncolumns: {event_time: when, model_id: which}\n",
    )
    night = figures(workspace)
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        rows = warehouse.frame("SELECT model_id, declared FROM catalog.model WHERE model_id = 'newcomer'")
    assert rows.rows() == [("newcomer", False)]


def test_a_rubric_is_one_file(workspace: Path) -> None:
    """A new YAML file is evaluated and appears in the API beside the playbook's rubric."""
    put(
        workspace,
        "reports/rubrics/tiny.yml",
        """id: tiny
title: A tiny rubric
source: this test
levels: [{level: 1, title: there, meaning: it is there}]
pillars: [{id: A, title: All, meaning: everything}]
milestones:
  - {id: t1, title: Two is two, pillar: A, level: 1, method: auto, why: to see it,
     value: "2", pass: value = 2, next_step: none}
""",
    )
    site = whole(workspace)
    rubrics = {
        r["id"]: r
        for r in json.loads((site / "api" / "maturity.json").read_text(encoding="utf-8"))["rubrics"]
    }
    assert rubrics["tiny"]["level"] == 1
    assert rubrics["tiny"]["milestones"][0]["state"] == "pass"


def test_a_checklist_section_is_one_file(workspace: Path) -> None:
    """A new YAML file adds its questions to the checklist."""
    put(
        workspace,
        "reports/playbook/X.yml",
        "id: X\ntitle: Extra\nmeaning: Our own.\nquestions: [{id: X1, question: Is there coffee?}]\n",
    )
    night = figures(workspace)
    assert load_workspace(workspace).sections[-1].id == "X"
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        assert warehouse.value("SELECT decided_by FROM mart.checklist WHERE item = 'X1'") == "nobody"
