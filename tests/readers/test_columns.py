"""Single columns: what numbers and texts become."""

from __future__ import annotations

import polars as pl

from dagster_project.pipeline.summarise_scans import _whole
from dagster_project.readers.columns import class_names
from dagster_project.store.warehouse import Warehouse


def test_numbers_that_name_classes_are_named_as_summaries_name_them() -> None:
    """Each by itself: a fraction beside them gives whole ones no point."""
    numbers = pl.Series("prediction", [1.0, -2.0, 2.5, 3_000_000_000_007.0, None])
    with Warehouse.open(None) as warehouse, warehouse.given(rows=numbers.to_frame()):
        summarised = warehouse.rows(f"SELECT {_whole('prediction')} FROM rows")
    assert class_names(numbers).to_list() == [name for (name,) in summarised]
    assert class_names(numbers).to_list() == ["1", "-2", "2.5", "3000000000007", None]
