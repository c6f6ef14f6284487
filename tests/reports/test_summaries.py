"""The summaries' SQL is portable: another engine can run it where the events lie."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel, exp

from dagster_project.spec.builtin import builtin_root
from dagster_project.spec.statementfile import split_sql

FILES = sorted((builtin_root() / "reports" / "summaries").glob("*.sql"))
FUNCTIONS = {
    "COUNT", "SUM", "MIN", "MAX", "CASE", "FLOOR", "CEIL", "LN", "ABS", "CAST", "IS_NAN",
    "ROW_NUMBER", "IF", "AND", "OR",
}  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_summary_transpiles_to_spark(file: Path) -> None:
    """sqlglot turns each into Spark SQL without a warning."""
    sql = split_sql(file.read_text(), file.name).body
    spark = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
    assert len(spark) == 1
    assert "DECIMAL(38, 0)" in spark[0] or "AS DECIMAL" not in spark[0]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_summary_uses_only_what_every_engine_has(file: Path) -> None:
    """Plain functions, explicit GROUP BY columns, floor or ceil before a cast to a whole number."""
    tree = sqlglot.parse_one(split_sql(file.read_text(), file.name).body, read="duckdb")
    used = {node.sql_name() for node in tree.find_all(exp.Func) if not isinstance(node, exp.Anonymous)}
    assert not list(tree.find_all(exp.Anonymous))
    assert used <= FUNCTIONS
    for group in tree.find_all(exp.Group):
        assert group.expressions, "GROUP BY names its columns"
        assert not any(isinstance(column, exp.Literal) for column in group.expressions)
    for cast in tree.find_all(exp.Cast):
        if cast.to.is_type("bigint", "smallint", "int"):
            assert re.search(r"floor|ceil|case", cast.this.sql(), re.IGNORECASE), cast.sql()
