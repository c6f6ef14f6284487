"""The views behind a model's promises: rules with their worst day, objectives with their burn, schema changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest

from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.render import prepare
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.publish.views import Views
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, put, requests, workspace

MODEL = {
    "id": "m",
    "objective": {"latency_ms": 100, "share": 0.9},
    "rules": [
        {"name": "fine", "must": {"left": "a", "op": ">", "value": 0}},
        {"name": "a below b", "must": {"left": "a", "op": "<", "right": "b"}, "reason": "It is a part of b."},
        {"name": "never judged", "must": {"left": "a", "op": "<", "right": "gone"}},
    ],
}


@contextmanager
def viewed(of: Workspace) -> Iterator[Views]:
    """Two days of 100 requests: 10 % break a rule on both, the second is slow, a feature appears on it."""
    with Warehouse.open(None) as warehouse:
        for n, slow in ((0, 0), (1, 30)):
            features = {
                "a": [1.0] * 80 + [3.0] * 10 + [None] * 10,
                "b": [2.0] * 100,
                "z": [None, *[1.0] * 99],
            }
            latency = [200.0] * slow + [10.0] * (100 - slow)
            put(of, warehouse, "requests", "log", requests("m", day(n), 100, features, latency_ms=latency))
        warehouse.run("INSERT INTO ops.schema_change VALUES ('log', $day, 'z', 'appeared')", {"day": day(1)})
        warehouse.run("INSERT INTO ops.schema_change VALUES ('log', $day, 'q', 'vanished')", {"day": day(1)})
        tonight = night(of, day(1))
        summarise(tonight, warehouse)
        refresh(tonight, warehouse)
        score(tonight, warehouse)
        yield prepare(tonight, warehouse, "digest")


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    """Of a workspace that counts the usual windows."""
    with viewed(workspace(tmp_path_factory.mktemp("w"), [MODEL])) as found:
        yield found


def test_the_worst_rule_comes_first_with_its_worst_day(views: Views) -> None:
    """Of days that break it equally the earlier one; what cannot be judged is last and says why."""
    rows = views.where("value_rules", model="m")
    assert [(r["rule"], r["failed"], r["unjudged"], r["grade"]) for r in rows] == [
        ("a below b", 20, 20, "poor"),
        ("fine", 0, 20, "good"),
        ("never judged", 0, 200, "unknown"),
    ]
    assert (rows[0]["worst_day"], rows[0]["worst_failed"]) == (day(0), 10)
    assert rows[0]["words"] == "a < b"
    assert rows[2]["value"] is None
    assert rows[2]["why"] == "not enough data: 0 of the 20 needed"


def test_an_objective_has_its_budget_and_its_burn(views: Views) -> None:
    """30 of 200 slow where 20 are allowed: half as much again; the last day burns three times too fast."""
    (row,) = views.where("objectives", model="m")
    assert (row["kind"], row["target"], row["met"], row["n"]) == ("latency", 0.9, 0.85, 200)
    assert row["budget_left"] == pytest.approx(-0.5)
    assert row["grade"] == "poor"
    assert (row["burn_recent"], row["burn_day"]) == (pytest.approx(1.5), pytest.approx(3.0))
    assert row["burn_recent_days"] == 7


def test_a_burn_rate_is_read_from_a_window_that_the_workspace_counts(tmp_path: Path) -> None:
    """The longest of two days to a week."""
    of = workspace(tmp_path, [MODEL], workspace={"name": "Test", "windows": [1, 2, 3, 14]})
    with viewed(of) as views:
        (row,) = views.where("objectives", model="m")
    assert (row["burn_recent"], row["burn_recent_days"]) == (pytest.approx(1.5), 3)


def test_changes_of_a_shared_source_are_those_of_the_model(views: Views) -> None:
    """A feature that the model never had is not among them."""
    rows = views.where("schema_changes", model="m")
    assert [(r["day"], r["change"], r["features"]) for r in rows] == [(day(1), "appeared", ["z"])]


@pytest.mark.parametrize("order", [("x", "y"), ("y", "x")])
def test_of_features_that_miss_equally_much_the_first_by_name_is_worst(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    """Neither the order of columns nor that of threads decides what a page says."""
    of = workspace(tmp_path, [{"id": "m"}])
    gaps = pl.Series([None, *[1.0] * 29])
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requests("m", day(0), 30, dict.fromkeys(order, gaps)))
        summarise(night(of, day(0)), warehouse)
        refresh(night(of, day(0)), warehouse)
        found = prepare(night(of, day(0)), warehouse, "digest").one("missing", model="m")
    assert found is not None
    assert found["worst_feature"] == "x"
