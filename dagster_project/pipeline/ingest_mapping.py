"""All that decides which row a line of a log becomes, as one digest: when it changes, a source's files are read again.

The rows of a file that is gone by then stay as the earlier mapping made them until the file is back; `outdated` finds
such files. Called by `pipeline.ingest`, `pipeline.render` and `pipeline.render_definitions`.
"""

from __future__ import annotations

import hashlib
import json

from dagster_project.spec.answers import answers_beside
from dagster_project.spec.loading import Workspace
from dagster_project.spec.source import Source
from dagster_project.store.warehouse import Warehouse

MADE_AS = 6
"""Increment it when the same file would become different rows than before: then all files are read again."""
_NOT_MAPPING = frozenset({"source", "title", "files", "max_segment_values", "thousands", "scores"})


def mapping_of(workspace: Workspace, source: Source) -> str:
    """The digest of everything that decides what a row of a source's file becomes."""
    mapping = source.model_dump(mode="json", exclude=set(_NOT_MAPPING))
    decisive = [MADE_AS, workspace.settings.timezone, workspace.settings.salt, mapping]
    answers = answers_beside(source, workspace.sources)
    # Each is added only if it is used, so that the digests of all other sources stay the same.
    decisive += [sorted(answers)] if answers else []
    decisive += [f"thousands {source.between_thousands}"] if source.between_thousands else []
    scores = [[name, ref.model_dump(mode="json")] for name, ref in source.scores.items()]  # order counts
    decisive += [scores] if scores else []
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def outdated(workspace: Workspace, warehouse: Warehouse) -> list[tuple[str, str]]:
    """Source and path of every file whose rows were made by an earlier mapping of its source."""
    return [
        (source.source, path)
        for source in workspace.sources
        for (path,) in warehouse.rows(
            "SELECT path FROM ops.file WHERE source = $source AND state = 'read' AND mapping <> $mapping ORDER BY path",
            {"source": source.source, "mapping": mapping_of(workspace, source)},
        )
    ]
