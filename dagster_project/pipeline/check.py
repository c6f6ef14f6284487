"""The checks that a night's figures must pass before they are published. Called by Dagster's asset checks.

Each is a function of the warehouse that returns a `Check`; a blocking one that fails stops the night.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dagster_project.core.formatting import format_value
from dagster_project.pipeline.night import Night
from dagster_project.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict of one check."""

    name: str
    passed: bool
    detail: str
    blocking: bool = True


MEMORY = "250MB"
"""The database's share while keys are compared."""
DAYS_LOOKED_AT = dt.timedelta(days=35)
SUMMARY_KEYS = {
    "daily.traffic": "source, model_id, version, day, segment",
    "daily.consumer": "source, model_id, version, day, consumer",
    "daily.latency_hist": "source, model_id, version, day, segment, per, bin",
    "daily.feature_hist": "source, model_id, version, day, segment, feature, bin",
    "daily.category_hist": "source, model_id, version, day, segment, feature, kind, value",
    "daily.rule": "source, model_id, version, day, kind, rule",
    "daily.objective": "source, model_id, version, day",
    "mart.reading": "model_id, version, metric, segment, feature, day, window_days",
}


def ledger_balances(warehouse: Warehouse) -> Check:
    """Rows read = accepted + rejected + duplicate, for every source, file and day."""
    off = warehouse.value(
        "SELECT count(*) FROM ops.ledger WHERE rows_read <> accepted + rejected + duplicate"
    )
    rows = warehouse.value("SELECT coalesce(sum(rows_read), 0)::bigint FROM ops.ledger")
    detail = f"{_counted(rows)} rows read, {_counted(off)} ledger lines out of balance"
    return Check("ledger balances", off == 0, detail)


def lake_matches_ledger(warehouse: Warehouse) -> Check:
    """Every accepted request row is in a live lake file: the two counts agree for every source."""
    off = warehouse.frame(
        """
        WITH booked AS (
               SELECT source, sum(accepted)::bigint AS n FROM ops.ledger WHERE kind = 'requests' GROUP BY source),
             stored AS (
               SELECT source, sum(rows)::bigint AS n FROM ops.part WHERE kind = 'requests' GROUP BY source)
        SELECT coalesce(booked.source, stored.source) AS source,
               coalesce(booked.n, 0) AS booked, coalesce(stored.n, 0) AS stored
        FROM booked FULL JOIN stored ON booked.source = stored.source
        WHERE coalesce(booked.n, 0) <> coalesce(stored.n, 0) ORDER BY source
        """
    )
    detail = (
        "; ".join(f"{s}: {b} in the ledger, {n} in the lake" for s, b, n in off.iter_rows())
        or "all sources agree"
    )
    return Check("lake matches ledger", off.is_empty(), detail)


def keys_are_unique(warehouse: Warehouse, night: Night) -> Check:
    """No table has two rows with the same key. Only recent days are searched, so that the cost does not grow."""
    bad = []
    since = [night.as_of - DAYS_LOOKED_AT]
    with warehouse.within(MEMORY):
        for table, key in SUMMARY_KEYS.items():
            rows = f"FROM {table} WHERE day >= ?"
            # If all hashes differ, so do the keys; the keys themselves are compared only if some hashes agree.
            if warehouse.value(f"SELECT count(*) - count(DISTINCT hash({key})) {rows}", since):
                n = warehouse.value(f"SELECT count(*) - count(DISTINCT ({key})) {rows}", since)
                bad += [f"{table}: {n}"] if n else []
    return Check("keys are unique", not bad, "; ".join(bad) or f"{len(SUMMARY_KEYS)} tables")


def readings_are_finite(warehouse: Warehouse, night: Night) -> Check:
    """No reading is NaN or infinite; one that cannot be computed is NULL with a reason."""
    bad = warehouse.value(
        """
        SELECT count(*) FROM mart.reading
        WHERE day >= ?
          AND (NOT isfinite(coalesce(value, 0)) OR NOT isfinite(coalesce(low, 0)) OR NOT isfinite(coalesce(high, 0))
               OR (value IS NULL AND coalesce(reason, '') = ''))
        """,
        [night.as_of - DAYS_LOOKED_AT],
    )
    return Check("readings are finite or say why not", bad == 0, f"{_counted(bad)} readings that do neither")


def days_are_covered(warehouse: Warehouse, night: Night) -> Check:
    """Every day of the lake up to the reported day has been summarised."""
    missing = warehouse.value(
        """
        SELECT count(*) FROM (
          SELECT DISTINCT source, day FROM ops.part WHERE kind = 'requests' AND day <= ?
          EXCEPT SELECT source, day FROM ops.summarised)
        """,
        [night.as_of],
    )
    return Check("days are covered", missing == 0, f"{_counted(missing)} source days without a summary")


def traffic_matches_lake(warehouse: Warehouse, night: Night) -> Check:
    """The summaries count exactly the requests that the lake holds."""
    lake = warehouse.value(
        "SELECT coalesce(sum(rows), 0)::bigint FROM ops.part WHERE kind = 'requests' AND day <= ?",
        [night.as_of],
    )
    daily = warehouse.value(
        "SELECT coalesce(sum(requests), 0)::bigint FROM daily.traffic WHERE segment = '' AND day <= ?",
        [night.as_of],
    )
    return Check("traffic matches lake", lake == daily, f"lake {_counted(lake)}, summaries {_counted(daily)}")


def after_ingest(warehouse: Warehouse, night: Night) -> list[Check]:
    """The checks of the lake."""
    del night
    return [ledger_balances(warehouse), lake_matches_ledger(warehouse)]


def after_summaries(warehouse: Warehouse, night: Night) -> list[Check]:
    """The checks of the daily summaries."""
    return [days_are_covered(warehouse, night), traffic_matches_lake(warehouse, night)]


def after_scores(warehouse: Warehouse, night: Night) -> list[Check]:
    """The checks of the figures."""
    return [keys_are_unique(warehouse, night), readings_are_finite(warehouse, night)]


def record(warehouse: Warehouse, checks: list[Check]) -> None:
    """Keep the verdicts for the site, each under its name."""
    import polars as pl

    rows = [(c.name, "pass" if c.passed else "fail", c.blocking, c.detail) for c in checks]
    frame = pl.DataFrame(rows, schema=["name", "state", "blocking", "detail"], orient="row")
    with warehouse.transaction():
        warehouse.run("DELETE FROM ops.checks WHERE list_contains(?, name)", [[c.name for c in checks]])
        warehouse.append("ops.checks", frame)


def _counted(n: object) -> str:
    """A count for people."""
    return format_value(float(n) if isinstance(n, int) else None, "count")
