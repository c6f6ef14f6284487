"""How soon labels arrive: each model's arrival curve, from its reference days; and which labels do not count.

In: `daily.outcome_*` on reference days, by request day and label day; labels in the lake that became no outcome. Out:
rows of `mart.label_arrival` and `mart.uncounted_label`, what is still changing (for the digests of young days), and
when a day's labels count. Callers: pipeline.score_due, pipeline.watch_plan.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.core.arrival import MATURE, arrival_curve
from dagster_project.pipeline.night import Night
from dagster_project.store.labels import uncounted_labels
from dagster_project.store.warehouse import Warehouse

if TYPE_CHECKING:
    import polars as pl

LABELS = """
WITH labels AS (
  SELECT model_id, day, label_day, tp + fp + fn + tn AS n FROM daily.outcome_binary WHERE segment = ''
  UNION ALL SELECT model_id, day, label_day, n FROM daily.outcome_regression WHERE segment = ''
  UNION ALL SELECT model_id, day, label_day, n FROM daily.outcome_class WHERE segment = ''
)
SELECT l.model_id, l.day, greatest(l.label_day - l.day, 0) AS lag, sum(l.n)::DOUBLE AS n
FROM labels AS l JOIN model_days AS r ON r.model_id = l.model_id AND l.day BETWEEN r.start AND r.until
WHERE l.label_day <= ? GROUP BY ALL ORDER BY ALL
"""


def label_arrival(warehouse: Warehouse, references: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """model_id, lag, share, labels: the share of labels that are there `lag` days after their requests.

    Models with too few labels on their reference days are left out.
    """
    import polars as pl

    with warehouse.given(model_days=references):
        counted = warehouse.frame(LABELS, [as_of])
    curves = [_curve(rows, as_of) for _, rows in counted.group_by("model_id", maintain_order=True)]
    schema = {"model_id": pl.String, "lag": pl.Int32, "share": pl.Float64, "labels": pl.Int64}
    return pl.concat([pl.DataFrame(schema=schema), *curves]).drop_nans("share")


def uncounted(night: Night, warehouse: Warehouse) -> pl.DataFrame:
    """Rows of `mart.uncounted_label`: labels that are words or codes, are never a yes, or lack their requests."""
    import polars as pl

    mapped = {s.source: s.columns["label"] for s in night.workspace.sources if "label" in s.columns}
    yes = {source: ref.positive for source, ref in mapped.items() if ref.positive}
    found = uncounted_labels(warehouse, night.workspace.root, night.as_of, yes)
    columns = [mapped[source].column if source in mapped else None for source in found["source"]]
    return found.with_columns(pl.Series("wanted", columns, dtype=pl.String))


def mature_lags(arrival: pl.DataFrame) -> dict[str, int]:
    """Model -> after how many days a day's labels are mature; models without a curve are left out."""
    import polars as pl

    there = arrival.filter(pl.col("share") >= MATURE)
    return dict(there.group_by("model_id").agg(pl.col("lag").min()).sort("model_id").iter_rows())


def still_coming(arrival: pl.DataFrame, as_of: dt.date) -> dict[dt.date, str]:
    """Day -> the models whose labels of that day are incomplete, with their shares."""
    young = arrival.filter(arrival["share"] < MATURE).sort("model_id", "lag")
    days: dict[dt.date, str] = {}
    for model_id, lag, share in young.select("model_id", "lag", "share").iter_rows():
        day = as_of - dt.timedelta(days=lag)
        days[day] = days.get(day, "") + f"{model_id} {share:.4f},"
    return days


def _curve(rows: pl.DataFrame, as_of: dt.date) -> pl.DataFrame:
    """One model's curve from its rows (day, lag, n)."""
    import polars as pl

    days = rows["day"].unique().sort()
    lags = rows["lag"].to_numpy().astype(np.int64)
    at = days.search_sorted(rows["day"]).to_numpy().astype(np.int64)
    counts = np.zeros((len(days), int(lags.max()) + 1))
    counts[at, lags] = rows["n"].to_numpy()
    share = arrival_curve(counts, np.array([(as_of - day).days for day in days.to_list()]))
    return pl.DataFrame({
        "model_id": [rows["model_id"][0]] * len(share),
        "lag": pl.Series(range(len(share)), dtype=pl.Int32),
        "share": share,
        "labels": pl.Series([int(counts.sum())] * len(share), dtype=pl.Int64),
    })  # fmt: skip
