"""Which requests wait for labels, including past ones when a source that labels them is declared later.

In: a workspace, and which requests waited when the last night ended. Requests that no source could label when they
were read do not wait yet; their days are searched once. Called by `pipeline.ingest`, before labels are matched.
"""

from __future__ import annotations

import datetime as dt
import json

from dagster_project.spec.loading import Workspace
from dagster_project.store.labels import AwaitingLabels, wait_again
from dagster_project.store.warehouse import Warehouse

AWAITING = "who waits for labels"


def awaiting_labels(workspace: Workspace) -> AwaitingLabels:
    """Which requests wait for labels: those that a source of outcomes, or their own source, may label."""
    outcomes = [source for source in workspace.sources if source.kind == "outcomes"]
    fixed = [source.columns["model_id"].constant for source in outcomes if "model_id" in source.columns]
    return AwaitingLabels(
        everyone=len([model for model in fixed if model is not None]) < len(outcomes),
        models=tuple(sorted({str(model) for model in fixed if model is not None})),
        inline_sources=tuple(
            sorted(s.source for s in workspace.sources if s.kind == "requests" and "label" in s.columns)
        ),
        segments={m.value.id: m.value.segments for m in workspace.models if m.value.segments},
    )


def update_awaiting(
    workspace: Workspace,
    warehouse: Warehouse,
    awaiting: AwaitingLabels,
    since: dt.date | None,
    *,
    is_first: bool,
) -> bool:
    """Let past requests from `since` on wait if they can be labelled only now; return whether any were searched for.

    `is_first`: nothing was read before this night.
    """
    now = json.dumps([awaiting.everyone, awaiting.models, awaiting.inline_sources])
    if warehouse.value("SELECT value FROM ops.state WHERE key = ?", [AWAITING]) == now:
        return False
    with warehouse.transaction():
        if not is_first and since is not None:
            wait_again(warehouse, workspace.root, awaiting, since)
        warehouse.run("INSERT OR REPLACE INTO ops.state VALUES (?, ?)", [AWAITING, now])
    return not is_first
