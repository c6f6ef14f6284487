"""The set-up as a whole: files, facts, and that it is done once."""

from __future__ import annotations

import datetime as dt
import errno
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dagster_project.demo.build import STAMP, DemoResult, _write_stamp, build_demo
from dagster_project.demo.labels import labelled
from dagster_project.demo.models import FIRST_DAY, LAST_DAY, MODELS
from tests.demo.conftest import FIRST, LAST, Decided

Build = tuple[Path, DemoResult]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def contents(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_logs_are_by_day_or_by_month(small_build: Build) -> None:
    """Each log has the files its dialect says, and the retired model has its own."""
    root, result = small_build
    names = {p.name: [f.name for f in sorted(p.iterdir())] for p in (root / "data/logs").iterdir()}
    assert names["late-arrival"] == [f"{FIRST + dt.timedelta(days=i)}.jsonl.gz" for i in range(5)]
    assert names["cancellation-risk"] == ["2013-03.csv.gz", "2013-04.csv.gz"]
    assert names["gain-in-air"] == ["2013-03.jsonl", "2013-04.jsonl"]
    assert len(names["air-time"]) == len(names["arrival-delay-live"]) == len(names["arrival-delay-plan"]) == 5
    assert sum(len(files) for files in names.values()) == result.files


def test_no_outcome_is_from_after_the_last_day(small_build: Build) -> None:
    """Labels that had not come when the replay ends are not in the logs, and all that had are."""
    root, result = small_build
    arrivals = pl.read_csv(root / "data/logs/arrivals/*.csv.gz")
    closings = pl.read_parquet(root / "data/logs/closings/*.parquet")
    assert arrivals.height + closings.height == result.outcomes
    assert arrivals["Gate In (UTC)"].max() < "2013-04-04 04:00:00"  # type: ignore[operator]
    assert closings["closed_at"].max() == dt.datetime(2013, 4, 4, 3, 59, tzinfo=dt.UTC)
    assert closings.filter(pl.col("model") == "cancellation-risk").height > 4000


def test_facts_name_what_was_done(small_build: Build) -> None:
    """A training run a version, with artifact, data, code and dependencies; the canary is on record."""
    root, _ = small_build
    runs = lines(root / "data/facts/training_runs.jsonl")
    assert len(runs) == len(MODELS) + 1
    for run in runs:
        kept = root / str(run["artifact_uri"])
        assert json.loads(kept.read_text(encoding="utf-8"))["version"] == run["version"]
        assert all(run[key] for key in ("artifact_sha256", "data_sha256", "dependencies_sha256", "code_link"))
        assert run["metrics"] != run["baseline_metrics"]
    deployed = lines(root / "data/facts/deployments.jsonl")
    canary = [row for row in deployed if row["kind"] == "canary"]
    assert [(row["version"], row["traffic_share"], row["ended_at"]) for row in canary] == [("v2", 0.1, None)]
    assert {row["kind"] for row in deployed} == {"full", "canary"}  # retirement and May are still to come


def test_a_second_call_finds_everything_made(small_build: Build) -> None:
    """Nothing is done again, and the answer is the same."""
    root, result = small_build
    before = contents(root)
    again = build_demo(root, first_day=FIRST, last_day=LAST)
    assert not again.made
    assert (again.requests, again.outcomes, again.files) == (result.requests, result.outcomes, result.files)
    assert contents(root) == before


def test_a_lost_file_is_made_again_with_the_same_bytes(small_build: Build) -> None:
    """What does not hang on the clock has the same bytes; strangers' files stay where they are."""
    root, _ = small_build
    before = contents(root)
    (root / "data/logs/closings/2013-04-01.parquet").unlink()
    stranger = root / "data/logs/stranger.csv"
    stranger.write_text("not ours\n", encoding="utf-8")
    assert build_demo(root, first_day=FIRST, last_day=LAST).made
    after = contents(root)
    assert after.pop("data/logs/stranger.csv") == b"not ours\n"
    stranger.unlink()
    assert after.keys() == before.keys()
    timeless = ("arrivals/", "closings/", "arrival-delay-plan/", "data/facts/", "data/demo/artifacts/")
    same = [name for name in before if any(part in name for part in timeless)]
    assert len(same) > 20
    assert [name for name in same if before[name] != after[name]] == []


def test_a_decision_of_a_day_is_one_row_of_its_log(small_build: Build, decided: Decided) -> None:
    """Of every model; batches carry their record counts, and no flight both arrives and is cancelled."""
    root, result = small_build
    logs = root / "data/logs"
    in_days = {m.id: decided[m.moment].filter(pl.col("day").is_between(FIRST, LAST)) for m in MODELS}
    assert result.requests == sum(rows.height for rows in in_days.values())
    plan = pl.read_parquet(logs / "arrival-delay-plan/*.parquet")
    risk = pl.read_csv(logs / "cancellation-risk/*.csv.gz", infer_schema_length=None)
    assert (len(plan), len(risk)) == (
        in_days["arrival-delay-plan"].height,
        in_days["cancellation-risk"].height,
    )
    assert (plan["BATCH_ROWS"].sum(), risk["Rows in run"].sum()) == (len(plan), len(risk))
    closings = pl.read_parquet(logs / "closings/*.parquet").filter(pl.col("model") == "cancellation-risk")
    positives = closings.filter(pl.col("actual_value") == 1)["row_key"].str.split(":").list.last()
    arrived = pl.read_csv(logs / "arrivals/*.csv.gz")["Prediction Ref"].str.split(":").list.last()
    assert not positives.is_empty()
    assert set(arrived) & set(positives) == set()


def test_the_year_has_exact_counts(decided: Decided) -> None:
    """Models that decide at scheduling decide on every flight of the month; 7,734 cancellations are positives."""
    flights = [24951, 28834, 28330, 28796, 28243, 29425, 29327, 27574, 28889, 27268, 28135]
    after_january = pl.col("scheduled_at").dt.convert_time_zone("America/New_York").dt.month() > 1
    for moment in ("scheduled hour", "night before"):
        rows = decided[moment].filter(pl.col("day") >= FIRST_DAY, after_january)
        months = pl.col("day").dt.month().alias("month")
        assert rows.group_by(months).len().sort("month")["len"].to_list() == flights
    (risk,) = (model for model in MODELS if model.id == "cancellation-risk")
    known = labelled(decided[risk.moment].filter(pl.col("day") >= FIRST_DAY, after_january), risk)
    assert known["label"].sum() == 7_734
    in_use = [
        decided[m.moment].filter(pl.col("day").is_between(FIRST_DAY, m.last_day or LAST_DAY)) for m in MODELS
    ]
    assert sum(rows.height for rows in in_use) == 1_719_793


@pytest.mark.slow
def test_the_year_has_the_known_quality(data: object) -> None:
    """Live figures of each model lie where they should: one good stream, one rare class, one without skill."""
    from dagster_project.demo.features import decisions
    from dagster_project.demo.flights import FlightData
    from dagster_project.demo.scoring import Scorer
    from dagster_project.demo.training import measure, predict, train

    assert isinstance(data, FlightData)
    bands = {
        "late-arrival": ("roc_auc", 0.63, 0.67),
        "cancellation-risk": ("roc_auc", 0.71, 0.75),
        "arrival-delay-live": ("r2", 0.78, 0.87),
        "air-time": ("r2", 0.96, 0.98),
        "arrival-delay-plan": ("r2", 0.01, 0.05),
        "gain-in-air": ("r2", -0.05, 0.02),
    }
    for model in MODELS:
        decided = decisions(data, model.moment)
        trained = train(decided, model, model.versions[0])
        live = labelled(decided.filter(pl.col("day") >= FIRST_DAY), model)
        found = measure(live, predict(Scorer(trained.artifact), live, model), binary=model.binary)
        metric, low, high = bands[model.id]
        assert low <= found[metric] <= high, (model.id, found)


def test_half_a_stamp_is_never_left(
    small_build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full leaves the stamp of before, or none: half a one ended every later call."""
    _, result = small_build
    (tmp_path / STAMP).parent.mkdir(parents=True)
    _write_stamp(tmp_path, "one", result)
    before = (tmp_path / STAMP).read_bytes()

    def refuse(path: Path, *_: object, **__: object) -> None:
        path.write_bytes(b'{"digest": ')
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(OSError, match="No space left"):
        _write_stamp(tmp_path, "two", result)
    assert (tmp_path / STAMP).read_bytes() == before
