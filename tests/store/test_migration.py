"""A warehouse of another version: remembered rows stay, computed ones go, and a known schema costs nothing."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.core.errors import ModelboardError
from dagster_project.store import migration
from dagster_project.store.migration import migrate
from dagster_project.store.warehouse import Warehouse

BASE = """
create schema if not exists ops; create schema if not exists daily; create schema if not exists mart;
create table if not exists ops.state (key varchar primary key, value varchar);
create table if not exists ops.summarised (source varchar, day date, digest varchar, primary key (source, day));
create table if not exists ops.scored (day date primary key, digest varchar);
"""
OLD = (
    BASE
    + """
create table if not exists ops.file (
  source varchar, path varchar, gone integer, size integer, primary key (source, path)
);
create table if not exists daily.traffic (day date, requests bigint);
create table if not exists mart.reading (day date, value double);
create table if not exists mart.maturity (day date, level integer);
"""
)
NEW = (
    BASE
    + """
create table if not exists ops.file (
  path varchar, source varchar, size bigint, reason varchar, primary key (source, path)
);
create table if not exists daily.traffic (day date, requests bigint, judged bigint);
create table if not exists mart.reading (day date, value double);
create table if not exists mart.maturity (day date, level integer, score double);
"""
)
ROWS = """
INSERT INTO ops.file VALUES ('log', 'a.csv', 1, 10), ('log', 'b.csv', 2, NULL);
INSERT INTO daily.traffic VALUES ('2024-01-01', 5);
INSERT INTO mart.reading VALUES ('2024-01-01', 5);
INSERT INTO mart.maturity VALUES ('2024-01-01', 3);
INSERT INTO ops.summarised VALUES ('log', '2024-01-01', 'd');
INSERT INTO ops.scored VALUES ('2024-01-01', 'd');
INSERT INTO ops.state VALUES ('summarised/m', 'd'), ('scored/windows', 'd'), ('valued/days', 'd'),
  ('watched', 'd'), ('source log', 'd');
"""


@pytest.fixture
def older() -> duckdb.DuckDBPyConnection:
    """A warehouse of the old schema with a row in each table."""
    connection = duckdb.connect(":memory:")
    migrate(connection, OLD)
    connection.execute(ROWS)
    return connection


def rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()


def test_remembered_rows_move_into_the_new_table(older: duckdb.DuckDBPyConnection) -> None:
    """By name: a new column is NULL, one that is no more is dropped, a type and an order may change; the key holds."""
    migrate(older, NEW)
    assert rows(older, "ops.file") == [("a.csv", "log", 10, None), ("b.csv", "log", None, None)]
    (_, level, score), *others = rows(older, "mart.maturity")
    assert (level, score, others) == (3, None, [])
    with pytest.raises(duckdb.ConstraintException):
        older.execute("INSERT INTO ops.file BY NAME SELECT 'log' AS source, 'a.csv' AS path")


def test_what_was_computed_is_dropped_with_its_marks(older: duckdb.DuckDBPyConnection) -> None:
    """The next night computes it again from the lake; what was read stays read."""
    migrate(older, NEW)
    for table in ("daily.traffic", "mart.reading", "ops.summarised", "ops.scored"):
        assert rows(older, table) == [], table
    assert [key for key, _ in rows(older, "ops.state")] == [migration.NOTED, "source log"]


def test_a_change_of_figures_alone_keeps_the_summaries(older: duckdb.DuckDBPyConnection) -> None:
    """Readings are made again, days are not rolled up again."""
    migrate(older, OLD.replace("value double", "value double, low double"))
    assert len(rows(older, "daily.traffic")) == len(rows(older, "ops.summarised")) == 1
    assert rows(older, "mart.reading") == rows(older, "ops.scored") == []
    assert [k for k, _ in rows(older, "ops.state")] == [migration.NOTED, "source log", "summarised/m"]


def test_views_of_the_old_tables_go(older: duckdb.DuckDBPyConnection) -> None:
    """They are made again before anyone reads them."""
    older.execute("CREATE SCHEMA page; CREATE VIEW page.fleet AS SELECT requests FROM daily.traffic")
    migrate(older, NEW)
    assert older.execute("SELECT count(*) FROM duckdb_views() WHERE schema_name = 'page'").fetchone() == (0,)


def test_a_known_schema_is_not_looked_at_again(
    older: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One query says so; no second database is made."""
    migrate(older, NEW)
    monkeypatch.setattr(migration, "_wanted", None)
    migrate(older, NEW)


def test_a_migration_that_breaks_leaves_the_old_warehouse(older: duckdb.DuckDBPyConnection) -> None:
    """All or nothing."""
    with pytest.raises(duckdb.Error):
        migrate(older, NEW + "create table nonsense (;")
    wrong = OLD.replace("primary key (source, path)", "primary key (source)")
    with pytest.raises(duckdb.ConstraintException):
        migrate(older, wrong)
    assert len(rows(older, "ops.file")) == 2
    assert len(rows(older, "daily.traffic")) == 1


COLUMNS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=4, unique=True)


@given(before=COLUMNS, after=COLUMNS, n=st.integers(0, 20))
@settings(max_examples=30, deadline=None)
def test_no_row_is_ever_lost(before: list[str], after: list[str], n: int) -> None:
    """Whatever columns come and go, kept tables keep their rows and the values of the columns that stay."""
    old, new = (
        BASE + f"create table if not exists ops.kept ({', '.join(f'{name} bigint' for name in names)});"
        for names in (before, after)
    )
    with duckdb.connect(":memory:") as connection:
        migrate(connection, old)
        connection.execute(
            f"INSERT INTO ops.kept SELECT {', '.join('range' for _ in before)} FROM range({n})"
        )
        migrate(connection, new)
        assert connection.execute("SELECT count(*) FROM ops.kept").fetchone() == (n,)
        for name in set(before) & set(after):
            kept = connection.execute(f"SELECT {name} FROM ops.kept ORDER BY ALL").fetchall()
            assert kept == [(i,) for i in range(n)]


def test_every_table_of_the_real_schema_can_be_carried_over(tmp_path: Path) -> None:
    """Each loses its last column and its key: the next opening gives them back."""
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path) as warehouse:
        wanted = migration._tables(warehouse.connection)
        for (schema, table), now in wanted.items():
            if table != "state":
                rest = f"SELECT * EXCLUDE ({list(now.columns)[-1]}) FROM {schema}.{table}"
                warehouse.run(f"CREATE OR REPLACE TABLE {schema}.{table} AS {rest}")
        warehouse.run("UPDATE ops.state SET value = 'older' WHERE key = 'schema'")
    with Warehouse.open(path) as warehouse:
        assert migration._tables(warehouse.connection) == wanted


def test_a_file_that_is_no_warehouse_is_refused_in_words(tmp_path: Path) -> None:
    """Not a fault of ours: the message says what to do."""
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"no database at all\n" * 400)
    with (
        pytest.raises(ModelboardError, match=r"cannot be opened.*; move data/warehouse"),
        Warehouse.open(path),
    ):
        pass


def test_an_empty_file_is_no_hindrance(tmp_path: Path) -> None:
    """It is what a night killed at its first moment leaves."""
    path = tmp_path / "warehouse.duckdb"
    path.touch()
    with Warehouse.open(path) as warehouse:
        assert warehouse.value("SELECT count(*) FROM ops.file") == 0
