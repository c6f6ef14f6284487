"""Training: on what was known, reproducible, kept as plain text."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from dagster_project.demo.models import FIRST, MODELS, RETRAINED, DemoModel
from dagster_project.demo.scoring import Artifact, Encoder, Scorer
from dagster_project.demo.training import (
    categories_of,
    fit,
    new_estimator,
    numbers_of,
    predict,
    train,
    training_rows,
)
from tests.demo.conftest import Decided

LATE = MODELS[0]
MIDNIGHT = dt.datetime(2013, 1, 22, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_training_ends_when_the_replay_begins(decided: Decided, model: DemoModel) -> None:
    """No training row, and no label of one, is from 22 January or later."""
    rows = training_rows(decided[model.moment], model, FIRST)
    assert rows["day"].min() == dt.date(2013, 1, 1)
    assert rows["day"].max() == dt.date(2013, 1, 21)
    assert rows["label_at"].max() < MIDNIGHT  # type: ignore[operator]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_the_same_rows_give_the_same_artifact(decided: Decided, model: DemoModel) -> None:
    """Training twice gives the same bytes; reading them back gives the same predictions."""
    rows = decided[model.moment]
    first, second = train(rows, model, FIRST), train(rows, model, FIRST)
    assert first == second
    again = Artifact.from_json(first.artifact.to_json())
    assert again == first.artifact
    some = rows.head(500)
    assert np.array_equal(predict(Scorer(again), some, model), predict(Scorer(first.artifact), some, model))


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.id)
def test_the_artifact_predicts_as_scikit_learn_would(decided: Decided, model: DemoModel) -> None:
    """The kept numbers, nine digits each, give what the estimator that was fitted gives."""
    rows = training_rows(decided[model.moment], model, FIRST)
    artifact = fit(rows, model, FIRST)
    encoded = Encoder(artifact.encoding).encode(
        numbers_of(rows, model.numeric), categories_of(rows, model.categorical)
    )
    estimator = new_estimator(model.estimator, model.strength).fit(encoded, rows["label"].to_numpy())
    expected = estimator.predict_proba(encoded)[:, 1] if model.binary else estimator.predict(encoded)
    assert predict(Scorer(artifact), rows, model) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_the_second_version_is_retrained_on_later_data(decided: Decided) -> None:
    """It has seen the first quarter, and only what had landed by its first day."""
    trained = train(decided[LATE.moment], LATE, RETRAINED)
    assert trained.rows == 77_827
    assert trained.version.train_to == dt.date(2013, 3, 31)
    assert sum(trained.importance.values()) == pytest.approx(1, abs=0.001)


def test_missing_values_are_scored_as_the_mean(decided: Decided) -> None:
    """A weather gap costs no prediction."""
    trained = train(decided[LATE.moment], LATE, FIRST)
    last = decided[LATE.moment].filter(pl.col("day") == dt.date(2013, 12, 31))
    predicted = predict(Scorer(trained.artifact), last, LATE)
    assert np.isfinite(predicted).all()
