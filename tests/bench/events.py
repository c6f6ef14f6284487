"""Sections `events` and `large`: one large day, ingested and summarised, against reading the same columns and no more.

`large` is the day of 50 million events, whose memory has a goal; it takes most of the time of all sections.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.bench import workspaces
from tests.bench.measure import Cost, median, stage
from tests.bench.report import Section, cost_cells, ratio, table

MODELS = 50
BEFORE = 28
"""Small days before: so many that grids are settled and dictionaries full, as they are but in a log's first weeks."""
BEFORE_EVENTS = 5_000
"""Events of each of them."""
STAGES = ("raw", "start", "ingest", "floor", "floor of numbers", "numbers", "summarise")
"""In the order of a night: the floor reads what ingestion wrote."""
NAMES = {
    "raw": "raw floor",
    "floor": "floor",
    "ingest": "ingest",
    "summarise": "summarise",
    "floor of numbers": "floor of the numeric features",
    "numbers": "numeric features summarised",
}
"""How the table calls what it shows of them."""
AGAINST = {"ingest": "floor", "summarise": "floor", "numbers": "floor of numbers"}
"""Which floor each is held against."""

TEXT = """\
One day of {models} models, 8 numeric and 2 categorical features, in one source; {before} small days before it were \
done already. "floor" reads every column of the day's lake files once (sum of a number, hash of a text), "raw floor" \
those of the logs as they came; both are processes of their own, so their CPU holds the start of Python and DuckDB. \
The goal of the summaries is about numeric columns: "floor of the numeric features" is a sum of each, "numeric \
features summarised" is what the night makes of them, in a process of its own. Medians; runs: {runs}. A model with \
more than 250,000 requests of a day has a file of its own in the lake, as in a folder a model; smaller ones share \
one, interleaved.

{table}

Ratio of CPU to the floor of the same columns, once as whole commands and once without the start of each process:

{ratios}

Goals: the numeric features at most 2.2 times their floor with one folder a model, 3.0 interleaved; memory of either \
stage below 1,024 MiB at any size. {why}
"""
WHY = """\
What is dear, in this order: sorting and writing the lake, reading the log (each row is checked, mapped, hashed and \
compared with all ids of its day), writing the labelled requests; and in the summary the groups themselves: each \
numeric feature is one grouping on a key of its own, with exact integer sums of values and squares. Memory grows far \
less than the day: rows are read 100,000 and sorted 200,000 at a time, and the database is held to 300 MB while it \
ingests (150 while labels are sorted) and 500 MB while it summarises; other libraries' memory comes on top."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians of one size of day."""

    events: int
    runs: int
    cost: dict[str, Cost]

    def times_floor(self, name: str) -> tuple[str, str]:
        """Ratios to the floor: whole commands, and what is left without their start."""
        own, floor = self.cost[name].cpu_s, self.cost[AGAINST[name]].cpu_s
        begun, nothing = self.cost["start"].cpu_s, self.cost["nothing"].cpu_s
        return ratio(own / floor), ratio((own - begun) / max(floor - nothing, 0.01))


def section(
    scratch: Path, days: tuple[tuple[int, int], ...], tell: workspaces.Tell, title: str = "A large day"
) -> Section:
    """`days` are (events, runs)."""
    found = [measured(scratch, events, runs, tell) for events, runs in days]
    rows = [
        (f"{m.events:,} events: {name}", *cost_cells(m.cost[key]))
        for m in found
        for key, name in NAMES.items()
    ]
    ratios = [
        (f"{m.events:,} events: {NAMES[name]}", *m.times_floor(name)) for m in found for name in AGAINST
    ]
    text = TEXT.format(
        models=MODELS,
        before=BEFORE,
        runs=" and ".join(f"{m.runs} of {m.events:,} events" for m in found),
        table=table(("", "CPU s", "wall s", "MiB"), rows),
        ratios=table(("", "whole command", "without start"), ratios),
        why=WHY,
    )
    return Section(title, text)


def measured(scratch: Path, events: int, runs: int, tell: workspaces.Tell) -> Measured:
    """Ingest and summarise the same day `runs` times, each time from the state the night before left."""
    root = scratch / f"events-{events}"
    workspaces.write(root, models=MODELS, events=BEFORE_EVENTS, days=BEFORE)
    for name in ("ingest", "summarise"):
        workspaces.on(root, name, BEFORE - 1)
    workspaces.write(root, models=MODELS, events=events, first=BEFORE)
    costs: dict[str, list[Cost]] = {name: [] for name in ("nothing", *STAGES)}
    for run in range(runs):
        trial = workspaces.copy(root, scratch / "trial")
        for name in STAGES:
            tell(f"{events:,} events, run {run + 1} of {runs}: {name}")
            costs[name].append(workspaces.on(trial, name, BEFORE))
        costs["nothing"].append(stage("nothing", trial))
        shutil.rmtree(trial)
    shutil.rmtree(root)
    return Measured(events, runs, {name: median(found) for name, found in costs.items()})
