"""A source under another name: refused if its rows would count twice, accepted if not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dagster_project.core.errors import WorkspaceError

from .logs import OUTCOMES, REQUESTS, Logs, request

RENAMED = {**REQUESTS, "source": "log2"}
BOOKED = """
SELECT f.source, path, sum(accepted)::BIGINT FROM ops.ledger AS l JOIN ops.file AS f USING (source, path)
WHERE f.source <> 'asked' GROUP BY ALL ORDER BY ALL
"""
TOTAL = "SELECT sum(accepted)::BIGINT AS n FROM ops.ledger WHERE kind = 'requests'"


@pytest.fixture
def logs(tmp_path: Path) -> Logs:
    """A log of two requests that a night has read as source `log`."""
    logs = Logs.make(tmp_path, REQUESTS)
    logs.csv("logs/a.csv", [request(1), request(2)])
    logs.night()
    return logs


def drop(logs: Logs, name: str = "log") -> None:
    """Remove a source's declaration."""
    (logs.root / "data" / "sources" / f"{name}.yml").unlink()


def test_a_renamed_source_is_refused_and_nothing_counts_twice(logs: Logs) -> None:
    """The message has both names and a file; under its old name the next night continues, with new files too."""
    drop(logs)
    logs.define(RENAMED)
    logs.csv("logs/b.csv", [request(3)])
    with pytest.raises(WorkspaceError, match=r"data/sources: log2: .*read as source log.*logs/a\.csv"):
        logs.night()
    assert logs.table(TOTAL)["n"].to_list() == [2]
    drop(logs, "log2")
    logs.define(REQUESTS)
    logs.night()
    assert logs.table(TOTAL)["n"].to_list() == [3]


def test_a_new_source_over_other_files_may_follow_one_that_is_gone(logs: Logs) -> None:
    """The old one's rows stay."""
    drop(logs)
    logs.define({**RENAMED, "files": "new/*.csv"})
    logs.csv("new/a.csv", [request(3)])
    logs.night()
    assert logs.table(TOTAL)["n"].to_list() == [3]


def test_one_of_two_sources_over_the_same_files_may_go(logs: Logs) -> None:
    """Each had read them separately."""
    logs.define(RENAMED)
    logs.night()
    before = logs.table(TOTAL)["n"].to_list()
    drop(logs)
    logs.night()
    assert logs.table(TOTAL)["n"].to_list() == before


@pytest.mark.parametrize("other", ["a", "z"])
@pytest.mark.parametrize("kind", ["requests", "outcomes", "incidents"])
def test_a_file_that_another_source_reads_instead_takes_its_rows_along(
    tmp_path: Path, kind: str, other: str
) -> None:
    """As when a column is renamed on some day, and back again: nothing counts twice, and nothing is lost."""
    mapping = {"requests": REQUESTS, "outcomes": OUTCOMES}.get(kind, {"columns": {}})
    one = {**mapping, "source": "one", "kind": kind, "files": "logs/*.csv"}
    logs = Logs.make(tmp_path, {**REQUESTS, "files": "logs/*.csv", "source": "asked"}, one)
    for n in (1, 2):
        row = {"y": 1, "t": "2024-03-02T10:00:00Z", "started_at": "2024-03-02T10:00:00Z", "incident_id": n}
        logs.csv(f"logs/{n}.csv", [{**request(n), **row}])
    logs.night()
    both = [("one", "logs/1.csv", 1), ("one", "logs/2.csv", 1)]
    assert logs.rows(BOOKED) == both
    logs.define({**one, "files": "logs/1.csv"})
    logs.define({**one, "source": other, "files": "logs/2.csv"})
    for _ in range(2):  # the second night finds nothing new
        logs.night()
        assert logs.rows(BOOKED) == sorted([both[0], (other, "logs/2.csv", 1)])
    logs.define(one)
    logs.define({**one, "source": other, "files": "elsewhere/*.csv"})
    logs.night()
    assert logs.rows(BOOKED) == both
