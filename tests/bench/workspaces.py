"""Synthetic workspaces for the sections: made, copied and given one more day, all in processes of their own."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.bench.measure import Cost, modelboard, python, stage

FIRST_DAY = dt.date(2023, 1, 1)
"""So early that 900 days later is still past: events of the future are rejected."""
Tell = Callable[[str], None]
"""Says what is being measured."""


def day(number: int) -> dt.date:
    """The number-th day of a synthetic workspace, from 0."""
    return FIRST_DAY + dt.timedelta(days=number)


def write(root: Path, *, models: int, events: int, days: int = 1, first: int = 0) -> None:
    """Logs of `events` requests a day for some days; the workspace too when it is not there."""
    python("-m", "tests.bench.logs", str(root), *map(str, (models, first, days, events)))


def on(root: Path, name: str, number: int) -> Cost:
    """A stage, or the whole night, as of the number-th day."""
    return stage(name, root, "--day", str(day(number)))


def copy(root: Path, target: Path) -> Path:
    """A workspace to spoil: data copied, logs (which nobody writes) linked."""
    shutil.copytree(root / "data", target / "data")
    shutil.copytree(root / "logs", target / "logs", copy_function=os.link)
    return target


def warm_up(root: Path) -> None:
    """One small night both ways, so that no measured process is the first to compile or read a module."""
    write(root, models=2, events=100)
    modelboard("nightly", "--workspace", str(root), "--json")
    on(root, "night", 0)
    on(root, "floor", 0)
    shutil.rmtree(root)
