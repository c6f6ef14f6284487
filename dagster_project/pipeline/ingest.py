"""The first stage of a night: new and changed files go into the lake, the warehouse's fact tables and the ledger.

Each source's files are planned, read and written to the lake; then parts, ledger and files are committed in one
transaction. Labels are matched at the end, in another. While one source is written, the next is already being read.
If a night is killed at any point, the next one resumes from the last commit and ends with the same bytes. Called by
Dagster's asset `lake` and by `pipeline.start`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from dagster_project.core.naming import case_folded, slug
from dagster_project.pipeline.ingest_files import note, plan_files
from dagster_project.pipeline.ingest_mapping import mapping_of
from dagster_project.pipeline.ingest_names import refuse_renamed_sources
from dagster_project.pipeline.ingest_rows import Spooled, read_files
from dagster_project.pipeline.ingest_segments import update_segments
from dagster_project.pipeline.ingest_waiting import awaiting_labels, update_awaiting
from dagster_project.pipeline.night import Night
from dagster_project.readers.mapped import IntakeRules
from dagster_project.readers.raw import release_memory
from dagster_project.spec.answers import answers_beside
from dagster_project.spec.facts import FACTS
from dagster_project.spec.loading import Workspace
from dagster_project.spec.source import Source
from dagster_project.store.facts import enter_facts
from dagster_project.store.ingestion import balance, entered, forget_files
from dagster_project.store.labels import AwaitingLabels, enter_labels, match_labels, wait_for_labels
from dagster_project.store.lake import require_listed_files, sweep, temporary
from dagster_project.store.requests import Batch, commit_requests, write_requests
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse

PENDING = "labels to match"
MEMORY = "300MB"
"""The database's share during ingest: reading and writing files at the same time needs as much again."""
MATCH_MEMORY = "500MB"
"""Its share while labels are matched, when no file is being read."""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """Counts of one ingest."""

    files_read: int = 0
    files_set_aside: int = 0
    rows_read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicate: int = 0
    late: int = 0
    labels_matched: int = 0
    labels_waiting: int = 0
    """Requests that still wait for a label after this night."""
    days: tuple[dt.date, ...] = ()
    """Days whose requests were rewritten."""


def ingest(night: Night, warehouse: Warehouse) -> IngestResult:
    """Read what is new.

    Raises LedgerError before anything is read if files of the lake are gone, and afterwards if rows were lost or
    counted twice, which leaves their source unchanged. Raises WorkspaceError for a source whose files were read
    under another name.
    """
    workspace = night.workspace
    require_listed_files(warehouse, workspace.root)
    refuse_renamed_sources(workspace, warehouse)
    awaiting = awaiting_labels(workspace)
    is_first = warehouse.value("SELECT count(*) FROM ops.part") == 0
    paths: dict[str, list[str]] = {}
    days: set[dt.date] = set()
    labelled = 0
    with warehouse.within(MEMORY), ThreadPoolExecutor(1) as reader:
        for done, (source, begun) in enumerate(_read_ahead(night, warehouse, reader)):
            night.progress("ingest", done, len(workspace.sources) + 1)
            if begun is not None:
                ingested = _ingest_source(night, warehouse, source, begun, awaiting)
                paths[source.source] = ingested.paths
                days.update(ingested.days)
                labelled += ingested.labelled
    with warehouse.within(MATCH_MEMORY):
        update_segments(night, warehouse)
        since = _expire_before(night, warehouse)
        if update_awaiting(workspace, warehouse, awaiting, since, is_first=is_first):
            _set_state(warehouse, PENDING, "yes")
        labelled += _match(workspace, warehouse, awaiting, since)
    sweep(warehouse, workspace.root)
    night.progress("ingest", len(workspace.sources) + 1, len(workspace.sources) + 1)
    return _result(warehouse, paths, labelled, sorted(days))


def newest_day(warehouse: Warehouse) -> dt.date | None:
    """The newest day that has requests in the lake; None if there are none."""
    day = warehouse.value("SELECT max(day) FROM ops.part WHERE kind = 'requests'")
    return day if isinstance(day, dt.date) else None


@dataclass(frozen=True, slots=True)
class _Begun:
    """A source whose files are being read."""

    definition: str
    spooled: Future[Spooled]
    handed: tuple[str, ...]
    """Paths that another source reads from now on."""


@dataclass(frozen=True, slots=True)
class _Ingested:
    """What was read from one source."""

    paths: list[str]
    """Files read."""
    days: tuple[dt.date, ...]
    """Days written."""
    labelled: int
    """Labels that came with the requests of these days."""


def _read_ahead(
    night: Night, warehouse: Warehouse, reader: Executor
) -> Iterator[tuple[Source, _Begun | None]]:
    """Each source with its reading, or None if it has nothing new; the next source's files are already being read."""
    before: tuple[Source, _Begun | None] | None = None
    for source in night.workspace.sources:
        begun = _begin(night, warehouse, source, reader)
        if before is not None:
            yield before
        before = source, begun
    if before is not None:
        yield before


def _begin(night: Night, warehouse: Warehouse, source: Source, reader: Executor) -> _Begun | None:
    """Start reading a source's new files. Only this thread queries the warehouse; the reader's never does."""
    workspace = night.workspace
    definition = mapping_of(workspace, source)
    before = warehouse.value(
        "SELECT value FROM ops.state WHERE key = $key", {"key": f"source {source.source}"}
    )
    redefined = before is not None and before != definition
    plan = plan_files(workspace, source, warehouse, definition, all_again=redefined)
    note(warehouse, source, plan)
    if not plan.changes_rows:
        return None
    intake = _intake_rules(night, warehouse, source, forget=redefined)
    folder = temporary(workspace.lake) / slug(source.source)
    spooled = reader.submit(read_files, plan, source, intake, folder)
    return _Begun(definition, spooled, tuple(file.path for file in plan.handed))


def _ingest_source(
    night: Night, warehouse: Warehouse, source: Source, begun: _Begun, awaiting: AwaitingLabels
) -> _Ingested:
    """Bring one source up to date."""
    workspace = night.workspace
    spooled = begun.spooled.result()
    release_memory()
    batch = Batch(
        source=source.source,
        zone=workspace.settings.timezone,
        spool=spooled.paths,
        numbered=source.kind == "requests" and "request_id" not in source.columns,
        left_out=spooled.left_out,
        replaced=_replaced(warehouse, spooled),
    )
    return _commit(warehouse, workspace, source, spooled, batch, awaiting, begun)


def _commit(
    warehouse: Warehouse,
    workspace: Workspace,
    source: Source,
    spooled: Spooled,
    batch: Batch,
    awaiting: AwaitingLabels,
    begun: _Begun,
) -> _Ingested:
    """Write the lake's files, then commit everything in one transaction."""
    root, labelled = workspace.root, 0
    written = write_requests(warehouse, root, batch) if source.kind == "requests" else None
    with warehouse.transaction():
        with entered(warehouse, spooled.reading):
            if written is not None:
                commit_requests(warehouse, batch, written)
                labelled = wait_for_labels(warehouse, root, batch, written, awaiting)
                _keep_types(warehouse, source, spooled.feature_types)
            elif source.kind == "outcomes":
                enter_labels(warehouse, root, batch, awaiting)
            else:
                fact = FACTS[source.kind]
                enter_facts(warehouse, batch, source.kind, fact.key, fact.time)
        forget_files(warehouse, source.source, begun.handed)
        _set_state(warehouse, f"source {source.source}", begun.definition)
        _set_state(warehouse, PENDING, "yes")
    paths = spooled.reading.files["path"].to_list()
    return _Ingested(paths, written.days if written else (), labelled)


def _match(
    workspace: Workspace, warehouse: Warehouse, awaiting: AwaitingLabels, expire_before: dt.date | None
) -> int:
    """Match labels if anything was read since they were last matched."""
    if warehouse.value("SELECT value FROM ops.state WHERE key = $key", {"key": PENDING}) != "yes":
        return 0
    with warehouse.transaction():
        matched = match_labels(warehouse, workspace.root, awaiting, expire_before)
        for source in workspace.sources:
            if source.kind == "outcomes":
                balance(warehouse, source.source)
        _set_state(warehouse, PENDING, "no")
    return matched


def _expire_before(night: Night, warehouse: Warehouse) -> dt.date | None:
    """The first day whose requests still wait for labels. For old logs, time has stopped at their newest day."""
    newest = newest_day(warehouse)
    if newest is None:
        return None
    return min(night.as_of, newest) - dt.timedelta(days=night.workspace.settings.label_wait_days)


def _intake_rules(night: Night, warehouse: Warehouse, source: Source, *, forget: bool) -> IntakeRules:
    """The rules that rows must pass; a feature's type is the one declared, else the one decided on earlier nights."""
    settings = night.workspace.settings
    types: dict[str, str] = {}
    if not forget:
        known = warehouse.frame(
            "SELECT feature, type FROM ops.feature_type WHERE source = $source ORDER BY feature",
            {"source": source.source},
        )
        types |= dict(known.iter_rows())
    spelled = {case_folded(name): name for name in (*types, *source.features)}
    of_models = (m.value.features.items() for m in reversed(night.workspace.models))
    declared = {name: feature.type for features in of_models for name, feature in features if feature.type}
    declared |= {name: ref.feature_type for name, ref in source.features.items() if ref.feature_type}
    types |= {spelled.setdefault(case_folded(name), name): kind for name, kind in declared.items()}
    answers = answers_beside(source, night.workspace.sources)
    return IntakeRules(settings.timezone, settings.salt, night.horizon, types, answers)


def _keep_types(warehouse: Warehouse, source: Source, types: dict[str, str]) -> None:
    import polars as pl

    rows = [(source.source, feature, kind) for feature, kind in sorted(types.items())]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("source", "feature", "type"), pl.String), orient="row")
    warehouse.replace("ops.feature_type", frame, "source = $source", {"source": source.source})


def _replaced(warehouse: Warehouse, spooled: Spooled) -> frozenset[str]:
    """Ids whose rows are dropped: earlier contents of paths read again, unless another path still has that content."""
    files = spooled.reading.files
    paths = files.filter(files["state"] == "read")["path"].to_list()
    ids = warehouse.frame(
        "SELECT DISTINCT file_id FROM ops.ledger WHERE source = $source AND list_contains($paths, path)"
        " AND file_id NOT IN (SELECT file_id FROM ops.file WHERE source = $source AND state = 'read'"
        " AND NOT list_contains($paths, path)) ORDER BY file_id",
        {"source": spooled.reading.source, "paths": paths},
    )
    return frozenset(ids["file_id"])


def _set_state(warehouse: Warehouse, key: str, value: str) -> None:
    warehouse.run("INSERT OR REPLACE INTO ops.state VALUES ($key, $value)", {"key": key, "value": value})


def _result(
    warehouse: Warehouse, paths: dict[str, list[str]], matched: int, days: list[dt.date]
) -> IngestResult:
    """The totals of ops.file and the ledger for the files just read."""
    totals = dict.fromkeys(("read", "set_aside", "rows_read", "accepted", "rejected", "duplicate", "late"), 0)
    for source, listed in paths.items():
        if listed:
            row = warehouse.frame(statement("ingestion", "totals"), {"source": source, "paths": listed})
            totals = {name: n + row[name].item() for name, n in totals.items()}
    return IngestResult(
        files_read=totals.pop("read"),
        files_set_aside=totals.pop("set_aside"),
        **totals,
        labels_matched=matched,
        labels_waiting=int(str(warehouse.value("SELECT count(*) FROM lake.waiting"))),
        days=tuple(days),
    )
