"""Figures of features checked by hand, and a wrong one in a published site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.naming import OUTPUT
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.release import release
from dagster_project.pipeline.verify import verify
from dagster_project.pipeline.verify_features import (
    AT_BORDERS,
    Reach,
    drift_figures,
    feature_tolerance,
    window_figures,
)
from dagster_project.publish.api import READING_COLUMNS
from dagster_project.publish.receipts import file_sha256, release_id
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.nights import SCORING, whole
from tests.site.fixture import AS_OF, write_workspace

BEFORE = AS_OF - dt.timedelta(days=30)
NUMBERS = pl.Series([0.0, 1.0, 2.0, 3.0]), pl.Series([1.0, 2.0, 3.0, None])
"""Reference and window."""
TRUE = {"missing_share": 0.25, "drift_missing_change": 0.25, "drift_ks": 0.25, "drift_wasserstein": 0.5}


def test_numbers_by_hand() -> None:
    """A quarter of the reference is below all other values; the missing row does not count."""
    before, now = NUMBERS
    figures = window_figures(now) | drift_figures(now, before)
    assert figures == pytest.approx(TRUE | {"drift_wasserstein_sd": 0.5 / 1.25**0.5, AT_BORDERS: 0.25})


def test_a_column_of_few_values_is_held_to_the_borders_of_its_bins() -> None:
    """0.1 and 0.3 share a bin: what their order alone tells cannot be asked of it; nothing more is forgiven."""
    before, now = pl.Series([0.1, 0.1, 0.3, 50.0]), pl.Series([0.3, 0.3, 0.3, 50.0])
    figures = drift_figures(now, before, Reach.of_grid(0.0, 100.0))
    assert (figures["drift_ks"], figures[AT_BORDERS]) == (0.5, 0.0)
    assert feature_tolerance("drift_ks", figures).allows(0.0, 0.5)
    apart = drift_figures(now, before, Reach.of_grid(0.0, 0.1))
    assert not feature_tolerance("drift_ks", apart).allows(0.46, 0.5)
    assert not feature_tolerance("drift_wasserstein", figures).allows(0.0, 0.1)


def test_categories_by_hand() -> None:
    """Two categories that the reference lacks count as one together; a missing row as a category of its own."""
    before, now = pl.Series(["a", "a", "b", None]), pl.Series(["a", "c", "d", None])
    figures = drift_figures(now, before)
    assert figures.pop("drift_cramers_v") == pytest.approx(((1 / 3 + 1 + 2) / 8) ** 0.5)
    assert figures == {"drift_missing_change": 0.0, "drift_l_infinity": 0.5, "drift_unseen_share": 0.5}


def test_what_cannot_be_computed_is_left_out() -> None:
    """No rows, a constant reference, a reference without a value."""
    before, now = NUMBERS
    assert window_figures(now.clear()) == {"missing_share": None}
    assert drift_figures(now.clear(), before) == {}
    assert drift_figures(now, pl.Series([2.0, 2.0])) == {"drift_missing_change": 0.25}
    assert drift_figures(now, pl.Series([None, None], dtype=pl.Float64)) == {"drift_missing_change": -0.75}


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(write_workspace(tmp_path), AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC))


def publish(night: Night, figures: dict[str, float], feature: str = "x", window: int = 1) -> None:
    """Lay both days of model m into the lake and publish a site that claims these figures of a feature."""
    rows = [("m", "", metric, "", feature, AS_OF, window, value) for metric, value in figures.items()]
    staged = night.workspace.build / ".staging"
    (staged / "api").mkdir(parents=True)
    readings = pl.DataFrame(rows, schema=list(READING_COLUMNS[:8]), orient="row")
    readings.write_parquet(staged / "api" / "readings.parquet")
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        warehouse.run("DELETE FROM ops.part")
        warehouse.run(
            "INSERT INTO catalog.model (model_id, reference_start, reference_end) VALUES ('m', ?, ?)",
            [BEFORE, BEFORE],
        )
        for day, values in zip((BEFORE, AS_OF), NUMBERS, strict=True):
            place = f"data/lake/requests/log/{day}/all.parquet"
            file = night.workspace.root / place
            file.parent.mkdir(parents=True, exist_ok=True)
            frame = pl.DataFrame({"model_id": "m", "version": "1", "day": day, "f:x": values})
            frame.write_parquet(file)
            warehouse.run(
                "INSERT INTO ops.part (kind, source, day, path, sha256) VALUES ('requests', 'log', ?, ?, ?)",
                [day, place, file_sha256(file)],
            )
        name = release_id(AS_OF.isoformat(), "a" * 64)
        (staged / "api" / "build.json").write_text(f'{{"release": "{name}", "digest": "{"a" * 64}"}}')
        release(night, warehouse, staged)


def test_true_figures_of_a_feature_have_no_differences(night: Night) -> None:
    """The reference days of the catalog are read from the lake too."""
    publish(night, TRUE)
    result = verify(night.workspace)
    assert (result.differences, result.checked) == ((), 2 + 1 + len(TRUE))


@pytest.mark.parametrize("metric", sorted(TRUE))
def test_a_wrong_figure_of_a_feature_is_named(night: Night, metric: str) -> None:
    """With model and feature."""
    publish(night, TRUE | {metric: 0.9})
    (difference,) = verify(night.workspace).differences
    assert difference.startswith(f"m x: {metric} of 1 days to {AS_OF} is 0.9, recomputed ")


def test_requests_from_before_a_feature_first_came_do_not_lack_it(night: Night) -> None:
    """If a window begins before the feature, its share is that of the days since then."""
    publish(night, {"missing_share": 0.25}, window=60)
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        warehouse.run("INSERT INTO ops.grid (model_id, feature, from_day) VALUES ('m', 'x', ?)", [AS_OF])
    assert verify(night.workspace).differences == ()


def test_answers_of_a_model_are_not_taken_for_features(night: Night) -> None:
    """Scores and predictions stand in columns of their own and are compared otherwise."""
    publish(night, {"drift_ks": 0.9}, OUTPUT + "score")
    assert verify(night.workspace).differences == ()


def test_numbers_out_of_reach_count_as_its_ends() -> None:
    """One absurd number counts as 2^20 scales from the centre on both sides of the comparison."""
    before = pl.Series([0.0, 1.0, 2.0, 3.0, 1e18])
    now = pl.Series([1.0, 2.0, 3.0, 4.0, -1e18])
    end = 2.0 + 2**20 * 0.5
    figures = drift_figures(now, before, Reach.of_grid(2.0, 0.5))
    cut = drift_figures(pl.Series([1.0, 2.0, 3.0, 4.0, 4.0 - end]), pl.Series([0.0, 1.0, 2.0, 3.0, end]))
    assert figures == cut
    assert Reach.of_grid(None, None) == Reach()


def test_a_published_feature_with_absurd_numbers_has_no_differences(tmp_path: Path) -> None:
    """Summaries and their second computation cut numbers at the same place, on reference days and after."""
    (tmp_path / "data" / "sources").mkdir(parents=True)
    (tmp_path / "data" / "workspace.yml").write_text("name: A\nas_of: newest\n")
    (tmp_path / "data" / "sources" / "log.yml").write_text(
        "source: log\nfiles: a.csv\ncolumns: {event_time: t, model_id: m}\nfeatures: [large, small]\n"
    )
    lines = ["t,m,large,small"]
    for day in range(60):
        date = dt.date(2025, 3, 1) + dt.timedelta(days=day)
        values = [str(1 + (i * 7 + day) % 13 / 10) for i in range(300)]
        absurd = [("1e18", "-1e300")] * (1 + day % 3)
        rows = [*zip(values, values, strict=True), *absurd]
        lines += [f"{date}T10:00:00Z,m,{large},{small}" for large, small in rows]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    whole(tmp_path, stages=SCORING)
    with Warehouse.open(tmp_path / "data" / "warehouse.duckdb") as warehouse:
        told = warehouse.value(
            "SELECT count(DISTINCT feature) FROM mart.reading WHERE metric = 'drift_wasserstein' AND value > 0"
        )
    assert told == 2
    assert verify(load_workspace(tmp_path), everything=True).differences == ()
