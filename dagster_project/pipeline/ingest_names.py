"""Refuses a renamed source that would read its files a second time, before their rows count twice.

In: the declared sources, and what earlier nights read. Rows belong to the name they were read under and stay when
nothing declares it any more, so a new name for the same files is refused. Called by `pipeline.ingest`, before
anything is read.
"""

from __future__ import annotations

from dagster_project.core.errors import Problem, WorkspaceError
from dagster_project.pipeline.ingest_files import known_files
from dagster_project.pipeline.ingest_listing import list_files
from dagster_project.spec.loading import Workspace
from dagster_project.spec.source import Source
from dagster_project.store.warehouse import Warehouse

Read = dict[tuple[str, str], str]
"""Kind and path of a file -> the source, no longer declared, that it was read as."""
UNDECLARED = """
SELECT DISTINCT kind, path, source FROM ops.ledger WHERE NOT list_contains($declared, source) ORDER BY ALL
"""


def refuse_renamed_sources(workspace: Workspace, warehouse: Warehouse) -> None:
    """Raise WorkspaceError for every source about to read files that an undeclared source of its kind has read."""
    declared = [source.source for source in workspace.sources]
    rows = warehouse.frame(UNDECLARED, {"declared": declared})
    read: Read = {(kind, path): source for kind, path, source in rows.iter_rows()}
    if read:
        problems = [_problem(workspace, source, warehouse, read) for source in workspace.sources]
        found = [problem for problem in problems if problem is not None]
        if found:
            raise WorkspaceError(found)


def _problem(workspace: Workspace, source: Source, warehouse: Warehouse, read: Read) -> Problem | None:
    """The problem with a source, naming the first file new to it that was read under another name."""
    known = known_files(warehouse, source.source)
    new = (file.path for file in list_files(workspace, source) if file.path not in known)
    path = next((path for path in new if (source.kind, path) in read), None)
    if path is None:
        return None
    before = read[source.kind, path]
    return Problem(
        "data/sources",
        None,
        source.source,
        f"it would read files that were already read as source {before}, which no file declares any more ({path} "
        f"first), and every row would count twice; rename the source to {before}, or move data/lake and "
        "data/warehouse.duckdb away to read everything afresh, without the history of earlier nights",
    )
