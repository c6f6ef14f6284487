"""Run a stage of `pipeline` as an asset: open the warehouse, run, check, describe. Called by `assets`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg

from dagster_project.pipeline.check import Check, record
from dagster_project.pipeline.night import Night
from dagster_project.store.lake import naming_damaged_files
from dagster_project.store.warehouse import Warehouse

Stage = Callable[[Night, Warehouse], object]
Checks = Callable[[Warehouse, Night], list[Check]]

LEDGER = """
    SELECT source, sum(rows_read)::bigint AS rows_read, sum(accepted)::bigint AS accepted,
           sum(rejected)::bigint AS rejected, sum(duplicate)::bigint AS duplicate, sum(late)::bigint AS late
    FROM ops.ledger GROUP BY source ORDER BY source
"""


def run_stage(
    night: Night, stage: Stage, *, checks: Checks | None = None, table: str | None = None
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Run one stage in the warehouse; its counts and the rows of the query `table` become metadata."""
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        with naming_damaged_files(warehouse, night.workspace.root):
            result = stage(night, warehouse)
        verdicts = checks(warehouse, night) if checks else []
        record(warehouse, verdicts)
        metadata = describe(result)
        if table is not None:
            metadata["rows"] = dg.MetadataValue.md(markdown_table(warehouse, table))
    yield dg.MaterializeResult(metadata=metadata, check_results=[as_result(c) for c in verdicts])


def describe(result: object) -> dict[str, dg.MetadataValue]:
    """Return the numbers and texts of a stage's result, as Dagster shows them."""
    if not dataclasses.is_dataclass(result):
        return {}
    found: dict[str, dg.MetadataValue] = {}
    for field in dataclasses.fields(result):
        value = getattr(result, field.name)
        if isinstance(value, bool | int):
            found[field.name] = dg.MetadataValue.int(int(value))
        elif isinstance(value, Path):
            found[field.name] = dg.MetadataValue.url(value.resolve().as_uri())
        elif value is not None and not isinstance(value, tuple | list | dict | frozenset):
            found[field.name] = dg.MetadataValue.text(str(value))
        elif isinstance(value, tuple | list | frozenset):
            found[field.name] = dg.MetadataValue.int(len(value))
    return found


def markdown_table(warehouse: Warehouse, query: str, most: int = 50) -> str:
    """Return the first rows of a query as a Markdown table."""
    frame = warehouse.frame(query).head(most)
    lines = [" | ".join(frame.columns), " | ".join("---" for _ in frame.columns)]
    lines += [" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in frame.iter_rows()]
    return "\n".join(f"| {line} |" for line in lines)


def as_result(check: Check) -> dg.AssetCheckResult:
    """Return a check's verdict as Dagster's type."""
    return dg.AssetCheckResult(
        check_name=check_name(check.name),
        passed=check.passed,
        metadata={"detail": dg.MetadataValue.text(check.detail)},
    )


def check_name(name: str) -> str:
    """Return a check's name without blanks, which Dagster does not allow."""
    return name.replace(" ", "_")


def blocking(asset: str, *names: str) -> list[dg.AssetCheckSpec]:
    """Declare checks that stop everything downstream if they fail."""
    return [dg.AssetCheckSpec(check_name(name), asset=asset, blocking=True) for name in names]
