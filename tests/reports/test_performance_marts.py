"""Page views of performance against the raw rows: confusion, calibration, estimates, test sets, groups, losses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.catalog import refresh
from dagster_project.pipeline.render import prepare
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.publish.views import Views
from dagster_project.spec.catalog import Model
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, put, requests, workspace

DAYS, N = 30, 400
Rows = Sequence[Mapping[str, Any]]
MODELS: list[dict[str, object]] = [
    {
        "id": "m", "task": "binary", "threshold": 0.5, "unit": "min", "segments": ["origin"], "groups": ["origin"],
        "reference": {"start": day(0), "end": day(4)},
    },
    {"id": "c", "task": "multiclass"},
    {"id": "d", "task": "binary"},
]  # fmt: skip


def binary_days() -> list[tuple[pl.DataFrame, pl.DataFrame]]:
    """Calibrated scores; 'B' is scored higher than 'A', 'C' is rare; labels of the last day have not come."""
    rng = np.random.default_rng(4)
    days = []
    for number in range(DAYS):
        origin = rng.choice(["A", "B", "C"], N, p=[0.6, 0.395, 0.005])
        s = np.where(origin == "B", rng.beta(4, 3, N), rng.beta(2, 4, N))
        users = rng.integers(0, 2**60, N, dtype=np.uint64)
        rows = requests("m", day(number), N, {"origin": origin}, version="v1", score=s, user_hash=users)
        parts = [[f"origin={o}"] for o in origin]
        days.append((rows, labelled(rows, (rng.random(N) < s).astype(float), segments=parts)))
    return days


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    """Labelled rows of the leading window."""
    pairs = binary_days()
    rows = pl.concat([rows.with_columns(label=labels["label"]) for rows, labels in pairs[:-1]])
    return rows.filter(pl.col("day") > day(DAYS - 1 - 28))


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    of = measuring(workspace(tmp_path_factory.mktemp("lake"), MODELS), "performance")
    at = night(of, day(DAYS - 1))
    with Warehouse.open(None) as warehouse:
        for number, (rows, labels) in enumerate(binary_days()):
            put(of, warehouse, "requests", "log", rows)
            if number < DAYS - 1:
                put(of, warehouse, "labelled", "log", labels)
        names = np.array([f"k{i:02}" for i in range(15)])[np.arange(600) % 15]
        answers = requests("c", day(DAYS - 1), 600, prediction_text=np.roll(names, 1), score=0.8)
        put(of, warehouse, "requests", "other", answers)
        put(of, warehouse, "labelled", "other", labelled(answers, None, label_text=names))
        decisions = requests("d", day(DAYS - 1), 100, prediction=np.arange(100) % 2, score=None)
        put(of, warehouse, "requests", "decided", decisions)
        put(of, warehouse, "labelled", "decided", labelled(decisions, (np.arange(100) % 4).clip(max=1)))
        began = dt.datetime(2023, 12, 1, tzinfo=dt.UTC)
        for run, version, started_at, metrics, baseline_metrics in (
            ("r", "v1", began, '{"auc": 0.9, "accuracy": 0.1, "mse": 4, "own": 3}', '{"auc": 0.5}'),
            ("later", "v1", began + dt.timedelta(days=400), '{"auc": 0.1}', "{}"),
            ("odd", "v0", began, '"none"', "[1]"),
        ):
            warehouse.run(
                "INSERT INTO fact.training_runs (run_id, model_id, version, started_at, metrics, baseline_metrics)"
                " VALUES (?, 'm', ?, ?, ?::JSON, ?::JSON)",
                [run, version, started_at, metrics, baseline_metrics],
            )
        summarise(at, warehouse)
        refresh(at, warehouse)
        score(at, warehouse)
        yield prepare(at, warehouse, "digest")


def test_a_confusion_matrix_counts_every_labelled_row(views: Views, raw: pl.DataFrame) -> None:
    """Four cells, exact, with shares of their rows."""
    cells = {(c["label"], c["predicted"]): c for c in views.where("confusion", model="m")}
    y, d = raw["label"].to_numpy() > 0.5, raw["score"].to_numpy() >= 0.5
    assert cells["positive", "positive"]["n"] == np.sum(y & d)
    assert cells["negative", "positive"]["n"] == np.sum(~y & d)
    assert cells["positive", "negative"]["share"] == pytest.approx(np.sum(y & ~d) / y.sum())
    assert {c["total"] for c in cells.values()} == {len(raw)}


def test_many_classes_keep_a_matrix_that_can_be_read(views: Views) -> None:
    """Twelve classes by name, the others together; no row is lost."""
    cells: Rows = views.where("confusion", model="c")
    assert len({c["label"] for c in cells}) == 13
    assert sum(c["n"] for c in cells) == 600


def test_decisions_without_scores_have_a_leading_figure(views: Views) -> None:
    """The area under the ROC curve leads where there are scores; here 50 of 75 positives are found."""
    found = {row["model"]: row for row in views.rows("models")}
    assert [found[model]["headline_metric"] for model in "mcd"] == ["roc_auc", "accuracy", "f1"]
    assert found["d"]["headline_value"] == pytest.approx(2 * 50 / (50 + 75))


def test_calibration_holds_means_and_shares_of_the_rows(views: Views, raw: pl.DataFrame) -> None:
    """Exact by step; the interval holds the share and, of true scores, mostly the mean score."""
    steps: Rows = views.where("calibration", model="m")
    logit = np.log((raw["score"] / (1 - raw["score"])).to_numpy())
    own = np.floor((np.floor(10 * logit + 0.5) + 5) / 10).astype(int)
    for step in steps:
        here = raw.filter(pl.Series(own == step["step"]))
        assert step["n"] == len(here)
        assert step["score"] == pytest.approx(here["score"].mean(), abs=1e-8)
        assert step["share"] == pytest.approx(here["label"].mean())
        assert step["low"] < step["share"] < step["high"]
    assert np.mean([s["low"] < s["score"] < s["high"] for s in steps]) > 0.6


def test_calibration_of_classes_is_the_share_of_right_answers(views: Views) -> None:
    """Every answer was wrong, however sure of itself the model was."""
    (step,) = views.where("calibration", model="c")
    assert (step["n"], step["score"], step["share"]) == (600, pytest.approx(0.8), 0.0)


def test_an_estimate_stands_beside_what_came(views: Views) -> None:
    """Scores are true here: about nine days in ten fall into the interval, the newest day has no realised figure."""
    estimates: Rows = views.where("estimates", model="m")
    found = {e["metric"]: e for e in estimates}
    assert list(found) == ["roc_auc", "accuracy", "f1", "precision", "recall"]
    accuracy = found["accuracy"]
    assert len(accuracy["days"]) == DAYS
    assert accuracy["compared"] == DAYS - 1
    assert accuracy["inside"] >= 0.8 * (DAYS - 1)
    assert abs(accuracy["gap"]) < 0.02


def test_a_test_figure_stands_beside_the_live_one(views: Views, raw: pl.DataFrame) -> None:
    """'auc' is the ROC AUC; a name that is no metric has no live figure; no record, or a later one, tells nothing."""
    found = {t["name"]: t for t in views.where("test_set", model="m")}
    assert (found["auc"]["metric"], found["auc"]["test"], found["auc"]["baseline"]) == ("roc_auc", 0.9, 0.5)
    right = (raw["label"].to_numpy() > 0.5) == (raw["score"].to_numpy() >= 0.5)
    assert found["accuracy"]["live"] == pytest.approx(right.mean())
    assert (found["own"]["test"], found["own"]["live"]) == (3.0, None)
    assert (found["mse"]["unit"], found["own"]["unit"]) == ("min²", "1")


def test_groups_below_the_minimum_take_no_part(views: Views, raw: pl.DataFrame) -> None:
    """A and B are compared, C is counted as too small, its figures are withheld."""
    gap = views.where("fairness_gaps", model="m", metric="selection_rate")[0]
    assert (gap["high_name"], gap["low_name"]) == ("B", "A")
    assert (gap["compared"], gap["too_small"], gap["is_apart"]) == (2, 1, True)
    rate = {o: np.mean(raw.filter(pl.col("f:origin") == o)["score"].to_numpy() >= 0.5) for o in "AB"}
    assert gap["difference"] == pytest.approx(rate["B"] - rate["A"])
    assert gap["ratio"] == pytest.approx(rate["B"] / rate["A"])
    small = views.where("fairness", model="m", metric="selection_rate", name="C")
    assert [row["value"] for row in small] == [None]


def test_parts_of_the_loss_add_up_to_one(views: Views, raw: pl.DataFrame) -> None:
    """Log loss of the parts, the largest first."""
    parts: Rows = views.where("segments", model="m")
    assert sum(p["loss_share"] for p in parts) == pytest.approx(1.0)
    assert [p["segment"] for p in parts][-1] == "origin=C"
    p, y = raw["score"].to_numpy(), raw["label"].to_numpy()
    loss = -np.where(y > 0.5, np.log(p), np.log1p(-p))
    of_a = (raw["f:origin"] == "A").to_numpy()
    found = next(s for s in parts if s["segment"] == "origin=A")
    assert found["loss_share"] == pytest.approx(loss[of_a].sum() / loss.sum(), abs=1e-6)
    assert found["label_share"] == pytest.approx(of_a.mean())


def test_labels_that_came_at_once_are_said_to(views: Views) -> None:
    """All labels come on the day: mature after no day."""
    (found,) = views.where("label_delay", model="m")
    assert (found["same_day"], found["mature_after"], found["arrived"]) == (1.0, 0, 1.0)


def test_a_group_must_be_a_segment() -> None:
    """A grouping that is not declared as a segment is refused."""
    with pytest.raises(ValueError, match="'sex' is not a segment of this model"):
        Model(id="m", segments=("origin",), groups=("sex",))
