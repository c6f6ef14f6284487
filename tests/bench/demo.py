"""Section `demo`: the demo organization from nothing, once set up, and on a night with nothing new."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.bench import workspaces
from tests.bench.measure import modelboard, stage
from tests.bench.report import Section, cost_cells, stage_table, table

REPOSITORY = Path(__file__).resolve().parents[2]
MADE = ("lake", "logs", "facts", "demo", "dagster", "spill")
"""Folders of data/ that a night or the set-up makes."""
WHOLE = "data/lake", "data/dagster", "data/warehouse.duckdb", "build"
"""What is taken away again between the set-up and `make demo` once set up."""

TEXT = """\
The repository's own workspace, copied: eight months of declared files and real flights of 2013. One run.

{table}

Goals, in wall seconds on an idle machine: set-up of the data at most 90, the demo once set up below 60, a second \
nightly below 10. The first row is set-up and first night together. The stages of the night once set up, without \
Dagster:

{stages}

In the first night the readings are most of it: every metric, model, version and segment for each of some 340 days; \
then the pages, whose charts are drawn one by one.
"""


def section(scratch: Path, tell: workspaces.Tell) -> Section:
    """Four runs in order, each from what the one before left."""
    root = workspace(scratch / "demo")
    demo, nightly = (("demo", "--workspace", str(root), "--json"), ("nightly", "-w", str(root), "--json"))
    tell("demo: set-up and first night")
    rows = [("`modelboard demo`, nothing there", *cost_cells(modelboard(*demo)))]
    forget(root)
    tell("demo: once set up")
    rows.append(("`modelboard demo`, once set up", *cost_cells(modelboard(*demo))))
    tell("demo: nothing new")
    rows.append(("`modelboard nightly`, nothing new", *cost_cells(modelboard(*nightly))))
    forget(root)
    tell("demo: by stage")
    stages = stage("night", root).stages
    shutil.rmtree(root)
    body = TEXT.format(
        table=table(("", "CPU s", "wall s", "MiB"), rows), stages=stage_table({"first night": stages})
    )
    return Section("The demo", body)


def workspace(root: Path) -> Path:
    """The declared files of the repository's workspace, and nothing that was made."""
    shutil.copytree(
        REPOSITORY / "data",
        root / "data",
        ignore=shutil.ignore_patterns(*MADE, "warehouse.duckdb*"),
    )
    return root


def forget(root: Path) -> None:
    """Take away what nights made; logs and facts stay."""
    for path in WHOLE:
        gone = root / path
        if gone.is_dir():
            shutil.rmtree(gone)
        elif gone.exists():
            gone.unlink()
