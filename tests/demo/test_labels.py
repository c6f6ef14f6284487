"""Labels and the moments they come."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from dagster_project.demo.features import local_day
from dagster_project.demo.flights import NEW_YORK
from dagster_project.demo.labels import labelled
from dagster_project.demo.models import MODELS, DemoModel
from tests.demo.conftest import Decided

BY_ID = {model.id: model for model in MODELS}


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_labels_come_after_their_decision(decided: Decided, model: DemoModel) -> None:
    """No label is known when its decision is made."""
    rows = labelled(decided[model.moment], model)
    assert rows.filter(pl.col("label_at") <= pl.col("decided_at")).is_empty()


def test_cancelled_flights_never_get_an_arrival_label(decided: Decided) -> None:
    """They are the positives of the cancellation model and appear in no other model's labels."""
    for model in MODELS:
        rows = labelled(decided[model.moment], model)
        cancelled = rows.filter(pl.col("departed_at").is_null())
        if model.target == "cancelled":
            assert cancelled.height == rows["label"].sum() == 8255
        else:
            assert cancelled.is_empty()


def test_late_means_more_than_fifteen_minutes(decided: Decided) -> None:
    """The late flights of the year are those published."""
    rows = labelled(decided["scheduled hour"], BY_ID["late-arrival"])
    late = rows.group_by(local_day("scheduled_at").dt.month().alias("month")).agg(pl.col("label").sum())
    assert late.sort("month")["label"].to_list() == [
        6001, 5418, 6374, 7700, 6178, 8340, 8902, 6852, 3575, 4798, 4680, 8812,
    ]  # fmt: skip


def test_batches_are_told_at_the_closing_of_the_day(decided: Decided) -> None:
    """Every label of a batch model has the closing's time of day, summer and winter."""
    for name in ("cancellation-risk", "arrival-delay-plan"):
        rows = labelled(decided[BY_ID[name].moment], BY_ID[name])
        times = rows["label_at"].dt.convert_time_zone(NEW_YORK).dt.time().unique()
        assert times.to_list() == [dt.time(23, 59)]
