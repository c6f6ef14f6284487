"""Money against the raw rows: declared by outcome, by error, by use; measured by an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.render import prepare
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.value import value
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, put, requests, workspace

MONEY = {"tp": 10.0, "fp": -3.0, "fn": -5.0, "tn": 0.5}


def impact(
    tmp_path: Path, model: Mapping[str, object], days: Sequence[tuple[pl.DataFrame, pl.DataFrame | None]]
) -> pl.DataFrame:
    of = measuring(workspace(tmp_path, [model]), "requests")
    last = night(of, day(len(days) - 1))
    with Warehouse.open(None) as warehouse:
        for rows, labels in days:
            put(of, warehouse, "requests", "log", rows)
            if labels is not None:
                put(of, warehouse, "labelled", "log", labels)
        summarise(last, warehouse)
        score(last, warehouse)
        assert value(last, warehouse).rows > 0
        assert value(last, warehouse).rows == 0, "a second run writes nothing"
        with mock.patch("dagster_project.pipeline.value.__version__", "another"):
            assert value(last, warehouse).rows > 0, "another version counts anew"
        return warehouse.frame("SELECT * FROM mart.impact ORDER BY ALL")


def binary_day(
    rng: np.random.Generator, number: int, n: int = 2000, **columns: Any
) -> tuple[pl.DataFrame, pl.DataFrame]:
    scores = rng.beta(2, 5, n)
    users = rng.integers(0, 500, n)
    rows = requests("m", day(number), n, score=scores, user_hash=users.astype(np.uint64), **columns)
    return rows, labelled(rows, (rng.random(n) < scores).astype(float))


def worth(labels: pl.DataFrame, threshold: float = 0.3) -> float:
    decided, positive = labels["score"].to_numpy() >= threshold, labels["label"].to_numpy() == 1
    cells = {
        "tp": decided & positive,
        "fp": decided & ~positive,
        "fn": ~decided & positive,
        "tn": ~decided & ~positive,
    }
    return float(sum(MONEY[name] * cell.sum() for name, cell in cells.items()))


def test_counted_outcomes_times_declared_money(tmp_path: Path) -> None:
    """Value, n, cost and plan of every day and window; the interval holds the value; evidence C."""
    rng = np.random.default_rng(4)
    days = [binary_day(rng, number) for number in range(3)]
    declared = {"per_outcome": MONEY, "cost": {"per_day": 7, "per_1000": 2}, "plan_per_month": 365.25}
    rows = impact(tmp_path, {"id": "m", "task": "binary", "threshold": 0.3, "value": declared}, days)
    by_day = rows.filter(pl.col("window_days") == 1)
    assert by_day["value"].to_list() == pytest.approx([worth(labels) for _, labels in days])
    week = rows.filter(pl.col("window_days") == 7).to_dicts()[0]
    assert week["value"] == pytest.approx(sum(worth(labels) for _, labels in days))
    assert week["low"] < week["value"] < week["high"]
    assert (week["n"], week["cost"], week["evidence"], week["kind"]) == (
        6000,
        pytest.approx(3 * 7 + 6 * 2),
        "C",
        "declared",
    )
    assert week["plan"] == pytest.approx(12 * 7)


def test_errors_avoided_against_the_simple_alternative(tmp_path: Path) -> None:
    """Regression: money per unit of error, against the baseline's error."""
    rng = np.random.default_rng(4)
    y = rng.normal(0, 10, 900)
    rows = requests("m", day(0), 900, prediction=y + rng.normal(0, 2, 900))
    declared = {"per_unit_error": -1.5, "baseline_error": 8.0}
    found = impact(
        tmp_path, {"id": "m", "task": "regression", "value": declared}, [(rows, labelled(rows, y))]
    )
    error = np.abs(rows["prediction"].to_numpy() - y)
    assert found.row(0, named=True)["value"] == pytest.approx(1.5 * (8.0 - error).sum(), rel=1e-4)


def errors_of(
    tmp_path: Path, baseline: object, **declared: object
) -> tuple[dict[str, Any], np.ndarray, np.ndarray]:
    """The night's row of money at 1.5 a unit, and the raw errors of the model and of its alternative."""
    rng = np.random.default_rng(4)
    y = rng.normal(0, 10, 900)
    rows = requests("m", day(0), 900, prediction=y + rng.normal(0, 2, 900), baseline=baseline)
    value = {"per_unit_error": -1.5, **declared}
    found = impact(tmp_path, {"id": "m", "task": "regression", "value": value}, [(rows, labelled(rows, y))])
    own, other = (np.abs(rows[c].cast(float).to_numpy() - y) for c in ("prediction", "baseline"))
    return found.row(0, named=True), own, other


def test_the_alternative_is_measured_on_the_same_rows(tmp_path: Path) -> None:
    """A logged alternative takes precedence over a declared mean error; rows without one are left out of both."""
    logged = [None if i % 3 == 0 else 1.0 for i in range(900)]
    row, own, other = errors_of(tmp_path, logged)
    known = np.isfinite(other)
    assert row["value"] == pytest.approx(1.5 * (other - own)[known].sum(), rel=1e-4)
    assert (row["n"], row["evidence"]) == (600, "C")
    assert str(row["basis"]).endswith(
        "on the same requests, times declared money: \u22121.5 USD per unit of absolute error"
    )


def test_a_declared_error_stands_where_no_alternative_is_logged(tmp_path: Path) -> None:
    """Row by row, so that a window stays the sum of its days."""
    logged = [None if i % 3 == 0 else 1.0 for i in range(900)]
    row, own, other = errors_of(tmp_path, logged, baseline_error=8.0)
    other = np.where(np.isfinite(other), other, 8.0)
    assert row["value"] == pytest.approx(1.5 * (other - own).sum(), rel=1e-4)
    assert row["n"] == 900
    assert "8 where none is logged" in str(row["basis"])


def test_no_alternative_is_no_value(tmp_path: Path) -> None:
    """Labels alone do not say what a smaller error is measured against."""
    row, _, _ = errors_of(tmp_path, None)
    assert row["value"] is None
    assert str(row["reason"]).startswith("not available: no log has the answers of the simple alternative")


def test_value_without_labels_is_declared_use(tmp_path: Path) -> None:
    """Per accepted prediction: evidence D, no interval."""
    found = impact(
        tmp_path,
        {"id": "m", "value": {"per_accepted": 0.25}},
        [(requests("m", day(0), 40, prediction=1.0), None)],
    )
    row = found.row(0, named=True)
    assert (row["value"], row["evidence"], row["low"]) == (10.0, "D", None)


def test_no_labels_and_no_declaration_are_said(tmp_path: Path) -> None:
    """Unknown value is NULL with a reason, never zero."""
    unlabelled = impact(
        tmp_path / "a",
        {"id": "m", "value": {"per_outcome": MONEY}},
        [(requests("m", day(0), 40, score=0.5), None)],
    )
    assert unlabelled.select("value", "reason").row(0) == (
        None,
        "not available: no usable labels yet",
    )
    silent = impact(tmp_path / "b", {"id": "m"}, [(requests("m", day(0), 40, score=0.5), None)])
    assert silent.select("value", "reason").row(0) == (None, "no value is declared")
    unanswered = impact(
        tmp_path / "c", {"id": "m", "value": {"per_accepted": 0.25}}, [(requests("m", day(0), 40), None)]
    )
    said = "not available: no log of these days has the model's answers"
    assert unanswered.select("value", "reason").row(0) == (None, said)


def experiment_days(rng: np.random.Generator, share: float) -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """Users assigned by their hash; the treatment decides better."""
    days = []
    for number in range(4):
        n = 3000
        users = rng.integers(0, 2000, n)
        treated = (users * 2654435761 % 1000) < 1000 * share
        label = (rng.random(n) < 0.3).astype(float)
        right = rng.random(n) < np.where(treated, 0.85, 0.7)
        scores = np.where(right == (label == 1), 0.8, 0.1)
        rows = requests(
            "m",
            day(number),
            n,
            score=scores,
            version=np.where(treated, "v2", "v1"),
            user_hash=users.astype(np.uint64),
        )
        days.append((rows, labelled(rows, label)))
    return days


def model_in_experiment(planned: float) -> dict[str, object]:
    """A model whose second version is to decide for a share of users on all four days."""
    plan = {
        "id": "canary", "control": "v1", "treatment": "v2", "start": day(0), "end": day(3), "treatment_share": planned,
    }  # fmt: skip
    return {
        "id": "m", "task": "binary", "threshold": 0.3, "value": {"per_outcome": MONEY}, "experiment": plan,
    }  # fmt: skip


def test_an_experiment_is_measured_apart_from_what_is_declared(tmp_path: Path) -> None:
    """N_T * (mean Y_T - mean Y_C) with an interval, evidence A, beside the declared rows."""
    days = experiment_days(np.random.default_rng(8), 0.2)
    found = impact(tmp_path, model_in_experiment(planned=0.2), days)
    row = found.filter(pl.col("kind") == "measured").row(0, named=True)
    labels = pl.concat([labels for _, labels in days])
    arms = [labels.filter(pl.col("version") == v) for v in ("v2", "v1")]
    means = [worth(arm) / len(arm) for arm in arms]
    assert row["value"] == pytest.approx(len(arms[0]) * (means[0] - means[1]))
    assert row["low"] < row["value"] < row["high"]
    assert (row["evidence"], row["day"], row["window_days"], row["n"]) == ("A", day(3), 4, len(labels))
    assert found.filter(pl.col("kind") == "declared")["evidence"].unique().to_list() == ["C"]


def test_a_split_that_was_not_planned_is_not_a_measurement(tmp_path: Path) -> None:
    """A sample-ratio mismatch withholds the effect and says so."""
    days = experiment_days(np.random.default_rng(8), 0.2)
    found = impact(tmp_path, model_in_experiment(planned=0.4), days)
    row = found.filter(pl.col("kind") == "measured").row(0, named=True)
    assert row["value"] is None
    assert row["reason"].startswith("sample-ratio mismatch")
    assert "brought more" not in row["basis"]


@pytest.mark.parametrize("days", [30, 28])
def test_pages_tell_an_experiment_without_a_value_beside_what_is_declared(tmp_path: Path, days: int) -> None:
    """Even if it has as many days as the window, it does not replace the model's own figure."""
    with Warehouse.open(None) as warehouse:
        warehouse.run("INSERT INTO catalog.model BY NAME SELECT 'm' AS model_id, 'm' AS slug, 'M' AS title")
        warehouse.run(
            "INSERT INTO mart.impact BY NAME SELECT 'm' AS model_id, $day AS day, * FROM (VALUES"
            " (28, 5.0, 'declared', NULL), ($days, NULL, 'measured', 'bad')) AS v(window_days, value, kind, reason)",
            {"day": day(2), "days": days},
        )
        views = prepare(night(workspace(tmp_path, [{"id": "m"}]), day(2)), warehouse, "digest")
        told = [(row["is_current"], row["value"], row["reason"]) for row in views.rows("impact")]
        model = views.one("models", model="m")
    assert told == [(True, 5.0, None), (False, None, "bad")]
    assert model is not None
    assert model["month_value"] == pytest.approx(5.0 * 30.4375 / 28)


def test_what_one_outcome_is_worth_is_told_beside_the_value(tmp_path: Path) -> None:
    """Counts and these words are all it takes to recompute a value."""
    days = [binary_day(np.random.default_rng(4), 0)]
    found = impact(
        tmp_path, {"id": "m", "task": "binary", "threshold": 0.3, "value": {"per_outcome": MONEY}}, days
    )
    (basis,) = set(found["basis"])
    assert basis == (
        "labelled decisions by outcome, times declared money: 10 USD per true positive, "
        "\u22123 USD per false positive, \u22125 USD per missed positive, 0.5 USD per true negative"
    )


def test_value_and_cost_of_a_young_log_are_brought_to_a_month_alike(tmp_path: Path) -> None:
    """By the days that the log has: with the window's 28, the cost of three days would be nine times too small."""
    worth_and_cost = {"per_accepted": 2.0, "cost": {"per_day": 10.0}}
    of = workspace(tmp_path, [{"id": "m", "value": worth_and_cost}])
    last = night(of, day(2))
    with Warehouse.open(None) as warehouse:
        for number in range(3):
            put(of, warehouse, "requests", "log", requests("m", day(number), 50, score=0.5))
        summarise(last, warehouse)
        refresh(last, warehouse)
        score(last, warehouse)
        value(last, warehouse)
        row = prepare(last, warehouse, "digest").one("impact", model="m")
    assert row is not None
    assert (row["days"], row["window_days"]) == (3, 28)
    assert row["month_value"] == pytest.approx(50 * 2 * 30.4375)
    assert row["month_cost"] == pytest.approx(10 * 30.4375)
