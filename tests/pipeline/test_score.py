"""Readings against the raw rows, computed again with polars, scikit-learn and scipy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score import Scored, score
from dagster_project.pipeline.summarise import summarise
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, fill, labelled, measuring, night, one, put, requests, workspace

Lake = tuple[Workspace, list[tuple[pl.DataFrame, pl.DataFrame]]]
BINARY = {
    "id": "m",
    "task": "binary",
    "threshold": 0.3,
    "segments": ["origin"],
    "reference": {"start": day(0), "end": day(1)},
}
N = 1500


def binary_day(rng: np.random.Generator, number: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    score_ = rng.beta(2, 5, N)
    shift = 0.0 if number < 3 else 0.5
    features = {
        "x": rng.normal(shift, 1, N),
        "origin": rng.choice(["JFK", "LGA"], N),
        "still": np.full(N, 3.0),
    }
    rows = requests(
        "m", day(number), N, features, version=rng.choice(["v1", "v2"], N, p=[0.8, 0.2]), score=score_,
        error=rng.random(N) < 0.03, latency_ms=rng.lognormal(3, 1, N),
        user_hash=rng.integers(0, 2**63, 400, dtype=np.uint64)[rng.integers(0, 400, N)],
        consumer=rng.choice(["a", "b", "c", ""], N), late=rng.random(N) < 0.1,
    )  # fmt: skip
    label = (rng.random(N) < score_).astype(float)
    segments = [[f"origin={o}"] for o in rows["f:origin"]]
    return rows, labelled(rows, label, lag=rng.integers(0, 2, N), segments=segments)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    rng = np.random.default_rng(11)
    of = workspace(tmp_path_factory.mktemp("lake"), [BINARY])
    return of, [binary_day(rng, number) for number in range(5)]


@pytest.fixture(scope="module")
def readings(lake: Lake) -> pl.DataFrame:
    of, days = lake
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, days)
        summarise(night(of, day(4)), warehouse)
        score(night(of, day(4)), warehouse)
        return warehouse.frame("SELECT * FROM mart.reading ORDER BY ALL")


def window(lake: Lake) -> pl.DataFrame:
    """All requests, with the labels that had arrived by the last day."""
    rows = pl.concat([rows for rows, _ in lake[1]])
    labels = pl.concat([labels for _, labels in lake[1]]).filter(pl.col("label_day") <= day(4))
    return rows.join(labels.select("request_id", "label"), on="request_id", how="left")


def test_counts_and_shares_are_exact(lake: Lake, readings: pl.DataFrame) -> None:
    """Requests, errors, late, consumers and users of a window equal those of the raw rows."""
    raw = window(lake)
    expected = {
        "requests": len(raw), "error_share": raw["error"].mean(), "late_share": raw["late"].mean(),
        "active_consumers": 3, "active_users": raw["user_hash"].n_unique(), "duplicate_share": 0.0,
        "label_share": raw["label"].is_not_null().mean(),
    }  # fmt: skip
    found = {metric: one(readings, metric, window=28)["value"] for metric in expected}
    assert found == pytest.approx(expected, rel=1e-12)
    jfk = raw.filter(pl.col("f:origin") == "JFK")
    assert one(readings, "requests", window=28, segment="origin=JFK")["value"] == len(jfk)
    assert (
        one(readings, "error_share", window=28, version="v2")["denominator"] == (raw["version"] == "v2").sum()
    )


@pytest.mark.parametrize("q", [50, 95, 99])
def test_quantiles_are_within_one_percent(lake: Lake, readings: pl.DataFrame, q: int) -> None:
    """Latency quantiles of a day and of a window against numpy's inverted_cdf."""
    for span, rows in ((1, lake[1][4][0]), (28, window(lake))):
        exact = np.quantile(rows["latency_ms"].to_numpy(), q / 100, method="inverted_cdf")
        assert one(readings, f"latency_p{q}_ms", window=span)["value"] == pytest.approx(exact, rel=0.01)


def test_binary_figures_equal_those_of_scikit_learn(lake: Lake, readings: pl.DataFrame) -> None:
    """Confusion figures exact, log loss to 1e-8, AUC within 0.0012; labels that came later are not counted."""
    from sklearn import metrics

    raw = window(lake).drop_nulls("label")
    y, s = raw["label"].to_numpy(), raw["score"].to_numpy()
    decided = s >= 0.3
    exact = {
        "accuracy": metrics.accuracy_score(y, decided), "precision": metrics.precision_score(y, decided),
        "recall": metrics.recall_score(y, decided), "f1": metrics.f1_score(y, decided),
        "f2": metrics.fbeta_score(y, decided, beta=2), "f05": metrics.fbeta_score(y, decided, beta=0.5),
        "specificity": metrics.recall_score(1 - y, ~decided), "selection_rate": decided.mean(),
    }  # fmt: skip
    for metric, value in exact.items():
        reading = one(readings, metric, window=28)
        assert reading["value"] == pytest.approx(value, abs=1e-12)
        assert reading["low"] < value < reading["high"]
    assert one(readings, "log_loss", window=28)["value"] == pytest.approx(metrics.log_loss(y, s), abs=1e-8)
    assert one(readings, "brier", window=28)["value"] == pytest.approx(
        metrics.brier_score_loss(y, s), abs=1e-8
    )
    for metric, area in (
        ("roc_auc", metrics.roc_auc_score),
        ("average_precision", metrics.average_precision_score),
    ):
        assert one(readings, metric, window=28)["value"] == pytest.approx(area(y, s), abs=0.0012)
    assert "chance alone gives about" in one(readings, "calibration_error", window=28)["reason"]
    assert one(readings, "accuracy", window=28)["n"] == len(raw)


def test_regression_figures_equal_those_of_scikit_learn(tmp_path: Path) -> None:
    """Errors and R2 within the rounding of 2^-10 of the unit; units are the model's."""
    from sklearn import metrics

    rng = np.random.default_rng(2)
    of = workspace(tmp_path, [{"id": "r", "task": "regression", "unit": "min"}])
    of = measuring(of, "mse", "rmse", "mae", "r2", "bias", "roc_auc")
    y = rng.normal(30, 10, 800)
    rows = requests(
        "r",
        day(0),
        800,
        prediction=y + rng.normal(1, 5, 800),
        user_hash=rng.integers(0, 99, 800).astype(np.uint64),
    )
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, [(rows, labelled(rows, y))])
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
    p = rows["prediction"].to_numpy()
    exact = {
        "mse": metrics.mean_squared_error(y, p), "rmse": metrics.root_mean_squared_error(y, p),
        "mae": metrics.mean_absolute_error(y, p), "r2": metrics.r2_score(y, p), "bias": (p - y).mean(),
    }  # fmt: skip
    for metric, value in exact.items():
        reading = one(readings, metric, number=0)
        assert reading["value"] == pytest.approx(value, abs=5e-3 if metric == "mse" else 1e-3)
        assert reading["low"] < value < reading["high"]
    assert (
        one(readings, "mae", 0)["unit"],
        one(readings, "mse", 0)["unit"],
        one(readings, "r2", 0)["unit"],
    ) == ("min", "min²", "1")
    assert readings.filter(pl.col("metric") == "roc_auc").is_empty()


def test_a_shift_of_half_a_standard_deviation_is_on_watch(readings: pl.DataFrame) -> None:
    """The planted shift is detected, and the day before it is good."""
    assert one(readings, "drift_psi", 2, feature="x")["grade"] == "good"
    assert one(readings, "drift_psi", 4, feature="x")["grade"] == "watch"


def test_what_cannot_be_told_has_a_reason_and_no_value(lake: Lake, readings: pl.DataFrame) -> None:
    """A constant reference and a small sample give words, never numbers."""
    still = one(readings, "drift_psi", feature="still")
    assert (still["value"], still["grade"], still["reason"]) == (
        None,
        "unknown",
        "not computable: the reference is constant",
    )
    few = one(readings, "latency_p99_ms", 4, version="v2")
    assert few["value"] is None
    assert str(few["reason"]).startswith("not enough data: ")


def test_a_window_is_the_sum_of_its_days(lake: Lake, readings: pl.DataFrame) -> None:
    """Numerators and denominators of days add up to the window's, in every key."""
    keys = ["metric", "version", "segment", "feature"]
    counted = [
        "requests",
        "records",
        "late_share",
        "error_share",
        "missing_share",
        "invalid_share",
        "recall",
        "accuracy",
    ]
    some = readings.filter(pl.col("metric").is_in(counted))
    sums = (
        some.filter(pl.col("window_days") == 1).group_by(keys).agg(pl.col("numerator", "denominator").sum())
    )
    whole = some.filter(pl.col("window_days") == 28, pl.col("day") == day(4)).join(
        sums, on=keys, suffix="_days"
    )
    assert len(whole) > 40
    assert (whole["numerator"] == whole["numerator_days"]).all()
    assert (whole["denominator"].fill_null(0) == whole["denominator_days"]).all()


@pytest.fixture(scope="module")
def nightly(lake: Lake) -> list[pl.DataFrame]:
    """All readings after each of some nights, the third one during day 4; a second run of each does nothing."""
    of, days = lake
    nights = (night(of, day(0)), night(of, day(1)), night(of, day(3), running=day(4)), night(of, day(4)))
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, days)
        return [_scored_twice(tonight, warehouse) for tonight in nights]


def _scored_twice(tonight: Night, warehouse: Warehouse) -> pl.DataFrame:
    summarise(tonight, warehouse)
    assert score(tonight, warehouse).readings > 0
    assert score(tonight, warehouse) == Scored(0, 0, 0)
    return warehouse.frame("SELECT * FROM mart.reading ORDER BY ALL")


def test_a_second_run_writes_nothing_and_labels_wait_for_their_day(
    lake: Lake, nightly: list[pl.DataFrame]
) -> None:
    """Running again changes nothing; the next night sees the labels that arrived on it."""
    came = lake[1][3][1]["label_day"]
    found = [one(readings, "accuracy", 3)["n"] for readings in nightly[2:]]
    assert found == [(came <= day(3)).sum(), len(came)]


def test_nights_one_by_one_end_in_the_readings_of_one_backfill(
    nightly: list[pl.DataFrame], readings: pl.DataFrame
) -> None:
    """However the history was built, the figures are the same."""
    assert nightly[-1].equals(readings)


def test_the_running_day_is_never_graded(nightly: list[pl.DataFrame]) -> None:
    """A partial day has its own readings of window 1, grade unknown, and says until when."""
    readings = nightly[2].filter(pl.col("day") == day(4))
    assert set(readings["window_days"]) == {1}
    assert set(readings["grade"]) == {"unknown"}
    assert one(readings, "requests")["reason"] == "partial day: events until 23:59"


def test_the_last_target_that_fits_decides(tmp_path: Path, lake: Lake) -> None:
    """Targets take precedence over the metric's own thresholds, and later targets over earlier ones."""
    targets = [
        {"metric": "error_share", "good": 0.5, "poor": 0.6},
        {"metric": "error_share", "models": ["m"], "good": 0.001, "poor": 0.002},
        {"metric": "error_share", "patterns": ["batch"], "good": 0.9, "poor": 0.99},
    ]
    of = measuring(workspace(tmp_path, [BINARY], targets={"targets": targets}), "error_share")
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, lake[1][:1])
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        reading = one(warehouse.frame("SELECT * FROM mart.reading"), "error_share", 0)
        card = dict(warehouse.connection.execute("SELECT family, grade FROM mart.scorecard").fetchall())
    assert reading["grade"] == "poor"
    assert card["usage"] == "poor"


def test_absent_things_are_not_available(tmp_path: Path) -> None:
    """No latency, no labels, no traffic: each family says why it has nothing to show."""
    of = workspace(tmp_path, [{"id": "m", "task": "binary"}, {"id": "new", "stage": "development"}])
    of = measuring(of, "roc_auc", "latency", "drift", "usage")
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requests("m", day(0), 30, score=0.5))
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
        rows = warehouse.connection.execute(
            "SELECT model_id, family, grade, reason FROM mart.scorecard"
        ).fetchall()
    assert one(readings, "roc_auc", 0)["reason"] == "not available: no labels yet"
    assert one(readings, "latency_p95_ms", 0)["reason"] == "not available: no latency is logged"
    reasons = {(model, family): reason for model, family, grade, reason in rows if grade == "unknown"}
    assert "no latency is logged" in reasons["m", "latency"]
    assert "not enough data: 30 of 200 rows on the reference days" in reasons["m", "drift"]
    assert reasons["new", "usage"] == "not available: development, no requests yet"
