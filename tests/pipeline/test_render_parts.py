"""Views put aside: asked once, and read a part at a time in their own order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest

from dagster_project.core.errors import WorkspaceError
from dagster_project.pipeline.render_views import create_views
from dagster_project.publish.views import Row
from dagster_project.spec.loading import Statement
from dagster_project.store.warehouse import Warehouse

MODELS: list[Row] = [{"model": f"model-{i:04}"} for i in range(900)]
SHUFFLED = """select 'model-' || lpad((i % 900)::varchar, 4, '0') as model, i, random() as draw
from range(9_000) as r (i) order by hash(i)"""


def mart(sql: str, name: str = "v") -> Statement:
    """A file of reports/marts."""
    return cast(Statement, SimpleNamespace(id=name, sql=sql, file=f"reports/marts/{name}.sql", line=1))


def test_parts_are_of_one_asking_and_in_the_views_order() -> None:
    """Chance shows it: what the parts hold together is what the whole view says afterwards."""
    with Warehouse.open(None) as warehouse:
        views = create_views([mart(SHUFFLED)], warehouse)
        views.expect(MODELS)
        parts = [row for one in MODELS for row in views.where("v", model=one["model"])]
        whole = views.frame("v").sort("model", maintain_order=True)
    assert pl.DataFrame(parts).equals(whole)


def test_marks_of_parts_are_those_of_the_whole_view() -> None:
    """Whether a page read parts or all of a view, it is found unchanged."""
    sql = SHUFFLED.replace("random()", "i / 7")
    with Warehouse.open(None) as warehouse:
        views = create_views([mart(sql)], warehouse)
        views.expect(MODELS)
        of_part = [views.marks("v", "model", one["model"]) for one in MODELS]
        again = create_views([mart(sql)], warehouse)
        assert of_part == [again.marks("v", "model", one["model"]) for one in MODELS]
    assert len(set(of_part)) == len(MODELS)


def test_a_value_that_cannot_be_cast_is_the_files_fault_in_parts_too() -> None:
    """The database finds it only when the view is put aside."""
    with Warehouse.open(None) as warehouse:
        views = create_views(
            [mart("select 'a' as model, x::integer as n from (values ('?')) as t (x)")], warehouse
        )
        views.expect([{"model": "a"}])
        with pytest.raises(WorkspaceError, match=r"reports/marts/v\.sql"):
            views.where("v", model="a")
