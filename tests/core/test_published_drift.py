"""NannyML's published univariate drift of its car-loan data, by its conventions, from this package's functions.

The tables (drift-univariate.cell04 and cell08) give Kolmogorov-Smirnov and Jensen-Shannon of ten chunks of 5,000 rows
against 50,000 reference rows, and limits at mean plus three standard deviations of the reference's own chunks.
site/docs/about/methods.md says where this package's own conventions differ.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.core import curves as c
from dagster_project.core import drift as d
from dagster_project.core.histogram import centre_scale
from dagster_project.core.types import Floats
from tests.core.columns import summary

DATA = Path(__file__).parents[3] / "shared" / "data" / "nannyml_car_loan"
COLUMN = "debt_to_income_ratio"
CHUNK = 5000
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the published tables lie beside the repository")


@functools.cache
def rows(period: str) -> Floats:
    return pl.read_parquet(DATA / f"{period}.parquet")[COLUMN].to_numpy().astype(np.float64)


def published(cell: str, measure: str, figure: str) -> list[float]:
    table = pl.read_csv(DATA / "published" / f"drift-univariate.cell{cell}.csv")
    return [float(x) for x in table[f"{COLUMN}.{measure}.{figure}"].to_list()]


def chunks(period: str) -> list[Floats]:
    values = rows(period)
    return [values[i : i + CHUNK] for i in range(0, len(values), CHUNK)]


def js(chunk: Floats) -> float:
    """NannyML's convention: numpy's "doane" bins of the reference, and one bin for what lies outside them."""
    edges = np.histogram_bin_edges(rows("reference"), bins="doane")
    sides = []
    for values in (rows("reference"), chunk):
        inside = np.histogram(values, edges)[0]
        sides.append(np.append(inside, len(values) - inside.sum()))
    return float(d.jensen_shannon(sides[0], sides[1])[0])


@needs_data
@pytest.mark.parametrize(("period", "cell"), [("analysis", "04"), ("reference", "08")])
def test_jensen_shannon_of_the_published_bins(period: str, cell: str) -> None:
    """On NannyML's bins the distance is NannyML's, to the digits it prints."""
    found = [js(chunk) for chunk in chunks(period)]
    assert found == pytest.approx(published(cell, "jensen_shannon", "value"), abs=1e-6)


@needs_data
def test_its_limit_is_that_of_the_references_own_chunks() -> None:
    """Mean plus three standard deviations (divided by n) over the ten chunks of the reference; its alarms follow."""
    own = np.array([js(chunk) for chunk in chunks("reference")])
    limit = own.mean() + 3 * own.std()
    assert limit == pytest.approx(published("04", "jensen_shannon", "upper_threshold")[0], abs=1e-6)
    table = pl.read_csv(DATA / "published" / "drift-univariate.cell04.csv")
    alarms = [js(chunk) > limit for chunk in chunks("analysis")]
    assert alarms == table[f"{COLUMN}.jensen_shannon.alert"].to_list()


@needs_data
@pytest.mark.parametrize(("period", "cell"), [("analysis", "04"), ("reference", "08")])
def test_kolmogorov_smirnov_from_a_daily_summary(period: str, cell: str) -> None:
    """From 255 bins: chance inside a bin of 5,000 rows adds up to 0.001, NannyML's binning of the reference 0.0002."""
    centre, scale = centre_scale(rows("reference")[:1000])
    reference = summary(rows("reference"), centre, scale)
    found = [float(c.ks(*c.curves(reference, summary(chunk, centre, scale)))[0]) for chunk in chunks(period)]
    assert found == pytest.approx(published(cell, "kolmogorov_smirnov", "value"), abs=1.2e-3)
