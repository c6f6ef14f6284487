"""What the Drift section of a model's page reads: what moved first, distances, outputs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dagster_project.core.profile import profile
from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.render import prepare
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, put, requests, workspace

N = 300
REFERENCE_DAYS, LAST = 16, 27
SHIFTS = {18: 2.0, **dict.fromkeys(range(21, LAST + 1), 1.0)}
"""One odd day, and a shift that stays."""
Row = Mapping[str, Any]


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    model = {
        "id": "m", "task": "binary", "threshold": 0.5, "reference": {"start": day(0), "end": day(REFERENCE_DAYS - 1)},
        "features": {"x": {"unit": "km", "importance": 3}, "y": {"importance": 1}},
    }  # fmt: skip
    of = measuring(workspace(tmp_path_factory.mktemp("views"), [model]), "drift", "missing_share")
    rng = np.random.default_rng(12)
    with Warehouse.open(None) as warehouse:
        for i in range(LAST + 1):
            columns = {"x": rng.normal(SHIFTS.get(i, 0.0), 1, N), "y": rng.normal(0, 1, N)}
            rows = requests("m", day(i), N, columns, score=rng.beta(2, 2, N))
            put(of, warehouse, "requests", "log", rows)
            put(of, warehouse, "labelled", "log", labelled(rows, (rng.random(N) < 0.4).astype(float)))
        tonight = night(of, day(LAST))
        summarise(tonight, warehouse)
        refresh(tonight, warehouse)
        score(tonight, warehouse)
        found = prepare(tonight, warehouse, "digest")
        return {
            name: list(found.rows(name)) for name in ("moved", "distances", "outputs", "features", "missing")
        }


def test_a_feature_moved_on_the_first_of_three_days_outside(views: dict[str, list[Row]]) -> None:
    """The odd day before does not count, and what never left has no day."""
    by_feature = {row["feature"]: row for row in views["moved"]}
    assert (by_feature["x"]["since"], by_feature["x"]["is_still"], by_feature["x"]["place"]) == (
        day(21),
        True,
        1,
    )
    assert by_feature["x"]["days_out"] == 8
    assert (by_feature["y"]["since"], by_feature["y"]["place"]) == (None, None)


def test_inputs_stand_before_answers_the_furthest_first(views: dict[str, list[Row]]) -> None:
    """With names for people, units, importance as shares, and what chance alone gives."""
    rows = views["distances"]
    assert [row["title"] for row in rows][:2] == ["x", "y"]
    assert {row["title"] for row in rows if row["is_output"]} == {"scores", "decisions", "labels"}
    x = rows[0]
    assert (x["unit"], x["importance"], x["importance_source"]) == ("km", 0.75, "declared")
    assert float(str(x["by_chance"])) == pytest.approx(
        9 * (1 / (28 * N) + 1 / (REFERENCE_DAYS * N)), rel=0.05
    )
    assert len(x["days"]) == len(x["readings"]) == LAST + 1


def test_outputs_are_distributions(views: dict[str, list[Row]]) -> None:
    """Shares of both sides add up to 1; scores have rising edges between 0 and 1, decisions and labels have names."""
    by_feature = {row["feature"]: row for row in views["outputs"]}
    assert list(by_feature) == ["output:score", "output:prediction", "output:label"]
    for row in by_feature.values():
        for side in ("reference", "current"):
            shares = row[side]
            assert isinstance(shares, list)
            assert sum(shares) == pytest.approx(1)
    edges = by_feature["output:score"]["edges"]
    assert isinstance(edges, list)
    assert edges == sorted(edges)
    assert 0 < edges[0] < edges[-1] < 1
    odds = np.log(np.divide(edges, np.subtract(1, edges)))
    assert np.diff(odds) == pytest.approx(0.5)
    assert by_feature["output:label"]["labels"] == ["negative", "positive"]


def test_answers_are_no_features(views: dict[str, list[Row]]) -> None:
    """Neither in the list of features nor among what is missing."""
    assert {row["feature"] for row in views["features"]} == {"x", "y"}
    assert views["missing"][0]["features"] == 2


def test_a_training_profile_is_drawn_as_the_reference(tmp_path: Path) -> None:
    """Its categories and quantiles stand where the reference days would."""
    told = {"x": np.repeat([1.0, 2.0], 500)}, {"c": ["a"] * 750 + ["b"] * 250}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "p.json").write_text(json.dumps(profile(*told)))
    of = measuring(workspace(tmp_path, [{"id": "m", "reference": {"profile": "p.json"}}]), "drift")
    features = {"x": np.tile([1.0, 2.0, 3.0], 100), "c": ["a"] * 150 + ["b"] * 150}
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requests("m", day(0), N, features))
        tonight = night(of, day(0))
        summarise(tonight, warehouse)
        refresh(tonight, warehouse)
        score(tonight, warehouse)
        rows = {row["feature"]: row for row in prepare(tonight, warehouse, "digest").rows("features")}
    assert (rows["c"]["labels"], rows["c"]["reference"], rows["c"]["current"]) == (
        ["a", "b"],
        [0.75, 0.25],
        [0.5, 0.5],
    )
    shares = rows["x"]["reference"]
    assert isinstance(shares, list)
    assert sum(shares) == pytest.approx(1)
    assert max(shares) == pytest.approx(0.5, abs=0.01)
