"""The views of pages: read with a small share of memory, and with the usual one if that is too little."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from dagster_project.core.errors import MemoryShareError, WorkspaceError
from dagster_project.pipeline.render_views import create_views
from dagster_project.spec.loading import Statement
from dagster_project.store.warehouse import Warehouse

LONG = "select list(i) as numbers from range(2_000_000) as r (i)"
"""A list is never spilled to the disk; this one takes some 16 MB."""


def mart(sql: str, name: str = "long") -> Statement:
    """A file of reports/marts."""
    return cast(Statement, SimpleNamespace(id=name, sql=sql, file=f"reports/marts/{name}.sql", line=1))


def test_a_view_that_several_others_read_is_found_once() -> None:
    """A random value shows it: both readers see the same one, and the next build draws another."""
    read = "select x from page.drawn"
    marts = [mart("select random() as x", "drawn"), mart(read, "first"), mart(read, "second")]
    draws = set()
    with Warehouse.open(None) as warehouse:
        for _ in range(2):
            views = create_views(marts, warehouse)
            seen = {views.frame(name)["x"].item() for name in ("drawn", "first", "second")}
            assert len(seen) == 1
            draws |= seen
    assert len(draws) == 2


def test_a_view_that_another_reads_twice_is_found_once() -> None:
    """Both places in its only reader see the same random value."""
    twice = "select (select x from page.drawn) as a, (select x from page.drawn) as b"
    with Warehouse.open(None) as warehouse:
        views = create_views([mart("select random() as x", "drawn"), mart(twice, "reader")], warehouse)
        seen = {*views.frame("reader").row(0), views.frame("drawn")["x"].item()}
    assert len(seen) == 1


def test_a_view_kept_as_a_table_is_read_in_its_order_however_long_it_is() -> None:
    """Several row groups, written and read by two threads."""
    marts = [mart("select i, hash(i) as h from range(400_000) as r (i) order by h", "mixed")]
    marts += [mart("select count(*) as n from page.mixed", name) for name in ("first", "second")]
    with Warehouse.open(None) as warehouse:
        assert create_views(marts, warehouse).frame("mixed")["h"].is_sorted()


def test_a_view_that_needs_more_than_the_small_share_is_read_all_the_same() -> None:
    """Its rows are there, and afterwards the small share holds again."""
    setting = "SELECT current_setting('memory_limit')"
    with Warehouse.open(None) as warehouse, warehouse.within("12MB"):
        small = warehouse.value(setting)
        with pytest.raises(MemoryShareError):
            warehouse.frame(LONG)
        views = create_views([mart(LONG)], warehouse)
        assert views.frame("long")["numbers"].list.len().to_list() == [2_000_000]
        assert warehouse.value(setting) == small


def test_a_view_kept_as_a_table_is_made_all_the_same_too() -> None:
    """Two others read it; what failed with the small share has left nothing behind."""
    reader = "select len(numbers) as n from page.long"
    with Warehouse.open(None) as warehouse, warehouse.within("12MB"):
        views = create_views([mart(LONG), mart(reader, "first"), mart(reader, "second")], warehouse)
        assert [views.frame(name)["n"].item() for name in ("first", "second")] == [2_000_000] * 2


def test_a_view_that_needs_more_than_there_is_names_its_file() -> None:
    """No more than the usual share is tried."""
    with Warehouse.open(None, memory="12MB") as warehouse:
        views = create_views([mart(LONG)], warehouse)
        with pytest.raises(WorkspaceError, match=r"reports/marts/long\.sql.*Out of Memory"):
            views.frame("long")
