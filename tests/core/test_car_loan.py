"""NannyML's published answers on its car loan data, from the sums that daily summaries keep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core import estimates, histogram, performance, scores
from dagster_project.core.types import Floats, Ints

DATA = Path(__file__).parents[3] / "shared" / "data" / "nannyml_car_loan"
CHUNK = 5000
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the car loan data is not beside the repository")


@dataclass(frozen=True, slots=True)
class Chunks:
    """Ten chunks of 5,000 loans each: arrays [10, 255] of the logit grid, confusion cells [10]."""

    n: Floats
    decided: Floats
    pos: Floats
    sides: dict[str, Floats]
    cells: list[Floats]


def chunks(frame: pl.DataFrame) -> Chunks:
    """What the daily summaries would hold of each chunk."""
    score = frame["y_pred_proba"].to_numpy()
    decided, label = (frame[c].to_numpy().astype(float) for c in ("y_pred", "repaid"))
    group = np.arange(len(frame)) // CHUNK
    bins: Ints = histogram.logit_bin(score)
    steps = np.round(score * histogram.SCORE_SCALE)

    def spread(weights: Floats) -> Floats:
        return histogram.dense(group, bins, weights, len(frame) // CHUNK)

    sides = {
        side + suffix: spread(here * weight)
        for side, here in (("pos", label), ("neg", 1 - label))
        for suffix, weight in (("", np.ones(len(frame))), ("_s1", steps))
    }
    parts = (decided * label, decided * (1 - label), (1 - decided) * label, (1 - decided) * (1 - label))
    cells = [np.bincount(group, part).astype(float) for part in parts]
    return Chunks(spread(np.ones(len(frame))), spread(decided), sides["pos"], sides, cells)


def analysis() -> Chunks:
    frame = pl.read_parquet(DATA / "analysis.parquet")
    return chunks(
        frame.join(pl.read_parquet(DATA / "analysis_target.parquet"), on="id", maintain_order="left")
    )


def published(table: str) -> pl.DataFrame:
    return pl.read_csv(DATA / "published" / f"{table}-binary_classification.cell05.csv")


def test_confusion_matrices_are_those_published() -> None:
    """All four cells of all ten chunks, as shares of the chunk."""
    table, found = published("calculating_confusion_matrix"), analysis().cells
    names = ("true_positive", "false_positive", "false_negative", "true_negative")
    for name, cell in zip(names, found, strict=True):
        assert cell / CHUNK == pytest.approx(table[f"{name}.value"].to_numpy(), abs=1e-9), name


def test_standard_metrics_are_those_published() -> None:
    """Figures of the confusion matrix to the six digits printed, the ROC AUC within 0.0012.

    These scores come in steps of 0.01, of which some share a bin of the grid: its average precision is within 0.0003.
    """
    table, found = published("calculating_standard_metrics"), analysis()
    exact = {
        name: performance.fraction(name, found.cells)
        for name in ("precision", "recall", "specificity", "accuracy")
    }
    exact["f1"] = performance.fraction("f_beta", found.cells)
    for name, parts in exact.items():
        assert performance.ratio(*parts) == pytest.approx(table[f"{name}.value"].to_numpy(), abs=1e-6), name
    sides = found.sides
    area = performance.auc(sides["pos"], sides["neg"], pos_s1=sides["pos_s1"], neg_s1=sides["neg_s1"])[0]
    assert area == pytest.approx(table["roc_auc.value"].to_numpy(), abs=0.0012)
    precision = scores.average_precision(**sides)[0]
    assert precision == pytest.approx(table["average_precision.value"].to_numpy(), abs=0.0003)


def test_estimates_without_labels_are_close_to_those_published() -> None:
    """Both see the fall of the last five chunks. NannyML calibrates raw scores, here their bins: 0.0002 apart."""
    table, found = published("estimating_standard_performance_metrics"), analysis()
    reference = chunks(pl.read_parquet(DATA / "reference.parquet"))
    chance = np.tile(estimates.calibrated(reference.n.sum(axis=0), reference.pos.sum(axis=0)), (10, 1))
    estimated = {
        "accuracy": estimates.expected("accuracy", found.n, found.decided, chance),
        "f1": estimates.expected("f_beta", found.n, found.decided, chance),
        "roc_auc": estimates.expected_auc(found.n, chance),
    }
    for name, (value, low, high) in estimated.items():
        told = table[f"{name}.value"].to_numpy()
        assert value == pytest.approx(told, abs=0.0005), name
        assert ((low < told) & (told < high)).all()
        assert value[:5].min() > value[5:].max()
