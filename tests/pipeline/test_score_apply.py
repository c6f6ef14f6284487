"""The functions that metric files name, and the order in which metrics are computed."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from dagster_project.pipeline.score import in_order
from dagster_project.pipeline.score_apply import APPLY
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
