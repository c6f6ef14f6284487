"""Drift of answers and labels, and of every kind of reference, against the raw rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from dagster_project.core.naming import LABEL, PREDICTION, SCORE
from dagster_project.core.profile import profile
from dagster_project.core.types import Floats
from dagster_project.pipeline.score import Scored, score
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, measuring, night, one, put, requests, workspace

N = 4000
Day = tuple[pl.DataFrame, pl.DataFrame | None]


def read(
    root: Path, model: dict[str, object], days: Sequence[Day], *, nights_from: int | None = None
) -> pl.DataFrame:
    """All readings of drift after the last day; with `nights_from`, after a night for each day from that one on."""
    of = measuring(workspace(root, [{"id": "m", **model}]), "drift")
    with Warehouse.open(None) as warehouse:
        for rows, labels in days:
            put(of, warehouse, "requests", "log", rows)
            if labels is not None:
                put(of, warehouse, "labelled", "log", labels)
        for number in range(len(days) - 1 if nights_from is None else nights_from, len(days)):
            summarise(night(of, day(number)), warehouse)
            score(night(of, day(number)), warehouse)
        assert score(night(of, day(len(days) - 1)), warehouse) == Scored(0, 0, 0)
        return warehouse.frame("SELECT * FROM mart.reading ORDER BY ALL")


def value(readings: pl.DataFrame, metric: str, feature: str, number: int, **key: Any) -> float | None:
    """One day's own reading."""
    found = one(readings, metric, number, feature=feature, **key)["value"]
    assert found is None or isinstance(found, float)
    return found


def reason(readings: pl.DataFrame, metric: str, feature: str, number: int) -> str:
    """Why there is no value, or what it says."""
    return str(one(readings, metric, number, feature=feature)["reason"])


FIRST_DAY: dict[str, object] = {"reference": {"start": day(0), "end": day(0)}}


def test_scores_decisions_and_labels_of_a_binary_model_drift_like_features(tmp_path: Path) -> None:
    """KS within a bin's mass, Wasserstein and shares exact, against scipy on the raw scores and labels."""
    rng = np.random.default_rng(1)
    scores = [rng.beta(2, 5, N), rng.beta(3, 5, N)]
    truths = [(rng.random(N) < s).astype(float) for s in scores]
    days = [
        (rows := requests("m", day(i), N, score=s), labelled(rows, y))
        for i, (s, y) in enumerate(zip(scores, truths, strict=True))
    ]
    found = read(tmp_path, {"task": "binary", "threshold": 0.4, **FIRST_DAY}, days)
    assert value(found, "drift_ks", SCORE, 1) == pytest.approx(
        stats.ks_2samp(scores[0], scores[1]).statistic, abs=0.012
    )
    distance = stats.wasserstein_distance(*scores)
    assert value(found, "drift_wasserstein", SCORE, 1) == pytest.approx(distance, abs=5e-4)
    assert value(found, "drift_wasserstein_sd", SCORE, 1) == pytest.approx(
        distance / scores[0].std(), abs=5e-3
    )
    for feature, shares in (
        (PREDICTION, [(s >= 0.4).mean() for s in scores]),
        (LABEL, [y.mean() for y in truths]),
    ):
        assert value(found, "drift_l_infinity", feature, 1) == pytest.approx(abs(shares[1] - shares[0]))
        table = np.array([[N * p, N * (1 - p)] for p in shares])
        exact = stats.chi2_contingency(table, correction=False)
        assert value(found, "drift_chi_square", feature, 1) == pytest.approx(exact.statistic)
        assert reason(found, "drift_chi_square", feature, 1).endswith(
            f"1 degree of freedom, p {exact.pvalue:.2g}"
        )
        js = jensenshannon(table[0] / table[0].sum(), table[1] / table[1].sum(), base=2)
        assert value(found, "drift_js", feature, 1) == pytest.approx(js)


def test_predictions_and_labels_of_a_regression_are_measured_in_its_unit(tmp_path: Path) -> None:
    """Wasserstein in minutes, beside the same in standard deviations, and exact KS."""
    rng = np.random.default_rng(2)
    answers = [rng.normal(30, 5, N), rng.normal(33, 5, N)]
    truths = [rng.normal(31, 9, N), rng.normal(31, 9, N)]
    days = [
        (rows := requests("m", day(i), N, prediction=p), labelled(rows, y))
        for i, (p, y) in enumerate(zip(answers, truths, strict=True))
    ]
    found = read(tmp_path, {"task": "regression", "unit": "minutes", **FIRST_DAY}, days)
    for feature, pair in ((PREDICTION, answers), (LABEL, truths)):
        exact = stats.wasserstein_distance(*pair)
        assert value(found, "drift_wasserstein", feature, 1) == pytest.approx(exact, abs=0.005)
        assert value(found, "drift_wasserstein_sd", feature, 1) == pytest.approx(
            exact / pair[0].std(), abs=5e-4
        )
        assert value(found, "drift_ks", feature, 1) == pytest.approx(
            stats.ks_2samp(pair[0], pair[1]).statistic, abs=2e-3
        )
    units = found.filter(pl.col("metric") == "drift_wasserstein")["unit"].unique().to_list()
    assert units == ["minutes"]


def test_labels_are_compared_once_they_had_time_to_come(tmp_path: Path) -> None:
    """With a label delay of two days, the days younger than that have no drift of labels yet."""
    rng = np.random.default_rng(3)
    days = [
        (
            rows := requests("m", day(i), 300, prediction=rng.normal(0, 1, 300)),
            labelled(rows, rng.normal(0, 1, 300)),
        )
        for i in range(5)
    ]
    model: dict[str, object] = {"task": "regression", "label_delay_days": 1.5, **FIRST_DAY}
    found = read(tmp_path / "once", model, days)
    there = found.filter(
        pl.col("metric") == "drift_ks", pl.col("feature") == LABEL, pl.col("window_days") == 1
    )
    assert there["day"].to_list() == [day(0), day(1), day(2)]
    assert read(tmp_path / "nightly", model, days, nights_from=2).equals(found)


def test_labels_that_are_seen_to_come_late_are_waited_for(tmp_path: Path) -> None:
    """Nothing is declared: the small ones come at once, the large ones two days later, so young days look low."""
    rng = np.random.default_rng(3)
    days = []
    for i in range(5):
        y = rng.normal(0, 1, 300)
        rows = requests("m", day(i), 300, prediction=rng.normal(0, 1, 300))
        days.append((rows, labelled(rows, y, lag=np.where(y > 0, 2, 0))))
    found = read(tmp_path / "once", {"task": "regression", **FIRST_DAY}, days)
    there = found.filter(
        pl.col("metric") == "drift_ks", pl.col("feature") == LABEL, pl.col("window_days") == 1
    )
    assert there["day"].to_list() == [day(0), day(1), day(2)]
    assert there["value"].max() < 0.15  # type: ignore[operator]
    assert read(tmp_path / "nightly", {"task": "regression", **FIRST_DAY}, days, nights_from=2).equals(found)


def columns(rng: np.random.Generator, count: int, shift: float = 0.1) -> list[Floats]:
    return [rng.normal(shift * i, 1, 400) for i in range(count)]


def test_a_rolling_reference_moves_along(tmp_path: Path) -> None:
    """Each day against the seven days that end two before it; before there are so many, nothing is said."""
    xs = columns(np.random.default_rng(4), 10)
    days: list[Day] = [(requests("m", day(i), 400, {"x": x}), None) for i, x in enumerate(xs)]
    model: dict[str, object] = {"reference": {"rolling_days": 7, "lag_days": 2}}
    found = read(tmp_path / "once", model, days)
    for number in (8, 9):
        exact = stats.ks_2samp(np.concatenate(xs[number - 8 : number - 1]), xs[number]).statistic
        assert value(found, "drift_ks", "x", number) == pytest.approx(exact, abs=2e-3)
    early = "not computable: the log does not reach back over a whole reference"
    assert (value(found, "drift_ks", "x", 7), reason(found, "drift_ks", "x", 7)) == (None, early)
    assert read(tmp_path / "nightly", model, days, nights_from=7).equals(found)


def test_a_row_with_a_wrong_year_is_not_the_reference(tmp_path: Path) -> None:
    """A model that was silent for more than a year begins anew, whichever night saw what."""
    rng = np.random.default_rng(8)
    stray = requests("m", day(-4000), 1, {"x": [3.0], "c": ["old"]})
    xs = [rng.normal(0.2 * i, 1, 400) for i in range(30)]
    served = [requests("m", day(i), 400, {"x": x, "c": ["a", "b"] * 200}) for i, x in enumerate(xs)]
    days: list[Day] = [(rows, None) for rows in (stray, *served)]
    found = read(tmp_path, {}, days)
    exact = stats.ks_2samp(np.concatenate(xs[:28]), xs[29]).statistic
    assert value(found, "drift_ks", "x", 29) == pytest.approx(exact, abs=3e-3)
    assert value(found, "drift_unseen_share", "c", 29) == 0


def test_categories_of_a_rolling_reference_are_not_unseen_for_ever(tmp_path: Path) -> None:
    """A new category is unseen on its first day, and known once the reference holds it."""
    mixes = [["a"] * 300] * 8 + [["a"] * 200 + ["new"] * 100] * 10
    days: list[Day] = [(requests("m", day(i), 300, {"c": mix}), None) for i, mix in enumerate(mixes)]
    found = read(tmp_path, {"reference": {"rolling_days": 7, "lag_days": 1}}, days)
    unseen = [value(found, "drift_unseen_share", "c", number) for number in (8, 9, 17)]
    assert unseen == [pytest.approx(1 / 3), 0.0, 0.0]
    assert value(found, "drift_js", "c", 17) == pytest.approx(0, abs=0.12)


def test_a_version_is_compared_with_its_own_reference(tmp_path: Path) -> None:
    """The second version against the day it came, the whole model against the first day."""
    rng = np.random.default_rng(5)
    xs = [rng.normal(0, 1, N), rng.normal(1, 1, N), rng.normal(1.2, 1, N)]
    days: list[Day] = [
        (requests("m", day(i), N, {"x": x}, version="v1" if i == 0 else "v2"), None) for i, x in enumerate(xs)
    ]
    versions = [{"version": "v2", "reference": {"start": str(day(1)), "end": str(day(1))}}]
    found = read(tmp_path, {**FIRST_DAY, "versions": versions}, days)
    own, whole = (stats.ks_2samp(reference, xs[2]).statistic for reference in (xs[1], xs[0]))
    assert value(found, "drift_ks", "x", 2, version="v2") == pytest.approx(own, abs=3e-3)
    assert value(found, "drift_ks", "x", 2) == pytest.approx(whole, abs=3e-3)


def test_a_training_profile_stands_for_the_training_rows(tmp_path: Path) -> None:
    """Drift from a profile is drift from the rows it was made of; what it does not hold is said."""
    rng = np.random.default_rng(6)
    trained, served = rng.gamma(2, 10, 20_000), rng.gamma(2, 11, N)
    kinds = ["a"] * 15_000 + ["b"] * 5_000
    (tmp_path / "data" / "profiles").mkdir(parents=True)
    (tmp_path / "data" / "profiles" / "m.json").write_text(json.dumps(profile({"x": trained}, {"c": kinds})))
    features = {"x": served, "c": ["a"] * 2000 + ["z"] * 2000, "other": np.arange(float(N))}
    days: list[Day] = [(requests("m", day(0), N, features), None)]
    found = read(tmp_path, {"reference": {"profile": "profiles/m.json"}}, days)
    assert value(found, "drift_ks", "x", 0) == pytest.approx(
        stats.ks_2samp(trained, served).statistic, abs=2e-3
    )
    distance = stats.wasserstein_distance(trained, served)
    assert value(found, "drift_wasserstein", "x", 0) == pytest.approx(distance, abs=0.05)
    assert value(found, "drift_unseen_share", "c", 0) == 0.5
    assert value(found, "drift_l_infinity", "c", 0) == 0.5
    assert reason(found, "drift_ks", "other", 0) == "not computable: the reference holds none of it"


def test_what_equal_data_would_show_stands_beside_the_figure(tmp_path: Path) -> None:
    """Ten bins filled on both sides: PSI 9 (1 / n + 1 / n); a remark, not a correction."""
    rng = np.random.default_rng(7)
    days: list[Day] = [(requests("m", day(i), N, {"x": rng.normal(0, 1, N)}), None) for i in range(2)]
    found = read(tmp_path, FIRST_DAY, days)
    assert reason(found, "drift_psi", "x", 1).endswith("equal data would show 0.00450")
    psi = value(found, "drift_psi", "x", 1)
    assert psi is not None
    assert psi < 0.012


def test_what_is_not_computable_is_never_0(tmp_path: Path) -> None:
    """A constant reference, a window of nothing but gaps, a reference of few rows."""
    still = [np.full(N, 3.0), np.where(np.arange(N) % 20 == 0, 5.0, 3.0)]
    gone = [np.linspace(0, 1, N), np.full(N, np.nan)]
    thin = [np.where(np.arange(N) < 100, np.arange(float(N)), np.nan), np.arange(float(N))]
    days: list[Day] = [
        (requests("m", day(i), N, {"still": still[i], "gone": gone[i], "thin": thin[i]}), None)
        for i in range(2)
    ]
    found = read(tmp_path, FIRST_DAY, days)
    distances = ("drift_psi", "drift_js", "drift_hellinger", "drift_ks", "drift_wasserstein_sd")
    for metric in distances:
        assert value(found, metric, "still", 1) is None
        assert reason(found, metric, "still", 1) == "not computable: the reference is constant"
    for metric in ("drift_ks", "drift_wasserstein_sd", "drift_psi"):
        assert value(found, metric, "gone", 1) is None
        assert reason(found, metric, "gone", 1) == "not computable: no values in the window"
        assert value(found, metric, "thin", 1) is not None


def test_the_scorecard_names_the_feature_that_moved_furthest(tmp_path: Path) -> None:
    """Of several poor ones, not the first by name."""
    rng = np.random.default_rng(5)
    of = measuring(workspace(tmp_path, [{"id": "m", **FIRST_DAY}]), "drift")
    with Warehouse.open(None) as warehouse:
        for number, (near, far) in enumerate([(0.0, 0.0), (1.0, 2.0)]):
            moved = {
                "a_near": rng.normal(near, 1, N),
                "b_far": rng.normal(far, 1, N),
                "c_still": rng.normal(0, 1, N),
            }
            put(of, warehouse, "requests", "log", requests("m", day(number), N, moved))
        summarise(night(of, day(1)), warehouse)
        score(night(of, day(1)), warehouse)
        grade, reason = warehouse.connection.execute(
            "SELECT grade, reason FROM mart.scorecard WHERE family = 'drift'"
        ).fetchall()[0]
    assert grade == "poor"
    assert reason.startswith("Population stability index of b_far ")
