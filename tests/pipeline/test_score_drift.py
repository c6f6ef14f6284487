"""Drift of predictions and labels, from every kind of reference, against the raw rows: one night, a model per case."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from dagster_project.core.naming import LABEL, PREDICTION, SCORE
from dagster_project.core.profile import profile
from dagster_project.core.types import Floats
from tests.pipeline.drifting import FIRST_DAY, Case, Drift, drift_of, reason, value
from tests.pipeline.lakes import day, labelled, one, requests

N = 4000
"""Requests a day of most cases."""


def two_days(model: str, features: list[dict[str, object]]) -> Case:
    """A model with features, compared with the first day."""
    return FIRST_DAY, [(requests(model, day(i), N, columns), None) for i, columns in enumerate(features)]


def binary_scores() -> tuple[list[Floats], list[Floats]]:
    """Scores and labels of two days."""
    rng = np.random.default_rng(1)
    scores = [rng.beta(2, 5, N), rng.beta(3, 5, N)]
    return scores, [(rng.random(N) < s).astype(float) for s in scores]


def binary() -> Case:
    """Scores that rise."""
    days = [
        (rows := requests("binary", day(i), N, score=s), labelled(rows, y))
        for i, (s, y) in enumerate(zip(*binary_scores(), strict=True))
    ]
    return {"task": "binary", "threshold": 0.4, **FIRST_DAY}, days


def regression_answers() -> tuple[list[Floats], list[Floats]]:
    """Predictions and labels of two days."""
    rng = np.random.default_rng(2)
    answers = [rng.normal(30, 5, N), rng.normal(33, 5, N)]
    return answers, [rng.normal(31, 9, N), rng.normal(31, 9, N)]


def regression() -> Case:
    """Predictions that rise."""
    days = [
        (rows := requests("regression", day(i), N, prediction=p), labelled(rows, y))
        for i, (p, y) in enumerate(zip(*regression_answers(), strict=True))
    ]
    return {"task": "regression", "unit": "minutes", **FIRST_DAY}, days


def rising() -> list[Floats]:
    """Thirty days of a feature."""
    rng = np.random.default_rng(8)
    return [rng.normal(0.2 * i, 1, 400) for i in range(30)]


def misdated() -> Case:
    """Thirty days, and a row of more than a year before; no reference is declared."""
    stray = requests("misdated", day(-4000), 1, {"x": [3.0], "c": ["old"]})
    served = [
        requests("misdated", day(i - 28), 400, {"x": x, "c": ["a", "b"] * 200})
        for i, x in enumerate(rising())
    ]
    return {}, [(rows, None) for rows in (stray, *served)]


def new_category() -> Case:
    """A category that comes on day -8."""
    mixes = [["a"] * 300] * 8 + [["a"] * 200 + ["new"] * 100] * 10
    days = [(requests("new_category", day(i - 16), 300, {"c": mix}), None) for i, mix in enumerate(mixes)]
    return {"reference": {"rolling_days": 7, "lag_days": 1}}, days


def version_days() -> list[Floats]:
    """A feature on days -1, 0 and 1."""
    rng = np.random.default_rng(5)
    return [rng.normal(0, 1, N), rng.normal(1, 1, N), rng.normal(1.2, 1, N)]


def versions() -> Case:
    """A second version that comes on day 0, beside the first one, with a reference of its own."""
    first, second, later = version_days()

    def served(number: int, version: str, x: Floats) -> pl.DataFrame:
        return requests("versions", day(number), N, {"x": x}, version=version)

    days = [served(-1, "v1", first), pl.concat([served(0, "v1", first), served(0, "v2", second)])]
    own = [{"version": "v2", "reference": {"start": str(day(0)), "end": str(day(0))}}]
    declared = {"reference": {"start": day(-1), "end": day(-1)}, "versions": own}
    return declared, [(rows, None) for rows in (*days, served(1, "v2", later))]


def trained_and_served() -> tuple[Floats, Floats]:
    """A feature in training and on day 1."""
    rng = np.random.default_rng(6)
    return rng.gamma(2, 10, 20_000), rng.gamma(2, 11, N)


def profiled() -> Case:
    """A model that is compared with a training profile."""
    features = {
        "x": trained_and_served()[1],
        "c": ["a"] * 2000 + ["z"] * 2000,
        "other": np.arange(float(N)),
    }
    model: dict[str, object] = {"reference": {"profile": "profiles/m.json"}}
    return model, [(requests("profiled", day(1), N, features), None)]


def equal() -> Case:
    """The same distribution twice."""
    rng = np.random.default_rng(7)
    return two_days("equal", [{"x": rng.normal(0, 1, N)} for _ in range(2)])


def gaps() -> Case:
    """A constant reference, a window of nothing but gaps, a reference and a window of few numbers."""
    still = [np.full(N, 3.0), np.where(np.arange(N) % 20 == 0, 5.0, 3.0)]
    gone = [np.linspace(0, 1, N), np.full(N, np.nan)]
    every = np.arange(float(N))
    thin, rare = [np.where(every < 100, every, np.nan), every], [every, np.where(every < 150, every, np.nan)]
    columns = {"still": still, "gone": gone, "thin": thin, "rare": rare}
    return two_days("gaps", [{name: days[i] for name, days in columns.items()} for i in range(2)])


def moved() -> Case:
    """A feature that moves, one that moves further, and one that stays."""
    rng = np.random.default_rng(5)
    means = [{"a_near": 0.0, "b_far": 0.0, "c_still": 0.0}, {"a_near": 2.0, "b_far": 4.0, "c_still": 0.0}]
    return two_days("moved", [{name: rng.normal(mean, 1, N) for name, mean in of.items()} for of in means])


CASES: tuple[Callable[[], Case], ...] = (
    binary, regression, misdated, new_category, versions, profiled, equal, gaps, moved,
)  # fmt: skip


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Drift:
    """All cases after the night of day 1."""
    root = tmp_path_factory.mktemp("drift")
    (root / "data" / "profiles").mkdir(parents=True)
    kinds = ["a"] * 15_000 + ["b"] * 5_000
    made = json.dumps(profile({"x": trained_and_served()[0]}, {"c": kinds}))
    (root / "data" / "profiles" / "m.json").write_text(made)
    return drift_of(root, {case.__name__: case() for case in CASES}, [1])


def test_scores_decisions_and_labels_of_a_binary_model_drift_like_features(drift: Drift) -> None:
    """KS within a bin's mass, Wasserstein and shares exact, against scipy on the raw scores and labels."""
    scores, truths = binary_scores()
    found = drift.of("binary")
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


def test_predictions_and_labels_of_a_regression_are_measured_in_its_unit(drift: Drift) -> None:
    """Wasserstein in minutes, beside the same in standard deviations, and exact KS."""
    answers, truths = regression_answers()
    found = drift.of("regression")
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


def test_a_row_with_a_wrong_year_is_not_the_reference(drift: Drift) -> None:
    """A model that was silent for more than a year begins again, whichever night saw which rows."""
    xs = rising()
    found = drift.of("misdated")
    exact = stats.ks_2samp(np.concatenate(xs[:28]), xs[29]).statistic
    assert value(found, "drift_ks", "x", 1) == pytest.approx(exact, abs=3e-3)
    assert value(found, "drift_unseen_share", "c", 1) == 0


def test_categories_of_a_rolling_reference_are_not_unseen_for_ever(drift: Drift) -> None:
    """A new category is unseen on its first day, and known once the reference holds it."""
    found = drift.of("new_category")
    unseen = [value(found, "drift_unseen_share", "c", number) for number in (-8, -7, 1)]
    assert unseen == [pytest.approx(1 / 3), 0.0, 0.0]
    assert value(found, "drift_js", "c", 1) == pytest.approx(0, abs=0.12)


def test_a_version_is_compared_with_its_own_reference(drift: Drift) -> None:
    """The second version against its own requests of the day it came, the whole model against the first day."""
    xs = version_days()
    found = drift.of("versions")
    own, whole = (stats.ks_2samp(reference, xs[2]).statistic for reference in (xs[1], xs[0]))
    assert value(found, "drift_ks", "x", 1, version="v2") == pytest.approx(own, abs=3e-3)
    assert value(found, "drift_ks", "x", 1) == pytest.approx(whole, abs=3e-3)


def test_a_training_profile_stands_for_the_training_rows(drift: Drift) -> None:
    """Drift from a profile equals drift from the rows it was made from; what it lacks is reported."""
    trained, served = trained_and_served()
    found = drift.of("profiled")
    assert value(found, "drift_ks", "x", 1) == pytest.approx(
        stats.ks_2samp(trained, served).statistic, abs=2e-3
    )
    distance = stats.wasserstein_distance(trained, served)
    assert value(found, "drift_wasserstein", "x", 1) == pytest.approx(distance, abs=0.05)
    assert value(found, "drift_unseen_share", "c", 1) == 0.5
    assert value(found, "drift_l_infinity", "c", 1) == 0.5
    assert reason(found, "drift_ks", "other", 1) == "not computable: it does not occur in the reference"


def test_what_equal_data_would_show_stands_beside_the_figure(drift: Drift) -> None:
    """With ten bins filled on both sides, PSI is about 9 (1 / n + 1 / n): a remark, not a correction."""
    found = drift.of("equal")
    assert reason(found, "drift_psi", "x", 1).endswith("chance alone gives about 0.00450")
    psi = value(found, "drift_psi", "x", 1)
    assert psi is not None
    assert psi < 0.012


def test_what_is_not_computable_is_never_0(drift: Drift) -> None:
    """A constant reference, a window of nothing but gaps, a reference of few numbers."""
    found = drift.of("gaps")
    distances = ("drift_psi", "drift_js", "drift_hellinger", "drift_ks", "drift_wasserstein_sd")
    for metric in distances:
        assert value(found, metric, "still", 1) is None
        assert reason(found, metric, "still", 1) == "not computable: the reference is constant"
    for metric in ("drift_ks", "drift_wasserstein_sd", "drift_psi"):
        assert value(found, metric, "gone", 1) is None
        assert reason(found, metric, "gone", 1) == "not computable: no values in the window"
    assert value(found, "drift_psi", "thin", 1) is not None
    for metric in ("drift_ks", "drift_wasserstein_sd"):
        assert reason(found, metric, "thin", 1) == "not enough data: 100 of 200 rows on the reference days"


def test_a_distance_of_numbers_rests_on_the_rows_that_have_one(drift: Drift) -> None:
    """Of 4,000 rows 150 have a number: too few for KS and Wasserstein; PSI has a bin for the others."""
    found = drift.of("gaps")
    for metric in ("drift_ks", "drift_wasserstein", "drift_wasserstein_sd"):
        assert reason(found, metric, "rare", 1) == "not enough data: 150 of the 200 needed"
        assert one(found, metric, 1, feature="rare")["n"] == 150
    assert one(found, "drift_psi", 1, feature="rare")["n"] == N


def test_the_scorecard_names_the_feature_that_moved_furthest(drift: Drift) -> None:
    """Of several poor ones, not the first by name."""
    grade, why = drift.cards["moved"]
    assert grade == "poor"
    assert why.startswith("Population stability index of b_far ")
