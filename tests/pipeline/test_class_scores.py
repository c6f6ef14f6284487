"""One column of probabilities per class, from the log to figures, checked against scikit-learn on the raw rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core.types import Floats
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.pipeline.verify_readings import label_figures
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import measuring
from tests.pipeline.logs import AS_OF, HORIZON, OUTCOMES, Logs, label

N = 400
CLASSES = ("cat", "dog", "emu")
COLUMNS = {"event_time": "ts", "model_id": "model", "request_id": "id"}
SCORES = {name: f"p_{name}" for name in CLASSES}
SOURCE = {"source": "log", "files": "logs/*.csv", "columns": COLUMNS, "features": "*", "scores": SCORES}


def draw() -> tuple[Floats, list[str]]:
    """Probabilities [N, 3] and the true class, which the model does not know in the last row."""
    rng = np.random.default_rng(9)
    shown = rng.dirichlet((1, 1, 1), N).round(6)
    return shown, [str(rng.choice(CLASSES, p=p / p.sum())) for p in shown[:-1]] + ["yak"]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """A log in which one row lacks a probability, and labels that arrive over two nights."""
    logs = Logs.make(tmp_path_factory.mktemp("classes"), SOURCE, OUTCOMES)
    logs.write("data/catalog/m.yml", "id: m\ntask: multiclass\n")
    shown, came = draw()
    rows = [
        {"ts": "2024-03-30T12:00:00", "model": "m", "id": f"r{i}", "x": i}
        | dict(zip(SCORES.values(), p, strict=True))
        for i, p in enumerate(shown.tolist())
    ]
    logs.csv("logs/a.csv", [*rows, {**rows[0], "id": f"r{N}", "p_emu": None}])
    for part in (0, 1):
        labels = [label(i, day=31, y=y) for i, y in enumerate([*came, "cat"]) if i % 2 == part]
        logs.jsonl(f"labels/{part}.jsonl", labels)
        logs.night()
    return logs


@pytest.fixture(scope="module")
def readings(logs: Logs) -> pl.DataFrame:
    """Readings of the day of the requests, once labels have arrived."""
    workspace = measuring(load_workspace(logs.root), "performance")
    night = Night(workspace, AS_OF, HORIZON)
    with Warehouse.open(workspace.warehouse) as warehouse:
        summarise(night, warehouse)
        score(night, warehouse)
        return warehouse.frame(
            "SELECT metric, value, n, reason FROM mart.reading WHERE day = ? AND window_days = 1 AND feature = ''",
            [AS_OF - dt.timedelta(days=1)],
        )


def test_losses_are_those_of_scikit_learn(readings: pl.DataFrame) -> None:
    """Over rows with all probabilities; a class that the model does not know had a probability of 0."""
    from sklearn import metrics

    shown, came = draw()
    found = {metric: (value, n) for metric, value, n, _ in readings.iter_rows()}
    shares = shown[:-1] / shown[:-1].sum(axis=1, keepdims=True)
    known = metrics.log_loss(came[:-1], shares, labels=CLASSES) * (N - 1)
    assert found["log_loss"] == (pytest.approx((known - np.log(1e-15)) / N, abs=1e-5), N)
    unknown = 1 + np.sum(shown[-1] ** 2)
    known = metrics.brier_score_loss(came[:-1], shares, labels=CLASSES) * (N - 1)
    assert found["brier"] == (pytest.approx((known + unknown) / N, abs=1e-5), N)


def test_the_likeliest_class_is_what_was_answered(logs: Logs, readings: pl.DataFrame) -> None:
    """Its probability is the score; columns of probabilities are not features."""
    shown, came = draw()
    answered = [CLASSES[at] for at in shown.argmax(axis=1)]
    found = {metric: (value, n) for metric, value, n, _ in readings.iter_rows()}
    right = sum(a == y for a, y in zip([*answered, answered[0]], [*came, "cat"], strict=True))
    assert found["accuracy"] == (pytest.approx(right / (N + 1)), N + 1)
    rows = logs.lake().sort(pl.col("request_id").str.slice(1).cast(pl.Int64))
    assert rows["prediction_text"].to_list()[:N] == answered
    assert rows["score"].to_list()[:N] == shown.max(axis=1).tolist()
    assert [name for name in rows.columns if name.startswith("f:")] == ["f:x"]


def test_verification_finds_the_same_figures(logs: Logs, readings: pl.DataFrame) -> None:
    """From the lake's rows, with code of its own."""
    again = label_figures(logs.lake("labelled"), "multiclass", None)
    published = {metric: value for metric, value, _, _ in readings.iter_rows() if metric in again}
    assert published == pytest.approx(again, abs=1e-6)
    assert set(published) == {"accuracy", "log_loss", "brier"}


def test_probabilities_wait_for_labels_and_stay_with_them(logs: Logs) -> None:
    """Requests, and labelled rows that were written again when more labels came, hold the same ones."""
    requests = {row["request_id"]: row["scores"] for row in logs.lake().to_dicts()}
    labelled = logs.lake("labelled")
    assert len(labelled) == N + 1
    assert {row["request_id"]: row["scores"] for row in labelled.to_dicts()} == requests
    assert requests["r0"] == [{"class": name, "p": p} for name, p in zip(CLASSES, draw()[0][0], strict=True)]
    assert requests[f"r{N}"] is None


def test_the_answer_that_is_logged_has_its_own_probability(tmp_path: Path) -> None:
    """Also where another class is likelier, and where classes are numbers."""
    scores = {"0": "p_0", "1": "p_1"}
    source = {**SOURCE, "scores": scores, "columns": {**COLUMNS, "prediction": "said"}}
    logs = Logs.make(tmp_path, source)
    row = {"ts": "2024-03-30T00:00:00", "model": "m", "p_0": 0.7, "p_1": 0.3}
    logs.csv("logs/a.csv", [{**row, "id": "a", "said": 1}, {**row, "id": "b", "said": None}])
    logs.night()
    assert logs.lake().select("request_id", "score").rows() == [("a", 0.3), ("b", None)]
