"""Neither the order in which files arrive nor a killed night changes what is in the lake."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.pipeline import ingest as stage

from .logs import Logs, label, request

REQUEST_FILES = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 6), st.integers(1, 3), st.integers(8, 10), st.sampled_from(["1", "2", "bad"])
        ),
        min_size=1,
        max_size=6,
    ),
    min_size=1,
    max_size=3,
)
LABEL_FILES = st.lists(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(3, 6), st.sampled_from([0, 1, None])), min_size=1, max_size=5
    ),
    max_size=2,
)


@settings(max_examples=8, deadline=None)
@given(REQUEST_FILES, LABEL_FILES, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    requests: list[list[tuple[int, int, int, str]]],
    labels: list[list[tuple[int, int, int | None]]],
    random: Random,
) -> None:
    """All at once, or one file per night in any order: the same lake, byte for byte, and a balanced ledger."""
    with tempfile.TemporaryDirectory() as folder:
        together, apart = Logs.make(Path(folder, "a")), Logs.make(Path(folder, "b"))
        names = _write(together, requests, labels)
        together.night()
        random.shuffle(names)
        for name in names:
            target = apart.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(together.root / name, target)
            apart.night()
        assert apart.files() == together.files()
        waiting = "SELECT request_id, day FROM lake.waiting ORDER BY ALL"
        assert apart.rows(waiting) == together.rows(waiting)
        for logs in (together, apart):
            sums = logs.rows(
                "SELECT sum(rows_read)::bigint, sum(accepted + rejected + duplicate)::bigint FROM ops.ledger"
            )
            assert sums[0][0] == sums[0][1] == sum(len(f) for f in requests) + sum(len(f) for f in labels)


def _write(
    logs: Logs,
    requests: list[list[tuple[int, int, int, str]]],
    labels: list[list[tuple[int, int, int | None]]],
) -> list[str]:
    names = []
    for i, rows in enumerate(requests):
        # Ids differ from day to day, as a label's request must be one.
        made = [request(n * 10 + day, day=day, hour=hour, ms=ms) for n, day, hour, ms in rows]
        logs.csv(f"logs/{i}.csv", made)
        names.append(f"logs/{i}.csv")
    for i, outcomes in enumerate(labels):
        logs.jsonl(f"labels/{i}.jsonl", [label(n * 10 + 1, day=day, y=y) for n, day, y in outcomes])
        names.append(f"labels/{i}.jsonl")
    return names


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Logs, Logs]:
    """A workspace whose second night has yet to come, to be copied, and the same after it."""
    begun = Logs.make(tmp_path_factory.mktemp("nights") / "begun")
    begun.csv("logs/a.csv", [request(n, day=1 + n % 3) for n in range(30)])
    begun.jsonl("labels/a.jsonl", [label(n, day=4) for n in range(20)])
    begun.night()
    begun.csv("logs/b.csv", [request(n, day=1 + n % 3) for n in range(30, 40)])
    begun.jsonl("labels/b.jsonl", [label(n, day=5) for n in range(15, 35)])
    whole = Logs(Path(shutil.copytree(begun.root, begun.root.with_name("whole"))))
    whole.night()
    return begun, whole


@pytest.mark.parametrize(
    "place", ["commit_requests", "wait_for_labels", "enter_labels", "match_labels", "sweep"]
)
def test_a_night_killed_anywhere_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nights: tuple[Logs, Logs], place: str
) -> None:
    """After a kill between writing lake files and the commit, the next night ends like an undisturbed one."""
    begun, whole = nights
    killed = Logs(Path(shutil.copytree(begun.root, tmp_path / "killed")))

    def kill(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stage, place, kill)
        with pytest.raises(KeyboardInterrupt):
            killed.night()
    killed.night()
    assert killed.files() == whole.files()
    for table in ("ops.ledger", "ops.part", "lake.waiting", "lake.unmatched"):
        question = f"SELECT * FROM {table} ORDER BY ALL"
        assert killed.rows(question) == whole.rows(question)
