"""Facts beside the logs: what training and replay really did, as JSON Lines with columns of `fact` tables.

In: `Trained` runs. Out: `training_runs.jsonl` and `deployments.jsonl`, and the artifacts they name. Called by
`build`. Times are those of the replay: a version is trained at midnight before the day it goes live, on what
was known by then. What did not happen is not written: no CI runs, no commits, no incidents.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from dagster_project.demo.features import feature_names
from dagster_project.demo.flights import FLIGHT_FILE, NEW_YORK, PACKAGE, WEATHER_FILE
from dagster_project.demo.models import CANARY_SHARE, DemoModel, DemoVersion
from dagster_project.demo.training import Trained

LIBRARIES = ("numpy", "polars", "scikit-learn", "scipy")
"""What training and prediction run on; hashed if there is no lock file."""
ARTIFACTS = "data/demo/artifacts"
ACTOR = "demo replay"

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Provenance:
    """The code, data and libraries of the training."""

    data_uri: str
    commit: str | None
    """None outside a git checkout."""
    dirty: bool | None
    dependencies_uri: str
    dependencies_sha256: str


def provenance(data_version: str) -> Provenance:
    """Return the provenance of the running code; reads the git checkout around the package, if any."""
    commit, dirty = _git_state(package_root().parent)
    uri, text = _dependencies()
    return Provenance(
        data_uri=f"pypi:{PACKAGE}=={data_version}#{FLIGHT_FILE},{WEATHER_FILE}",
        commit=commit,
        dirty=dirty,
        dependencies_uri=uri,
        dependencies_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def package_root() -> Path:
    """Return the folder `dagster_project`."""
    return Path(__file__).resolve().parent.parent


def write_artifacts(trained: Iterable[Trained], root: Path) -> None:
    """Write one JSON file per version below `root`."""
    root.mkdir(parents=True, exist_ok=True)
    for run in trained:
        (root / _artifact_name(run)).write_text(run.artifact.to_json(), encoding="utf-8")


def write_facts(trained: Sequence[Trained], origin: Provenance, last: dt.date, root: Path) -> None:
    """Write both files below `root`, with what had happened by the end of the day `last`."""
    root.mkdir(parents=True, exist_ok=True)
    _write_lines(root / "training_runs.jsonl", [training_run(run, origin) for run in trained])
    _write_lines(root / "deployments.jsonl", deployments(trained, last))


def training_run(run: Trained, origin: Provenance) -> Row:
    """Return a row of fact.training_runs, without duration and orchestrator, which are unknown."""
    model, version = run.model, run.version
    return {
        "run_id": f"{model.id}-{version.version}-{version.live_from}",
        "model_id": model.id,
        "version": version.version,
        "started_at": _midnight(version.live_from),
        "trigger": version.trigger,
        "entry_point": "dagster_project.demo.training:train",
        "code_sha": origin.commit,
        "code_dirty": origin.dirty,
        "code_link": _code("demo/training.py"),
        "artifact_uri": f"{ARTIFACTS}/{_artifact_name(run)}",
        "artifact_sha256": hashlib.sha256(run.artifact.to_json().encode()).hexdigest(),
        "data_uri": origin.data_uri,
        "data_sha256": run.data_sha256,
        "data_rows": run.rows,
        "data_from": version.train_from.isoformat(),
        "data_to": version.train_to.isoformat(),
        "schema_sha256": hashlib.sha256(json.dumps(_features(model)).encode()).hexdigest(),
        "dependencies_sha256": origin.dependencies_sha256,
        "dependencies_uri": origin.dependencies_uri,
        "prediction_code": _code("demo/scoring.py"),
        "parameters": {"estimator": model.estimator, "strength": model.strength},
        "metrics": run.metrics,
        "baseline_metrics": run.baseline_metrics,
        "features": _features(model),
        "importance": run.importance,
        "profile": run.profile,
    }


def deployments(trained: Sequence[Trained], last: dt.date) -> list[Row]:
    """Return rows of fact.deployments, oldest first: full, or canary and then full; last the retirement."""
    rows = [row for run in trained for row in _steps(run.model, run.version)]
    rows += [_retirement(model) for model in dict.fromkeys(run.model for run in trained) if model.last_day]
    known = [_as_known(row, _midnight(last + dt.timedelta(days=1))) for row in rows]
    happened = [row for row in known if row is not None]
    return sorted(happened, key=lambda row: (str(row["started_at"]), str(row["deployment_id"])))


def _steps(model: DemoModel, version: DemoVersion) -> list[Row]:
    place = model.versions.index(version)
    previous = model.versions[place - 1] if place else None
    successor = model.versions[place + 1] if place + 1 < len(model.versions) else None
    retired = model.last_day + dt.timedelta(days=1) if model.last_day else None
    end = successor.full_from if successor else retired
    full = _deployment(model, version, previous, "full", version.full_from, end, 1.0)
    if version.full_from == version.live_from:
        return [full]
    canary = _deployment(
        model, version, previous, "canary", version.live_from, version.full_from, CANARY_SHARE
    )
    return [canary, full]


def _retirement(model: DemoModel) -> Row:
    if model.last_day is None:
        raise ValueError(f"{model.id} is not retired")
    day = model.last_day + dt.timedelta(days=1)
    newest = model.versions[-1]
    return _deployment(model, newest, newest, "retirement", day, None, 0.0)


def _deployment(
    model: DemoModel,
    version: DemoVersion,
    previous: DemoVersion | None,
    kind: str,
    start: dt.date,
    end: dt.date | None,
    share: float,
) -> Row:
    return {
        "deployment_id": f"{model.id}-{version.version}-{kind}",
        "model_id": model.id,
        "version": version.version,
        "kind": kind,
        "started_at": _midnight(start),
        "ended_at": _midnight(end) if end else None,
        "traffic_share": share,
        "actor": ACTOR,
        "actor_kind": "service account",
        "environment": "production",
        "previous_version": previous.version if previous else None,
        "reason": {"canary": "a share of the users first", "retirement": "no skill"}.get(kind),
    }


def _as_known(row: Row, now: str) -> Row | None:
    """A row as it was known at `now`: not yet there, or not yet ended."""
    if dt.datetime.fromisoformat(str(row["started_at"])) >= dt.datetime.fromisoformat(now):
        return None
    ended = row["ended_at"]
    open_still = ended is None or dt.datetime.fromisoformat(str(ended)) >= dt.datetime.fromisoformat(now)
    return {**row, "ended_at": None if open_still else ended}


def _features(model: DemoModel) -> dict[str, str]:
    return {name: "number" if name in model.numeric else "category" for name in feature_names(model)}


def _artifact_name(run: Trained) -> str:
    return f"{run.model.id}-{run.version.version}.json"


def _midnight(day: dt.date) -> str:
    return dt.datetime.combine(day, dt.time(), ZoneInfo(NEW_YORK)).isoformat()


def _code(path: str) -> str:
    """A source file and the hash of its text, which identifies it even without git."""
    digest = hashlib.sha256((package_root() / path).read_bytes()).hexdigest()
    return f"dagster_project/{path} sha256 {digest}"


def _dependencies() -> tuple[str, str]:
    lock = package_root().parent / "requirements.lock"
    if lock.is_file():
        return lock.name, lock.read_text(encoding="utf-8")
    names = [f"{name}=={importlib.metadata.version(name)}" for name in LIBRARIES]
    return " ".join(names), "\n".join(names)


def _git_state(folder: Path) -> tuple[str | None, bool | None]:
    """The commit of a checkout, and whether its Python code differs from it; (None, None) without one."""
    if not (folder / ".git").exists() or shutil.which("git") is None:
        return None, None
    commit = _git(folder, "rev-parse", "--verify", "HEAD")
    if commit is None:
        return None, None
    return commit, bool(_git(folder, "status", "--porcelain", "--", "dagster_project"))


def _git(folder: Path, *arguments: str) -> str | None:
    done = subprocess.run(  # noqa: S603  fixed arguments, no shell
        ["git", "-C", str(folder), *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _write_lines(path: Path, rows: Iterable[Row]) -> None:
    lines = (json.dumps(row, sort_keys=True) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")
