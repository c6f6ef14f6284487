"""Numbers that no log should hold: they are set aside or count as infinite, and change nothing else in the night."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from dagster_project.store.warehouse import Warehouse
from tests.nights import figures

ABSURD = ("1e308", "-1e308", "1e200", "1e18", "inf", "-inf", "nan", "")
CLASSIFIER = "score: s, label: y, latency_ms: l, cost: c, tokens_in: k, records: r"
REGRESSION = "prediction: s, label: y, baseline: b"


@pytest.mark.parametrize("columns", [CLASSIFIER, REGRESSION])
def test_absurd_numbers_stop_no_night(tmp_path: Path, columns: str) -> None:
    """One absurd row for every mapped column and a feature; the ledger balances and nothing is printed."""
    names = ["t", "m", "s", "y", "l", "c", "k", "r", "b", "x"]
    rows = []
    for i in range(400):
        label = i % 2 if columns == CLASSIFIER else i / 7
        plain = [
            f"2025-03-{1 + i % 20:02d}T10:00:00Z",
            "m",
            i / 400,
            label,
            5 + i % 3,
            0.1,
            7,
            1,
            0.5,
            i % 11,
        ]
        rows.append(dict(zip(names, map(str, plain), strict=True)))
    odd = [{**rows[0], name: value} for name in names[2:] for value in ABSURD]
    (tmp_path / "data" / "sources").mkdir(parents=True)
    (tmp_path / "data" / "workspace.yml").write_text("name: A\nas_of: newest\n")
    source = f"source: log\nfiles: a.csv\ncolumns: {{event_time: t, model_id: m, {columns}}}\nfeatures: [x]\n"
    (tmp_path / "data" / "sources" / "log.yml").write_text(source)
    lines = [",".join(names), *(",".join(row.values()) for row in rows + odd)]
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        figures(tmp_path)
    with Warehouse.open(tmp_path / "data" / "warehouse.duckdb") as warehouse:
        read, accepted = warehouse.frame(
            "SELECT sum(rows_read)::BIGINT, sum(accepted)::BIGINT FROM ops.ledger"
        ).row(0)
        assert read == len(rows) + len(odd)
        assert accepted >= len(rows)
        spread = warehouse.frame("SELECT value FROM mart.reading WHERE metric = 'mae' AND version = ''")[
            "value"
        ]
    assert all(value is None or abs(value) < 1e13 for value in spread)
