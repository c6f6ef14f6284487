"""Section `alarms`: years of seeded history with and without planted changes, judged as nights would judge them.

Each model has 25 monitors, so each monitor a 25th of the model's budget of 0.1 false alarms a year. No rule has a least
effect here, but for the 15 and 20 % of the usage rules: what is counted is what the statistics alone do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dagster_project.core.alarm import BUDGET
from dagster_project.core.alarm_scale import Kind
from dagster_project.core.types import Bools, Floats, Ints
from tests.bench import alarms_made as made
from tests.bench import alarms_watched as watched
from tests.bench.alarms_made import REFERENCE, YEAR, Make, World
from tests.bench.report import Section, table
from tests.bench.workspaces import Tell

GAP, SEEN, HORIZON = 60, 2, 14
"""Judged days before a change; days in which it should be seen; days it is followed."""
SLOW_HORIZON = 60
FLEETS = (1, 50, 1_000)
BROKEN = 0.01


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
class Sizes:
    """How much is simulated."""

    models: int
    years: float
    """Of each world without a change."""
    monitors: int
    """Of each planted change."""


FULL = Sizes(models=40, years=2.0, monitors=300)
SMALL = Sizes(models=2, years=0.3, monitors=12)


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
    steady = replace(drop, make=made.use(0.05))
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


def section(sizes: Sizes, tell: Tell) -> Section:
    """Simulate and put into tables."""
    seeds = iter(np.random.SeedSequence(20).spawn(1_000))
    quiet = {}
    for name, world in WORLDS.items():
        tell(f"no change: {name}")
        quiet[name] = [false_alarms(m, world, sizes, np.random.default_rng(next(seeds))) for m in MONITORS]
    rows = []
    for change in planted():
        tell(f"{change.name}: {change.world}")
        rows.append(_planted_row(change, sizes.monitors, np.random.default_rng(next(seeds))))
    stated = []
    for monitor in MONITORS[:-1]:
        tell(f"changes of every size: {monitor.name}")
        stated.append(_stated_row(monitor, sizes.monitors, np.random.default_rng(next(seeds))))
    tell("holidays")
    holidays = _holidays(sizes, np.random.default_rng(next(seeds)))
    return Section("Alarms", _text(sizes, quiet, rows, stated, holidays))


def false_alarms(monitor: Monitor, world: World, sizes: Sizes, rng: np.random.Generator) -> float:
    """False alarms a model-year of all a model's monitors of one kind."""
    start = watched.USAGE_FROM if monitor.kind is None else REFERENCE
    days = start + round(sizes.years * YEAR)
    count = sizes.models * monitor.a_model
    pair = monitor.make(rng, world, count, days, days, np.zeros(count))
    found = _watch(monitor, pair.clean, days)
    return float(found.alarms.sum() / (sizes.models * found.days / YEAR))


def _watch(monitor: Monitor, series: made.Series, since: int) -> watched.Watched:
    if monitor.kind is None:
        return watched.usage(series, since, slow=monitor.slow)
    return watched.spread(series, monitor.kind, monitor.direction, 0.0, since)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Planted changes of one kind; arrays over the monitors that were quiet before."""

    ratio: Floats
    """The change's effect over the smallest one that the monitor says it sees; nan: it sees none."""
    effect: Floats
    detectable: Floats
    days: Floats
    """Days to the alarm, 1 is the day of the change; infinite: not within the horizon."""


def outcome(monitor: Monitor, world: World, size: Floats, rng: np.random.Generator) -> Outcome:
    """Plant a change of each size in a history of its own, and follow it."""
    start = watched.USAGE_FROM if monitor.kind is None else REFERENCE
    at, horizon = start + GAP, SLOW_HORIZON if monitor.slow else HORIZON
    pair = monitor.make(rng, world, len(size), at + horizon, at, size)
    found = _watch(monitor, pair.changed, at)
    quiet = ~found.open_before
    effect = np.abs(pair.changed.values - pair.clean.values)[:, at:]
    # A distance also moves by chance: its effect is the mean over all days. Of use, the day of the change counts.
    mean = (
        effect[:, 0]
        if monitor.kind is None
        else np.abs((pair.changed.values - pair.clean.values)[:, at:].mean(axis=1))
    )
    days = np.where(found.first >= 0, found.first - at + 1.0, np.inf)
    with np.errstate(invalid="ignore"):
        return Outcome((mean / found.detectable)[quiet], mean[quiet], found.detectable[quiet], days[quiet])


def _planted_row(change: Planted, monitors: int, rng: np.random.Generator) -> tuple[str, ...]:
    found = outcome(change.monitor, change.world, np.full(monitors, change.size), rng)
    seen, finite = found.days <= SEEN, np.isfinite(found.days)
    typical = f"{np.median(found.days[finite]):.0f}" if finite.mean() >= 0.5 else "none"
    above = found.ratio >= 1
    return (
        change.name, change.monitor.name, str(change.world), _size(found.effect), _size(found.detectable),
        f"{above.mean():.0%}", _share(seen), _share(seen[above]), _share(finite), typical,
    )  # fmt: skip


def _stated_row(monitor: Monitor, monitors: int, rng: np.random.Generator) -> tuple[str, ...]:
    """Recall by how large a change is beside the smallest one that its monitor states, over all worlds."""
    parts = []
    for world in WORLDS.values():
        size = np.exp(rng.uniform(*np.log(_range(monitor, world)), monitors))
        parts.append(outcome(monitor, world, size, rng))
    ratio, days = (np.concatenate([getattr(p, name) for p in parts]) for name in ("ratio", "days"))
    seen = days <= SEEN
    bands = ((0.0, 0.5), (0.5, 1.0), (1.0, 1.25), (1.25, 2.0), (2.0, np.inf))
    inside = [(ratio >= low) & (ratio < high) for low, high in bands]
    return (
        monitor.name,
        *(_share(seen[i]) for i in inside),
        str(int((ratio >= 1).sum())),
        _share(seen[ratio >= 1]),
    )


def _range(monitor: Monitor, world: World) -> tuple[float, float]:
    """Sizes from what no monitor sees to what every one does."""
    noise = np.sqrt((world.wander * (1 + world.yearly + world.weekly)) ** 2 + 1 / world.rows)
    if monitor.kind is None:
        return 0.1, 1.0
    if monitor.kind == "share":
        return 1 / world.rows, 0.6
    return 2 * float(noise), 30 * float(noise)


def _holidays(sizes: Sizes, rng: np.random.Generator) -> tuple[float, float]:
    """Alarms of sudden drops a model-year when nine days a year bring 40 % of the use: declared, and not."""
    days = watched.USAGE_FROM + round(sizes.years * YEAR)
    count = sizes.models * len(WORLDS)
    series = made.use(0.1)(rng, WORLDS["weekly season"], count, days, days, np.zeros(count)).clean
    free: Ints = np.arange(20, days, 41)
    series.values[:, free] = np.floor(series.values[:, free] * 0.4)
    found = [watched.usage(series, days, slow=False, holidays=h) for h in (free, None)]
    rates = [float(f.alarms.sum() / (count * f.days / YEAR)) for f in found]
    return rates[0], rates[1]


def _size(values: Floats) -> str:
    known = values[np.isfinite(values)]
    return f"{np.median(known):.3g}" if len(known) * 2 > len(values) else "none"


def _share(which: Bools) -> str:
    return f"{which.mean():.1%}" if len(which) else ""


TEXT = """\
{models} models of {tests} monitors in each of {worlds} worlds, {years:g} years each after {reference} reference days; \
{monitors} monitors for every planted change. Counts of rows are drawn on the product's grids, distances are `core.drift`, \
alarms are `core.alarm_spread`, `core.alarm_usage` and `core.episodes`, one day after another. An alarm of the spread \
rule takes two firing days in a row. How it works: [about alarms](site/docs/about/alarms.md).

False alarms a model-year where nothing changes:

{quiet}

All monitors of a model together, mean of these worlds: **{rate:.3f}** a model-year; worst: {worst:.3f} ({worst_name}). \
Goal: at most {budget:g}: {met}.

{fleet}

{declared:.3f} false alarms of sudden drops a model-year where nine holidays a year, with 40 % of the use, are declared; \
{undeclared:.3f} where nobody declared them.

Planted changes, {gap} days after the reference. "States" is the smallest change that the monitor says it sees within two \
days (median); "above" is the share of monitors for which this change is larger than that. Both in the unit of the series: \
a distance, a share, milliseconds, requests a day. Found: within {horizon} days, {slow} for slow declines.

{planted}

Changes of every size in all worlds, by their size beside what the monitor itself states: share seen within two days. Goal: \
at least 95 % of those above.

{stated}
"""


def _text(
    sizes: Sizes,
    quiet: dict[str, list[float]],
    rows: Sequence[tuple[str, ...]],
    stated: Sequence[tuple[str, ...]],
    holidays: tuple[float, float],
) -> str:
    totals = {name: sum(rates) for name, rates in quiet.items()}
    worst = max(totals, key=lambda name: totals[name])
    rate = float(np.mean(list(totals.values())))
    by_kind = [
        (f"{m.name} ({m.a_model})", *(f"{quiet[name][i]:.3f}" for name in quiet))
        for i, m in enumerate(MONITORS)
    ]
    return TEXT.format(
        models=sizes.models, tests=watched.TESTS, worlds=len(WORLDS), years=sizes.years, reference=REFERENCE,
        monitors=sizes.monitors, rate=rate, worst=totals[worst], worst_name=worst, budget=BUDGET,
        met="met in every world" if totals[worst] <= BUDGET else
        "met on the whole, missed in the worst world" if rate <= BUDGET else "missed",
        quiet=table(("monitors (of each model)", *quiet),
                    [*by_kind, ("**all 25**", *(f"**{t:.3f}**" for t in totals.values()))]),
        fleet=_fleet(rate), declared=holidays[0], undeclared=holidays[1], gap=GAP, horizon=HORIZON, slow=SLOW_HORIZON,
        planted=table(("change", "monitor", "world", "effect", "states", "above", "seen in 2 days", "of those above",
                       "found", "days"), rows),
        stated=table(("monitor", "below half", "half to 1", "1 to 1.25", "1.25 to 2", "over 2", "n above", "seen"), stated),
    )  # fmt: skip


def _fleet(rate: float) -> str:
    """False alarms of fleets, and the share of alarms that are right where 1 % of the models break in some time."""
    spans = {"night": 1 / YEAR, "week": 7 / YEAR, "month": 1 / 12, "year": 1.0}
    rows = []
    for models in FLEETS:
        false = {span: models * rate * part for span, part in spans.items()}
        true = BROKEN * models * 0.95
        rows.append((f"{models:,}", f"{false['night']:.4f}", f"{false['year']:.2f}",
                     *(f"{true / (true + false[span]):.0%}" for span in spans)))  # fmt: skip
    head = ("models", "false a night", "false a year", *(f"right, 1 % break each {span}" for span in spans))
    return table(head, rows)
