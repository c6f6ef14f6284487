"""Segments declared later on also divide the labelled requests of the past."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import yaml
from polars.testing import assert_frame_equal

from dagster_project.pipeline.ingest import ingest
from dagster_project.pipeline.night import Night
from dagster_project.pipeline.summarise import summarise
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse

from .logs import AS_OF, HORIZON, REQUESTS, Logs, label, request

INLINE = {**REQUESTS, "columns": {**REQUESTS["columns"], "label": "y"}}
OUTCOMES = {
    "source": "labels", "kind": "outcomes", "files": "labels/*.jsonl",
    "columns": {"request_id": "id", "label": "y", "label_time": "t"},
}  # fmt: skip
KEPT = (
    "SELECT request_id, segments FROM lake.waiting ORDER BY ALL",
    "SELECT source, day, path, rows, file_ids FROM ops.part WHERE kind = 'labelled' ORDER BY ALL",
    "SELECT * FROM daily.outcome_binary ORDER BY ALL",
)


Begun = Callable[[dict[str, object], list[str]], Path]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Begun:
    """Workspaces after one night with these segments, each made once; tests copy them."""
    made: dict[str, Path] = {}

    def begin(source: dict[str, object], segments: list[str]) -> Path:
        key = f"{source} {segments}"
        if key not in made:
            made[key] = tmp_path_factory.mktemp("begun")
            write(made[key], source)
            night(made[key], segments)
        return made[key]

    return begin


def write(root: Path, source: dict[str, object]) -> None:
    """Logs of requests and of labels, some of which come with their request where the source maps them."""
    logs = Logs.make(root, source, OUTCOMES)
    rows = [
        request(i, day=1 + i % 3, color="red" if i % 2 else "blue", size=i % 4, y=i % 2 if i % 5 else None)
        for i in range(60)
    ]
    logs.csv("logs/a.csv", rows)
    logs.jsonl("labels/a.jsonl", [label(i, day=5, y=i % 2) for i in range(0, 60, 3)])
    (root / "data" / "catalog").mkdir()


def night(root: Path, segments: list[str]) -> None:
    """A night after the model's segments were declared."""
    model = {"id": "m", "task": "binary", "threshold": 0.5, "segments": segments}
    (root / "data" / "catalog" / "m.yml").write_text(yaml.safe_dump(model), encoding="utf-8")
    workspace = load_workspace(root)
    with Warehouse.open(workspace.warehouse) as warehouse:
        ingest(Night(workspace, AS_OF, HORIZON), warehouse)
        summarise(Night(workspace, AS_OF, HORIZON), warehouse)


def kept(root: Path) -> list[pl.DataFrame]:
    """What is labelled and what waits."""
    return [Logs(root).table(sql) for sql in KEPT]


@pytest.mark.parametrize("source", [REQUESTS, INLINE], ids=["labels that came later", "labels in the log"])
@pytest.mark.parametrize(
    ("before", "after"), [([], ["color"]), (["color"], ["size", "color"]), (["color"], [])]
)
def test_they_are_parted_as_in_a_workspace_that_began_so(
    tmp_path: Path, begun: Begun, source: dict[str, object], before: list[str], after: list[str]
) -> None:
    """The same files of the lake, byte by byte, the same waiting requests and the same outcomes."""
    later = Path(shutil.copytree(begun(source, before), tmp_path / "later"))
    night(later, after)
    fresh = kept(begun(source, after))
    assert len(fresh[-1]) > 0
    for found, wanted in zip(kept(later), fresh, strict=True):
        assert_frame_equal(found, wanted)
