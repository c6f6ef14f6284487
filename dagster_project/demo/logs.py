"""Log files as people really have them: six request logs and two outcome logs, each in its own dialect.

In: the scored rows of `replay` and the labels of `labels`. Out: frames by file name, written by `write`.
Called by `build`. The dialects differ on purpose (names, units, time zones, formats, files by day or month);
the source files in `data/sources/` map them all.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.demo.features import local_day
from dagster_project.demo.flights import NEW_YORK

if TYPE_CHECKING:
    import polars as pl

DIGITS = 6
"""Decimals of predictions and latencies in the logs."""
GZIP_LEVEL = 4
MINUTES_PER_MILE = 0.16
"""The rule that `air-time` must beat, logged beside it: the median over the flights of 1 to 21 January."""


@dataclass(frozen=True, slots=True)
class Log:
    """How one model's requests, or one outcome service's labels, are written."""

    folder: str
    suffix: str
    by_month: bool
    columns: Callable[[], Sequence[pl.Expr]]


def request_id(model_id: str) -> pl.Expr:
    """Return an id that is unique over all models: the model and the flight."""
    import polars as pl

    return pl.format("{}:{}", pl.lit(model_id), "flight_key")


def write(log: Log, rows: pl.DataFrame, root: Path, workers: ThreadPoolExecutor) -> int:
    """Write the rows (with `day`) as files below `root`, one per day or month; return the number of files."""
    folder = root / log.folder
    folder.mkdir(parents=True, exist_ok=True)
    form = "%Y-%m" if log.by_month else "%Y-%m-%d"
    stamped = rows.with_columns(period=rows["day"].dt.strftime(form))
    parts = stamped.partition_by("period", as_dict=True, maintain_order=True)
    jobs = [
        workers.submit(_write_file, folder / f"{period}{log.suffix}", part.select(*log.columns()))
        for (period,), part in parts.items()
    ]
    for job in jobs:
        job.result()
    return len(jobs)


def _write_file(path: Path, frame: pl.DataFrame) -> None:
    if path.suffix == ".parquet":
        frame.write_parquet(path)
        return
    plain = frame.write_csv() if ".csv" in path.suffixes else frame.write_ndjson()
    data = plain.encode()
    if path.suffix == ".gz":
        packed = io.BytesIO()
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=GZIP_LEVEL, filename="", mtime=0) as file:
            file.write(data)
        data = packed.getvalue()
    path.write_bytes(data)


def _late_arrival() -> Sequence[pl.Expr]:
    """A web service's access log: epoch milliseconds, seconds, inputs in a nested record."""
    import polars as pl

    inputs = pl.struct(
        "carrier",
        "origin",
        sched_hr="scheduled_hour",
        dist="distance_mi",
        wx_humid="humidity_pct",
        wx_wind="wind_mph",
        wx_rain="rain_in",
        wx_vis="visibility_mi",
    )
    return [
        pl.col("decided_at").dt.epoch("ms").alias("ts"),
        request_id("late-arrival").alias("reqId"),
        pl.col("version").alias("modelVer"),
        pl.col("airline").alias("caller"),
        pl.col("tail"),
        pl.lit(200).alias("http"),
        (pl.col("latency_ms") / 1000).round(9).alias("took_s"),
        pl.col("prediction").round(DIGITS).alias("p_late"),
        inputs.alias("in"),
    ]


def _cancellation_risk() -> Sequence[pl.Expr]:
    """A batch job's report: American local times, percent; the run's figures on its first row only."""
    import polars as pl

    first = pl.col("call_records") > 0
    return [
        pl.col("decided_at")
        .dt.convert_time_zone(NEW_YORK)
        .dt.strftime("%m/%d/%Y %H:%M")
        .alias("Run at (NY)"),
        request_id("cancellation-risk").alias("Flight Ref"),
        pl.col("version").alias("Model version"),
        pl.col("origin").alias("Airport"),
        pl.col("carrier").alias("Carrier"),
        pl.col("tail").alias("Tail"),
        pl.col("scheduled_hour").cast(pl.Int64).alias("Dep Hour"),
        pl.col("distance_mi").alias("Dist (mi)"),
        pl.col("wind_mph").alias("Wind (mph)"),
        pl.col("rain_in").alias("Rain (in)"),
        pl.col("visibility_mi").alias("Visibility (mi)"),
        (pl.col("prediction") * 100).round(DIGITS).alias("Risk %"),
        pl.col("call_records").alias("Rows in run"),
        pl.when(first).then(pl.col("latency_ms").round(DIGITS)).alias("Run ms"),
    ]


def _arrival_delay_live() -> Sequence[pl.Expr]:
    """A stream processor's sink: typed instants in UTC, microseconds."""
    import polars as pl

    return [
        pl.col("decided_at").alias("eventTimestamp"),
        request_id("arrival-delay-live").alias("messageKey"),
        pl.col("version").alias("model_version"),
        pl.col("airline").alias("subscriber"),
        pl.col("tail").alias("tail_no"),
        (pl.col("latency_ms") * 1000).round(3).alias("scoring_us"),
        pl.col("prediction").round(DIGITS).alias("eta_delay_min"),
        pl.col("departure_delay_min").alias("x_dep_delay"),
        pl.col("distance_mi").alias("x_dist"),
        pl.col("carrier").alias("x_carrier"),
        pl.col("origin").alias("x_origin"),
    ]


def _air_time() -> Sequence[pl.Expr]:
    """Another stream's sink: epoch microseconds and short names."""
    import polars as pl

    return [
        pl.col("decided_at").dt.epoch("us").alias("t_us"),
        request_id("air-time").alias("id"),
        pl.col("version").alias("v"),
        pl.col("airline").alias("airline"),
        pl.col("tail").alias("aircraft"),
        pl.col("latency_ms").round(DIGITS).alias("ms"),
        pl.col("prediction").round(DIGITS).alias("air_minutes"),
        (pl.col("distance_mi") * MINUTES_PER_MILE).round(DIGITS).alias("rule_minutes"),
        pl.col("distance_mi").alias("miles"),
        pl.col("scheduled_hour").alias("hr"),
        pl.col("wind_mph").alias("wind"),
        pl.col("carrier").alias("cc"),
        pl.col("origin").alias("orig"),
        pl.col("dest").alias("dst"),
    ]


def _arrival_delay_plan() -> Sequence[pl.Expr]:
    """A nightly table: local times without a zone, no durations."""
    import polars as pl

    return [
        pl.col("decided_at").dt.convert_time_zone(NEW_YORK).dt.replace_time_zone(None).alias("RUN_TS"),
        request_id("arrival-delay-plan").alias("ROW_KEY"),
        pl.col("version").alias("MODEL_V"),
        pl.col("call_records").alias("BATCH_ROWS"),
        pl.col("tail").alias("TAIL_NBR"),
        pl.col("prediction").round(DIGITS).alias("PRED_ARR_DELAY"),
        pl.col("scheduled_hour").alias("SCHED_HH"),
        pl.col("humidity_pct").alias("HUMID_18H"),
        pl.col("delay_yesterday_min").round(DIGITS).alias("AVG_DELAY_D1"),
        pl.col("carrier").alias("CARRIER_CD"),
        pl.col("origin").alias("ORIGIN_CD"),
    ]


def _gain_in_air() -> Sequence[pl.Expr]:
    """A forgotten service: text times with an offset."""
    import polars as pl

    return [
        pl.col("decided_at").dt.convert_time_zone(NEW_YORK).dt.strftime("%Y-%m-%dT%H:%M:%S%:z").alias("at"),
        request_id("gain-in-air").alias("request"),
        pl.col("version").alias("model"),
        pl.col("airline").alias("from"),
        pl.col("tail").alias("plane"),
        pl.lit("OK").alias("outcome"),
        pl.col("latency_ms").round(DIGITS).alias("elapsed ms"),
        pl.col("prediction").round(DIGITS).alias("gain (min)"),
        pl.col("scheduled_hour").alias("hour"),
        pl.col("wind_mph").alias("wind"),
        pl.col("carrier"),
        pl.col("origin"),
    ]


REQUEST_LOGS = {
    "late-arrival": Log("late-arrival", ".jsonl.gz", by_month=False, columns=_late_arrival),
    "cancellation-risk": Log("cancellation-risk", ".csv.gz", by_month=True, columns=_cancellation_risk),
    "arrival-delay-live": Log("arrival-delay-live", ".parquet", by_month=False, columns=_arrival_delay_live),
    "air-time": Log("air-time", ".parquet", by_month=False, columns=_air_time),
    "arrival-delay-plan": Log("arrival-delay-plan", ".parquet", by_month=False, columns=_arrival_delay_plan),
    "gain-in-air": Log("gain-in-air", ".jsonl", by_month=True, columns=_gain_in_air),
}
"""Model -> its request log; rows have the columns of `replay`."""


def _arrivals() -> Sequence[pl.Expr]:
    """The arrivals desk: one row for each prediction whose flight has arrived."""
    import polars as pl

    return [
        pl.col("request_id").alias("Prediction Ref"),
        pl.col("model_id").alias("Model"),
        pl.col("label").alias("Actual"),
        pl.col("label_at").dt.strftime("%Y-%m-%d %H:%M:%S").alias("Gate In (UTC)"),
    ]


def _closings() -> Sequence[pl.Expr]:
    """The nightly file: what was settled during the day."""
    import polars as pl

    return [
        pl.col("request_id").alias("row_key"),
        pl.col("model_id").alias("model"),
        pl.col("label").alias("actual_value"),
        pl.col("label_at").alias("closed_at"),
    ]


ARRIVALS = Log("arrivals", ".csv.gz", by_month=False, columns=_arrivals)
CLOSINGS = Log("closings", ".parquet", by_month=False, columns=_closings)
"""Outcome logs; rows have the columns of `outcome_rows`. Batch models get their labels from the nightly
closing."""


def outcome_rows(labelled: pl.DataFrame, model_id: str) -> pl.DataFrame:
    """Labels ready to be logged: request_id, model_id, label, label_at, day (of the label, New York)."""
    import polars as pl

    return labelled.select(
        request_id=request_id(model_id),
        model_id=pl.lit(model_id),
        label=pl.col("label"),
        label_at=pl.col("label_at"),
        day=local_day("label_at"),
    )
