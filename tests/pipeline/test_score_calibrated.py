"""Estimates for a version whose scores mean something else than those of the previous one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.pipeline.score import score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, one, put, requests, workspace

ROLLOUT, N = 3, 150
OVER = ROLLOUT + 27
"""The new version's own reference days end here."""


def world(root: Path, nights: list[int], model: Mapping[str, object]) -> tuple[pl.DataFrame, float]:
    """Readings of accuracy after these nights, and the share of right decisions of the last night's day.

    v1 says the truth; v2 says twice the log odds too much, so it decides for what is mostly negative.
    """
    rng = np.random.default_rng(6)
    of = measuring(
        workspace(root, [{"id": "m", "task": "binary", "threshold": 0.5, **model}]),
        "accuracy",
        "estimated_accuracy",
    )
    right = 0.0
    with Warehouse.open(None) as warehouse:
        for number in range(nights[-1] + 1):
            n = 800 if number < ROLLOUT else N
            odds = rng.normal(-1, 1, n)
            truth = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
            shown = odds + (2 if number >= ROLLOUT else 0)
            rows = requests(
                "m",
                day(number),
                n,
                score=1 / (1 + np.exp(-shown)),
                version="v2" if number >= ROLLOUT else "v1",
            )
            put(of, warehouse, "requests", "log", rows)
            put(of, warehouse, "labelled", "log", labelled(rows, truth))
            right = float(np.mean((shown >= 0) == (truth > 0)))
            if number in nights:
                summarise(night(of, day(number)), warehouse)
                score(night(of, day(number)), warehouse)
        return warehouse.frame("SELECT * FROM mart.reading ORDER BY ALL"), right


FIRST = {"reference": {"start": day(0), "end": day(ROLLOUT - 1)}}


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, float]:
    """The world after one night, on which the new version's own days are just over."""
    return world(tmp_path_factory.mktemp("once"), [OVER], FIRST)


def test_a_version_is_read_by_its_own_labels_once_they_are_there(once: tuple[pl.DataFrame, float]) -> None:
    """Within sampling error of the truth, far from what the previous version's labels give; the reason says so."""
    found, right = once
    for version in ("", "v2"):
        estimate = one(found, "estimated_accuracy", OVER, version=version)
        assert estimate["value"] == pytest.approx(right, abs=0.1)
        assert "v2 read by its own reference days" in str(estimate["reason"])
    assert one(found, "estimated_accuracy", 0)["reason"] == one(found, "estimated_accuracy", 1)["reason"]
    assert "read by" not in str(one(found, "estimated_accuracy", 0)["reason"])


def test_a_young_version_is_read_by_what_the_model_showed(tmp_path: Path) -> None:
    """The reason says so; the estimate is wrong, since nothing is known about the version yet."""
    found, right = world(tmp_path, [OVER - 1], FIRST)
    estimate = one(found, "estimated_accuracy", OVER - 1)
    assert abs(estimate["value"] - right) > 0.15
    assert "v2 read by those of all versions, for want of labels" in str(estimate["reason"])


def test_as_many_days_are_waited_for_as_the_model_has(tmp_path: Path) -> None:
    """If the model has a longer reference, a version needs as many days; until then the model's reference is used."""
    found, _ = world(tmp_path, [OVER], {"reference": {"start": day(0), "end": day(29)}})
    assert "for want of labels" in str(one(found, "estimated_accuracy", OVER)["reason"])


def test_night_after_night_gives_what_one_night_gives(
    tmp_path: Path, once: tuple[pl.DataFrame, float]
) -> None:
    """A version's past estimates are recomputed on the night on which its own days are over."""
    nightly, _ = world(tmp_path, [1, ROLLOUT, OVER - 2, OVER - 1, OVER], FIRST)
    assert nightly.equals(once[0])


def test_declared_days_of_a_version_are_its_own(tmp_path: Path) -> None:
    """They need not be its first days, and are used as soon as they are over."""
    own = {"version": "v2", "reference": {"start": day(ROLLOUT), "end": day(ROLLOUT + 4)}}
    found, right = world(tmp_path, [ROLLOUT + 5], {**FIRST, "versions": [own]})
    assert one(found, "estimated_accuracy", ROLLOUT + 5)["value"] == pytest.approx(right, abs=0.1)
