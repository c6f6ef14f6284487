"""Training: make an artifact from past decisions with known labels, and record how it was made.

In: decisions of `features`. Out: `Trained`, which `facts` writes down. Called by `build`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dagster_project.demo.features import feature_names, start_of_day
from dagster_project.demo.labels import labelled
from dagster_project.demo.profile import Profile, profile
from dagster_project.demo.scoring import Artifact, Encoder, Encoding, Floats, Scorer

if TYPE_CHECKING:
    import polars as pl

    from dagster_project.demo.models import DemoModel, DemoVersion, Estimator

RARE = 20
"""A category with fewer training rows than this gets no coefficient of its own."""
HOLDOUT_DAYS = 5
"""The last days of the training range, used to validate a model trained on the days before."""
DIGITS = 9
"""Significant digits kept of a coefficient, so that the artifact does not depend on the last bit."""


@dataclass(frozen=True, slots=True)
class Trained:
    """One training run."""

    model: DemoModel
    version: DemoVersion
    artifact: Artifact
    rows: int
    data_sha256: str
    """Hash of the training rows as CSV: key, features, label."""
    metrics: dict[str, float]
    """On the last days of the range, for a model that never saw them."""
    baseline_metrics: dict[str, float]
    """On the same days, for the share of positives or the median of the training rows."""
    importance: dict[str, float]
    """Share of each feature in the spread of predictions over the training rows; sums to 1."""
    profile: Profile
    """What the training rows looked like."""


def train(decided: pl.DataFrame, model: DemoModel, version: DemoVersion) -> Trained:
    """Train one version on the decisions of its range whose labels were known when it went live."""
    import polars as pl

    rows = training_rows(decided, model, version)
    split = version.train_to - dt.timedelta(days=HOLDOUT_DAYS)
    earlier, later = rows.filter(pl.col("day") <= split), rows.filter(pl.col("day") > split)
    validated = Scorer(fit(earlier, model, version))
    artifact = fit(rows, model, version)
    used = rows.select("flight_key", *feature_names(model), "label")
    return Trained(
        model=model,
        version=version,
        artifact=artifact,
        rows=rows.height,
        data_sha256=hashlib.sha256(used.write_csv().encode()).hexdigest(),
        metrics=measure(later, predict(validated, later, model), binary=model.binary),
        baseline_metrics=measure(later, _constant(earlier, later, model), binary=model.binary),
        importance=_importance(rows, artifact),
        profile=profile(rows, model.numeric, model.categorical),
    )


def training_rows(decided: pl.DataFrame, model: DemoModel, version: DemoVersion) -> pl.DataFrame:
    """Return the decisions of the version's range with labels known before it went live."""
    import polars as pl

    in_range = decided.filter(pl.col("day").is_between(version.train_from, version.train_to))
    return labelled(in_range, model).filter(pl.col("label_at") < start_of_day(pl.lit(version.live_from)))


def fit(rows: pl.DataFrame, model: DemoModel, version: DemoVersion) -> Artifact:
    """Fit the model's estimator on labelled rows, on one thread, so that sums do not depend on threads."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # comes with scikit-learn

    encoding = _encoding(rows, model)
    estimator = new_estimator(model.estimator, model.strength)
    with threadpool_limits(limits=1):
        estimator.fit(_matrix(rows, encoding), rows["label"].to_numpy())
    return Artifact(
        model_id=model.id,
        version=version.version,
        estimator=model.estimator,
        encoding=encoding,
        coefficients=_kept(np.ravel(estimator.coef_)),
        intercept=_kept(np.ravel(estimator.intercept_))[0],
    )


def new_estimator(kind: Estimator, strength: float) -> Any:
    """Return an untrained scikit-learn estimator; all three are deterministic."""
    from sklearn.linear_model import HuberRegressor, LogisticRegression, Ridge

    if kind == "logistic":
        return LogisticRegression(C=strength, max_iter=1000)
    if kind == "huber":
        return HuberRegressor(alpha=strength, max_iter=1000)
    return Ridge(alpha=strength)


def predict(scorer: Scorer, rows: pl.DataFrame, model: DemoModel) -> Floats:
    """Return predictions of rows in one call."""
    return scorer.predict(numbers_of(rows, model.numeric), categories_of(rows, model.categorical))


def numbers_of(rows: pl.DataFrame, names: Sequence[str]) -> Floats:
    """Return an array [rows, names]; NaN where missing."""
    return rows.select(names).fill_null(float("nan")).to_numpy()


def categories_of(rows: pl.DataFrame, names: Sequence[str]) -> list[list[str]]:
    """Return one list of texts per name."""
    return [rows[name].to_list() for name in names]


def measure(rows: pl.DataFrame, predicted: Floats, *, binary: bool) -> dict[str, float]:
    """Return standard metrics of predictions against `label`, with the names of the product's metrics."""
    from sklearn import metrics

    label = rows["label"].to_numpy()
    if binary:
        found = {
            "roc_auc": metrics.roc_auc_score(label, predicted),
            "log_loss": metrics.log_loss(label, predicted),
        }
    else:
        found = {
            "mae": metrics.mean_absolute_error(label, predicted),
            "rmse": metrics.root_mean_squared_error(label, predicted),
            "r2": metrics.r2_score(label, predicted),
        }
    return {name: round(float(value), 6) for name, value in found.items()}


def _constant(earlier: pl.DataFrame, later: pl.DataFrame, model: DemoModel) -> Floats:
    label = earlier["label"].to_numpy()
    return np.full(later.height, label.mean() if model.binary else np.median(label))


def _encoding(rows: pl.DataFrame, model: DemoModel) -> Encoding:
    import polars as pl

    numbers = numbers_of(rows, model.numeric)
    scale = np.nanstd(numbers, axis=0)
    levels = (
        rows.group_by(name).len().filter(pl.col("len") >= RARE).sort(name)[name].to_list()
        for name in model.categorical
    )
    return Encoding(
        numeric=model.numeric,
        mean=_kept(np.nanmean(numbers, axis=0)),
        scale=_kept(np.where(scale > 0, scale, 1.0)),
        categorical=model.categorical,
        levels=tuple(tuple(names) for names in levels),
    )


def _matrix(rows: pl.DataFrame, encoding: Encoding) -> Floats:
    return Encoder(encoding).encode(
        numbers_of(rows, encoding.numeric), categories_of(rows, encoding.categorical)
    )


def _importance(rows: pl.DataFrame, artifact: Artifact) -> dict[str, float]:
    matrix, weights = _matrix(rows, artifact.encoding), np.array(artifact.coefficients)
    spread = {
        name: float(np.std(matrix[:, place] @ weights[place]))
        for name, place in artifact.encoding.columns_of().items()
    }
    total = sum(spread.values()) or 1.0
    return {name: round(value / total, 4) for name, value in spread.items()}


def _kept(values: Floats) -> tuple[float, ...]:
    return tuple(float(f"{value:.{DIGITS}g}") for value in values)
