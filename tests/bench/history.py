"""Section `history`: what one further night costs after a short and after a long history of equal days."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench import workspaces
from tests.bench.measure import Cost, median, median_stages, size_mb
from tests.bench.report import Section, cost_cells, ratio, stage_table, table

MODELS, EVENTS = 10, 2_000

TEXT = """\
{models} models, {events:,} requests a day, the same size every day. After the history is done, {runs} further nights \
of one new day each; their median. All stages in one process, without Dagster.

{table}

One further night after {long} days costs {ratios} (goal: at most 1.2).

{stages}

Ingestion and summaries touch the new day, readings the windows that end in it: up to 90 days and the 90 before, so \
that a night becomes dearer until the history fills them. What grows after that: the API writes the readings of all \
days, and milestones are decided again for past days (a year of weeks, before that months). Pages draw at most the \
longest chart.
"""


def section(
    scratch: Path, lengths: tuple[int, ...], runs: int, tell: workspaces.Tell, events: int = EVENTS
) -> Section:
    """Compare the lengths of history, in days."""
    nights = {days: further(scratch, days, runs, tell, events) for days in lengths}
    middle = {days: median(costs) for days, (_, costs, _) in nights.items()}
    rows = []
    for days, (first, _, stored) in nights.items():
        rows.append((f"{days} days: all of them, first night", *cost_cells(first), ""))
        rows.append((f"{days} days: one further night", *cost_cells(middle[days]), f"{stored:,.1f}"))
    *shorter, long = lengths
    text = TEXT.format(
        models=MODELS,
        events=events,
        runs=runs,
        table=table(("", "CPU s", "wall s", "MiB", "warehouse MB"), rows),
        long=long,
        ratios=" and ".join(
            f"{ratio(middle[long].cpu_s / middle[short].cpu_s)} of one after {short}" for short in shorter
        ),
        stages=stage_table({f"after {d} days": median_stages(c) for d, (_, c, _) in nights.items()}),
    )
    return Section("A long history", text)


def further(
    scratch: Path, days: int, runs: int, tell: workspaces.Tell, events: int
) -> tuple[Cost, list[Cost], float]:
    """The first night of a history, the further nights one by one, and the size of the warehouse in MB."""
    root = scratch / f"history-{days}"
    tell(f"{days} days of history: first night")
    workspaces.write(root, models=MODELS, events=events, days=days)
    first = workspaces.on(root, "night", days - 1)
    costs = []
    for number in range(days, days + runs):
        tell(f"{days} days of history: further night {number - days + 1} of {runs}")
        workspaces.write(root, models=MODELS, events=events, first=number)
        costs.append(workspaces.on(root, "night", number))
    stored = size_mb(root / "data" / "warehouse.duckdb")
    shutil.rmtree(root)
    return first, costs, stored
