"""Views put aside: queried once, and read a part at a time in their own order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import polars as pl
import pytest

from dagster_project.core.errors import MemoryShareError, WorkspaceError
from dagster_project.pipeline import render_parts
from dagster_project.pipeline.render_parts import ReadViews
from dagster_project.pipeline.render_views import create_views
from dagster_project.publish.views import Row
from dagster_project.spec.loading import Statement
from dagster_project.store.warehouse import Warehouse

MODELS: list[Row] = [{"model": f"model-{i:04}"} for i in range(900)]
COMING = pl.DataFrame(MODELS)
SHUFFLED = """select 'model-' || lpad((i % 900)::varchar, 4, '0') as model, i, random() as draw
from range(9_000) as r (i) order by hash(i)"""


def mart(sql: str, name: str = "v") -> Statement:
    """A file of reports/marts."""
    return cast(Statement, SimpleNamespace(id=name, sql=sql, file=f"reports/marts/{name}.sql", line=1))


def test_parts_are_of_one_asking_and_in_the_views_order() -> None:
    """A view with random values shows it: all parts together are what the whole view returns afterwards."""
    with Warehouse.open(None) as warehouse:
        views = create_views([mart(SHUFFLED)], warehouse)
        views.expect(COMING)
        parts = [row for one in MODELS for row in views.where("v", model=one["model"])]
        whole = views.frame("v").sort("model", maintain_order=True)
    assert pl.DataFrame(parts).equals(whole)


def test_marks_of_parts_are_those_of_the_whole_view() -> None:
    """Whether a page read parts or all of a view, it is found unchanged."""
    sql = SHUFFLED.replace("random()", "i / 7")
    with Warehouse.open(None) as warehouse:
        views = create_views([mart(sql)], warehouse)
        views.expect(COMING)
        of_part = [views.marks("v", "model", one["model"]) for one in MODELS]
        again = create_views([mart(sql)], warehouse)
        assert of_part == [again.marks("v", "model", one["model"]) for one in MODELS]
    assert len(set(of_part)) == len(MODELS)


def test_a_mark_is_of_the_whole_row_whatever_its_columns_are_called() -> None:
    """Otherwise a page whose view has a column `v` would count as unchanged by that column alone."""
    marks = []
    for value in (1, 2):
        with Warehouse.open(None) as warehouse:
            views = create_views([mart(f"select 'a' as model, 7 as v, {value} as value")], warehouse)
            views.expect(COMING)
            marks.append(views.marks("v", "model", "a"))
    assert marks[0] != marks[1]


def test_a_part_whose_first_rows_are_few_has_the_views_order() -> None:
    """The database holds back fewer than some 64 rows until more arrive, and would return them after those."""
    rows = "select 'model-' || lpad((i // 10)::varchar, 4, '0') as model, i from range(9_000) as r (i) order by i"
    models = [str(one["model"]) for one in MODELS]
    with Warehouse.open(None) as warehouse:
        create_views([mart(rows)], warehouse)
        read = ReadViews(warehouse, {"v": mart(rows)})
        read.counts("v", "model", models)
        assert read.part("v", "model", models[203:253])["i"].to_list() == list(range(2030, 2530))


@pytest.mark.parametrize("column", ["model", "n"])
def test_a_view_larger_than_the_share_is_put_aside_in_pieces(
    column: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists are never spilled; those of a hundred models fit; by a numeric column, the share is exceeded."""
    monkeypatch.setattr(render_parts, "PIECE_VALUES", 100)
    lists = """select 'model-' || lpad((i // 60)::varchar, 4, '0') as model, i // 60 as n,
    list(repeat('x', 1000) || i order by i) as texts from range(54_000) as r (i) group by all order by model desc"""
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse, warehouse.within("40MB"):
        with pytest.raises(MemoryShareError), warehouse.in_order():
            warehouse.run(f"CREATE TEMP TABLE t AS {lists}")
        views = create_views([mart(lists)], warehouse)
        views.expect(COMING.with_columns(n="model"))
        assert [len(views.where("v", **{column: one["model"]})) for one in MODELS[:3]] == [
            column == "model"
        ] * 3
        with warehouse.within("1GB"):
            assert views.frame("v")["model"].to_list() == [one["model"] for one in reversed(MODELS)]


def test_pieces_that_do_not_fit_are_halved(tmp_path: Path) -> None:
    """No larger share is used if smaller pieces fit: here the database has no more memory than this."""
    lists = """select 'model-' || lpad((i // 60)::varchar, 4, '0') as model,
    list(repeat('x', 1000) || i order by i) as texts from range(54_000) as r (i) group by all"""
    models = [str(one["model"]) for one in MODELS]
    with Warehouse.open(tmp_path / "warehouse.duckdb", memory="40MB") as warehouse:
        create_views([mart(lists)], warehouse)
        read = ReadViews(warehouse, {"v": mart(lists)})
        assert read.counts("v", "model", models) == dict.fromkeys(models, 1)


def test_pieces_by_one_column_are_not_read_by_another(tmp_path: Path) -> None:
    """That would order a metric's rows by model; results must not depend on which page is made first."""
    worst_first = """select 'model-' || lpad((i // 60)::varchar, 4, '0') as model, 'auc' as metric, hash(i // 60) as n,
    list(repeat('x', 1000) || i order by i) as texts from range(54_000) as r (i) group by all order by n"""
    models = [str(one["model"]) for one in MODELS]
    with Warehouse.open(tmp_path / "warehouse.duckdb") as warehouse, warehouse.within("40MB"):
        views = create_views([mart(worst_first)], warehouse)
        views.expect(COMING.with_columns(metric=pl.lit("auc")))
        assert [row["model"] for row in views.where("v", model=models[7])] == models[7:8]
        numbers = [row["n"] for row in views.where("v", metric="auc")]
    assert len(numbers) == len(models)
    assert numbers == sorted(numbers)  # type: ignore[type-var]


def test_a_value_that_cannot_be_cast_is_the_files_fault_in_parts_too() -> None:
    """The database finds it only when the view is put aside."""
    with Warehouse.open(None) as warehouse:
        views = create_views(
            [mart("select 'a' as model, x::integer as n from (values ('?')) as t (x)")], warehouse
        )
        views.expect(pl.DataFrame({"model": ["a"]}))
        with pytest.raises(WorkspaceError, match=r"reports/marts/v\.sql"):
            views.where("v", model="a")
