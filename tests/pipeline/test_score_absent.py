"""What nobody logged is not available: the reading says so, and is never a share of 0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.spec.statement import Brought
from dagster_project.store.spans import Span, set_spans
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, put, requests, workspace

N = 60


def scored(
    root: Path,
    wanted: Sequence[str],
    model: dict[str, object],
    rows: pl.DataFrame,
    labels: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(readings of the whole day, scorecard) of one day of requests, of the wanted metrics or families."""
    of = measuring(workspace(root, [model]), *wanted)
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", rows)
        if labels is not None:
            put(of, warehouse, "labelled", "log", labels)
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading WHERE segment = '' AND window_days = 1")
        return readings, warehouse.frame("SELECT * FROM mart.scorecard")


def reading(readings: pl.DataFrame, metric: str) -> dict[str, Any]:
    return readings.row(by_predicate=pl.col("metric") == metric, named=True)


@pytest.mark.parametrize(
    ("metric", "columns", "words"),
    [
        ("error_share", {"status": "", "error": None}, "no status is logged"),
        ("late_share", {"late": None}, "no arrival time is logged"),
        ("latency_p95_ms", {"latency_ms": None}, "no latency is logged"),
    ],
)
def test_a_share_of_what_nobody_logged_is_not_available(
    tmp_path: Path, metric: str, columns: dict[str, Any], words: str
) -> None:
    """No value, no grade, and what is missing in the log."""
    readings, _ = scored(tmp_path, [metric], {"id": "m"}, requests("m", day(0), N, **columns))
    found = reading(readings, metric)
    assert (found["value"], found["grade"], found["n"]) == (None, "unknown", 0)
    assert found["reason"] == f"not available: {words}"


def test_shares_are_of_the_rows_that_say_how_they_ended(tmp_path: Path) -> None:
    """Rows without a status or an arrival count neither in the numerator nor in the denominator."""
    error = [True] * 3 + [False] * 27 + [None] * 30
    late = [True] * 6 + [False] * 34 + [None] * 20
    rows = requests("m", day(0), N, error=error, late=late, consumer="app")
    metrics = ("error_share", "late_share")
    readings, _ = scored(tmp_path, metrics, {"id": "m"}, rows)
    shares = [reading(readings, metric) for metric in metrics]
    assert [(r["numerator"], r["denominator"]) for r in shares] == [(3, 30), (6, 40)]
    assert [r["grade"] for r in shares] == ["poor", "poor"]


def test_a_family_is_graded_by_what_there_is(tmp_path: Path) -> None:
    """Missing values are graded; a log without arrival times does not make data quality unknown."""
    rows = requests("m", day(0), N, {"x": [1.0] * N}, late=None, status="", error=None)
    _, card = scored(tmp_path, ["quality", "usage"], {"id": "m"}, rows)
    quality = card.row(by_predicate=pl.col("family") == "quality", named=True)
    assert (quality["grade"], quality["metric"]) != ("unknown", "late_share")
    usage = card.row(by_predicate=pl.col("family") == "usage", named=True)
    assert (usage["grade"], usage["metric"]) != ("unknown", "error_share")


def test_decisions_without_scores_are_not_called_unlabelled(tmp_path: Path) -> None:
    """Accuracy is available; for an area under the curve it is scores that are missing, not labels."""
    rows = requests("m", day(0), N, prediction=[0.0, 1.0] * (N // 2))
    labels = labelled(rows, [0.0, 1.0] * (N // 2))
    readings, _ = scored(tmp_path, ["accuracy", "roc_auc"], {"id": "m", "task": "binary"}, rows, labels)
    assert reading(readings, "accuracy")["value"] == 1
    assert reading(readings, "roc_auc")["reason"] == "not available: no score is logged beside the labels"


@pytest.mark.parametrize("task", ["binary", None])
def test_labels_in_words_are_not_said_not_to_have_come(tmp_path: Path, task: str | None) -> None:
    """Models whose labels are words of which none is declared to mean yes; labels of predicted classes count."""
    of = measuring(workspace(tmp_path, [{"id": "words"} | ({"task": task} if task else {})]), "roc_auc")
    with Warehouse.open(None) as warehouse:
        warehouse.append(
            "catalog.model", pl.DataFrame({"model_id": ["words", "class"], "task": [task, None]})
        )
        for model, answer in (("words", None), ("class", "ja")):
            rows = requests(model, day(0), N, score=None if answer else 0.5, prediction_text=answer)
            put(of, warehouse, "requests", model, rows)
            words = labelled(rows, None, label_text=["ja"] * 40 + ["nein"] * 20)
            put(of, warehouse, "labelled", model, words.with_columns(pl.lit("log").alias("label_source")))
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        found = warehouse.frame("SELECT model_id, source, n, first_day, texts FROM mart.uncounted_label")
        card = warehouse.value(
            "SELECT reason FROM mart.scorecard WHERE model_id = 'words' AND family = 'performance'"
        )
    assert found.rows() == [("words", "log", N, day(0), ["ja", "nein"])]
    assert str(card).endswith("not available: labels arrived, but none can be used")


def test_labels_that_are_codes_give_no_grade_and_do_not_explain_a_day_without_labels(tmp_path: Path) -> None:
    """All count as yes, so every decision seems right: shown, but not graded. The other day has no labels at all.

    As soon as one label is a no they are none of these, on no day.
    """
    of = measuring(workspace(tmp_path, [{"id": "m", "task": "binary", "threshold": 0.5}]), "precision")
    logs = {at: requests("m", day(at), N, score=0.5) for at in (0, 40)}
    asked = """
        SELECT day, value, reason = 'every label counts as yes: they are codes', grade FROM mart.reading
        WHERE window_days = 1 AND segment = '' ORDER BY day
    """

    def night_with(at: int, labels: list[float]) -> list[tuple[object, ...]]:
        """The readings after a night, before which the labels of one day have arrived."""
        came = labelled(logs[at], labels).with_columns(pl.lit(f"log{at}").alias("label_source"))
        put(of, warehouse, "labelled", f"log{at}", came)
        summarise(night(of, day(40)), warehouse)
        score(night(of, day(40)), warehouse)
        return warehouse.rows(asked)

    with Warehouse.open(None) as warehouse:
        warehouse.append("catalog.model", pl.DataFrame({"model_id": ["m"], "task": ["binary"]}))
        for at, rows in logs.items():
            put(of, warehouse, "requests", f"log{at}", rows)
        first = night_with(0, [1.0, 2.0] * (N // 2))
        told = warehouse.rows("SELECT codes FROM mart.uncounted_label")
        none_yet = warehouse.value(
            "SELECT reason FROM mart.reading WHERE window_days = 1 AND day = ?", [day(40)]
        )
        second = night_with(40, [0.0, 1.0] * (N // 2))
    assert told == [(["1", "2"],)]
    assert first == [(day(0), 1.0, True, "unknown"), (day(40), None, False, "unknown")]
    assert none_yet == "not available: no labels yet"
    assert [row[:3] for row in second] == [(day(0), 1.0, False), (day(40), 0.5, False)]


def test_f1_without_anything_positive_says_why(tmp_path: Path) -> None:
    """There are labels but no figure, and the reason is not empty."""
    rows = requests("m", day(0), N, prediction=[0.0] * N)
    metrics = ("f1", "f2")
    model: dict[str, object] = {"id": "m", "task": "binary"}
    readings, _ = scored(tmp_path, metrics, model, rows, labelled(rows, [0.0] * N))
    for metric in metrics:
        found = reading(readings, metric)
        assert (found["value"], found["n"]) == (None, N)
        assert found["reason"] == "not computable: no label and no decision is positive"


def test_every_need_is_counted(tmp_path: Path) -> None:
    """Whatever a metric's front matter may need is a column of span.logged_counts."""
    with Warehouse.open(None) as warehouse:
        nothing = pl.DataFrame(schema={"model_id": pl.String, "version": pl.String, "shown": pl.String})
        set_spans(warehouse, [Span(day(0), 1)], nothing, None, day(0))
        columns = warehouse.frame("SELECT * FROM span.logged_counts").columns
    assert set(get_args(Brought)) <= set(columns)


def test_a_model_that_fell_silent_is_not_told_what_its_log_lacks(tmp_path: Path) -> None:
    """Its log had features, scores and latency; only requests in the window are missing."""
    of = workspace(tmp_path, [{"id": "m", "task": "binary"}])
    rows = requests("m", day(0), N, {"x": np.arange(N, dtype=float)}, score=0.5, latency_ms=7.0)
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(40)), warehouse)
        score(night(of, day(40)), warehouse)
        card = warehouse.frame("SELECT DISTINCT grade, reason FROM mart.scorecard WHERE family <> 'impact'")
    assert card.rows() == [("unknown", "not available: the last request was on 1 Jan 2024")]
