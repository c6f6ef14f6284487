"""Skill against a simple alternative that the log holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, fill, labelled, measuring, night, one, requests, workspace


def skilled(tmp_path: Path, better: float, **columns: Any) -> tuple[pl.DataFrame, pl.DataFrame, float]:
    """Readings and scorecard of a regression whose alternative is sometimes missing, and the true skill."""
    rng = np.random.default_rng(3)
    of = measuring(workspace(tmp_path, [{"id": "r", "task": "regression", "unit": "min"}]), "performance")
    y, n = rng.normal(30, 10, 900), 900
    baseline = np.where(rng.random(n) < 0.2, np.nan, y + rng.normal(0, 5, n))
    rows = requests(
        "r", day(0), n, **{
            "prediction": y + rng.normal(0, 5 * better, n), "baseline": baseline,
            "user_hash": rng.integers(0, 99, n).astype(np.uint64), **columns,
        },
    )  # fmt: skip
    with Warehouse.open(None) as warehouse:
        fill(of, warehouse, [(rows, labelled(rows, y))])
        summarise(night(of, day(0)), warehouse)
        score(night(of, day(0)), warehouse)
        readings = warehouse.frame("SELECT * FROM mart.reading")
        card = warehouse.frame("SELECT * FROM mart.scorecard WHERE family = 'performance'")
    known = np.isfinite(baseline)
    own = np.abs(rows["prediction"].to_numpy() - y)[known].sum()
    return readings, card, 1 - own / np.abs(baseline - y)[known].sum()


def test_skill_is_measured_on_the_rows_that_have_an_alternative(tmp_path: Path) -> None:
    """1 - MAE / the alternative's MAE; rows without the alternative count for neither."""
    readings, card, exact = skilled(tmp_path, 0.6)
    reading = one(readings, "mae_skill", 0)
    assert reading["value"] == pytest.approx(exact, abs=1e-3)
    assert reading["low"] < exact < reading["high"]
    assert 600 < reading["n"] < 780 < one(readings, "mae", 0)["n"]
    expected = ("good", "meets the target of 5.00\N{NO-BREAK SPACE}%", "share")
    assert (reading["grade"], reading["reason"], reading["unit"]) == expected
    assert card.row(0, named=True)["metric"] == "mae_skill"


def test_a_model_that_does_not_beat_its_alternative_is_said_to_bring_nothing(tmp_path: Path) -> None:
    """In the reading's reason and in the scorecard's, which reads the longest window."""
    readings, card, exact = skilled(tmp_path, 1.3)
    assert exact < 0
    assert one(readings, "mae_skill", 0)["grade"] == "poor"
    words = "it adds nothing over its simple alternative"
    expected = f"at or beyond the limit of 0\N{NO-BREAK SPACE}%; {words}"
    assert one(readings, "mae_skill", 0)["reason"] == expected
    row = card.row(0, named=True)
    assert (row["grade"], row["metric"]) == ("poor", "mae_skill")
    assert row["reason"].startswith("Skill against the simple alternative \N{MINUS SIGN}")
    assert " over 1 day of data: " in row["reason"]
    assert row["reason"].endswith(words)


def test_without_an_alternative_in_the_log_there_is_no_skill(tmp_path: Path) -> None:
    """Not available, with the reason; other figures of errors are unaffected."""
    readings, card, _ = skilled(tmp_path, 0.6, baseline=None)
    reading = one(readings, "mae_skill", 0)
    assert (reading["value"], reading["grade"]) == (None, "unknown")
    assert reading["reason"] == "not available: no simple alternative is logged"
    assert one(readings, "mae", 0)["value"] is not None
    assert card.row(0, named=True)["metric"] != "mae_skill"


def test_skill_needs_two_hundred_labels_with_an_alternative(tmp_path: Path) -> None:
    """Fewer say little of a difference of errors; other figures need fewer."""
    few = np.where(np.arange(900) < 150, 30.0, np.nan)
    readings, _, _ = skilled(tmp_path, 0.6, baseline=few)
    reading = one(readings, "mae_skill", 0)
    assert (reading["value"], reading["reason"]) == (None, "not enough data: 150 of the 200 needed")
