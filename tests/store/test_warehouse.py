"""The warehouse: quoting, transactions, one writer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from dagster_project.core.errors import ModelboardError, QueryError
from dagster_project.store.connection import quote, quote_table
from dagster_project.store.warehouse import Warehouse


def test_identifiers_from_outside_stay_identifiers() -> None:
    """Quotes are doubled; a dot parts schema from table once."""
    assert quote('a"; DROP TABLE x; --') == '"a""; DROP TABLE x; --"'
    assert quote_table("daily.traffic") == '"daily"."traffic"'


def test_a_warehouse_that_may_not_be_written_is_not_to_be_moved_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that is read-only, or by somebody else, nothing is broken, and its history not to be lost."""
    file = tmp_path / "w.duckdb"
    file.write_bytes(b"whatever DuckDB cannot open")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with (
        pytest.raises(ModelboardError, match=r"this user may not read and write the warehouse") as found,
        Warehouse.open(file),
    ):
        pass
    assert "move" not in str(found.value)


def write_and_fail(warehouse: Warehouse) -> None:
    """A transaction that writes a row and then breaks."""
    with warehouse.transaction():
        warehouse.append("ops.state", pl.DataFrame({"key": ["a"], "value": ["b"]}))
        raise ZeroDivisionError


def test_a_failed_transaction_leaves_nothing() -> None:
    """Rows written before the error are gone."""
    with Warehouse.open(None) as warehouse:
        with pytest.raises(ZeroDivisionError):
            write_and_fail(warehouse)
        assert warehouse.value("SELECT count(*) FROM ops.state") == 0


def test_replace_takes_only_the_rows_it_names() -> None:
    """The others stay; columns the frame lacks are NULL."""
    with Warehouse.open(None) as warehouse:
        warehouse.append("ops.checks", pl.DataFrame({"name": ["a", "b"], "state": ["pass", "pass"]}))
        new = pl.DataFrame({"name": ["a"], "state": ["fail"]})
        warehouse.replace("ops.checks", new, "name = ?", ["a"])
        rows = warehouse.frame("SELECT name, state, detail FROM ops.checks ORDER BY name").rows()
    assert rows == [("a", "fail", None), ("b", "pass", None)]


def test_put_takes_the_place_of_equal_keys() -> None:
    """A row with the primary key of one that stands there replaces it, others are added; nothing is no fault."""
    rows = "SELECT key, value FROM ops.state ORDER BY key"
    with Warehouse.open(None) as warehouse:
        warehouse.append("ops.state", pl.DataFrame({"key": ["a", "b"], "value": ["1", "2"]}))
        warehouse.put("ops.state", pl.DataFrame({"value": ["3", "4"], "key": ["b", "c"]}))
        warehouse.put("ops.state", pl.DataFrame(schema={"key": pl.String, "value": pl.String}))
        assert warehouse.frame(rows).rows() == [("a", "1"), ("b", "3"), ("c", "4")]


def test_a_refused_statement_is_an_error_of_ours() -> None:
    """In one line, so that a user can read it."""
    with Warehouse.open(None) as warehouse, pytest.raises(QueryError) as caught:
        warehouse.frame("SELECT nothing FROM nowhere")
    assert "\n" not in str(caught.value)


def test_many_rows_come_in_the_order_that_is_asked_for() -> None:
    """Whatever threads and settings: digests of files and pages rest on it."""
    with Warehouse.open(None) as warehouse:
        warehouse.run("CREATE TEMP TABLE t AS SELECT hash(i) AS h FROM range(300_000) AS r (i)")
        asked = "SELECT h FROM t ORDER BY h"
        assert all(warehouse.frame(asked)["h"].is_sorted() for _ in range(5))
        hashes = [h for (h,) in warehouse.rows(asked)]
    assert hashes == sorted(hashes)


def test_a_value_of_no_row_is_none() -> None:
    """And an unread row does not block what follows."""
    with Warehouse.open(None) as warehouse:
        assert warehouse.value("SELECT 1 WHERE false") is None
        assert warehouse.value("SELECT * FROM range(3) ORDER BY ALL") == 0
        assert warehouse.frame("SELECT 1 AS one").rows() == [(1,)]


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    """Two runs never write one workspace at once."""
    path = tmp_path / "warehouse.duckdb"
    hold = (
        "import sys; from pathlib import Path; from dagster_project.store.warehouse import Warehouse\n"
        "with Warehouse.open(Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()"
    )
    words = [sys.executable, "-c", hold, str(path)]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(words, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "open"
        with pytest.raises(ModelboardError, match="another run"), Warehouse.open(path):
            pass
        other.communicate("")
    with Warehouse.open(path) as warehouse:
        assert warehouse.value("SELECT 1") == 1


def test_frames_are_read_by_name_only_while_they_are_given() -> None:
    """A query that fails takes them back too; what is kept stays, in the place of what was kept before."""
    with Warehouse.open(None) as warehouse:
        frame = pl.DataFrame({"x": [1, 2]})
        with warehouse.given(numbers=frame):
            assert warehouse.rows("SELECT x FROM numbers ORDER BY x") == [(1,), (2,)]
        with pytest.raises(QueryError), warehouse.given(numbers=frame):
            warehouse.rows("SELECT y FROM numbers")
        with pytest.raises(QueryError):
            warehouse.rows("SELECT x FROM numbers")
        for kept in (frame, frame.clear()):
            warehouse.keep("numbers", kept)
            assert warehouse.value("SELECT count(*) FROM numbers") == len(kept)


def test_a_table_is_filled_by_the_types_it_has() -> None:
    """What a row lacks is NULL; no row empties the table; a misspelt column is a fault."""
    with Warehouse.open(None) as warehouse:
        warehouse.run("CREATE TABLE t (name VARCHAR, size DOUBLE, tags VARCHAR[])")
        fills: tuple[list[dict[str, object]], ...] = (
            [{"name": "old"}],
            [{"name": "a", "size": 1, "tags": ("x",)}, {"name": "b"}],
        )
        for rows in fills:
            warehouse.fill("main.t", rows)
        assert warehouse.rows("SELECT * FROM t ORDER BY name") == [("a", 1.0, ["x"]), ("b", None, None)]
        with pytest.raises(KeyError, match="nmae"):
            warehouse.fill("main.t", [{"nmae": "c"}])
        warehouse.fill("main.t", [])
        assert warehouse.value("SELECT count(*) FROM t") == 0


def test_a_share_of_memory_is_given_back() -> None:
    """Also after an error; what does not fit meanwhile spills to the disk."""
    setting = "SELECT current_setting('memory_limit')"
    with Warehouse.open(None) as warehouse:
        before = warehouse.value(setting)
        with warehouse.within("100MB"):
            assert warehouse.value(setting) != before
        assert warehouse.value(setting) == before
        with pytest.raises(QueryError), warehouse.within("100MB"):
            warehouse.run("SELECT nothing")
        assert warehouse.value(setting) == before


def test_a_damaged_warehouse_says_what_to_do(tmp_path: Path) -> None:
    """A disk that lost blocks is nobody's wrong statement."""
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path) as warehouse:
        warehouse.run("CREATE TABLE big AS SELECT hash(i) AS h FROM range(500_000) AS r(i)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"not what it was" * 20_000)
    with (
        Warehouse.open(path) as warehouse,
        pytest.raises(ModelboardError, match=r"damaged.*move data/warehouse\.duckdb and data/lake away"),
    ):
        warehouse.value("SELECT sum(h % 7) FROM big")


def test_a_damaged_warehouse_is_not_taken_for_a_busy_one(tmp_path: Path) -> None:
    """DuckDB speaks of a block; the way out is to make both anew, not to wait."""
    path = tmp_path / "warehouse.duckdb"
    with Warehouse.open(path):
        pass
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(255 - byte for byte in content[4096:])
    path.write_bytes(content)
    with (
        pytest.raises(ModelboardError, match=r"move data/warehouse\.duckdb and data/lake away"),
        Warehouse.open(path),
    ):
        pass


def test_rows_that_do_not_fit_are_refused_with_the_reason_inside_a_transaction_too() -> None:
    """Not with the state that the refusal left the transaction in; afterwards the table takes rows again."""
    with Warehouse.open(None) as warehouse:
        with pytest.raises(QueryError, match="soon"), warehouse.transaction():
            warehouse.append("mart.reading", pl.DataFrame({"day": ["soon"], "value": [1.0]}))
        warehouse.append("ops.state", pl.DataFrame({"key": ["a"], "value": ["1"]}))
        assert warehouse.value("SELECT value FROM ops.state WHERE key = 'a'") == "1"
