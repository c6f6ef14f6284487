"""A mapping that changes while some logs that it made rows from are gone: nothing is lost, and users are told."""

from __future__ import annotations

import json
from pathlib import Path

from dagster_project.pipeline.ingest_mapping import mapping_of
from dagster_project.pipeline.remarks import remarks
from dagster_project.pipeline.start import night_for
from dagster_project.spec.loading import load_workspace
from dagster_project.store.warehouse import Warehouse
from tests.nights import NOW, READING, whole

from .logs import REQUESTS, Logs, request

OLD = [request(1), request(2), request(3, day=2)]
RENAMED = {**REQUESTS, "features": {"renamed": "x"}}


def said(root: Path) -> list[str]:
    """The remarks after a night."""
    workspace = load_workspace(root)
    with Warehouse.open(workspace.warehouse) as warehouse:
        return [
            line
            for line in remarks(night_for(workspace, day=None, now=NOW), warehouse)
            if "as_of" not in line
        ]


def test_a_log_that_was_away_is_read_by_the_new_mapping_once_it_is_back(tmp_path: Path) -> None:
    """Until then its rows stay as they were; the others follow the new mapping."""
    logs = Logs.make(tmp_path)
    away = logs.csv("logs/a.csv", OLD)
    logs.csv("logs/b.csv", [request(9)])
    logs.night()
    away.rename(tmp_path / "away")
    logs.define(RENAMED)
    for _ in range(2):
        logs.night()
        assert logs.lake().select("request_id", "f:renamed").rows() == [
            ("r1", None), ("r2", None), ("r9", 9.0), ("r3", None),
        ]  # fmt: skip
    (tmp_path / "away").rename(away)
    logs.night()
    assert logs.lake()["f:renamed"].to_list() == [1.0, 2.0, 9.0, 3.0]
    assert logs.night().rows_read == 0


def test_rows_of_an_earlier_mapping_are_said_until_their_files_are_back(tmp_path: Path) -> None:
    """On the console, on the data page and in the API, even if the source has no file left."""
    logs = Logs.make(tmp_path, REQUESTS, as_of="newest")
    files = [logs.csv("logs/a.csv", OLD), logs.csv("logs/b.csv", [request(9, day=3)])]
    whole(tmp_path, stages=READING)
    assert said(tmp_path) == []
    for file in files:
        file.rename(tmp_path / file.name)
    logs.define(RENAMED)
    for away in (2, 0):
        site = whole(tmp_path, stages=READING)
        (source,) = json.loads((site / "api" / "ledger.json").read_bytes())["freshness"]
        page = (site / "ledger" / "data.html").read_text(encoding="utf-8")
        assert source["outdated"] == away
        assert (
            ("with an earlier mapping" in source["state"])
            == ("with an earlier mapping" in page)
            == (away > 0)
        )
        lines = [line for line in said(tmp_path) if "mapping" in line]
        told = "rows from 2024-03-01 to 2024-03-03 stay as they were"
        assert [told in line for line in lines] == [True] * (away > 0)
        for file in files if away else ():
            (tmp_path / file.name).rename(file)


def test_another_order_of_classes_is_another_mapping(tmp_path: Path) -> None:
    """Among equal probabilities, the first class is the prediction."""
    columns = {name: ref for name, ref in REQUESTS["columns"].items() if name != "score"}
    Logs.make(tmp_path, {**REQUESTS, "columns": columns, "scores": {"cat": "p_cat", "dog": "p_dog"}})
    workspace = load_workspace(tmp_path)
    (source,) = workspace.sources
    found = [
        mapping_of(workspace, source.model_copy(update={"scores": scores}))
        for scores in ({}, source.scores, dict(reversed(source.scores.items())))
    ]
    assert len(set(found)) == 3
