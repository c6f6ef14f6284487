"""Daily summaries against the raw rows they were made from, counted again with polars and numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from dagster_project.core.histogram import (
    MISSING,
    NAN,
    NEG_INF,
    POS_INF,
    latency_bin,
    logit_bin,
    softsign_bin,
)
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, labelled, night, put, requests, workspace

DAILY = (
    "traffic", "duplicate", "consumer", "user_sketch", "latency_hist", "feature_hist", "category_hist", "score_hist",
    "label_score_hist", "label_hist", "outcome_binary", "outcome_regression", "outcome_class", "error_hist",
)  # fmt: skip
MODEL = {
    "id": "m", "task": "binary", "threshold": 0.3, "segments": ["origin"],
    "features": {"age": {"min": 0, "max": 90}, "origin": {"allowed": ["JFK", "LGA"]}},
}  # fmt: skip


def some_day(rng: np.random.Generator, number: int, n: int = 500) -> pl.DataFrame:
    score = rng.beta(2, 5, n)
    features = {"age": rng.normal(40, 20, n), "origin": rng.choice(["JFK", "LGA", "EWR"], n)}
    return requests(
        "m", day(number), n, features, version=rng.choice(["v1", "v2"], n), score=score, latency_ms=rng.gamma(2, 10, n),
        user_hash=rng.integers(0, 200, n).astype(np.uint64), consumer=rng.choice(["a", "b", ""], n),
        error=rng.random(n) < 0.1, late=rng.random(n) < 0.2, records=rng.integers(1, 5, n), cost=rng.random(n),
    )  # fmt: skip


def tables(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    return {t: warehouse.frame(f"SELECT * FROM daily.{t} ORDER BY ALL") for t in DAILY}


@pytest.fixture
def days() -> list[pl.DataFrame]:
    rng = np.random.default_rng(7)
    return [some_day(rng, number) for number in range(4)]


def test_traffic_counts_equal_the_raw_rows(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """Requests, errors, records, late, users and cost of every version and segment are exact."""
    of = workspace(tmp_path, [MODEL])
    with Warehouse.open(None) as warehouse:
        for rows in days:
            put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(3)), warehouse)
        found = warehouse.frame("SELECT * FROM daily.traffic")
        users = warehouse.frame(
            "SELECT version, day, len(hashes) AS users FROM daily.user_sketch ORDER BY ALL"
        )
    raw = pl.concat(days).with_columns(
        micro=(pl.col("cost") * 1e6 + 0.5).floor().cast(pl.Int64), hour=pl.col("event_time").dt.hour()
    )
    sums = [
        pl.len().cast(pl.Int64).alias("requests"), pl.col("records", "error", "late").sum().cast(pl.Int64),
        pl.col("micro").sum(), pl.col("hour").n_unique().cast(pl.Int64),
    ]  # fmt: skip
    whole = raw.group_by("version", "day").agg(sums).with_columns(segment=pl.lit(""))
    parts = (
        raw.group_by("version", "day", segment="origin=" + pl.col("f:origin")).agg(sums).select(whole.columns)
    )
    expected = pl.concat([whole, parts]).rename({"error": "errors", "micro": "cost_micro", "hour": "hours"})
    assert_frame_equal(found.select(expected.columns), expected, check_row_order=False)
    assert_frame_equal(
        users,
        raw.group_by("version", "day")
        .agg(pl.col("user_hash").n_unique().cast(pl.Int64).alias("users"))
        .sort("version", "day"),
    )


def test_latency_and_score_bins_are_those_of_core(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """The SQL puts every latency and score into the bin that core.histogram defines."""
    of = workspace(tmp_path, [MODEL])
    odd = [0.0, 1e-9, 0.5, 1.0, 1 - 1e-9, 0.000003, 0.999997]
    rows = days[0].with_columns(
        score=pl.Series([*odd, *days[0]["score"].to_list()[7:]]),
        latency_ms=pl.Series([0.0, 1.0, 1e7, 1.02, *days[0]["latency_ms"].to_list()[4:]]),
    )
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(0)), warehouse)
        latency = warehouse.frame(
            "SELECT bin, sum(n)::BIGINT AS n FROM daily.latency_hist WHERE segment = '' GROUP BY bin ORDER BY bin"
        )
        score = warehouse.frame(
            "SELECT bin, sum(n)::BIGINT AS n FROM daily.score_hist GROUP BY bin ORDER BY bin"
        )
    for found, bins in (
        (latency, latency_bin(rows["latency_ms"].to_numpy())),
        (score, logit_bin(rows["score"].to_numpy())),
    ):
        values, counts = np.unique(bins, return_counts=True)
        assert found.rows() == list(zip(values.tolist(), counts.tolist(), strict=True))


def test_features_stand_on_one_grid(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """Bins, integer sums and invalid counts equal numpy's; odd values have bins of their own."""
    of = workspace(tmp_path, [MODEL])
    ages = days[3]["f:age"].to_list()
    inf = float("inf")
    odd = [None, None, float("nan"), inf, inf, -inf, -inf, -inf, -inf, 1e300]
    days[3] = days[3].with_columns(pl.Series("f:age", [*odd, *ages[len(odd) :]]))
    with Warehouse.open(None) as warehouse:
        for rows in days:
            put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(3)), warehouse)
        ((centre, scale, *state),) = warehouse.connection.execute(
            "SELECT centre, scale, n, frozen FROM ops.grid WHERE feature = 'age'"
        ).fetchall()
        found = warehouse.frame(
            "SELECT bin, sum(n)::BIGINT, sum(s1)::DOUBLE, sum(s2)::DOUBLE, sum(invalid)::BIGINT"
            " FROM daily.feature_hist GROUP BY bin ORDER BY bin"
        )
    assert state == [256, False], "64 values of each day count, 1,000 make it final"
    assert (centre, scale) == pytest.approx((40, 20), rel=0.1)
    x = pl.concat(days)["f:age"]
    u = (x.drop_nulls().to_numpy() - centre) / scale
    q = np.floor(np.clip(np.where(np.isfinite(u), u, 0), -(2.0**20), 2.0**20) * 2**20 + 0.5)
    bins = softsign_bin(u)
    valid = np.isfinite(u) & (x.drop_nulls().to_numpy() >= 0) & (x.drop_nulls().to_numpy() <= 90)
    expected = [
        (b, (bins == b).sum(), q[bins == b].sum(), (q[bins == b] ** 2).sum(), (~valid[bins == b]).sum())
        for b in np.unique(bins)
    ]
    expected.append((MISSING, 2, 0.0, 0.0, 0))
    np.testing.assert_allclose(np.array(found.rows()), np.array(sorted(expected)), rtol=1e-15)
    assert {NAN, POS_INF, NEG_INF} <= set(found["bin"].to_list())


def test_outcomes_are_exact_by_day_of_the_label(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """Confusion counts, log loss and the label's day equal those of the raw rows."""
    of = workspace(tmp_path, [MODEL])
    rng = np.random.default_rng(3)
    label, lag = (rng.random(500) < 0.4).astype(float), rng.integers(0, 3, 500)
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", days[0])
        put(
            of,
            warehouse,
            "labelled",
            "log",
            labelled(days[0], label, lag, segments=[[f"origin={o}"] for o in days[0]["f:origin"]]),
        )
        summarise(night(of, day(0)), warehouse)
        found = warehouse.frame(
            """
            SELECT segment, (label_day - day)::INTEGER AS lag,
              sum(tp)::BIGINT, sum(fp)::BIGINT, sum(fn)::BIGINT, sum(tn)::BIGINT,
              sum(log_loss_sum)::DOUBLE / sum(log_loss_n) / 1073741824
            FROM daily.outcome_binary GROUP BY ALL ORDER BY ALL
            """
        ).rows()
    score, origin = days[0]["score"].to_numpy(), days[0]["f:origin"].to_numpy()
    assert len(found) == 12
    for segment, late, *counts, loss in found:
        own = (lag == late) & ((origin == segment.removeprefix("origin=")) | (segment == ""))
        decided, positive = score[own] >= 0.3, label[own] == 1
        assert counts == [
            (decided & positive).sum(),
            (decided & ~positive).sum(),
            (~decided & positive).sum(),
            (~decided & ~positive).sum(),
        ]
        given = np.where(positive, score[own], 1 - score[own])
        assert loss == pytest.approx(-np.log(given).mean(), abs=1e-9)


def test_one_thread_and_two_make_the_same_rows_whatever_the_order_of_days(
    tmp_path: Path, days: list[pl.DataFrame]
) -> None:
    """A backfill in one thread equals nights one after another in two, the grid being frozen by then."""
    of = workspace(tmp_path, [MODEL])
    found = []
    for threads, nights in ((1, [3]), (2, [1, 2, 3])):
        with Warehouse.open(None, threads=threads) as warehouse:
            for rows in days if threads == 1 else reversed(days):
                put(of, warehouse, "requests", "log", rows)
            for number in nights:
                summarise(night(of, day(number)), warehouse)
            found.append(tables(warehouse) | {"grid": warehouse.frame("SELECT * FROM ops.grid ORDER BY ALL")})
    for name, frame in found[0].items():
        assert_frame_equal(frame, found[1][name])


def test_a_second_run_does_nothing_and_a_late_row_touches_only_its_day(
    tmp_path: Path, days: list[pl.DataFrame]
) -> None:
    """Idempotence, and the cost of a late row is one day."""
    of = workspace(tmp_path, [MODEL])
    with Warehouse.open(None) as warehouse:
        for rows in days:
            put(of, warehouse, "requests", "log", rows)
        assert summarise(night(of, day(3)), warehouse).days == 4
        before = tables(warehouse)
        assert summarise(night(of, day(3)), warehouse).rows == 0
        late = requests("m", day(1), 1, {"age": [1.0], "origin": ["JFK"]}, version="v1", request_id=["late"])
        put(of, warehouse, "requests", "log", pl.concat([days[1], late]))
        assert summarise(night(of, day(3)), warehouse).days == 1
        after = tables(warehouse)
    other = pl.col("day") != day(1)
    assert_frame_equal(before["feature_hist"].filter(other), after["feature_hist"].filter(other))
    assert after["traffic"]["requests"].sum() == before["traffic"]["requests"].sum() + 2, (
        "the day and its segment"
    )


def test_a_late_label_reads_no_requests_again(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """Only the labelled file of the day is read when a label comes."""
    of = workspace(tmp_path, [MODEL])
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", days[0])
        put(of, warehouse, "labelled", "log", labelled(days[0].head(10), 1.0))
        summarise(night(of, day(0)), warehouse)
        put(of, warehouse, "labelled", "log", labelled(days[0].head(11), 1.0))
        assert summarise(night(of, day(0)), warehouse).events == 11


def test_days_after_the_night_are_not_summarised(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """Only days up to as_of, and the running day where there is one."""
    of = workspace(tmp_path, [MODEL])
    with Warehouse.open(None) as warehouse:
        for rows in days:
            put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(1)), warehouse)
        assert warehouse.value("SELECT max(day) FROM daily.traffic") == day(1)
        summarise(night(of, day(1), running=day(3)), warehouse)
        found = warehouse.connection.execute("SELECT DISTINCT day FROM daily.traffic ORDER BY day").fetchall()
    assert found == [(day(0),), (day(1),), (day(3),)]


def test_a_changed_threshold_counts_the_model_again(tmp_path: Path, days: list[pl.DataFrame]) -> None:
    """A change to a declaration that decides how rows count makes the model's days due."""
    of = workspace(tmp_path, [MODEL])
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", days[0])
        put(of, warehouse, "labelled", "log", labelled(days[0], 1.0))
        summarise(night(of, day(0)), warehouse)
        changed = workspace(tmp_path, [{**MODEL, "threshold": 0.0}])
        assert summarise(night(changed, day(0)), warehouse).days == 1
        assert warehouse.value("SELECT sum(tp)::BIGINT FROM daily.outcome_binary WHERE segment = ''") == 500


def test_errors_of_model_and_alternative_are_summed_over_the_same_rows(tmp_path: Path) -> None:
    """Rows with a baseline count in bn, pae and bae, all rows in n and ae, as polars finds on the raw rows."""
    rng = np.random.default_rng(12)
    n = 900
    y = rng.normal(30, 10, n)
    baseline = [None if i % 7 == 0 else float(v) for i, v in enumerate(rng.normal(30, 1, n))]
    baseline[:3] = [float("nan"), float("inf"), -1e300]
    users = rng.integers(0, 99, n).astype(np.uint64)
    rows = requests("m", day(0), n, prediction=y + rng.normal(1, 5, n), baseline=baseline, user_hash=users)
    of = workspace(tmp_path, [{"id": "m", "task": "regression"}])
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", rows)
        put(of, warehouse, "labelled", "log", labelled(rows, y))
        summarise(night(of, day(0)), warehouse)
        found = warehouse.frame(
            "SELECT bucket, n, ae::DOUBLE AS ae, bn, pae::DOUBLE AS pae, bae::DOUBLE AS bae"
            " FROM daily.outcome_regression WHERE segment = '' ORDER BY bucket"
        )

    def steps(error: pl.Expr) -> pl.Expr:
        return (error.clip(-(2.0**40), 2.0**40) * 1024 + 0.5).floor().abs()

    known = pl.col("baseline").is_finite()
    own, other = steps(pl.col("prediction") - pl.Series(y)), steps(pl.col("baseline") - pl.Series(y))
    raw = (
        rows.with_columns(own=own, other=other, bucket=(pl.col("user_hash") % 32).cast(pl.Int16))
        .group_by("bucket")
        .agg(
            n=pl.len().cast(pl.Int64), ae=pl.col("own").sum(), bn=known.sum().cast(pl.Int64),
            pae=pl.col("own").filter(known).sum(), bae=pl.col("other").filter(known).sum(),
        )
        .sort("bucket")
    )  # fmt: skip
    assert_frame_equal(found, raw)
