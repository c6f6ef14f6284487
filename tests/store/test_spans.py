"""What a metric's SQL reads, as its receipt shows it."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl

from dagster_project.store.spans import Span, set_spans, views_read
from dagster_project.store.warehouse import Warehouse


def names(statements: list[str]) -> list[str]:
    return [re.findall(r"VIEW (span\.\w+) AS", text)[0] for text in statements]


def test_a_statement_is_shown_with_the_views_below_it_down_to_the_daily_summaries() -> None:
    """Each stands before the ones that read it, whole, with its comment."""
    read = views_read("SELECT * FROM span.label_score")
    assert names(read) == ["span.label_score_hist", "span.label_score"]
    assert "FROM daily.label_score_hist" in read[0]
    assert read[1].startswith("-- Labelled scores of every span")
    assert read[1].endswith(";")


def test_sql_that_reads_no_view_shows_none() -> None:
    """Tables such as span.window_day are no views."""
    assert views_read("SELECT 1 FROM daily.traffic, span.window_day") == []


def test_every_view_of_the_warehouse_can_be_shown() -> None:
    """None is lost on the way from the file to the page, and each can be run as it is shown."""
    with Warehouse.open(None) as warehouse:
        versions = pl.DataFrame(schema={"model_id": pl.String, "version": pl.String, "shown": pl.String})
        set_spans(warehouse, [Span(dt.date(2024, 1, 1), 1)], versions, None, dt.date(2024, 1, 1))
        made = warehouse.frame(
            "SELECT 'span.' || view_name AS name FROM duckdb_views() WHERE schema_name = 'span'"
        )
        shown = views_read(" ".join(made["name"]))
        assert sorted(names(shown)) == sorted(made["name"])
        for text in shown:
            warehouse.run(text)
