"""Rows and keys are joined by no more columns than needed to tell the keys apart, with the same result."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.summarise_scans import BY_DAY, distinguishing_columns, with_keys
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, put, requests, workspace

GROUPS = list(product("ab", ["v1", "v2"], [day(0), day(1)]))


def keys_of(groups: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    schema = {"model_id": pl.String, "version": pl.String, "day": pl.Date}
    return with_keys(pl.DataFrame(groups, schema=schema, orient="row"))


@given(st.lists(st.sampled_from(GROUPS), min_size=1, unique=True))
def test_what_is_compared_tells_every_key_apart(groups: Sequence[tuple[object, ...]]) -> None:
    """No two keys agree in it, and each column of it is needed."""
    keys = keys_of(groups)
    on = list(distinguishing_columns(keys))
    assert len(keys.select(on).unique()) == len(keys) if on else len(keys) == 1
    for name in on:
        rest = [other for other in on if other != name]
        assert len(keys.select(rest).unique()) < len(keys) if rest else len(keys) > 1


@pytest.mark.parametrize(
    ("groups", "on"),
    [
        ([("a", "v1", day(0))], []),
        ([("a", "v1", day(0)), ("b", "v1", day(0))], ["model_id"]),
        ([("a", "v1", day(0)), ("a", "v2", day(0))], ["version"]),
        ([("a", "v1", day(0)), ("b", "v1", day(1))], ["model_id"]),
    ],
)
def test_one_model_is_not_joined_by_its_name(groups: Sequence[tuple[object, ...]], on: list[str]) -> None:
    """A file of one model, version and day needs no comparison."""
    assert list(distinguishing_columns(keys_of(groups))) == on


def test_a_column_with_nulls_is_compared() -> None:
    """A group without a name has no key: its rows must not take another's."""
    assert list(distinguishing_columns(keys_of([("a", None, day(0))]))) == ["version"]
    assert distinguishing_columns(keys_of(GROUPS)) == BY_DAY


@pytest.mark.parametrize("pattern", [None, "rest", "batch"])
def test_batches_are_those_declared_or_else_logged(pattern: str | None, tmp_path: Path) -> None:
    """What a model declares holds for all its requests; if no model declares anything, each row decides."""
    logged = ["batch"] * 30 + ["rest"] * 20 + [None] * 50
    declared = {"id": "m"} if pattern is None else {"id": "m", "pattern": pattern}
    of = workspace(tmp_path, [declared])
    rows = requests("m", day(0), 100, latency_ms=np.full(100, 7.0), records=np.full(100, 10), pattern=logged)
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(0)), warehouse)
        counted = warehouse.value("SELECT sum(n)::BIGINT FROM daily.latency_hist WHERE per = '100 records'")
    assert (counted or 0) == {None: 30, "rest": 0, "batch": 100}[pattern]


def test_one_model_alone_counts_as_beside_another(tmp_path: Path) -> None:
    """Rows of a model are the same whether its day is summarised alone or with another model's."""
    found = []
    for beside in (False, True):
        rng = np.random.default_rng(3)
        ages = np.append(rng.normal(40, 5, 198), [np.nan, np.inf])
        rows = [requests("m", day(0), 200, {"age": ages, "fixed": np.r_[np.full(190, 7.0), np.arange(10.0)]})]
        if beside:
            rows.append(requests("other", day(0), 50, {"age": np.arange(50.0)}))
        of = workspace(tmp_path / str(beside))
        with Warehouse.open(None) as warehouse:
            put(of, warehouse, "requests", "s", pl.concat(rows, how="diagonal"))
            summarise(night(of, day(0)), warehouse)
            sql = "SELECT * FROM daily.{} WHERE model_id = 'm' ORDER BY ALL"
            found.append([warehouse.frame(sql.format(t)) for t in ("traffic", "feature_hist")])
    alone, both = found
    assert alone[0].equals(both[0])
    assert alone[1].equals(both[1])
    assert alone[1]["n"].sum() == 400


def test_a_constant_feature_has_its_other_values_in_the_outermost_bins(tmp_path: Path) -> None:
    """A scale of 0 shows only on which side of the constant a value is."""
    others = np.array([7.0 + 1e-15 * 7, 8.0, -1e300, np.nan, -np.inf])
    of = workspace(tmp_path)
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "s", requests("m", day(0), 1500, {"fixed": np.full(1500, 7.0)}))
        put(of, warehouse, "requests", "s", requests("m", day(1), 5, {"fixed": others}))
        summarise(night(of, day(1)), warehouse)
        found = warehouse.frame(
            "SELECT bin, n, s1 / 2.0^40 AS s1, invalid FROM daily.feature_hist WHERE feature = 'fixed' ORDER BY bin"
        )
    assert found.rows() == [
        (-997, 1, 0.0, 1), (-127, 1, -1.0, 0), (0, 1500, 0.0, 0), (127, 2, 2.0, 0), (998, 1, 0.0, 1),
    ]  # fmt: skip
