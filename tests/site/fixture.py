"""A workspace with a synthetic warehouse for the site's tests: six models, 120 days, hostile texts, gaps.

Rows go straight into the tables of `schema.sql`, as the stages before `render` would leave them: operations and
catalog here, figures in `figures`, milestones and checklist in `progress`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from dagster_project.core.naming import slug
from dagster_project.pipeline.night import Night
from dagster_project.spec.loading import Workspace, load_workspace
from dagster_project.store.warehouse import Warehouse

AS_OF = dt.date(2013, 12, 31)
LENGTH = 120
DAYS = tuple(AS_OF - dt.timedelta(days=i) for i in range(LENGTH - 1, -1, -1))
HOSTILE = "<script>alert('x')</script>"
HOSTILE_ID = "evil/../<img src=x onerror=alert(1)>"
EMPTY = "taxi-out-time"
UNDECLARED = "seen-in-a-log"
UNOWNED = "arrival-delay-plan"
ITEMS = (
    "artifact",
    "training_data",
    "training_code",
    "dependencies",
    "prediction_code",
    "historical_predictions",
)
SOURCES = """\
sources:
  - source: predictions
    title: Wall-clock of the replayed predict call
    files: "data/logs/*.parquet"
    columns: {event_time: at, model_id: model}
  - source: labels
    kind: outcomes
    files: "data/logs/labels*.csv.gz"
    columns: {request_id: id, label: label}
  - source: never-delivered
    files: "data/logs/never/*.csv"
    columns: {event_time: at, model_id: model}
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How one synthetic model behaves; `daily` requests, and its leading metric with a typical value."""

    id: str
    title: str | None
    team: str | None
    task: str | None
    pattern: str
    daily: int
    latency_ms: float | None
    metric: str = ""
    value: float = 0.0


SHAPES = (
    Shape(
        "late-departure", "Late departure", "Day of operations", "binary", "rest", 900, 12.0, "roc_auc", 0.64
    ),
    Shape(
        "arrival-delay-live", "Arrival delay, live", "Network", "regression", "stream", 700, 4.0, "r2", 0.81
    ),
    Shape(
        "arrival-delay-plan",
        "Arrival delay, planned",
        "Planning",
        "regression",
        "batch",
        300,
        None,
        "r2",
        0.03,
    ),
    Shape(HOSTILE_ID, HOSTILE, "<b>Team</b>", "binary", "rest", 80, 30.0),
    Shape(EMPTY, "Taxi-out time", "Network", "regression", "stream", 0, None),
    Shape(UNDECLARED, None, None, None, "rest", 15, 9.0),
)


def insert(warehouse: Warehouse, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Append tuples to a table; `columns` names their columns in order, separated by blanks."""
    frame = pl.DataFrame(rows, schema=columns.split(), orient="row", infer_schema_length=None, strict=False)
    warehouse.append(table, frame)


def write_workspace(root: Path) -> Workspace:
    """Write a workspace with only a name and sources of its own: pages, marts and rubrics are the built-in ones."""
    (root / "data" / "sources").mkdir(parents=True, exist_ok=True)
    settings = f'name: "Example <Air> Lines"\nabout: "{HOSTILE} A fictional airline."\nas_of: {AS_OF}\n'
    (root / "data" / "workspace.yml").write_text(settings, encoding="utf-8")
    (root / "data" / "sources" / "all.yml").write_text(SOURCES, encoding="utf-8")
    from tests.site.alerting import ALERTS_YML

    (root / "data" / "alerts").mkdir(exist_ok=True)
    (root / "data" / "alerts" / "a.yml").write_text(ALERTS_YML, encoding="utf-8")
    return load_workspace(root)


def make_night(root: Path) -> Night:
    """The workspace with its warehouse filled; the same rows every time."""
    from tests.site.alerting import fill_alerts
    from tests.site.figures import fill_figures
    from tests.site.progress import fill_progress

    workspace = write_workspace(root)
    with Warehouse.open(workspace.warehouse) as warehouse, warehouse.transaction():
        fill_operations(warehouse)
        fill_catalog(warehouse)
        fill_figures(warehouse)
        fill_progress(warehouse, workspace)
        fill_alerts(warehouse)
    return Night(workspace, AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC))


def fill_operations(w: Warehouse) -> None:
    """Insert files, ledger, rejects: one Parquet file a day, one file set aside, labels three days behind."""
    paths = [f"data/logs/requests-{d}.parquet" for d in DAYS]
    files: list[tuple[object, ...]] = [
        ("predictions", p, f"{i:016x}", 1000 + i, 1, "read", None, 2000 + i) for i, p in enumerate(paths)
    ]
    files.append(
        ("predictions", f"data/logs/{HOSTILE}.csv", "f" * 16, 3, 1, "set aside", f"broken {HOSTILE}", 0)
    )
    files.append(("labels", "data/logs/labels.csv.gz", "a" * 16, 3, 1, "read", None, 900))
    insert(w, "ops.file", "source path file_id size mtime_ns state reason rows_read", files)
    ledger: list[tuple[object, ...]] = [
        ("predictions", p, f"{i:016x}", "requests", DAYS[i], 2000 + i, 1990 + i, 4, 6, 11)
        for i, p in enumerate(paths)
    ]
    ledger.append(("labels", "data/logs/labels.csv.gz", "a" * 16, "outcomes", DAYS[-4], 900, 900, 0, 0, 0))
    columns = "source path file_id kind day rows_read accepted rejected duplicate late"
    insert(w, "ops.ledger", columns, ledger)
    reject = (
        "predictions",
        paths[3],
        "3" * 16,
        "latency_ms: 'abc' is not a number",
        4,
        17,
        '{"latency": "<b>"}',
    )
    insert(w, "ops.reject", "source path file_id reason n first_row sample", [reject])
    lost = [("predictions", path, "3" * 16, "latency_ms", "<b>milis</b>", "at, millis", ", did you mean 'millis'?")
            for path in paths]  # fmt: skip
    insert(w, "ops.unfound", "source path file_id name wanted has hint", lost)
    words = [(UNDECLARED, "predictions", "<b>closed</b>", 120, DAYS[-28], DAYS[-1], ["<i>ja</i>", "nein"])]
    insert(w, "mart.uncounted_label", "model_id source wanted n first_day last_day texts", words)
    insert(w, "ops.checks", "name state blocking detail", [("ledger balances", "pass", True, "0 lines off")])
    insert(
        w, "ops.schema_change", "source day name change", [("predictions", DAYS[-6], "wind_dir", "appeared")]
    )


def fill_catalog(w: Warehouse) -> None:
    """Insert models, versions, their metadata with one item missing, and an owner that changed."""
    columns = (
        "model_id slug title declared file line purpose team business_unit owner runbook limits stage pattern task "
        "unit baseline reference_start reference_end reference_method first_day last_day tags segments"
    )
    insert(w, "catalog.model", columns, [_model(shape) for shape in SHAPES])
    served = [(s, v) for s in SHAPES if s.daily for v in (("1", "2") if s.id == "late-departure" else ("1",))]
    versions: list[tuple[object, ...]] = [
        (
            s.id,
            v,
            DAYS[0] if v == "1" else DAYS[60],
            AS_OF,
            s.daily * 60,
            "production" if v == "1" else "canary",
        )
        for s, v in served
    ]
    insert(w, "catalog.version", "model_id version first_day last_day requests stage", versions)
    fields: list[tuple[object, ...]] = [
        (s.id, v, item, f"value of {item}", "training.jsonl", _method(item), DAYS[0])
        for s, v in served
        for item in ITEMS
    ]
    insert(w, "catalog.field", "model_id version field value source method observed_at", fields)
    owners: list[tuple[object, ...]] = [
        ("late-departure", "owner", "Crew planning", DAYS[0], DAYS[100]),
        ("late-departure", "owner", HOSTILE, DAYS[101], None),
    ]
    insert(w, "catalog.history", "model_id field value valid_from valid_to", owners)


def _method(item: str) -> str:
    return "missing" if item == "dependencies" else "auto"


def _model(s: Shape) -> tuple[object, ...]:
    declared = s.title is not None
    hostile = s.id == HOSTILE_ID
    return (
        s.id, slug(s.id), s.title, declared, "data/catalog/models.yml" if declared else None, 12 if declared else None,
        f"Decides; {HOSTILE}" if hostile else "Warn crews in time.", s.team, "Operations" if declared else None,
        f"{s.team} lead" if s.team and s.id != UNOWNED else None,
        "javascript:alert(1)" if hostile else "https://example.com/runbook",
        "Knows nothing of airports outside New York.", "development" if s.id == EMPTY else "production", s.pattern,
        s.task, "minutes" if s.task == "regression" else None, "The median delay of the route", DAYS[0], DAYS[27],
        "declared", DAYS[0] if s.daily else None, AS_OF if s.daily else None, ["delay"], ["origin"] if declared else [],
    )  # fmt: skip
