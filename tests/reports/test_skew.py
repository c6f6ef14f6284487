"""Training against serving: the page's view against the raw rows of both."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest

from dagster_project.demo.profile import profile
from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.render import prepare
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import START, day, measuring, night, put, requests, workspace

Row = Mapping[str, Any]
Found = tuple[dict[str, Row], pl.DataFrame, pl.DataFrame]
"""Rows of the view by feature, the training rows, the served ones."""
N = 2000
NO_PROFILES: dict[str, object] = {
    "none": None,
    "list": [1, 2],
    "text": "text",
    "number": {"x": 5},
    "half": {"x": {"mean": "much", "sd": 0, "n": 0, "shares": [1]}},
}
"""What a training job may have written instead of a profile, by the model whose version it trained."""


@pytest.fixture(scope="module")
def trained() -> pl.DataFrame:
    """The rows that the version of 'm' was trained on."""
    rng = np.random.default_rng(4)
    return pl.DataFrame({"x": rng.normal(0, 2, N), "c": rng.choice(["a", "b"], N, p=[0.5, 0.5])})


@pytest.fixture(scope="module")
def served() -> pl.DataFrame:
    """The rows that it was asked for: shifted, with a new category and gaps."""
    rng = np.random.default_rng(5)
    rows = pl.DataFrame({"x": rng.normal(1, 2, N), "c": rng.choice(["a", "b", "new"], N, p=[0.6, 0.2, 0.2])})
    return rows.with_columns(pl.when(pl.Series(rng.random(N) >= 0.1)).then("x").alias("x"))


def requested(served: pl.DataFrame) -> pl.DataFrame:
    """A day's requests of 'm', and thirty of each model without a profile."""
    few = {"x": [float(i) for i in range(30)]}
    return pl.concat(
        [
            requests("m", day(0), N, {"x": served["x"], "c": served["c"]}, version="1"),
            *(requests(model, day(0), 30, few, version="1") for model in NO_PROFILES),
        ],
        how="diagonal",
    )


@pytest.fixture(scope="module")
def skew(
    tmp_path_factory: pytest.TempPathFactory, trained: pl.DataFrame, served: pl.DataFrame
) -> dict[str, dict[str, Row]]:
    """The rows of page.skew by model and feature after one night, all versions '1' trained as their profiles say."""
    described = profile(trained, ["x"], ["c"])
    profiles = {"m": described | {"gone": described["x"]}, **NO_PROFILES}
    of = measuring(workspace(tmp_path_factory.mktemp("w"), [{"id": model} for model in profiles]), "drift")
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requested(served))
        for model, text in profiles.items():
            warehouse.run(
                "INSERT INTO fact.training_runs BY NAME SELECT 'r-' || $model AS run_id, $model AS model_id,"
                " '1' AS version, $day::TIMESTAMPTZ AS started_at, $profile AS profile",
                {"model": model, "day": START, "profile": json.dumps(text)},
            )
        tonight = night(of, day(0))
        summarise(tonight, warehouse)
        refresh(tonight, warehouse)
        score(tonight, warehouse)
        views = prepare(tonight, warehouse, "digest")
        return {m: {str(row["feature"]): row for row in views.where("skew", model=m)} for m in profiles}


@pytest.fixture
def found(skew: dict[str, dict[str, Row]], trained: pl.DataFrame, served: pl.DataFrame) -> Found:
    return skew["m"], trained, served


def test_a_shift_is_told_in_sd_of_training(found: Found) -> None:
    """Mean of served values less that of training, over the training sd; missing shares beside each other."""
    rows, trained, served = found
    shift = (served["x"].mean() - trained["x"].mean()) / trained["x"].std(ddof=0)  # type: ignore[operator]
    assert rows["x"]["shift_sd"] == pytest.approx(shift, abs=1e-4)
    assert rows["x"]["trained_missing"] == 0
    assert rows["x"]["served_missing"] == served["x"].null_count() / N


def test_values_outside_of_training_are_counted(
    found: Found,
) -> None:
    """Numbers below the smallest or above the largest trained on, to a cell of the grid; categories never seen."""
    rows, trained, served = found
    inside = served["x"].drop_nulls().is_between(trained["x"].min(), trained["x"].max())
    assert rows["x"]["outside_share"] == pytest.approx(1 - inside.mean(), abs=0.003)  # type: ignore[operator]
    assert rows["c"]["outside_share"] == (served["c"] == "new").sum() / N
    largest = max(abs((served["c"] == c).mean() - (trained["c"] == c).mean()) for c in ("a", "b"))  # type: ignore[arg-type,operator]
    assert rows["c"]["share_shift"] == pytest.approx(largest)


def test_a_feature_that_is_never_served_has_no_figures(
    found: Found,
) -> None:
    """It is listed, since the model was trained on it."""
    rows, _, _ = found
    gone = rows["gone"]
    assert gone["served_n"] == 0
    assert [gone[name] for name in ("served_mean", "shift_sd", "outside_share", "served_missing")] == [
        None
    ] * 4


@pytest.mark.parametrize("model", NO_PROFILES)
def test_a_profile_that_is_none_shows_no_figure(skew: dict[str, dict[str, Row]], model: str) -> None:
    """Whatever a training job writes, the night goes on; a feature that it names stands there without figures."""
    assert set(skew[model]) == ({"x"} if isinstance(NO_PROFILES[model], dict) else set())
    for row in skew[model].values():
        assert row["shift_sd"] is None
        assert row["outside_share"] is None
