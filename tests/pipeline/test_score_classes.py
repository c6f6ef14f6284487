"""Readings of multiclass models against scikit-learn on the raw rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, one, put, requests, workspace

N = 1200
MODEL = {"id": "c", "task": "multiclass", "segments": ["origin"]}


def readings(tmp_path: Path, names: list[str]) -> tuple[pl.DataFrame, pl.DataFrame, np.ndarray, np.ndarray]:
    """Readings and confusion rows of two days of answers over these classes, and the raw rows."""
    rng = np.random.default_rng(5)
    of = measuring(workspace(tmp_path, [MODEL]), "performance")
    sides = []
    with Warehouse.open(None) as warehouse:
        for number in range(2):
            truth = rng.choice(names, N)
            guess = np.where(rng.random(N) < 0.6, truth, rng.choice(names, N))
            origin = rng.choice(["JFK", "LGA"], N)
            users = rng.integers(0, 300, N).astype(np.uint64)
            rows = requests("c", day(number), N, {"origin": origin}, prediction_text=guess, user_hash=users)
            labels = labelled(rows, None, label_text=truth, segments=[[f"origin={o}"] for o in origin])
            put(of, warehouse, "requests", "log", rows)
            put(of, warehouse, "labelled", "log", labels)
            sides.append((truth, guess))
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        counted = warehouse.frame("SELECT * FROM daily.outcome_class")
        found = warehouse.frame("SELECT * FROM mart.reading")
    truths, guesses = (np.concatenate(side) for side in zip(*sides, strict=True))
    return found, counted, truths, guesses


def test_averages_and_classes_are_those_of_scikit_learn(tmp_path: Path) -> None:
    """Macro, micro and per class, exact over a window of two days; intervals hold the figure."""
    from sklearn import metrics

    names = ["cat", "dog", "emu"]
    found, _, truth, guess = readings(tmp_path, names)
    expected = {
        "accuracy": metrics.accuracy_score(truth, guess), "micro_f1": metrics.f1_score(truth, guess, average="micro"),
        "macro_precision": metrics.precision_score(truth, guess, average="macro"),
        "macro_recall": metrics.recall_score(truth, guess, average="macro"),
        "macro_f1": metrics.f1_score(truth, guess, average="macro"),
    }  # fmt: skip
    for metric, value in expected.items():
        reading = one(found, metric, 1, window=28)
        assert reading["value"] == pytest.approx(value, abs=1e-12), metric
        assert reading["low"] < value < reading["high"]
        assert reading["n"] == 2 * N
    for at, name in enumerate(names):
        for metric, exact in (("precision", metrics.precision_score), ("recall", metrics.recall_score)):
            reading = one(found, f"class_{metric}", 1, window=28, feature=name)
            assert reading["value"] == pytest.approx(exact(truth, guess, average=None, labels=names)[at])
            assert reading["low"] < reading["value"] < reading["high"]
    assert one(found, "accuracy", 1, segment="origin=JFK")["n"] < N
    assert found.filter(pl.col("metric") == "roc_auc").is_empty()
    assert found.filter(pl.col("metric") == "class_f1", pl.col("feature") == "").is_empty()


def test_beyond_fifty_classes_the_rest_is_other_and_accuracy_stays_exact(tmp_path: Path) -> None:
    """Sixty classes: fifty by name and 'other', which knows how often both sides named the same class."""
    found, counted, truth, guess = readings(tmp_path, [f"class {i:02}" for i in range(60)])
    assert counted.filter(pl.col("segment") == "")["label"].n_unique() == 51
    assert one(found, "accuracy", 1, window=28)["value"] == pytest.approx(np.mean(truth == guess))
    other = counted.filter(pl.col("segment") == "", pl.col("label") == "other")
    assert 0 < other["hits"].sum() < other["n"].sum()
    whole = counted.filter(pl.col("segment") == "").select(pl.col("n", "hits").sum()).row(0)
    assert whole == (2 * N, np.sum(truth == guess))
