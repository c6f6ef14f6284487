"""What `modelboard check` says of logs before a night reads them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dagster_project.pipeline.dry_run_logs import ROWS, dry_run_logs
from dagster_project.spec.loading import load_workspace
from tests.pipeline.logs import HORIZON, Logs

SOURCE: dict[str, object] = {
    "source": "log",
    "files": ["logs/*.csv"],
    "columns": {"event_time": "t", "model_id": {"constant": "m"}, "latency_ms": "ms"},
}
GOOD = "t,ms\n2024-03-01T10:00:00Z,12\n"


def said(logs: Logs) -> list[str]:
    """What would be said; the workspace has the same files before and after."""
    before = sorted(logs.root.rglob("*"))
    found = dry_run_logs(load_workspace(logs.root, builtin=logs.root / "no-builtin"), HORIZON)
    assert sorted(logs.root.rglob("*")) == before
    return found


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (GOOD, []),
        ("", ["it would be set aside: the file is empty"]),
        (
            GOOD.replace("t,", "time,"),
            ["it would be set aside: has no column 't', which event_time comes from;"],
        ),
        (
            GOOD.replace("ms", "mss"),
            ["there is no column 'ms', which latency_ms comes from, did you mean 'mss'?"],
        ),
        (
            GOOD + "01.03.2024,3\n01.03.2024,4\n2024-03-01T10:00:00Z,1,2\n",
            ["3 of its first 4 rows would be rejected, such as: event_time: '01.03.2024'"],
        ),
        (
            GOOD * ROWS + "x,3\n",
            [f"{ROWS // 2} of its first {ROWS} rows would be rejected, such as: event_time: 't'"],
        ),
    ],
)
def test_what_a_night_would_not_read_is_said(tmp_path: Path, content: str, wanted: list[str]) -> None:
    """Files that would be set aside, missing columns, rows that would be rejected; nothing else."""
    logs = Logs.make(tmp_path, SOURCE)
    logs.write("logs/a.csv", content)
    found = said(logs)
    assert len(found) == len(wanted)
    for line, start in zip(found, wanted, strict=True):
        assert line.startswith(f"source log: logs/a.csv: {start}")


@pytest.mark.parametrize("positive", ["yes", "ja"])
def test_words_of_which_none_means_yes_are_named(tmp_path: Path, positive: str) -> None:
    """All labels would count as no; where one of the words is right, or only one is there, nothing is said."""
    columns = {"event_time": "t", "model_id": {"constant": "m"}}
    words = {
        "label": {"column": "y", "positive": positive},
        "prediction": {"column": "p", "positive": positive},
    }
    logs = Logs.make(tmp_path, {**SOURCE, "columns": columns | words})
    row = "2024-03-01T10:00:00Z,%s,nein\n"
    logs.write("logs/a.csv", "t,y,p\n" + row % "ja" + row % " nein" + row % "")
    wrong = "none of its first 3 rows has a label of 'yes', which means yes; there are 'ja', 'nein'"
    assert said(logs) == ([] if positive == "ja" else [f"source log: logs/a.csv: {wrong}"])


def test_each_pattern_without_a_file_is_named_and_of_many_files_the_newest_is_read(tmp_path: Path) -> None:
    """Older files may have another format; the next night reads the newest."""
    logs = Logs.make(tmp_path, {**SOURCE, "files": ["logs/*.csv", "logs/*.csv.gz"]})
    old = logs.write("logs/b.csv", "nothing\n1\n")
    new = logs.write("logs/a.csv", GOOD)
    times = old.stat()
    os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns + 10**9))
    assert said(logs) == ["source log: no file matches logs/*.csv.gz"]
