"""Verification: a true site passes; a changed file, link of the chain or figure is named."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.errors import ModelboardError, PublishError
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.release import release
from dagster_project.pipeline.verify import recomputed, verify
from dagster_project.pipeline.verify_readings import label_figures, request_figures
from dagster_project.publish.api import READING_COLUMNS
from dagster_project.publish.receipts import file_sha256, release_id
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.site.fixture import AS_OF, write_workspace

DAY = AS_OF
Figures = dict[tuple[str, ...], float]
"""By metric, version and, where it is of one, segment."""
REQUESTS = pl.DataFrame({
    "model_id": ["m"] * 4 + ["other"], "version": ["1", "1", "2", "2", "1"],
    "latency_ms": [10.0, 20.0, 30.0, None, 1.0],
    "user_hash": pl.Series([1, 1, 2, None, 3], dtype=pl.UInt64), "records": [1, 1, 5, 1, 1],
    "error": [True, False, False, False, False], "late": [False] * 5, "consumer": ["a", "b", "", "a", "z"],
    "tokens_in": [5, None, 7, None, 1], "tokens_out": pl.Series([None] * 5, dtype=pl.Int64),
})  # fmt: skip
LABELLED = pl.DataFrame({
    "model_id": ["m"] * 5, "version": ["1"] * 5, "segments": [["k=a", "l=z"], ["k=a"], ["k=a"], ["k=b"], ["k=b"]],
    "label_day": [DAY] * 4 + [DAY + dt.timedelta(days=1)],
    "score": [0.9, 0.8, 0.3, 0.1, 0.99], "prediction": pl.Series([None] * 5, dtype=pl.Float64),
    "baseline": pl.Series([None] * 5, dtype=pl.Float64),
    "label": [1.0, 0.0, 1.0, 0.0, 0.0],
})  # fmt: skip
TRUE: Figures = {
    ("requests", ""): 4.0, ("requests", "2"): 2.0, ("error_share", ""): 0.25, ("records", ""): 8.0,
    ("active_consumers", ""): 2.0, ("active_users", ""): 2.0, ("latency_p50_ms", ""): 20.1,
    ("accuracy", ""): 0.5, ("roc_auc", ""): 0.75,
}  # fmt: skip
IN_SEGMENTS: Figures = {("accuracy", "", "k=a"): 1 / 3, ("accuracy", "1", "l=z"): 1.0}
NOT_RECOMPUTED: Figures = {("accuracy", "", "k=other"): 0.9, ("requests", "", "k=b"): 77.0}
"""No row says that its value is one of the rest, nor does that of a request say which segments it is of."""


def publish(night: Night, figures: Figures, digest: str = "a" * 64) -> Path:
    """Lay rows into the lake and publish a site that claims `figures` of model m by metric, version and segment."""
    workspace = night.workspace
    rows = [
        ("m", version, metric, "".join(segment), "", DAY, 1, value)
        for (metric, version, *segment), value in figures.items()
    ]
    readings = pl.DataFrame(rows, schema=list(READING_COLUMNS[:8]), orient="row")
    staged = workspace.build / ".staging"
    (staged / "api").mkdir(parents=True)
    readings.write_parquet(staged / "api" / "readings.parquet")
    build = {"release": release_id(DAY.isoformat(), digest), "digest": digest}
    (staged / "api" / "build.json").write_text(json.dumps(build))
    with Warehouse.open(workspace.warehouse) as warehouse:
        warehouse.run("DELETE FROM ops.part")
        for kind, frame in (("requests", REQUESTS), ("labelled", LABELLED)):
            path = workspace.lake / kind / "log" / DAY.isoformat() / "all.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            frame.write_parquet(path)
            place, sha256 = path.relative_to(workspace.root).as_posix(), file_sha256(path)
            warehouse.run(
                "INSERT INTO ops.part (kind, source, day, path, sha256) VALUES (?, 'log', ?, ?, ?)",
                [kind, DAY, place, sha256],
            )
        return release(night, warehouse, staged).folder


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(write_workspace(tmp_path), AS_OF, dt.datetime(2014, 1, 2, tzinfo=dt.UTC))


def test_a_true_site_has_no_differences(night: Night) -> None:
    """Two files, one release and nine readings; a label of tomorrow does not count today."""
    publish(night, TRUE)
    result = verify(night.workspace, everything=True)
    assert result.differences == ()
    assert result.checked == 2 + 1 + len(TRUE)


def test_figures_of_labels_in_segments_are_recomputed(night: Night) -> None:
    """For the values that rows name; a wrong figure is reported with its segment."""
    publish(night, TRUE | IN_SEGMENTS | NOT_RECOMPUTED)
    result = verify(night.workspace, everything=True)
    assert result.differences == ()
    assert result.checked == 2 + 1 + len(TRUE) + len(IN_SEGMENTS)
    publish(night, {("accuracy", "", "k=a"): 0.4}, "b" * 64)
    (difference,) = verify(night.workspace).differences
    assert difference.startswith("m k=a: accuracy of 1 days to 2013-12-31 is 0.4, recomputed 0.33")


@pytest.mark.parametrize(
    ("metric", "wrong"),
    [
        ("requests", 5.0),
        ("error_share", 0.2500001),
        ("latency_p50_ms", 20.3),
        ("roc_auc", 0.85),
        ("accuracy", 0.6),
    ],
)
def test_a_wrong_figure_is_named(night: Night, metric: str, wrong: float) -> None:
    """With model, metric, day, what was published and what the rows say."""
    publish(night, TRUE | {(metric, ""): wrong})
    (difference,) = verify(night.workspace, everything=True).differences
    assert difference.startswith(f"m: {metric} of 1 days to 2013-12-31 is {wrong}, recomputed ")


def test_a_figure_without_rows_is_named(night: Night) -> None:
    """A version that no row names cannot have had requests."""
    publish(night, {("requests", "9"): 3.0})
    assert verify(night.workspace, everything=True).differences == (
        "m 9: requests of 1 days to 2013-12-31 is 3.0, recomputed 0",
    )


def test_changed_missing_and_extra_files_are_named(night: Night) -> None:
    """Everything that differs from the manifest."""
    folder = publish(night, TRUE)
    (folder / "api" / "build.json").write_text("{}")
    (folder / "added.html").write_text("x")
    assert verify(night.workspace).differences == (
        "added.html: on disk, not in the manifest",
        "api/build.json: changed after publication",
    )


def test_a_broken_chain_is_named(night: Night) -> None:
    """An old manifest that was rewritten no longer has the hash the next one holds."""
    first = publish(night, TRUE, "a" * 64)
    publish(night, TRUE, "b" * 64)
    manifest = json.loads((first / "manifest.json").read_bytes())
    (first / "manifest.json").write_text(json.dumps(manifest | {"organization": "Somebody else"}))
    (difference,) = verify(night.workspace).differences
    assert "is not the one it was chained to" in difference


def test_files_of_the_lake_that_are_gone_or_changed_are_named(night: Night) -> None:
    """With what to do; no reading is recomputed from the rest. Changed files are looked for only with `everything`."""
    publish(night, TRUE)
    file = next((night.workspace.lake / "labelled").rglob("*.parquet"))
    LABELLED.head(2).write_parquet(file)
    (changed,) = verify(night.workspace, everything=True).differences
    assert changed.startswith(f"{file.relative_to(night.workspace.root)}: changed after it was written")
    file.unlink()
    (gone,) = verify(night.workspace).differences
    assert "gone from the lake" in gone
    assert "put it back, or move data/warehouse.duckdb and data/lake away" in gone


def test_a_lake_file_that_cannot_be_read_is_named(night: Night) -> None:
    """A figure that cannot be recomputed is neither a crash nor counted as agreement."""
    publish(night, {("requests", "spam"): 1.0})
    for file in night.workspace.root.glob("data/lake/**/*.parquet"):
        file.write_bytes(b"PAR1 no more")
    with pytest.raises(ModelboardError, match="damaged in the lake; put back"):
        verify(night.workspace)


def test_nothing_published_is_an_error(night: Night) -> None:
    """Not a pass."""
    with pytest.raises(PublishError, match="nothing is published"):
        verify(night.workspace)


def test_a_sample_is_the_same_every_time(night: Night) -> None:
    """Seeded, so that two verifications of one site say the same."""
    publish(night, TRUE | {("requests", ""): 5.0, ("records", ""): 9.0, ("error_share", ""): 0.9})
    first, second = (verify(night.workspace, sample=4) for _ in range(2))
    assert first == second
    assert first.checked == 2 + 1 + 4


def test_request_figures_by_hand() -> None:
    """Quantiles are the smallest value with enough at or below; users and consumers not given do not count."""
    figures = request_figures(REQUESTS.filter(pl.col("model_id") == "m"))
    assert figures["latency_p50_ms"] == 20.0
    assert figures["latency_p95_ms"] == 30.0
    assert figures["active_users"] == 2
    assert figures["active_consumers"] == 2
    assert (figures["tokens_in"], figures["tokens_per_request"], figures["availability"]) == (12, 3.0, 0.75)
    assert request_figures(REQUESTS.clear())["error_share"] is None


def test_label_figures_by_hand() -> None:
    """At the threshold 0.5: one true and one false positive, one miss; 3 of 4 pairs are in order."""
    figures = label_figures(LABELLED.head(4), "binary", None)
    assert (figures["precision"], figures["recall"], figures["roc_auc"]) == (0.5, 0.5, 0.75)
    assert figures["log_loss"] == pytest.approx(
        -(math.log(0.9) + math.log(0.2) + math.log(0.3) + math.log(0.9)) / 4
    )
    assert (figures["specificity"], figures["f05"], figures["selection_rate"]) == (0.5, 0.5, 0.5)
    assert figures["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["brier"] == pytest.approx((0.1**2 + 0.8**2 + 0.7**2 + 0.1**2) / 4)
    assert label_figures(LABELLED.head(4), "binary", 0.85)["precision"] == 1.0


def test_ties_share_their_rank() -> None:
    """Equal scores of both labels count one half."""
    nothing = {"prediction": [None, None], "baseline": [None, None]}
    rows = pl.DataFrame({"score": [0.5, 0.5], "label": [1.0, 0.0], **nothing})
    assert label_figures(rows, "binary", None)["roc_auc"] == 0.5


def test_regression_figures_by_hand() -> None:
    """Errors 1 and -1 around labels 0 and 4; the second row alone has a baseline, 2 off."""
    values = {"prediction": [1.0, 3.0], "baseline": [None, 2.0], "label": [0.0, 4.0]}
    rows = pl.DataFrame({"score": [None, None], **values})
    figures = label_figures(rows, "regression", None)
    assert figures == {
        "mse": 1.0,
        "rmse": 1.0,
        "mae": 1.0,
        "mape": 0.25,
        "r2": 1 - 2 / 8,
        "mae_skill": 0.5,
        "bias": 0.0,
    }


def test_a_metric_of_the_workspace_is_not_held_against_the_built_in_definition(night: Night) -> None:
    """Its own file may mean another thing by the same name; in a checkout the root's files are the built-in ones."""
    assert "accuracy" in recomputed(night.workspace)
    assert "accuracy" in recomputed(load_workspace(builtin_root()))
    own = night.workspace.root / "reports" / "metrics" / "accuracy.sql"
    own.parent.mkdir(parents=True)
    own.write_bytes((builtin_root() / "reports" / "metrics" / "accuracy.sql").read_bytes())
    changed = replace(night, workspace=load_workspace(night.workspace.root))
    assert "accuracy" not in recomputed(changed.workspace)
    publish(changed, {**TRUE, ("accuracy", ""): 0.9})
    assert verify(changed.workspace).differences == ()
