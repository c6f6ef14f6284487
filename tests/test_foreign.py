"""A foreign workspace, built whole: nothing in the engine knows the demo."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from tests.foreign import FIRST, LAST, MODEL, write_foreign
from tests.nights import whole

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[dt.date, int]]:
    """The published site, and the exact requests by local day."""
    root = tmp_path_factory.mktemp("foreign")
    counts = write_foreign(root)
    return whole(root), counts


@pytest.fixture(scope="module")
def readings(built: tuple[Path, dict[dt.date, int]]) -> pl.DataFrame:
    """What the API says."""
    return pl.read_parquet(built[0] / "api" / "readings.parquet")


def test_requests_are_counted_by_local_day(
    built: tuple[Path, dict[dt.date, int]], readings: pl.DataFrame
) -> None:
    """Every day has its exact count, the 24.5-hour day on which daylight saving ended among them."""
    chosen = readings.filter(
        (pl.col("metric") == "requests")
        & (pl.col("window_days") == 1)
        & (pl.col("segment") == "")
        & (pl.col("version") == "")
    )
    assert dict(zip(chosen["day"], chosen["value"].cast(pl.Int64), strict=True)) == built[1]
    assert dt.date(2025, 4, 6) in built[1]


def test_labels_of_another_source_join(readings: pl.DataFrame) -> None:
    """The model's error is the noise with which the labels were made: 5 minutes."""
    chosen = readings.filter(
        (pl.col("metric") == "rmse") & (pl.col("window_days") == 28) & (pl.col("day") == LAST)
    )
    rmse = chosen.filter((pl.col("segment") == "") & (pl.col("version") == ""))["value"].to_list()
    assert len(rmse) == 1
    assert rmse[0] == pytest.approx(5, rel=0.1)


def test_money_is_in_the_workspaces_currency(built: tuple[Path, dict[dt.date, int]]) -> None:
    """The value is declared in yen, and no dollar is mentioned."""
    index = (built[0] / "index.html").read_text(encoding="utf-8")
    assert "JPY" in index
    assert "USD" not in index


def test_an_id_with_slashes_and_markup_is_kept_and_harmless(built: tuple[Path, dict[dt.date, int]]) -> None:
    """The id is unchanged in the data, safe in the address and escaped on the page."""
    models = json.loads((built[0] / "api" / "models.json").read_text(encoding="utf-8"))["models"]
    assert [m["id"] for m in models] == [MODEL]
    page = (built[0] / "models" / f"{models[0]['slug']}.html").read_text(encoding="utf-8")
    assert "<b>v.1</b>" not in page
    assert "&lt;b&gt;v.1" in page


def test_the_first_day_has_readings_too(readings: pl.DataFrame) -> None:
    """Readings with window 1 begin on the first day."""
    assert readings.filter(pl.col("window_days") == 1)["day"].min() == FIRST
