"""Value exposed by a loss of quality, and the reason in words if it is not known."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.core.impact import DAYS_A_MONTH
from dagster_project.pipeline.watch_money import Money
from dagster_project.spec.catalog import Model
from tests.pipeline.watching import a_night, workspace

OPENED = dt.date(2025, 3, 31)
MODEL = Model(id="m")
TARGETS = {
    "targets": [{"metric": "roc_auc", "good": 0.7, "poor": 0.6}, {"metric": "mae", "good": 10, "poor": 12}]
}


def money(root: Path, value: float = 100.0, targets: object = None) -> Money:
    """The model earned `value` on each of the 28 days before."""
    night = a_night(workspace(root, {"data/targets.yml": targets or TARGETS}))
    days = {OPENED - dt.timedelta(days=i): (value, "EUR") for i in range(1, 29)}
    return Money(night, {"m": days}, {("m", OPENED): 12})


def test_it_is_the_lost_part_of_the_lead_over_the_alternative(tmp_path: Path) -> None:
    """V (m0 - m) / (m0 - b): half the lead is gone; never clipped."""
    found = money(tmp_path).exposed(MODEL, "roc_auc", "performance", OPENED, 0.6)
    assert found.value == pytest.approx(100 * DAYS_A_MONTH * 0.1 / 0.2)
    assert (found.currency, found.reason) == ("EUR", None)
    worse = money(tmp_path).exposed(MODEL, "roc_auc", "performance", OPENED, 0.45)
    assert worse.value == pytest.approx(100 * DAYS_A_MONTH * 1.25)


def test_errors_are_better_when_they_are_lower(tmp_path: Path) -> None:
    """The alternative's error is declared."""
    model = Model.model_validate({"id": "m", "value": {"per_unit_error": -1, "baseline_error": 20}})
    found = money(tmp_path).exposed(model, "mae", "performance", OPENED, 15.0)
    assert found.value == pytest.approx(100 * DAYS_A_MONTH * 5 / 10)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    """There is a reason instead of a number."""
    have = money(tmp_path)
    cases = {
        "only a loss of quality can be priced": have.exposed(MODEL, "requests", "usage", OPENED, 1.0),
        "no accepted quality is declared": have.exposed(MODEL, "recall", "performance", OPENED, 0.5),
        "the simple alternative's figure": have.exposed(MODEL, "mae", "performance", OPENED, 12.0),
        "no value was counted": have.exposed(Model(id="k"), "roc_auc", "performance", OPENED, 0.5),
        "it added no value": money(tmp_path, -5.0).exposed(MODEL, "roc_auc", "performance", OPENED, 0.5),
    }
    perfect = money(tmp_path / "perfect", targets={"targets": [{"metric": "mae", "good": 0, "poor": 12}]})
    exact = Model.model_validate({"id": "m", "value": {"per_unit_error": -1, "baseline_error": 0}})
    cases["no better than the simple alternative"] = perfect.exposed(
        exact, "mae", "performance", OPENED, 12.0
    )
    for words, found in cases.items():
        assert found.value is None
        assert found.reason is not None
        assert words in found.reason
    assert have.users_on("m", OPENED) == (12, None)
    assert have.users_on("k", OPENED) == (None, "no user is logged")
