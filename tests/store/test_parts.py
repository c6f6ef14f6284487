"""How rows become files of the lake."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from dagster_project.store import parts, requests
from dagster_project.store.parts import WrittenParts, write_parts

from ..pipeline.logs import Logs, request

DAY = dt.date(2024, 3, 1)


def stream(keys: list[tuple[str, dt.date, str]], batch: int) -> list[object]:
    """Batches of rows whose file is named by (source, day, model)."""
    frame = pl.DataFrame(
        {
            "part_source": [k[0] for k in keys],
            "day": [k[1] for k in keys],
            "part_model": [k[2] for k in keys],
            "file_id": "f",
            "n": range(len(keys)),
        }
    )
    return [b for i in range(0, len(keys), batch) for b in frame[i : i + batch].to_arrow().to_batches()]


def written(root: Path, keys: list[tuple[str, dt.date, str]], batch: int) -> WrittenParts:
    return write_parts(root, "requests", stream(keys, batch), lambda _: ("file_id", "n"))


KEYS = [("s", DAY, "")] * 7 + [("s", DAY, "big")] * 5 + [("s", dt.date(2024, 3, 2), "")] * 3


def test_a_file_ends_where_its_key_changes(tmp_path: Path) -> None:
    """One file for each source, day and large model; counts are those of the rows written."""
    done = written(tmp_path, KEYS, 100)
    assert [(p.day, p.model_id, p.rows) for p in done.parts] == [
        (DAY, "", 7),
        (DAY, "big", 5),
        (dt.date(2024, 3, 2), "", 3),
    ]
    assert [Path(p.path).name.rsplit("-", 1)[0] for p in done.parts] == ["all", "big", "all"]
    assert done.counts["rows"].to_list() == [7, 5, 3]
    assert pl.read_parquet(tmp_path / done.parts[1].path)["n"].to_list() == [7, 8, 9, 10, 11]


@pytest.mark.parametrize("rows", [2, 4, 100])
def test_bytes_do_not_depend_on_how_rows_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Whatever the batches of the stream, the same rows make the same file, in one row group or in many."""
    monkeypatch.setattr(parts, "ROW_GROUP", rows)
    one, other = written(tmp_path / "a", KEYS, 3), written(tmp_path / "b", KEYS, 100)
    assert one.parts == other.parts
    assert pl.read_parquet(tmp_path / "a" / one.parts[0].path).height == 7


def test_no_rows_no_files(tmp_path: Path) -> None:
    """An empty stream writes nothing."""
    assert written(tmp_path, [], 10).parts == ()


def test_large_models_have_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with many rows a day does not share its file, and its name is safe in a path."""
    monkeypatch.setattr(requests, "LARGE_MODEL_ROWS", 3)
    logs = Logs.make(tmp_path)
    logs.csv(
        "logs/a.csv",
        [request(n, model="a/../b") for n in range(4)] + [request(n, model="z") for n in range(3)],
    )
    logs.night()
    names = sorted(Path(p).name.rsplit("-", 1)[0] for p in logs.files())
    assert names[1] == "all"
    assert names[0].startswith("a-b-")
    assert logs.lake().height == 7
