"""The benchmarks themselves: seeded logs, sound accounting, and a page that renders."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dagster_project.store.warehouse import Warehouse
from tests.bench import logs, pages, report, workspaces
from tests.bench.__main__ import FULL, SECTIONS, SMALL
from tests.bench.measure import Cost, median, python, size_mb

DAY = dt.date(2025, 1, 3)


def drawn(seed: int) -> pl.DataFrame:
    return logs.frame(np.random.default_rng(seed), DAY, 0, 2_000, 7)


def test_the_same_seed_makes_the_same_log() -> None:
    """Two draws of one seed are equal, another seed differs."""
    assert drawn(1).equals(drawn(1))
    assert not drawn(1).equals(drawn(2))


def test_a_log_holds_what_it_promises() -> None:
    """Events of one day in time order, ids once, about 2 % missing, models spread evenly."""
    rows = drawn(3)
    assert rows["ts"].is_sorted()
    assert rows["ts"].dt.date().unique().to_list() == [DAY]
    assert rows["rid"].n_unique() == len(rows)
    assert 0.01 < rows["n0"].null_count() / len(rows) < 0.03
    assert rows["model"].unique().sort().to_list() == [f"m{i:04d}" for i in range(7)]


def test_a_written_workspace_is_the_same_bytes_twice(tmp_path: Path) -> None:
    """Files of two workspaces of one size are equal, byte by byte."""
    written = []
    for name in ("one", "two"):
        logs.main(tmp_path / name, models=3, first=0, days=2, events=100)
        found = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        written.append([(p.relative_to(tmp_path / name), p.read_bytes()) for p in found])
    assert written[0] == written[1]
    assert len(written[0]) == 5


def test_a_child_is_accounted_for_by_itself() -> None:
    """CPU and output are those of the child; a child that fails or hangs stops the benchmark."""
    cost = python("-c", "sum(i * i for i in range(3_000_000)); print('done')")
    assert cost.cpu_s > 0.05
    assert cost.peak_mib > 5
    assert cost.output == "done\n"
    with pytest.raises(RuntimeError, match="wrong indeed"):
        python("-c", "raise SystemExit('wrong indeed')")
    with pytest.raises(RuntimeError, match="-9"):
        python("-c", "import time; time.sleep(60)", limit_s=0.5)


def test_a_stage_tells_its_cpu_and_its_memory(tmp_path: Path) -> None:
    """Of each stage that ran, CPU seconds and what the process held at most, which the kernel counts in two ways."""
    workspaces.write(tmp_path / "one", models=2, events=20)
    cost = workspaces.on(tmp_path / "one", "ingest", 0)
    assert list(cost.stages) == list(cost.peaks) == ["start", "ingest"]
    assert 0 < cost.stages["ingest"] < cost.cpu_s
    assert 10 < cost.peaks["start"] <= cost.peaks["ingest"] <= 1.05 * cost.peak_mib


def test_a_median_is_taken_figure_by_figure() -> None:
    """Each figure has its own median."""
    runs = [Cost(1, 30, 5), Cost(2, 10, 4), Cost(9, 20, 6)]
    assert (median(runs).cpu_s, median(runs).wall_s, median(runs).peak_mib) == (2, 20, 5)


def test_sizes_on_disk_do_not_follow_links(tmp_path: Path) -> None:
    """A link beside a file weighs nothing."""
    (tmp_path / "file").write_bytes(b"x" * 1000)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert size_mb(tmp_path) == pytest.approx(0.001)


def test_a_copied_workspace_shares_logs_only(tmp_path: Path) -> None:
    """Logs are linked, data is copied: a night on the copy leaves the original alone."""
    logs.main(tmp_path / "one", models=2, first=0, days=1, events=10)
    copied = workspaces.copy(tmp_path / "one", tmp_path / "two")
    day = str(workspaces.day(0))
    log, settings = Path("logs", day, "0000.parquet"), Path("data", "workspace.yml")
    assert (copied / log).samefile(tmp_path / "one" / log)
    assert not (copied / settings).samefile(tmp_path / "one" / settings)


def test_the_page_renders() -> None:
    """Every table has as many cells in each row as in its head; versions, later goals and the note are there."""
    body = report.table(
        ("", "CPU s", "wall s", "MiB"), [("a night", *report.cost_cells(Cost(1.2345, 67.8, 1234.5)))]
    )
    text = report.page([report.Section("One", body)], SECTIONS, "a note")
    assert "| a night | 1.23 | 67.8 | 1,234 |" in text
    assert "## One" in text
    assert "duckdb " in text
    assert "a note" in text
    for block in text.split("\n\n"):
        counts = {line.count("|") for line in block.splitlines() if line.startswith("|")}
        assert len(counts) <= 1, block


@pytest.mark.parametrize(
    ("value", "text"), [(0.004, "0.00"), (9.994, "9.99"), (12.34, "12.3"), (1234.5, "1,234")]
)
def test_seconds_have_three_digits_at_most(value: float, text: str) -> None:
    """More would claim more than a shared machine can tell."""
    assert report.seconds(value) == text


def test_a_fleet_multiplies_the_models(tmp_path: Path) -> None:
    """Each model stands there so often, under ids, addresses and titles of its own; a share of them can be changed."""
    path = tmp_path / "data" / "warehouse.duckdb"
    with Warehouse.open(path) as warehouse:
        for i in range(pages.MODELS):
            key = {"id": f"m{i}"}
            warehouse.run("INSERT INTO catalog.model (model_id, slug, title) VALUES ($id, $id, $id)", key)
            warehouse.run(
                "INSERT INTO mart.reading (model_id, metric, value) VALUES ($id, 'latency_p95_ms', 1)", key
            )
    pages.multiply(tmp_path, 5 * pages.MODELS)
    pages.change(tmp_path, 0.5)
    with Warehouse.open(path) as warehouse:
        counted = (
            "SELECT count(DISTINCT model_id), count(DISTINCT slug), count(DISTINCT title) FROM catalog.model"
        )
        assert warehouse.frame(counted).row(0) == (50, 50, 50)
        changed = warehouse.value("SELECT count(DISTINCT model_id) FROM mart.reading WHERE value > 1")
        assert 0 < int(str(changed)) < 50


def test_small_is_smaller_than_full() -> None:
    """`--small` measures the same things on less."""
    assert max(events for events, _ in SMALL.days) < min(events for events, _ in FULL.days)
    assert SMALL.rows < FULL.rows
    assert max(SMALL.lengths) < min(FULL.lengths)
    assert max(SMALL.sites) < min(FULL.sites)
