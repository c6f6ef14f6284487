"""From measured sections to BENCHMARKS.md: the words around the tables, and how numbers are written."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.measure import Cost

PACKAGES = ("duckdb", "polars", "numpy", "dagster")

HEAD = """\
# Benchmarks

`make bench` remakes this whole page; `python -m tests.bench SECTION` prints one section ({sections}).
Every log is synthetic and seeded ([tests/bench/logs.py](tests/bench/logs.py)), but for the demo's real flights.

Measured on {machine}. CPU is user and system time of the whole process, start-up included, from the operating
system's accounting; wall and memory (largest resident set, MiB) are of the same runs. Wall seconds depend on what else
the machine does: compare CPU, and ratios within a table. Modules are compiled and files are read once before
anything is measured.
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One measured part of the page."""

    title: str
    body: str
    """Markdown."""


def page(sections: Iterable[Section], names: Iterable[str], measured_on: str = "") -> str:
    """The whole of BENCHMARKS.md."""
    head = HEAD.format(sections=", ".join(f"`{name}`" for name in names), machine=machine(measured_on))
    parts = [head, *(f"## {s.title}\n\n{s.body.strip()}\n" for s in sections)]
    return "\n".join(parts)


def machine(measured_on: str = "") -> str:
    """Where and with what the figures were made; the date only where the caller gives one."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    where = f"{os.cpu_count()} cores ({platform.machine()}, {platform.system()}), Python {platform.python_version()}"
    return f"{where}, {versions}" + (f", {measured_on}" if measured_on else "")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others stand right."""
    lines = [" | ".join(header), " | ".join(["---"] + ["--:"] * (len(header) - 1))]
    return "\n".join(f"| {line} |" for line in [*lines, *(" | ".join(row) for row in rows)])


def cost_cells(cost: Cost) -> tuple[str, str, str]:
    """CPU, wall and memory."""
    return seconds(cost.cpu_s), seconds(cost.wall_s), f"{cost.peak_mib:,.0f}"


def stage_table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """CPU seconds by stage, a column a run."""
    names = list(next(iter(columns.values())))
    return table(
        ("CPU s by stage", *columns),
        [(name, *(seconds(column[name]) for column in columns.values())) for name in names],
    )


def memory_table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """The largest memory by stage, a column a run."""
    names = list(next(iter(columns.values())))
    return table(
        ("MiB by stage", *columns),
        [(name, *(f"{column[name]:,.0f}" for column in columns.values())) for name in names],
    )


def seconds(value: float) -> str:
    """Three significant digits at most, two decimals at most."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def ratio(value: float) -> str:
    """How many times."""
    return f"{value:.1f} x" if value >= 1.95 else f"{value:.2f} x"
