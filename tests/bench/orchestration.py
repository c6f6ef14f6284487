"""Section `dagster`: the whole command beside the same stages without Dagster, and how fast the help comes."""

from __future__ import annotations

import json
import shutil
import statistics
from pathlib import Path

from tests.bench import workspaces
from tests.bench.measure import Cost, median, modelboard, python
from tests.bench.report import Section, cost_cells, ratio, seconds, table

MODELS, EVENTS, DAYS = 10, 2_000, 5

TEXT = """\
A workspace of {models} models and {days} days that has nothing new: `modelboard nightly` as a whole, and the same \
stages with the same checks in a process without Dagster, in turn, {pairs} pairs; medians.

{table}

Dagster's share of a night: {share} CPU s ({wall} s wall), the median difference of the pairs; the whole is \
{ratio} of the stages alone. Goal: below 3 s. It is importing Dagster, opening its run storage (SQLite), and \
writing the events of seven assets; the number of models does not matter. `--help` imports neither Dagster nor DuckDB.
"""


def section(scratch: Path, pairs: int, tell: workspaces.Tell) -> Section:
    """Run the pairs and the help."""
    root = scratch / "dagster"
    workspaces.write(root, models=MODELS, events=EVENTS, days=DAYS)
    as_of = str(workspaces.day(DAYS - 1))
    command = ("nightly", "--workspace", str(root), "--as-of", as_of, "--json")
    first = release(modelboard(*command))
    whole: list[Cost] = []
    bare: list[Cost] = []
    help_: list[Cost] = []
    empty: list[Cost] = []
    for pair in range(pairs):
        tell(f"Dagster's share, pair {pair + 1} of {pairs}")
        whole.append(modelboard(*command))
        bare.append(workspaces.on(root, "night", DAYS - 1))
        help_.append(modelboard("--help"))
        empty.append(python("-c", "pass"))
        if release(whole[-1]) != first:
            raise RuntimeError("a night with nothing new published another release")
    shutil.rmtree(root)
    names = ("`modelboard nightly`", "the stages alone", "`modelboard --help`", "Python doing nothing")
    rows = [(n, *cost_cells(median(c))) for n, c in zip(names, (whole, bare, help_, empty), strict=True)]
    text = TEXT.format(
        models=MODELS,
        days=DAYS,
        pairs=pairs,
        table=table(("", "CPU s", "wall s", "MiB"), rows),
        share=seconds(statistics.median(w.cpu_s - b.cpu_s for w, b in zip(whole, bare, strict=True))),
        wall=seconds(statistics.median(w.wall_s - b.wall_s for w, b in zip(whole, bare, strict=True))),
        ratio=ratio(median(whole).cpu_s / median(bare).cpu_s),
    )
    return Section("Dagster's share", text)


def release(cost: Cost) -> str:
    """The id of the release that a night with --json says it published."""
    return str(json.loads(cost.output.splitlines()[-1])["release"])
