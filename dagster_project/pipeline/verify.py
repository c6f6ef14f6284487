"""Is the published site what it says it is? Checks hashes, the chain of manifests, and readings from the lake's rows.

In: a workspace with a published release. Out: every difference in words. Called by `modelboard verify`. It only
reads, and what it recomputes shares no code with what made the figures.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_project.core.errors import PublishError
from dagster_project.core.naming import OUTPUT
from dagster_project.pipeline.verify_features import (
    OF_FEATURES,
    PREFIX,
    Reach,
    drift_figures,
    feature_tolerance,
    window_figures,
)
from dagster_project.pipeline.verify_readings import (
    OF_REQUESTS,
    TOLERANCES,
    label_figures,
    request_figures,
    tolerance,
)
from dagster_project.pipeline.verify_rows import Days, lake_rows, of_model, of_segment
from dagster_project.publish.receipts import MANIFEST, file_sha256, tree_hashes
from dagster_project.publish.release import Release, published, releases
from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.files import BUILTIN
from dagster_project.spec.loading import Workspace
from dagster_project.store.connection import ANEW
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

RECOMPUTED = frozenset(TOLERANCES) | frozenset(OF_FEATURES)
"""Metrics with a second computation."""
SAMPLE = 200
SEED = 20130101
REQUEST_COLUMNS = ("model_id", "version", "latency_ms", "user_hash", "records", "error", "late", "consumer",
                   "tokens_in", "tokens_out")  # fmt: skip
LABEL_COLUMNS = ("model_id", "version", "segments", "label_day", "score", "prediction", "prediction_text", "baseline",
                 "scores", "label", "label_text")  # fmt: skip
REST = "=other"
"""Ending of the segment for all values not counted one by one: no row says that it belongs there."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many files, links of the chain and readings were checked, and each difference in words."""

    checked: int
    differences: tuple[str, ...]


def verify(workspace: Workspace, *, everything: bool = False, sample: int = SAMPLE) -> Verification:
    """Check the published release; `everything` hashes the lake and recomputes all readings, else three seeded samples.

    One sample is of whole models and versions, one of features, one of segments; each has at most `sample` readings.

    Raises PublishError if nothing is published.
    """
    current = published(workspace.build)
    if current is None:
        raise PublishError(f"nothing is published in {workspace.build}; run `modelboard nightly` first")
    manifest = json.loads((current.folder / MANIFEST).read_bytes())
    files = _file_differences(current, manifest["outputs"])
    chain = _chain_differences(releases(workspace.build))
    chosen = _chosen(current.folder, recomputed(workspace), None if everything else sample)
    as_of = dt.date.fromisoformat(manifest["as_of"])
    lake = _lake_differences(workspace, whole=everything)
    readings = [] if lake else list(_reading_differences(workspace, chosen, as_of))
    checked = len(manifest["outputs"]) + len(releases(workspace.build)) + chosen.height
    return Verification(checked, (*files, *chain, *lake, *readings))


def recomputed(workspace: Workspace) -> frozenset[str]:
    """The workspace's metrics with a second computation, without those of its own files, which may mean something else.

    In a checkout the files of the repository's root are the built-in ones.
    """
    is_checkout = workspace.root.resolve() == builtin_root()
    own = (s.id for s in workspace.metrics if is_checkout or s.file.startswith(BUILTIN))
    return RECOMPUTED.intersection(own)


def _file_differences(release: Release, noted: dict[str, str]) -> list[str]:
    found = tree_hashes(release.folder)
    found.pop(MANIFEST, None)
    missing = [f"{name}: in the manifest, not on disk" for name in sorted(noted.keys() - found.keys())]
    extra = [f"{name}: on disk, not in the manifest" for name in sorted(found.keys() - noted.keys())]
    changed = [
        f"{name}: changed after publication"
        for name in sorted(noted.keys() & found.keys())
        if noted[name] != found[name]
    ]
    return missing + extra + changed


def _chain_differences(newest_first: Sequence[Release]) -> list[str]:
    """Each manifest names the hash of the one before; the oldest kept may name one that was removed."""
    by_id = {release.id: release for release in newest_first}
    wrong = []
    for release in newest_first:
        before = json.loads((release.folder / MANIFEST).read_bytes())["previous"]
        held = by_id.get(before["release"]) if before else None
        if before and held and held.number == release.number - 1 and held.sha256 != before["manifest_sha256"]:
            wrong.append(f"{release.id}: the manifest of {held.id} is not the one it was chained to")
    return wrong


def _lake_differences(workspace: Workspace, *, whole: bool) -> list[str]:
    """Files of the lake that are gone or, if `whole`, changed after they were written."""
    with Warehouse.open(workspace.warehouse) as warehouse:
        listed = dict(warehouse.rows("SELECT path, sha256 FROM ops.part ORDER BY path"))
    wrong = []
    for path, sha256 in listed.items():
        file = workspace.root / path
        if not file.is_file():
            wrong.append(f"{path}: gone from the lake, so no reading was recomputed; put it back, or {ANEW}")
        elif whole and file_sha256(file) != sha256:
            wrong.append(f"{path}: changed after it was written, so no reading was recomputed")
    return wrong


def _chosen(site: Path, metrics: frozenset[str], sample: int | None) -> pl.DataFrame:
    """Published readings of `metrics` that have a value: of models and versions, of features, of labels in segments."""
    import polars as pl

    path = site / "api" / "readings.parquet"
    if not path.is_file():
        raise PublishError(f"{path} is missing: there are no published readings to recompute")
    of_features = (
        pl.col("metric").is_in(sorted(OF_FEATURES)) & (pl.col("version") == "")
        & (pl.col("feature") != "") & ~pl.col("feature").str.starts_with(OUTPUT)
    )  # fmt: skip
    of_labels = pl.col("metric").is_in(sorted(TOLERANCES.keys() - OF_REQUESTS))
    readings = pl.read_parquet(path).filter(
        pl.col("value").is_not_null(), pl.col("metric").is_in(sorted(metrics))
    )
    whole = readings.filter(pl.col("segment") == "")
    samples = [
        whole.filter(pl.col("feature") == "", pl.col("metric").is_in(sorted(TOLERANCES))),
        whole.filter(of_features),
        readings.filter(pl.col("segment") != "", ~pl.col("segment").str.ends_with(REST), of_labels),
    ]
    return pl.concat([_sampled(of_kind, sample) for of_kind in samples])


def _sampled(readings: pl.DataFrame, sample: int | None) -> pl.DataFrame:
    if sample is None or readings.height <= sample:
        return readings
    return readings[sorted(random.Random(SEED).sample(range(readings.height), sample))]  # noqa: S311  no secret


def _reading_differences(workspace: Workspace, chosen: pl.DataFrame, as_of: dt.date) -> Iterator[str]:
    """Differences in readings of whole models, versions and segments, then in those of features."""
    with Warehouse.open(workspace.warehouse) as warehouse:
        parts = warehouse.frame("SELECT kind, day, path FROM ops.part ORDER BY kind, day, path")
        models = warehouse.frame(
            "SELECT model_id, task, threshold, reference_start, reference_end FROM catalog.model ORDER BY model_id"
        )
        grids = warehouse.frame(
            "SELECT model_id, feature, from_day, centre, scale FROM ops.grid ORDER BY ALL"
        )
    whole = chosen.filter(chosen["feature"] == "")
    yield from _whole_differences(
        workspace, parts, whole, as_of, {m: rest[:2] for m, *rest in models.iter_rows()}
    )
    references = {
        model: Days(end, (end - start).days + 1)
        for model, _, _, start, end in models.iter_rows()
        if start and end and model not in _moving_references(workspace)
    }
    of_features = chosen.filter(chosen["feature"] != "")
    yield from _feature_differences(workspace, parts, of_features, references, grids)


def _moving_references(workspace: Workspace) -> set[str]:
    """Models that are compared with rolling days, with a profile, or version by version."""
    declared = [placed.value for placed in workspace.models]
    return {
        model.id
        for model in declared
        if (model.reference and not model.reference.days) or any(v.reference for v in model.versions)
    }


def _whole_differences(
    workspace: Workspace,
    parts: pl.DataFrame,
    chosen: pl.DataFrame,
    as_of: dt.date,
    declared: Mapping[str, Sequence[Any]],
) -> Iterator[str]:
    """Window by window, so that no more than one window's rows are held; `declared` has task and threshold."""
    for (day, length), readings in _split(chosen, "day", "window_days"):
        days, metrics = Days(day, length), set(readings["metric"])
        requests = (
            lake_rows(workspace, parts, "requests", days, REQUEST_COLUMNS) if metrics & OF_REQUESTS else None
        )
        labelled = (
            lake_rows(workspace, parts, "labelled", days, LABEL_COLUMNS) if metrics - OF_REQUESTS else None
        )
        for (model, version, segment), own in _split(readings, "model_id", "version", "segment"):
            figures: dict[str, float | None] = {}
            if requests is not None and not segment:
                figures |= request_figures(of_model(requests, model, version))
            if labelled is not None:
                known = of_segment(labelled.filter(labelled["label_day"] <= as_of), segment)
                figures |= label_figures(of_model(known, model, version), *declared.get(model, (None, None)))
            yield from _compared(own, figures)


def _feature_differences(
    workspace: Workspace,
    parts: pl.DataFrame,
    chosen: pl.DataFrame,
    references: Mapping[str, Days],
    grids: pl.DataFrame,
) -> Iterator[str]:
    """Model by model: its reference days are read once, then the rows of each window."""
    for (model,), of_one in _split(chosen, "model_id"):
        columns = ["model_id", "version", "day", *(PREFIX + name for name in sorted(set(of_one["feature"])))]
        days = references.get(model)
        before = of_model(lake_rows(workspace, parts, "requests", days, columns), model, "") if days else None
        for (day, length), of_window in _split(of_one, "day", "window_days"):
            now = of_model(lake_rows(workspace, parts, "requests", Days(day, length), columns), model, "")
            for (feature,), own in _split(of_window, "feature"):
                known = grids.filter(grids["model_id"] == model, grids["feature"] == feature)
                values = _values(now, feature, known)
                figures = window_figures(values)
                if before is not None:
                    figures |= drift_figures(values, _values(before, feature, known), _reach(known, day))
                yield from _compared(own, figures)


def _values(rows: pl.DataFrame, feature: str, grids: pl.DataFrame) -> pl.Series:
    """A feature's values since it first appeared, on the day of its first grid."""
    since = rows.filter(rows["day"] >= grids["from_day"][0]) if grids.height else rows
    return since[PREFIX + feature]


def _reach(grids: pl.DataFrame, day: dt.date) -> Reach:
    """The range within which the grid that a feature had on a day tells numbers apart; `grids` are sorted by day."""
    own = grids.filter(grids["from_day"] <= day)
    return Reach.of_grid(own["centre"][-1], own["scale"][-1]) if own.height else Reach()


def _split(readings: pl.DataFrame, *columns: str) -> Iterator[tuple[tuple[Any, ...], pl.DataFrame]]:
    """The readings grouped by these columns, in their order."""
    parted = readings.sort(*columns, "metric").partition_by(*columns, as_dict=True, maintain_order=True)
    yield from parted.items()


def _compared(readings: pl.DataFrame, figures: dict[str, float | None]) -> Iterator[str]:
    for row in readings.iter_rows(named=True):
        metric, value = row["metric"], row["value"]
        if metric not in figures or (metric == "active_users" and figures[metric] is None):
            continue
        again = figures[metric]
        allowed = (feature_tolerance if row["feature"] else tolerance)(metric, figures)
        if again is None or not allowed.allows(value, again):
            of = " ".join(filter(None, (row[name] for name in ("model_id", "version", "segment", "feature"))))
            yield f"{of}: {metric} of {row['window_days']} days to {row['day']} is {value!r}, recomputed {again!r}"
