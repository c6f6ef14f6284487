from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dagster_project.pipeline.catalog import Catalog, refresh
from dagster_project.pipeline.catalog_declared import DECLARED
from dagster_project.pipeline.catalog_metadata import ITEMS
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.organization import (
    FIRST,
    LAST,
    declared,
    night_of,
    serve,
    train,
    warehouse_with,
    write_workspace,
)


def items(
    warehouse: Warehouse, model: str, version: str
) -> dict[str, tuple[str | None, str, dt.date | None]]:
    rows = warehouse.frame(
        "SELECT field, value, method, observed_at FROM catalog.field WHERE model_id = $m AND version = $v",
        {"m": model, "v": version},
    )
    return {field: (value, method, day) for field, value, method, day in rows.iter_rows() if field in ITEMS}


def test_a_model_that_only_a_log_knows_is_listed_as_undeclared(tmp_path: Path) -> None:
    """Its title is its id and its first 28 days are its reference."""
    root = write_workspace(tmp_path, [declared("a")])
    with warehouse_with("a") as warehouse:
        serve(warehouse, "x/../<b>", first=dt.date(2025, 6, 1))
        assert refresh(night_of(root), warehouse).undeclared == 1
        row = warehouse.frame("SELECT * FROM catalog.model WHERE NOT declared").to_dicts()[0]
    assert (row["model_id"], row["title"], row["owner"], row["stage"]) == (
        "x/../<b>",
        "x/../<b>",
        None,
        "production",
    )
    assert (row["reference_start"], row["reference_end"]) == (dt.date(2025, 6, 1), dt.date(2025, 6, 28))
    assert row["reference_method"] == "first 28 days"
    assert "/" not in row["slug"]


def test_a_declared_model_without_any_data_is_listed_without_days(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a", stage="development", reference=None)])
    with Warehouse.open(None) as warehouse:
        assert refresh(night_of(root), warehouse) == Catalog(1, 0, 0, 0, 0)
        row = warehouse.frame("SELECT * FROM catalog.model").to_dicts()[0]
    assert (row["declared"], row["file"], row["first_day"], row["reference_start"]) == (
        True, "data/catalog/all.yml", None, None,
    )  # fmt: skip
    assert isinstance(row["line"], int)


def test_a_title_that_two_models_have_is_told_with_the_id(tmp_path: Path) -> None:
    """Otherwise lists of names would be ambiguous, and alerts would not say which of the two they are about."""
    titles = {"a": "Churn", "b": "Churn", "c": "Delay"}
    root = write_workspace(tmp_path, [declared(name, title=title) for name, title in titles.items()])
    with Warehouse.open(None) as warehouse:
        refresh(night_of(root), warehouse)
        found = dict(warehouse.rows("SELECT model_id, title FROM catalog.model"))
    assert found == {"a": "Churn (a)", "b": "Churn (b)", "c": "Delay"}


def test_a_training_run_gives_five_items_and_the_lake_the_sixth(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a")])
    with warehouse_with("a") as warehouse:
        refresh(night_of(root), warehouse)
        found = items(warehouse, "a", "1")
        version = warehouse.frame("SELECT * FROM catalog.version").to_dicts()[0]
    trained = FIRST - dt.timedelta(days=2)
    assert {name: item[1] for name, item in found.items()} == dict.fromkeys(ITEMS[:5], "auto") | {
        ITEMS[5]: "inferred"
    }
    assert found["artifact"] == ("s3://models/1, sha256 aa", "auto", trained)
    assert found["historical_predictions"] == (
        "12200 requests from 2025-03-01 to 2025-06-30 in the lake", "inferred", FIRST,
    )  # fmt: skip
    assert (version["items"], version["completeness"], version["next_missing"]) == (6, 1.0, None)
    assert (version["run_id"], version["stage"], version["requests"]) == ("run-a1", "production", 12200)


def test_declared_items_fill_gaps_and_the_next_missing_one_is_named_in_order(tmp_path: Path) -> None:
    note = {
        "version": "1",
        "artifact": {"value": "ticket 12", "date": "2025-02-01"},
        "prediction_code": {"value": "repo/serve", "date": "2026-01-01"},
    }
    root = write_workspace(tmp_path, [declared("a", versions=[note])])
    with Warehouse.open(None) as warehouse:
        serve(warehouse, "a")
        refresh(night_of(root), warehouse)
        found = items(warehouse, "a", "1")
        version = warehouse.frame("SELECT items, next_missing FROM catalog.version").row(0)
    assert found["artifact"] == ("ticket 12", "declared", dt.date(2025, 2, 1))
    assert found["prediction_code"][1] == "missing", "a statement dated after the night does not count"
    assert version == (2, "training_data")


def test_a_run_after_the_night_does_not_count(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a")])
    with Warehouse.open(None) as warehouse:
        serve(warehouse, "a")
        train(warehouse, "a", first=LAST + dt.timedelta(days=10))
        refresh(night_of(root), warehouse)
        assert items(warehouse, "a", "1")["artifact"][1] == "missing"


def test_facts_of_no_single_model_make_no_model(tmp_path: Path) -> None:
    """Their id is empty, which must not become a model without a name on the site."""
    root = write_workspace(tmp_path, [declared("a")])
    with warehouse_with("a") as warehouse:
        train(warehouse, "")
        assert refresh(night_of(root), warehouse).models == 1


def test_what_the_newest_run_lacks_is_missing_whatever_an_older_one_had(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a")])
    with warehouse_with("a") as warehouse:
        warehouse.run(
            "INSERT INTO fact.training_runs BY NAME"
            " SELECT 'run-z' AS run_id, 'a' AS model_id, '1' AS version, $at AS ended_at, 'abc' AS code_sha,"
            " true AS code_dirty",
            {"at": dt.datetime(2025, 5, 1, tzinfo=dt.UTC)},
        )
        refresh(night_of(root), warehouse)
        found = items(warehouse, "a", "1")
    assert found["artifact"][1] == "missing"
    assert found["training_code"][0] == "abc, with uncommitted changes"


def test_twelve_declared_fields_are_listed_with_place_and_day(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a", appeal=None)])
    with Warehouse.open(None) as warehouse:
        refresh(night_of(root), warehouse)
        rows = warehouse.frame(
            "SELECT field, value, source, method, observed_at FROM catalog.field WHERE version = ''"
        ).rows()
    found = {row[0]: row[1:] for row in rows}
    assert set(found) == set(DECLARED)
    assert found["owner"][0] == "Team lead"
    assert found["owner"][1].startswith("data/catalog/all.yml:")
    assert found["owner"][2:] == ("declared", FIRST)
    assert found["appeal"] == (None, "", "missing", None)


def test_history_keeps_who_owned_a_model_on_which_days(tmp_path: Path) -> None:
    with Warehouse.open(None) as warehouse:
        for owner, as_of in (("Ann's team", 10), ("Bob's team", 20), (None, 25)):
            root = write_workspace(tmp_path, [declared("a", owner=owner)])
            refresh(night_of(root, dt.date(2025, 6, as_of)), warehouse)
        rows = warehouse.frame(
            "SELECT value, valid_from, valid_to FROM catalog.history WHERE field = 'owner' ORDER BY valid_from"
        ).rows()
    assert rows == [
        ("Ann's team", FIRST, dt.date(2025, 6, 20)),
        ("Bob's team", dt.date(2025, 6, 20), dt.date(2025, 6, 25)),
    ]


@pytest.mark.parametrize(
    ("as_of", "stage"), [(dt.date(2025, 5, 31), "production"), (dt.date(2025, 6, 1), "retired")]
)
def test_a_model_is_retired_from_the_stated_day_on(tmp_path: Path, as_of: dt.date, stage: str) -> None:
    root = write_workspace(tmp_path, [declared("a", stage="retired", retired_on="2025-06-01")])
    with Warehouse.open(None) as warehouse:
        refresh(night_of(root, as_of), warehouse)
        assert warehouse.frame("SELECT stage FROM catalog.model").item() == stage


def test_a_replaced_version_is_retired_and_one_never_asked_in_development(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a")])
    with Warehouse.open(None) as warehouse:
        serve(warehouse, "a", last=dt.date(2025, 5, 1))
        serve(warehouse, "a", version="2", first=dt.date(2025, 5, 1))
        train(warehouse, "a", version="3", first=LAST)
        warehouse.run("UPDATE fact.deployments SET environment = 'staging'")
        refresh(night_of(root), warehouse)
        rows = warehouse.frame(
            "SELECT version, stage, deployed_at FROM catalog.version ORDER BY version"
        ).rows()
    assert rows == [("1", "retired", None), ("2", "production", None), ("3", "development", None)]


def test_the_same_night_twice_writes_the_same_catalog(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, [declared("a"), declared("b", owner=None)])
    tables = ("model", "version", "field", "history")
    with warehouse_with("a", "c") as warehouse:
        refresh(night_of(root), warehouse)
        before = [warehouse.frame(f"SELECT * FROM catalog.{t} ORDER BY ALL").rows() for t in tables]
        refresh(night_of(root), warehouse)
        assert [warehouse.frame(f"SELECT * FROM catalog.{t} ORDER BY ALL").rows() for t in tables] == before
