"""What stands in the columns of the lake's files."""

from __future__ import annotations

from dagster_project.store.columns import segment_value
from dagster_project.store.warehouse import Warehouse


def test_segment_values() -> None:
    """Whole numbers without a point, 'missing' where there is no value or no such column."""
    with Warehouse.open(None) as warehouse:
        warehouse.run("CREATE TABLE r AS SELECT 5.0::double AS \"f:n\", '' AS consumer, 'x' AS \"f:a.b\"")
        types = {"f:n": "DOUBLE", "f:a.b": "VARCHAR"}
        values = [segment_value(name, types) for name in ("n", "consumer", "a.b", "nothing")]
        row = warehouse.frame(f"SELECT {', '.join(f'{v} AS c{i}' for i, v in enumerate(values))} FROM r").row(
            0
        )
    assert row == ("5", "missing", "x", "missing")
