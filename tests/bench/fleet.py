"""Section `models`: many small models; the first night, one with a new day, one with nothing new."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.bench import workspaces
from tests.bench.measure import Cost, size_mb
from tests.bench.report import Section, cost_cells, memory_table, stage_table, table

TEXT = """\
One source, small logs, every model with the 10 features of the first section; one run each. A night is all stages \
with their blocking checks in one process, without Dagster, whose share is measured below.

{table}

What stays on disk afterwards:

{disk}

{stages}

{why}
"""
WHY = """\
On the first night of many small models the summaries are dear although the logs are small: a model with 100 requests \
a day fills nearly one bin a request and feature, so the summary is hardly smaller than the log. And the grid of a \
feature is provisional until 1,000 of its values were seen: each time they double it is taken again, and all days \
since are summarised again; until a model has 1,000 requests this also happens on nights with one new day. \
These fleets are sized so that the first night settles all grids. A new day makes every page again, because every page \
shows it. With nothing new, what is left is asking each stage whether it has work."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Sizes of one row of the section."""

    models: int
    requests: int
    """A model and day."""
    days: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Three nights of a fleet and what they leave."""

    fleet: Fleet
    nights: dict[str, Cost]
    disk: dict[str, float]
    """Megabytes."""
    pages: int


def section(scratch: Path, fleets: tuple[Fleet, ...], tell: workspaces.Tell) -> Section:
    """Measure each fleet."""
    found = [measured(scratch, fleet, tell) for fleet in fleets]
    rows = [
        (f"{name_of(m.fleet)}: {night}", *cost_cells(cost), f"{cost.cpu_s / m.fleet.models * 1000:,.0f}")
        for m in found
        for night, cost in m.nights.items()
    ]
    disk = [
        (f"{m.fleet.models:,} models", *(f"{m.disk[k]:,.1f}" for k in DISK), f"{m.pages:,}") for m in found
    ]
    stages = [
        f"{m.fleet.models:,} models:\n\n"
        + stage_table({k: c.stages for k, c in m.nights.items()})
        + "\n\n"
        + memory_table({k: c.peaks for k, c in m.nights.items()})
        for m in found
    ]
    text = TEXT.format(
        table=table(("", "CPU s", "wall s", "MiB", "CPU ms a model"), rows),
        disk=table(("", *(f"{name} MB" for name in DISK), "pages"), disk),
        stages="\n\n".join(stages),
        why=WHY,
    )
    return Section("Many models", text)


DISK = {"logs": "logs", "lake": "data/lake", "warehouse": "data/warehouse.duckdb", "site": "build/site"}
"""What is weighed, and where it lies in a workspace."""


def name_of(fleet: Fleet) -> str:
    """The fleet in words."""
    return f"{fleet.models:,} models, {fleet.requests} requests a day each, {fleet.days} days"


def measured(scratch: Path, fleet: Fleet, tell: workspaces.Tell) -> Measured:
    """The three nights in order."""
    root = scratch / f"models-{fleet.models}"
    events = fleet.models * fleet.requests
    workspaces.write(root, models=fleet.models, events=events, days=fleet.days)
    nights: dict[str, Cost] = {}
    for night, last in (("first night", -1), ("one new day", 0), ("nothing new", 0)):
        tell(f"{fleet.models:,} models: {night}")
        if night == "one new day":
            workspaces.write(root, models=fleet.models, events=events, first=fleet.days)
        nights[night] = workspaces.on(root, "night", fleet.days + last)
    disk = {name: size_mb((root / path).resolve()) for name, path in DISK.items()}
    pages = sum(1 for _ in (root / "build" / "site").resolve().rglob("*.html"))
    shutil.rmtree(root)
    return Measured(fleet, nights, disk, pages)
