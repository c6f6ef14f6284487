"""Is the published site what it says it is? Hashes, the chain of manifests, and readings from the lake's rows.

In: a workspace with a published release. Out: every difference in words. Called by `modelboard verify`; reads
only, and nothing of what it recomputes comes from the code that made the figures.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.core.errors import PublishError
from dagster_project.pipeline.verify_readings import (
    OF_REQUESTS,
    TOLERANCES,
    label_figures,
    request_figures,
    tolerance,
)
from dagster_project.publish.receipts import MANIFEST, tree_hashes
from dagster_project.publish.release import Release, published, releases
from dagster_project.spec.loading import Workspace
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

SAMPLE = 200
SEED = 20130101
REQUEST_COLUMNS = ("model_id", "version", "latency_ms", "user_hash", "records", "error", "late", "consumer")
LABEL_COLUMNS = ("model_id", "version", "label_day", "score", "prediction", "baseline", "label")


@dataclass(frozen=True, slots=True)
class Verification:
    """How many files, links of the chain and readings were checked, and each difference in words."""

    checked: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    """A window of days: its last day and its length."""

    day: dt.date
    window_days: int

    @property
    def first(self) -> dt.date:
        return self.day - dt.timedelta(days=self.window_days - 1)


def verify(workspace: Workspace, *, everything: bool = False, sample: int = SAMPLE) -> Verification:
    """Check the published release; `everything` recomputes all readings that can be, else a seeded sample.

    Raises PublishError when nothing is published.
    """
    current = published(workspace.build)
    if current is None:
        raise PublishError(f"nothing is published in {workspace.build}; run `modelboard nightly` first")
    manifest = json.loads((current.folder / MANIFEST).read_bytes())
    files = _file_differences(current, manifest["outputs"])
    chain = _chain_differences(releases(workspace.build))
    chosen = _chosen(current.folder, None if everything else sample)
    as_of = dt.date.fromisoformat(manifest["as_of"])
    readings = list(_reading_differences(workspace, chosen, as_of))
    checked = len(manifest["outputs"]) + len(releases(workspace.build)) + chosen.height
    return Verification(checked, (*files, *chain, *readings))


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


def _chosen(site: Path, sample: int | None) -> pl.DataFrame:
    """Published readings that can be recomputed: whole models and versions, with a value."""
    import polars as pl

    path = site / "api" / "readings.parquet"
    if not path.is_file():
        raise PublishError(f"{path} is missing: there are no published readings to recompute")
    readings = pl.read_parquet(path).filter(
        pl.col("metric").is_in(sorted(TOLERANCES)),
        pl.col("segment") == "",
        pl.col("feature") == "",
        pl.col("value").is_not_null(),
    )
    if sample is None or readings.height <= sample:
        return readings
    rows = sorted(random.Random(SEED).sample(range(readings.height), sample))  # noqa: S311  a sample, no secret
    return readings[rows]


def _reading_differences(workspace: Workspace, chosen: pl.DataFrame, as_of: dt.date) -> Iterator[str]:
    """Span by span, so that no more than one window's rows are held."""
    with Warehouse.open(workspace.warehouse) as warehouse:
        parts = warehouse.frame("SELECT kind, day, path FROM ops.part ORDER BY kind, day, path")
        models = warehouse.frame("SELECT model_id, task, threshold FROM catalog.model ORDER BY model_id")
    spans = chosen.sort("day", "window_days", "model_id", "version", "metric").partition_by(
        "day", "window_days", as_dict=True, maintain_order=True
    )
    declared = {model: (task, threshold) for model, task, threshold in models.iter_rows()}
    for (day, window_days), readings in spans.items():
        span = _Span(day, window_days)
        metrics = set(readings["metric"])
        requests = (
            _rows(workspace, parts, "requests", span, REQUEST_COLUMNS) if metrics & OF_REQUESTS else None
        )
        labelled = _rows(workspace, parts, "labelled", span, LABEL_COLUMNS) if metrics - OF_REQUESTS else None
        if labelled is not None:
            labelled = labelled.filter(labelled["label_day"] <= as_of)
        for (model, version), own in readings.partition_by(
            "model_id", "version", as_dict=True, maintain_order=True
        ).items():
            figures: dict[str, float | None] = {}
            if requests is not None:
                figures |= request_figures(_of(requests, model, version))
            if labelled is not None:
                task, threshold = declared.get(model, (None, None))
                figures |= label_figures(_of(labelled, model, version), task, threshold)
            yield from _compared(own, figures)


def _rows(
    workspace: Workspace, parts: pl.DataFrame, kind: str, span: _Span, columns: Sequence[str]
) -> pl.DataFrame:
    """The lake's rows of the days of a span; NULL in columns that are younger than a file."""
    import polars as pl

    wanted = parts.filter((parts["kind"] == kind) & parts["day"].is_between(span.first, span.day))
    frames = [_empty(columns)]
    for path in wanted["path"]:
        file = _place(workspace, path)
        there = pl.read_parquet_schema(file)
        frames.append(pl.read_parquet(file, columns=[name for name in columns if name in there]))
    return pl.concat(frames, how="diagonal_relaxed")


def _place(workspace: Workspace, path: str) -> Path:
    """Where a lake file lies: paths are kept relative to the workspace or to its lake."""
    inside = workspace.lake / path
    return inside if inside.is_file() else workspace.root / path


def _empty(columns: Sequence[str]) -> pl.DataFrame:
    import polars as pl

    kinds = {
        "model_id": pl.String(), "version": pl.String(), "consumer": pl.String(), "user_hash": pl.UInt64(),
        "records": pl.Int64(), "error": pl.Boolean(), "late": pl.Boolean(), "label_day": pl.Date(),
    }  # fmt: skip
    return pl.DataFrame(schema={column: kinds.get(column, pl.Float64()) for column in columns})


def _of(rows: pl.DataFrame, model: str, version: str) -> pl.DataFrame:
    own = rows.filter(rows["model_id"] == model)
    return own.filter(own["version"] == version) if version else own


def _compared(readings: pl.DataFrame, figures: dict[str, float | None]) -> Iterator[str]:
    for row in readings.iter_rows(named=True):
        metric, value = row["metric"], row["value"]
        if metric not in figures or (metric == "active_users" and figures[metric] is None):
            continue
        again = figures[metric]
        if again is None or not tolerance(metric, figures).allows(value, again):
            of = f"{row['model_id']} {row['version']}".strip()
            yield f"{of}: {metric} of {row['window_days']} days to {row['day']} is {value!r}, recomputed {again!r}"
