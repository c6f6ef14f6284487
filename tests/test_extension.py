"""A new metric, rule, page, source, rubric and checklist item is each one file in one place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dagster_project.store.warehouse import Warehouse
from tests.nights import started, whole

pytestmark = pytest.mark.slow

ADDED = {
    "reports/metrics/records_per_request.sql": """/*---
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
    "reports/rules/busy.yml": """title: Busy
meaning: Busy.
method: threshold
metrics: [requests]
direction: up
at: 1
open_after: 1
ask: Rest.
""",
    "reports/pages/hello.md": """---
title: Hello
section: Hello
---
<h1>Hello</h1>
<p>{{ views.rows('models') | length }} model(s)</p>
""",
    "data/sources/other.yml": """source: other
files: logs/other.csv
columns: {event_time: when, model_id: which}
""",
    "data/sources/pager.yml": """source: pager
kind: incidents
files: logs/pager.csv
""",
    "logs/pager.csv": """incident_id,model_id,started_at,title
i1,,2025-02-01T10:00:00Z,The pipeline stood still
i2,gone,2025-02-02T10:00:00Z,A model nobody knows
""",
    "reports/rubrics/tiny.yml": """id: tiny
title: A tiny rubric
source: this test
levels: [{level: 1, title: there, meaning: it is there}]
pillars: [{id: A, title: All, meaning: everything}]
milestones:
  - {id: t1, title: Two is two, pillar: A, level: 1, method: auto, why: to see it,
     value: "2", pass: value = 2, next_step: none}
""",
    "reports/rubrics/crews.yml": """id: crews
title: Crews
scope: team
source: this test
levels: [{level: 1, title: there, meaning: it is there}]
pillars: [{id: A, title: All, meaning: everything}]
milestones:
  - {id: c1, title: A rota is kept, pillar: A, level: 1, method: attest, why: to see it, next_step: Write a rota.}
  - {id: c2, title: A drill is held, pillar: A, level: 1, method: attest, why: to see it, next_step: Hold a drill.}
""",
    "data/attestations.yml": """attestations:
  - {rubric: crews, milestone: c1, subject: Logistics, reached: false, role: Lead, date: 2025-02-01, evidence: no rota}
waivers:
  - {rubric: crews, milestone: c1, subject: Logistics, reason: small,
     owner: Lead, approved_by: Head, expires: 2025-12-31}
""",
    "reports/playbook/X.yml": """id: X
title: Extra
meaning: Our own.
questions: [{id: X1, question: Is there coffee?}]
""",
}
LOG = "when,which\n2025-01-05T10:00:00Z,newcomer\n2025-01-05T11:00:00Z,newcomer\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter workspace, published first without and then with one more file of every kind."""
    root = started(tmp_path_factory.mktemp("extension") / "board")
    for path, text in {**ADDED, "logs/other.csv": LOG}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return whole(root)


@pytest.fixture
def warehouse(site: Path) -> Iterator[Warehouse]:
    with Warehouse.open(site.parents[1] / "data" / "warehouse.duckdb") as warehouse:
        yield warehouse


def test_a_metric_is_one_file(warehouse: Warehouse) -> None:
    """A new SQL file with front matter gives readings for every model that has traffic."""
    rows = warehouse.frame(
        "SELECT DISTINCT model_id, value FROM mart.reading WHERE metric = 'records_per_request' AND segment = ''"
    )
    assert rows["model_id"].n_unique() == 2
    assert rows["value"].unique().to_list() == [1.0]


def test_a_rule_is_one_file(site: Path) -> None:
    """A new YAML file watches its metric, and its alerts are on the site and in the API."""
    alerts = json.loads((site / "api" / "alerts.json").read_text(encoding="utf-8"))
    (alert,) = (a for a in alerts if a["rule"] == "busy" and a["model_id"] != "newcomer")
    assert (alert["state"], alert["ask"]) == ("open", "Rest.")
    assert "Busy" in (site / alert["page"]).read_text(encoding="utf-8")
    assert alert["page"] in (site / "alerts.html").read_text(encoding="utf-8")


def test_a_page_is_one_file(site: Path) -> None:
    """A new template is built, and stands in the navigation under its section."""
    assert "2 model(s)" in (site / "hello.html").read_text(encoding="utf-8")
    assert "hello.html" in (site / "index.html").read_text(encoding="utf-8")


def test_a_source_is_one_file(warehouse: Warehouse, site: Path) -> None:
    """A new YAML file gives a log's model a page, even if no catalog file names the model."""
    rows = warehouse.frame("SELECT model_id, declared FROM catalog.model WHERE model_id = 'newcomer'")
    assert rows.rows() == [("newcomer", False)]
    assert (site / "models" / "newcomer.html").is_file()


def test_incidents_of_no_model_in_the_catalog_stand_on_the_operations_page(site: Path) -> None:
    """No other page would list them: pages of models list only their own."""
    page = (site / "operations.html").read_text(encoding="utf-8")
    assert "The pipeline stood still</strong> (of no single model, severity not given)" in page
    assert "A model nobody knows</strong> (gone, " in page


def test_a_rubric_is_one_file(site: Path) -> None:
    """A new YAML file is evaluated and appears in the API beside the playbook's rubric."""
    rubrics = json.loads((site / "api" / "maturity.json").read_text(encoding="utf-8"))["rubrics"]
    (tiny,) = (rubric for rubric in rubrics if rubric["id"] == "tiny")
    assert tiny["level"] == 1
    assert tiny["milestones"][0]["state"] == "pass"


def test_what_a_team_lacks_stands_on_the_page_with_its_proof_and_a_waiver_beside_what_it_waives(
    site: Path,
) -> None:
    """Teams and models have milestones, not only levels, on the page; the API gives the raw state behind a waiver."""
    rubrics = json.loads((site / "api" / "maturity.json").read_text(encoding="utf-8"))["rubrics"]
    (crew,) = (rubric for rubric in rubrics if rubric["subject"] == "team:Logistics")
    assert [(m["state"], m["raw_state"]) for m in crew["milestones"]] == [
        ("waived", "fail"),
        ("not reported", "not reported"),
    ]
    assert (crew["score"], crew["waived_score"]) == (0.0, 0.5)
    page = (site / "maturity.html").read_text(encoding="utf-8")
    for said in (
        "approved by Head: small. Stated as not reached by Lead, 1 Feb 2025: no rota",
        "Hold a drill.",
        "Waived</span>",
    ):
        assert said in page.split('id="lacking"')[1]


def test_a_checklist_section_is_one_file(warehouse: Warehouse) -> None:
    """A new YAML file adds its questions to the checklist."""
    assert warehouse.value("SELECT decided_by FROM mart.checklist WHERE item = 'X1'") == "nobody"
