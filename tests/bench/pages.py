"""Section `pages`: the site of many models, from figures that are there already.

`python -m tests.bench.pages fleet WORKSPACE MODELS` multiplies the models of a finished workspace in its warehouse;
`... change WORKSPACE SHARE` gives a share of the models other readings, as an hourly run would.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.bench import workspaces
from tests.bench.measure import Cost, python, size_mb
from tests.bench.report import Section, cost_cells, table

MODELS, EVENTS, DAYS = 10, 2_000, 30
"""Of the workspace that is multiplied."""
SHARE = 0.05
TABLES = ("catalog.version", "catalog.field", "catalog.history", "daily.traffic", "daily.consumer", "daily.duplicate",
          "daily.latency_hist", "daily.feature_hist", "daily.category_hist", "daily.score_hist", "daily.user_sketch",
          "daily.outcome_binary", "ops.grid", "ops.category", "mart.reading", "mart.impact",
          "mart.scorecard")  # fmt: skip
"""Tables with a column model_id, beside catalog.model."""

TEXT = """\
Sites of models whose figures are there: {models} real models with {days} days and 10 features each, multiplied in the \
warehouse. `publish` as a process of its own: the queries of the page views, pages with their charts, checks of every \
link, hashes, static API with the readings of all days. One run each.

{table}

From the smallest to the largest the full site costs {growth} a model (goal: within 1.3). Goals at 5,000 models, \
beyond the queries: full site 15, nothing changed 3, 5 % changed 4 CPU s; below 500 MiB. {why}
"""
WHY = """\
With nothing changed the inputs' digest says so and no page is looked at. Where a share changed, a page \
whose reads of the views find the same as before is a link to the release before."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Publications of one number of models."""

    models: int
    costs: dict[str, Cost]
    site_mb: float


def section(scratch: Path, sizes: tuple[int, ...], tell: workspaces.Tell) -> Section:
    """Measure each number of models."""
    root = scratch / "pages"
    tell("figures of a few models")
    workspaces.write(root, models=MODELS, events=EVENTS, days=DAYS)
    workspaces.on(root, "figures", DAYS - 1)
    found = [measured(root, scratch / f"pages-{models}", models, tell) for models in sizes]
    rows = [
        (f"{m.models:,} models: {name}", *cost_cells(cost), f"{cost.cpu_s / m.models * 1000:,.1f}")
        for m in found
        for name, cost in m.costs.items()
    ]
    first, last = (m.costs["full site"].cpu_s / m.models for m in (found[0], found[-1]))
    text = TEXT.format(
        models=MODELS,
        days=DAYS,
        table=table(("", "CPU s", "wall s", "MiB", "CPU ms a model"), rows),
        growth=f"{last / first:.2f} times as much",
        why=WHY,
    )
    return Section("The site of many models", text)


def measured(root: Path, trial: Path, models: int, tell: workspaces.Tell) -> Measured:
    """The full site, then with nothing changed, then with a share of the models changed."""
    workspaces.copy(root, trial)
    tell(f"{models:,} models: figures")
    _here("fleet", trial, str(models))
    costs: dict[str, Cost] = {}
    for name in ("full site", "nothing changed", f"{SHARE:.0%} changed"):
        tell(f"{models:,} models: {name}")
        if name.endswith("% changed"):
            _here("change", trial, str(SHARE))
        costs[name] = workspaces.on(trial, "publish", DAYS - 1)
    found = Measured(models, costs, size_mb((trial / "build" / "site").resolve()))
    shutil.rmtree(trial)
    return found


def _here(*words: object) -> None:
    python("-m", "tests.bench.pages", *map(str, words))


def multiply(root: Path, models: int) -> None:
    """Copies of each model under further ids, until there are so many."""
    from dagster_project.store.warehouse import Warehouse

    with Warehouse.open(root / "data" / "warehouse.duckdb") as warehouse, warehouse.transaction():
        copies = {"copies": models // MODELS}
        series = "CROSS JOIN generate_series(1, $copies - 1) AS s(i)"
        for name in TABLES:
            again = "SELECT t.* REPLACE (t.model_id || '-' || s.i AS model_id)"
            warehouse.run(f"INSERT INTO {name} {again} FROM {name} AS t {series}", copies)
        warehouse.run(
            "INSERT INTO catalog.model SELECT t.* REPLACE (t.model_id || '-' || s.i AS model_id, t.slug || '-' || s.i"
            f" AS slug, t.title || ' ' || s.i AS title) FROM catalog.model AS t {series}",
            copies,
        )


def change(root: Path, share: float) -> None:
    """Other readings of a share of the models, and a sign that something new was read."""
    from dagster_project.store.warehouse import Warehouse

    with Warehouse.open(root / "data" / "warehouse.duckdb") as warehouse, warehouse.transaction():
        warehouse.run(
            "UPDATE mart.reading SET value = value * 1.01"
            " WHERE metric = 'latency_p95_ms' AND hash(model_id) % 1000 < $n",
            {"n": round(share * 1000)},
        )
        warehouse.run("UPDATE ops.file SET file_id = 'changed' WHERE path = (SELECT max(path) FROM ops.file)")


def main(what: str, root: Path, number: str) -> None:
    """Prepare a workspace's warehouse in a process of its own."""
    if what == "fleet":
        multiply(root, int(number))
    else:
        change(root, float(number))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
