"""Segments declared later on: labelled requests of the past are divided by them just as new ones are.

In: the catalog, and which segments the lake was divided by. Out: labelled files divided by today's segments. Called
by `pipeline.ingest`, before labels are matched.
"""

from __future__ import annotations

import json

from dagster_project.pipeline.night import Night
from dagster_project.store.segments import days_to_resegment, resegment
from dagster_project.store.warehouse import Warehouse

PARTED = "parted/"
"""Prefix of the keys in ops.state that say which segments a model's labelled requests are divided by."""


def update_segments(night: Night, warehouse: Warehouse) -> None:
    """Divide the labelled and waiting requests again for every model whose segments changed."""
    now = {
        PARTED + placed.value.id: json.dumps(placed.value.segments)
        for placed in night.workspace.models
        if placed.value.segments
    }
    before = dict(
        warehouse.rows("SELECT key, value FROM ops.state WHERE starts_with(key, $prefix)", {"prefix": PARTED})
    )
    changed = sorted(key for key in now.keys() | before.keys() if now.get(key) != before.get(key))
    segments = {key.removeprefix(PARTED): json.loads(now.get(key, "[]")) for key in changed}
    if not segments:
        return
    for source, day in days_to_resegment(warehouse, sorted(segments)):
        with warehouse.transaction():
            resegment(warehouse, night.workspace.root, source, day, segments)
    with warehouse.transaction():
        warehouse.run("DELETE FROM ops.state WHERE list_contains($keys, key)", {"keys": changed})
        for key in changed:
            if key in now:
                warehouse.run("INSERT INTO ops.state VALUES ($key, $value)", {"key": key, "value": now[key]})
