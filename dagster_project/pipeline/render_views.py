"""The `page.*` views: made from `reports/marts/*.sql` in the order they read each other, then read by name.

A view that others mention several times is kept as a table, so that its rows are computed only once.

In: the workspace's marts. Out: views in the warehouse, and `Views` over them. Called by `pipeline.render`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from dagster_project.core.errors import Problem, PublishError, QueryError, WorkspaceError
from dagster_project.pipeline.render_parts import ReadViews, within_share
from dagster_project.publish.read_ahead import ReadAhead
from dagster_project.publish.views import Views
from dagster_project.store.connection import quote
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    from dagster_project.spec.loading import Statement

MEMORY = "150MB"
"""The database's share while views are kept as tables: there is room, since no rows of pages are held yet."""
_READS = re.compile(r"\bpage\.(\w+)")


def create_views(marts: Sequence[Statement], warehouse: Warehouse) -> Views:
    """Replace every page view and return access to them. Raises WorkspaceError naming the file at fault.

    Call outside a transaction: a query that does not fit into the share of publishing would abort it, and is retried.
    """
    with warehouse.transaction():
        _drop_all(warehouse)
    by_id = {mart.id: mart for mart in marts}
    mentions = Counter(name for mart in marts for name in _READS.findall(mart.sql))
    with warehouse.within(MEMORY), warehouse.in_order():  # once, not for each of them
        for name in _in_order(_reads(by_id)):
            _create(by_id[name], "TABLE" if mentions[name] > 1 else "VIEW", warehouse)
    read = ReadViews(warehouse, by_id)
    return Views(frozenset(by_id), read.whole, ReadAhead(read))


def _create(mart: Statement, kind: str, warehouse: Warehouse) -> None:
    try:
        within_share(warehouse, warehouse.run, f"CREATE {kind} page.{quote(mart.id)} AS {mart.sql}")
    except QueryError as error:
        raise WorkspaceError([error.in_file(mart.file, mart.line)]) from error


def failing_views(marts: Sequence[Statement], warehouse: Warehouse) -> list[Problem]:
    """The problems of all views that the database refuses; views that read such a view are not reported."""
    _drop_all(warehouse)
    by_id = {mart.id: mart for mart in marts}
    reads = _reads(by_id)
    found, failed = [], set[str]()
    for name in _in_order(reads):
        mart = by_id[name]
        try:
            if failed.isdisjoint(reads[name]):
                warehouse.run(f"CREATE VIEW page.{quote(name)} AS {mart.sql}")
                continue
        except QueryError as error:
            found.append(error.in_file(mart.file, mart.line))
        failed.add(name)
    return found


def _drop_all(warehouse: Warehouse) -> None:
    found = warehouse.frame(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'page' ORDER BY ALL"
    )
    for name, kind in found.iter_rows():
        warehouse.run(f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} page.{quote(name)}")


def _reads(marts: Mapping[str, Statement]) -> dict[str, list[str]]:
    """Which other views each view reads, in alphabetical order."""
    return {
        name: sorted(set(_READS.findall(mart.sql)) & marts.keys() - {name})
        for name, mart in sorted(marts.items())
    }


def _in_order(reads: Mapping[str, Sequence[str]]) -> list[str]:
    """The views' names, each after those it reads, otherwise in alphabetical order."""
    try:
        return list(TopologicalSorter(reads).static_order())
    except CycleError as error:
        raise PublishError(
            f"reports/marts: views read each other in a circle: {' -> '.join(error.args[1])}"
        ) from error
