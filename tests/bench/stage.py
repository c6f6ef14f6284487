"""One stage of a night as a process of its own: `python -m tests.bench.stage STAGE WORKSPACE [--day DATE]`.

The last line it prints is a JSON object: CPU seconds and largest memory (MiB) by stage.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import threading
import time
from pathlib import Path
from typing import Self

LAKE = "data/lake/requests/bench"
NUMBERS = "numbers"
"""The summary of the numeric features alone."""
FLOORS = {"floor": LAKE, "floor of numbers": LAKE, "raw": "logs", "nothing": ""}
"""Reading alone: the folder whose days of Parquet files are read; nothing at all is the start of the process."""
PARTS: dict[str, tuple[str, ...]] = {
    "start": (),
    "ingest": ("ingest",),
    "summarise": ("summarise",),
    "figures": ("ingest", "summarise", "refresh", "score", "value", "watch", "assess_maturity"),
    "publish": ("publish",),
    "night": ("ingest", "summarise", "refresh", "score", "value", "watch", "assess_maturity", "publish"),
}


def floor(folder: Path, *, numbers_only: bool = False) -> None:
    """The scan floor: read every column (or numeric feature) of a folder's Parquet files once, and no more."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads=2")
    files = sorted(str(path) for path in folder.glob("*.parquet"))
    if not files:
        raise SystemExit(f"{folder} has no files to read")
    relation = connection.read_parquet(files)
    numbers = {"DOUBLE", "BIGINT", "UBIGINT", "BOOLEAN", "TINYINT"}
    terms = [
        f'sum("{name}"::double)' if str(kind) in numbers else f'bit_xor(hash("{name}"))'
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if not numbers_only or (name.startswith("f:") and str(kind) == "DOUBLE")
    ]
    relation.aggregate(", ".join(terms)).fetchall()


def numbers(root: Path, day: dt.date) -> None:
    """Summarise the numeric features of a day as the night does, on grids that the day before has settled."""
    from dagster_project.pipeline.start import night_for
    from dagster_project.pipeline.summarise import MEMORY
    from dagster_project.pipeline.summarise_features import number_rows
    from dagster_project.pipeline.summarise_scans import (
        BY_DAY,
        Chunk,
        distinguishing_columns,
        groups,
        with_keys,
    )
    from dagster_project.spec.loading import load_workspace
    from dagster_project.store.engine import Engine
    from dagster_project.store.lake import live_paths
    from dagster_project.store.warehouse import Warehouse

    night = night_for(load_workspace(root), day=day, now=dt.datetime.now(dt.UTC))
    with Warehouse.open(night.workspace.warehouse) as warehouse, warehouse.within(MEMORY):
        engine = Engine(warehouse)
        rows = warehouse.value("SELECT sum(rows)::BIGINT FROM ops.part WHERE day = $day", {"day": day})
        files = live_paths(warehouse, root, "requests", "bench", [day])
        engine.load([Path(file) for file in files], int(str(rows)))
        keys = with_keys(groups(engine, BY_DAY).drop("n"))
        models = {placed.value.id: placed.value for placed in night.workspace.models}
        chunk = Chunk(engine, "bench", [day], keys, models, on=distinguishing_columns(keys))
        for statement in night.workspace.summaries:
            if statement.head.per == "feature_number":
                number_rows(night, warehouse, chunk, statement)


class Highest:
    """The largest resident set (MiB) while a block runs, looked at every EVERY_S by a thread; Linux."""

    EVERY_S = 0.02

    def __enter__(self) -> Self:
        """Begin to look."""
        self.mib, self._done = _resident_mib(), threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop looking."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(self.EVERY_S):
            self.mib = max(self.mib, _resident_mib())


def _resident_mib() -> float:
    """What the process holds now."""
    pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    return pages * resource.getpagesize() / 2**20


def run(part: str, root: Path, day: dt.date | None) -> dict[str, dict[str, float]]:
    """Run the stages of a part with their blocking checks; the CPU seconds and the largest memory of each."""
    from dagster_project.pipeline.publish import publish
    from dagster_project.pipeline.start import night_for
    from dagster_project.spec.loading import load_workspace
    from dagster_project.store.warehouse import Warehouse
    from tests.checks import require_passed
    from tests.nights import STAGES

    now = dt.datetime.now(dt.UTC)  # as the command does, so that both find the same night done
    night = night_for(load_workspace(root), day=day, now=now)
    cost = {"start": {"cpu_s": time.process_time(), "mib": _resident_mib()}}
    for function, checks in (*STAGES, (publish, None)):
        if function.__name__ not in PARTS[part]:
            continue
        began = time.process_time()
        with Highest() as highest, Warehouse.open(night.workspace.warehouse) as warehouse:
            function(night, warehouse)
            if checks is not None:
                require_passed(checks(warehouse, night))
        cost[function.__name__] = {"cpu_s": time.process_time() - began, "mib": highest.mib}
    return cost


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=[*PARTS, *FLOORS, NUMBERS])
    parser.add_argument("root", type=Path)
    parser.add_argument("--day", type=dt.date.fromisoformat)
    asked = parser.parse_args()
    if asked.stage in FLOORS:
        if FLOORS[asked.stage]:
            folder = asked.root / FLOORS[asked.stage] / str(asked.day)
            floor(folder, numbers_only=asked.stage == "floor of numbers")
        print(json.dumps({asked.stage: time.process_time()}))
    elif asked.stage == NUMBERS:
        numbers(asked.root, asked.day)
        print(json.dumps({asked.stage: time.process_time()}))
    else:
        print(json.dumps(run(asked.stage, asked.root, asked.day)))


if __name__ == "__main__":
    main()
