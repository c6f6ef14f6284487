"""The functions that metric files name, and the order in which metrics are computed."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import in_order
from dagster_project.pipeline.score_apply import APPLY
from dagster_project.pipeline.score_rows import Rows
from dagster_project.spec.statement import Apply
from tests.pipeline.lakes import workspace


def test_a_metric_comes_after_those_it_reads(tmp_path: Path) -> None:
    """Whatever the files are called; nothing is lost."""
    metrics = workspace(tmp_path, []).metrics
    order = [metric.id for metric in in_order(sorted(metrics, key=lambda m: m.id, reverse=True))]
    assert sorted(order) == sorted(metric.id for metric in metrics)
    assert order.index("drift_psi") < order.index("drift_weighted")


def test_every_metric_names_a_function_that_exists(tmp_path: Path) -> None:
    """`apply:` of every metric file is in the table."""
    heads = [metric.head for metric in workspace(tmp_path, []).metrics]
    assert {head.apply for head in heads} - {None} <= APPLY.keys()


def test_the_functions_that_a_file_may_name_are_those_there_are() -> None:
    """`modelboard check` refuses others, with the one that was meant."""
    assert set(get_args(Apply)) == APPLY.keys()


@pytest.mark.parametrize("function", ["count", "ratio", "share"])
@pytest.mark.parametrize("broken", [None, float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_rests_on_no_rows(function: Apply, broken: float | None) -> None:
    """As a division by zero in a metric of one's own yields it: no value, and n is 0, whatever the column holds."""
    columns = pl.DataFrame({"numerator": [broken, 3.0], "denominator": [broken, 4.0]})
    rows = Rows(pl.DataFrame({"model_id": ["a", "b"]}), np.array([0, 1]), columns)
    found = APPLY[function](rows, {})
    assert found["value"].to_list() == [None, 3.0 if function == "count" else 0.75]
    assert found["n"].to_list() == [0, 3 if function == "count" else 4]
