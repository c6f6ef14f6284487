"""Store facts in `fact.*`: a row replaces an earlier one with the same key; the last one wins.

Called by `pipeline.ingest`, inside its transaction and inside `ingestion.entered`.
"""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.store.connection import quote, quote_table
from dagster_project.store.ingestion import enter_duplicates, enter_new_accepted, move_duplicates
from dagster_project.store.requests import Batch
from dagster_project.store.statements import statement
from dagster_project.store.warehouse import Warehouse


def enter_facts(warehouse: Warehouse, batch: Batch, kind: str, key: Sequence[str], time: str) -> None:
    """Enter the batch's rows into `fact.<kind>`, and count them in the source's ledger."""
    fragments = {
        "table": quote_table(f"fact.{kind}"),
        "key": ", ".join(quote(column) for column in key),
        "time": quote(time),
        "same": " AND ".join(f"t.{quote(c)} = r.{quote(c)}" for c in key),
    }
    source = {"source": batch.source}
    forgotten = {**source, "replaced": sorted(batch.replaced)}
    warehouse.run(statement("facts", "forget", **fragments), forgotten)
    if not batch.spool:
        return
    spool = {"spool": [str(path) for path in batch.spool]}
    ranked = {**source, **spool, "left_out": sorted(batch.left_out), "zone": batch.zone}
    warehouse.run(statement("facts", "rank", **fragments), ranked)
    enter_new_accepted(warehouse, batch.source, warehouse.frame(statement("facts", "accepted")))
    duplicates = warehouse.frame(statement("facts", "duplicates"))
    columns = ("file_id", "day", "duplicate")
    enter_duplicates(warehouse, batch.source, duplicates.filter(duplicates["new"]).select(columns))
    move_duplicates(warehouse, batch.source, duplicates.filter(~duplicates["new"]).select(columns))
    warehouse.run(statement("facts", "drop_beaten", **fragments), source)
    warehouse.run(statement("facts", "enter", **fragments), {**source, **spool})
