"""The `page.*` views: made from `reports/marts/*.sql` in the order they read each other, then read by name.

In: the workspace's marts. Out: views in the warehouse, and `Views` over them. Called by `pipeline.render`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from dagster_project.core.errors import MemoryShareError, PublishError, QueryError, WorkspaceError
from dagster_project.publish.views import MARK, Views
from dagster_project.store.warehouse import Warehouse, quote

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.spec.loading import Statement

_READS = re.compile(r"\bpage\.(\w+)")


def create_views(marts: Sequence[Statement], warehouse: Warehouse) -> Views:
    """Replace every page view and answer with access to them. Raises WorkspaceError naming the file at fault."""
    for name in _existing(warehouse):
        warehouse.run(f"DROP VIEW IF EXISTS page.{quote(name)}")
    by_id = {mart.id: mart for mart in marts}
    for name in _in_order(by_id):
        mart = by_id[name]
        try:
            warehouse.run(f"CREATE OR REPLACE VIEW page.{quote(name)} AS {mart.sql}")
        except QueryError as error:
            raise WorkspaceError([error.in_file(mart.file, mart.line)]) from error
    return Views(frozenset(by_id), lambda view: _read(warehouse, by_id[view]))


def _read(warehouse: Warehouse, mart: Statement) -> pl.DataFrame:
    """The view's rows with their marks; what fails only now, such as a cast of one value, is the file's fault too."""
    query = f"SELECT *, md5(v::varchar) AS {MARK} FROM page.{quote(mart.id)} AS v"  # noqa: S608
    try:
        return _within_share(warehouse, query)
    except QueryError as error:
        raise WorkspaceError([error.in_file(mart.file, mart.line)]) from error


def _within_share(warehouse: Warehouse, query: str) -> pl.DataFrame:
    """Rows; of thousands of models some views do not fit into the share of publishing: lists are never spilled."""
    try:
        return warehouse.frame(query)
    except MemoryShareError:
        with warehouse.within(warehouse.memory):
            return warehouse.frame(query)


def _existing(warehouse: Warehouse) -> list[str]:
    found = warehouse.frame(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = 'page' ORDER BY view_name"
    )
    return [str(name) for name in found["view_name"]]


def _in_order(marts: dict[str, Statement]) -> list[str]:
    """Names such that each view stands after those it reads; ties in the alphabet's order."""
    reads = {
        name: sorted(set(_READS.findall(mart.sql)) & marts.keys() - {name})
        for name, mart in sorted(marts.items())
    }
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        raise PublishError(
            f"reports/marts: views read each other in a circle: {' -> '.join(error.args[1])}"
        ) from error
