"""Section `accuracy`: published readings of a million rows a day beside scipy and scikit-learn on all of them.

`python -m tests.bench.accuracy WORKSPACE ROWS` makes two days of one model, runs its figures and prints the errors as
JSON on its last line; in a process of its own, because the exact answers need all rows in memory.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import workspaces
from tests.bench.measure import python
from tests.bench.report import Section, table

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

CHANGES = ("shift 0.02 sd", "wider", "shift 0.3 sd", "none")
DISTANCES = ("drift_ks", "drift_wasserstein_sd", "drift_psi")
QUANTILES = (50, 95, 99)
LIMIT_S = 600.0

CATALOG = """\
id: accurate
title: Accuracy
task: binary
threshold: 0.5
reference: {{start: {day}, end: {day}}}
"""
SOURCE = """\
source: log
files: logs/*.parquet
columns:
  event_time: ts
  request_id: rid
  model_id: {{constant: accurate}}
  latency_ms: ms
  score: score
  label: label
  label_time: ts
features: [{features}]
"""

TEXT = """\
{rows:,} rows on the reference day and {rows:,} on the day compared with it, through the whole pipeline: log, lake, \
summary, published reading. Exact figures from all rows: `scipy.stats` (KS, Wasserstein), numpy (deciles, quantiles), \
scikit-learn (AUC, log loss). The columns are those of [tests/core/columns.py](tests/core/columns.py).

{drift}

{other}

{worst}

The grid's borders do not fall on the reference's deciles nor on the ends of a column's range, which costs accuracy \
where a column is steep there (pareto, exponential); Wasserstein uses each bin's exact mean and does not mind.

Tests hold tolerances: [tests/core/test_drift_oracles.py](tests/core/test_drift_oracles.py) (distances in `core`, \
every column and change), [tests/core/test_histogram.py](tests/core/test_histogram.py) (quantiles within 1 %), \
[tests/core/test_performance.py](tests/core/test_performance.py) (AUC within 0.0012), \
[tests/pipeline/test_score.py](tests/pipeline/test_score.py) and \
[tests/pipeline/test_verify.py](tests/pipeline/test_verify.py) (readings recomputed from raw rows; counts, means and \
confusion matrices exact).
"""
GOALS = {"drift_ks": 5e-4, "drift_wasserstein_sd": 5e-4, "drift_psi": 1e-4}


def section(scratch: Path, rows: int, tell: workspaces.Tell) -> Section:
    """Measure in a child and put the errors into tables."""
    tell(f"accuracy on {rows:,} rows a day")
    child = python("-m", "tests.bench.accuracy", str(scratch / "accuracy"), str(rows), limit_s=LIMIT_S)
    found = json.loads(child.output.splitlines()[-1])
    drift = [
        (f"{feature}, {change}", *(cell for metric in DISTANCES for cell in _pair(pairs[metric])))
        for feature, (change, pairs) in found["drift"].items()
    ]
    worst = {
        metric: max(
            abs(p[metric][0] - p[metric][1]) for _, p in found["drift"].values() if p[metric][0] is not None
        )
        for metric in DISTANCES
    }
    header = ("column, change", "KS", "error", "Wasserstein / sd", "error", "decile PSI", "error")
    body = TEXT.format(
        rows=rows,
        drift=table(header, drift),
        other=table(
            ("figure", "published", "exact", "error", "relative"),
            [
                (n, _figure(a), _figure(b), _error(a, b), f"{(a - b) / b:+.2%}")
                for n, (a, b) in found["other"].items()
            ],
        ),
        worst=table(
            ("largest error over these columns", "found", "goal", ""),
            [
                (m, f"{worst[m]:.1e}", f"{g:.0e}", "met" if worst[m] <= g else "missed")
                for m, g in GOALS.items()
            ],
        ),
    )
    return Section("Accuracy", body)


def _pair(pair: tuple[float | None, float]) -> tuple[str, str]:
    published, exact = pair
    return f"{exact:.4f}", "no reading" if published is None else _error(published, exact)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:.6g}"


def _error(published: float, exact: float) -> str:
    error = published - exact
    return "0" if abs(error) < 1e-9 else f"{error:+.1e}"


def compare(root: Path, rows: int) -> dict[str, object]:
    """Both answers for every column and for the figures of the second day."""
    import polars as pl

    from dagster_project.store.warehouse import Warehouse
    from tests.core.columns import SHAPES
    from tests.nights import figures

    days = [frame(number, rows) for number in range(2)]
    write(root, days)
    night = figures(root, day=workspaces.day(1))
    with Warehouse.open(night.workspace.warehouse) as warehouse:
        readings = warehouse.frame(
            "SELECT * FROM mart.reading WHERE window_days = 1 AND segment = ''"
        ).filter(pl.col("day") == workspaces.day(1), pl.col("version") == "")
    drift = {
        name: (changed_by(name), _distances(readings, name, *(d[name].to_numpy() for d in days)))
        for name in SHAPES
    }
    return {"drift": drift, "other": _others(readings, days[1])}


def changed_by(name: str) -> str:
    """How the second day of a column differs from the first: the changes in turn."""
    from tests.core.columns import SHAPES

    return CHANGES[sorted(SHAPES).index(name) % len(CHANGES)]


def frame(number: int, rows: int) -> pl.DataFrame:
    """One day of the log: every column of tests/core/columns.py, latency, score and label."""
    import numpy as np
    import polars as pl

    from tests.core.columns import SHAPES, changed

    rng = np.random.default_rng([17, number])
    columns = {}
    for name in sorted(SHAPES):
        values = SHAPES[name](rng, rows)
        columns[name] = changed(name, changed_by(name), values) if number else values
    score = rng.beta(2, 5, rows)
    start = np.datetime64(workspaces.day(number), "us")
    return pl.DataFrame(
        {
            "ts": start + np.sort(rng.integers(0, 86_400_000_000, rows)).astype("timedelta64[us]"),
            "rid": pl.Series(np.arange(rows)).cast(pl.String),
            "ms": rng.lognormal(3, 0.8, rows),
            "score": score,
            "label": (rng.random(rows) < score).astype(np.int8),
            **columns,
        }
    )


def write(root: Path, days: list[pl.DataFrame]) -> None:
    """The workspace with its two log files."""
    for folder in ("data/catalog", "data/sources", "logs"):
        (root / folder).mkdir(parents=True)
    features = ", ".join(
        name for name in days[0].columns if name not in ("ts", "rid", "ms", "score", "label")
    )
    files = {
        "data/workspace.yml": f"name: Accuracy\nas_of: {workspaces.day(1)}\n",
        "data/catalog/accurate.yml": CATALOG.format(day=workspaces.day(0)),
        "data/sources/log.yml": SOURCE.format(features=features),
    }
    for path, text in files.items():
        (root / path).write_text(text, encoding="utf-8")
    for number, rows in enumerate(days):
        rows.write_parquet(root / "logs" / f"{workspaces.day(number)}.parquet")


def _distances(
    readings: pl.DataFrame, feature: str, reference: np.ndarray, current: np.ndarray
) -> dict[str, tuple[float | None, float]]:
    from scipy import stats

    from tests.core.test_drift_oracles import decile_psi

    exact = (
        float(stats.ks_2samp(reference, current, method="asymp").statistic),
        float(stats.wasserstein_distance(reference, current) / reference.std()),
        decile_psi(reference, current),
    )
    return {m: (_published(readings, m, feature), e) for m, e in zip(DISTANCES, exact, strict=True)}


def _others(readings: pl.DataFrame, rows: pl.DataFrame) -> dict[str, tuple[float | None, float]]:
    import numpy as np
    from sklearn import metrics

    label, score, ms = (rows[name].to_numpy() for name in ("label", "score", "ms"))
    exact = {
        "requests": float(len(rows)),
        "accuracy": float(metrics.accuracy_score(label, score >= 0.5)),
        "f1": float(metrics.f1_score(label, score >= 0.5)),
        "roc_auc": float(metrics.roc_auc_score(label, score)),
        "log_loss": float(metrics.log_loss(label, score)),
        **{f"latency_p{q}_ms": float(np.quantile(ms, q / 100, method="inverted_cdf")) for q in QUANTILES},
    }
    return {name: (_published(readings, name), value) for name, value in exact.items()}


def _published(readings: pl.DataFrame, metric: str, feature: str = "") -> float | None:
    found = readings.filter(readings["metric"] == metric, readings["feature"] == feature)["value"]
    if len(found) != 1:
        raise LookupError(f"{len(found)} readings of {metric} {feature}")
    value: float | None = found[0]
    return value


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]), int(sys.argv[2]))))
