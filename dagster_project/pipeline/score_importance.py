"""How much each served version relies on each of its features: what its training run logged, else what is declared.

In: `fact.training_runs.importance`, `features: {x: {importance: ...}}` of the catalog. Out: rows of
`catalog.importance`, shares that add up to 1 for each version. Called by score.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from dagster_project.pipeline.night import Night
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

DECLARED = "declared"


def importance_rows(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """model_id, version, feature, importance, source for every version with requests whose importances are known."""
    import polars as pl

    logged = _logged(warehouse)
    declared = {
        placed.value.id: {
            name: given.importance
            for name, given in placed.value.features.items()
            if given.importance is not None
        }
        for placed in night.workspace.models
    }
    rows: list[tuple[str, str, str, float, str]] = []
    for model_id, version in _served(warehouse):
        run, found = logged.get((model_id, version), (DECLARED, declared.get(model_id, {})))
        total = sum(found.values())
        if total > 0:
            rows += [(model_id, version, name, value / total, run) for name, value in sorted(found.items())]
    schema = {"model_id": pl.String, "version": pl.String, "feature": pl.String, "importance": pl.Float64}
    return pl.DataFrame(rows, schema={**schema, "source": pl.String}, orient="row")


def _served(warehouse: Warehouse) -> list[tuple[str, str]]:
    return warehouse.rows(
        "SELECT DISTINCT model_id, version FROM daily.traffic WHERE segment = '' ORDER BY ALL"
    )


def _logged(warehouse: Warehouse) -> dict[tuple[str, str], tuple[str, dict[str, float]]]:
    """The last run of each version that logged importance: its id, and importance by feature."""
    rows = warehouse.rows(
        """
        SELECT model_id, version, run_id, importance::VARCHAR FROM fact.training_runs WHERE importance IS NOT NULL
        ORDER BY model_id, version, ended_at NULLS FIRST, run_id
        """
    )
    return {
        (model_id, version): (run_id, found)
        for model_id, version, run_id, text in rows
        if (found := _numbers(json.loads(text)))
    }


def _numbers(told: object) -> dict[str, float]:
    """Absolute values of the finite numbers in a logged mapping: a coefficient below 0 matters as much as one above."""
    if not isinstance(told, Mapping):
        return {}
    return {
        str(name): abs(float(value))
        for name, value in told.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
