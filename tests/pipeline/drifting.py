"""Models that each have a log of their own, and the readings of their drift, for tests of drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dagster_project.pipeline.score import Scored, score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, measuring, night, one, put, workspace

FIRST_DAY: dict[str, object] = {"reference": {"start": day(0), "end": day(0)}}
Day = tuple[pl.DataFrame, pl.DataFrame | None]
Case = tuple[Mapping[str, object], Sequence[Day]]
"""What is declared of a model, and its days' requests and labels."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What was found; do not change it."""

    readings: pl.DataFrame
    cards: Mapping[str, tuple[str, str]]
    """Model -> grade and reason of the family."""

    def of(self, model: str) -> pl.DataFrame:
        """The readings of one model."""
        return self.readings.filter(pl.col("model_id") == model)


def drift_of(root: Path, cases: Mapping[str, Case], nights: Sequence[int]) -> Drift:
    """All readings of drift after nights on these days; a second run of the last night finds nothing to do."""
    of = measuring(workspace(root, [{"id": model, **said} for model, (said, _) in cases.items()]), "drift")
    with Warehouse.open(None) as warehouse:
        for model, (_, days) in cases.items():
            for rows, labels in days:
                put(of, warehouse, "requests", model, rows)
                if labels is not None:
                    put(of, warehouse, "labelled", model, labels)
        for number in nights:
            summarise(night(of, day(number)), warehouse)
            score(night(of, day(number)), warehouse)
        assert score(night(of, day(nights[-1])), warehouse) == Scored(0, 0, 0)
        cards = warehouse.rows("SELECT model_id, grade, reason FROM mart.scorecard WHERE family = 'drift'")
        readings = warehouse.frame("SELECT * FROM mart.reading ORDER BY ALL")
    return Drift(readings, {str(model): (str(grade), str(why)) for model, grade, why in cards})


def value(readings: pl.DataFrame, metric: str, feature: str, number: int, **key: Any) -> float | None:
    """One day's own reading."""
    found = one(readings, metric, number, feature=feature, **key)["value"]
    assert found is None or isinstance(found, float)
    return found


def reason(readings: pl.DataFrame, metric: str, feature: str, number: int) -> str:
    """The reason of a reading: why it has no value, or what it says about the value."""
    return str(one(readings, metric, number, feature=feature)["reason"])
