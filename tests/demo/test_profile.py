"""The profile of training data: what the columns hold, and nothing that depends on their order."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dagster_project.demo.profile import profile


def test_a_profile_equals_numpy() -> None:
    """Missing is NULL or NaN; statistics are of the rest."""
    rng = np.random.default_rng(1)
    values = rng.normal(10, 3, 500)
    rows = pl.DataFrame({"x": [None, float("nan"), *values], "c": [None, "b", *["a", "b"] * 250]})
    found = profile(rows, ["x"], ["c"])
    assert found["x"].pop("n") == 502
    assert found["x"].pop("missing") == 2
    expected = {"min": values.min(), "max": values.max(), "mean": values.mean(), "sd": values.std()}
    assert found["x"] == pytest.approx(expected, rel=1e-8)
    shares = {"a": pytest.approx(250 / 501), "b": pytest.approx(251 / 501)}
    assert found["c"] == {"n": 502, "missing": 1, "shares": shares}


def test_a_column_without_values_has_no_statistics() -> None:
    """Nothing is said of what was never there."""
    rows = pl.DataFrame(
        {"x": pl.Series([None, None], dtype=pl.Float64), "c": pl.Series([None, None], dtype=pl.String)}
    )
    assert profile(rows, ["x"], ["c"]) == {
        "x": {"n": 2, "missing": 2},
        "c": {"n": 2, "missing": 2, "shares": {}},
    }
