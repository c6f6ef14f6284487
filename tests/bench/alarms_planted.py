"""Section `alarms`: what is simulated: the monitors of a model, quiet worlds, and the changes planted in them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dagster_project.core.alarm_scale import Kind
from tests.bench import alarms_made as made
from tests.bench.alarms_made import Make, World


@dataclass(frozen=True, slots=True)
class Monitor:
    """One kind of series, and how many of it a model has."""

    name: str
    make: Make
    kind: Kind | None
    """None: a rule of use."""
    direction: int
    a_model: int
    slow: bool = False
    unit: str = ""


MONITORS = (
    Monitor("drift of a feature, KS", made.shifted("ks"), "distance", 1, 8),
    Monitor("drift of the score, Jensen-Shannon", made.shifted("js"), "distance", 1, 1),
    Monitor("drift of the answer, PSI", made.shifted("psi"), "squared distance", 1, 1),
    Monitor("missing share, usually 2 %", made.share(0.02), "share", 0, 6),
    Monitor("missing share, never before", made.share(0.0), "share", 1, 2),
    Monitor("unseen categories, usually 0.05 %", made.share(5e-4), "share", 1, 2),
    Monitor("failed requests, usually 1 %", made.share(0.01), "share", 1, 1),
    Monitor("latency, 95th percentile", made.latency(), "log", 1, 1),
    Monitor("accuracy, usually 90 %", made.share(0.9, falls=True), "share", -1, 1),
    Monitor("use, sudden drop", made.use(0.1), None, -1, 1),
    Monitor("use, slow decline", made.use(0.1, a_day=True), None, -1, 1, slow=True),
)  # fmt: skip

WORLDS = {
    "few rows": World(300),
    "independent days": World(1_000),
    "many rows": World(30_000),
    "AR(1) 0.5": World(1_000, correlation=0.5),
    "weekly season": World(3_000, correlation=0.5, weekly=2),
    "yearly season": World(3_000, correlation=0.5, yearly=2),
    "weather: wander 0.4, both seasons": World(3_000, 0.4, correlation=0.5, weekly=1, yearly=2),
    "heavy tails, AR(1) 0.5": World(3_000, correlation=0.5, heavy=True),
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One change in one world."""

    name: str
    monitor: Monitor
    world: World
    size: float


def planted() -> list[Planted]:
    """The changes of the section's second table."""
    ks, wider = MONITORS[0], Monitor("Wasserstein", made.shifted("wasserstein", wider=True), "distance", 1, 1)
    nulls, never, unseen, _, latency, accuracy = MONITORS[3:9]
    drop, decline = MONITORS[9:]
    steady = replace(drop, name="use, sudden drop, days differ by 5 % only", make=made.use(0.05))
    found = [
        Planted(f"shift of {size} sd", ks, World(rows, wander, 0.5 if wander else 0), size)
        for size, at in ((0.3, (300, 450, 1_000, 10_000)), (0.1, (1_000, 4_000, 30_000)))
        for rows in at for wander in (0.0, 0.05)
    ]  # fmt: skip
    found += [Planted("shift of 0.3 sd", ks, World(10_000, 0.4, 0.5), 0.3)]
    found += [Planted("1.3 times as wide", wider, World(rows), 0.3) for rows in (300, 1_000, 10_000)]
    found += [Planted("nulls from 2 to 10 %", nulls, World(rows), 0.08) for rows in (100, 300, 1_000)]
    found += [Planted("nulls, never before, 2 %", never, World(rows), 0.02) for rows in (300, 1_000)]
    found += [Planted("unseen categories, 2 %", unseen, World(rows), 0.02) for rows in (300, 1_000, 3_000)]
    found += [Planted("latency + 30 %", latency, World(rows, wander), 0.3)
              for rows in (300, 3_000) for wander in (0.02, 0.05, 0.1)]  # fmt: skip
    found += [Planted("a tenth of the labels flipped", accuracy, World(rows), 0.08) for rows in (300, 1_000)]
    found += [Planted("all labels flipped", accuracy, World(100), 0.8)]
    found += [Planted(f"use falls by {size:.0%}", rule, World(rows), size)
              for size in (0.2, 0.4, 1.0)
              for rule, rows in ((drop, 30), (drop, 1_000), (steady, 1_000), (steady, 10_000))]  # fmt: skip
    found += [Planted("use falls by 1 % a day", decline, World(rows), 0.01) for rows in (100, 10_000)]
    return found
