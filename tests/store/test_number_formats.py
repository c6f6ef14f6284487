"""Numbers as people write them, in files of text; what is not all numbers stays text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pytest

from dagster_project.store import comparing
from dagster_project.store.number_formats import LOOKED_AT

COMMAS = "DOUBLE (decimal commas)"
THOUSANDS = "DOUBLE (commas between thousands)"


def read(path: Path, values: Sequence[str], delimiter: str) -> tuple[str, list[object]]:
    """The type and the values of the column `x` of a file that has another column beside it."""
    lines = ["x" + delimiter + "beside", *(f"{value}{delimiter}b" for value in values)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with comparing.opened(path, lambda name: name == "x") as table:
        return table.types["x"], [
            x for (x,) in table.connection.execute("SELECT x FROM file_rows").fetchall()
        ]


@pytest.mark.parametrize(
    ("delimiter", "values", "sql_type", "numbers"),
    [
        (";", ["1,5", "-0,25", "12"], COMMAS, [1.5, -0.25, 12.0]),
        ("\t", ["1.234,5", "1.234.567", "0,5"], COMMAS, [1234.5, 1234567.0, 0.5]),
        (",", ['"1,234.5"', '"12"', "0.5"], THOUSANDS, [1234.5, 12.0, 0.5]),
        (";", ["1,234.5", "12"], THOUSANDS, [1234.5, 12.0]),
        (",", ['"0,125"', '"7,5"'], COMMAS, [0.125, 7.5]),
        (",", ["12.5%", "8 %"], "DOUBLE (per cent)", [0.125, 0.08]),
        (";", ["12,5 %", "8%"], "DOUBLE (per cent, decimal commas)", [0.125, 0.08]),
        (",", ["1.5", "NA", "2", "", "n/a"], "DOUBLE (a word where missing)", [1.5, None, 2.0, None, None]),
        (";", ["1,5", "NA", "2"], "DOUBLE (decimal commas; a word where missing)", [1.5, None, 2.0]),
    ],
)
def test_numbers_are_read_as_they_are_written(
    delimiter: str, values: Sequence[str], sql_type: str, numbers: list[object], tmp_path: Path
) -> None:
    """The type says how; figures are those of the numbers."""
    assert read(tmp_path / "a.csv", values, delimiter) == (sql_type, numbers)


@pytest.mark.parametrize(
    "values",
    [
        ["1,5", "2,5", "about 3"],
        ["NA", "n/a"],
        ["192.168.100.200", "127.100.100.100"],
        ["1,5", "1,5,5"],
        ["1,5"] * (LOOKED_AT + 1) + ["1.5 kg"],
        ["1.5%", "2"],
    ],
    ids=[
        "a word",
        "nothing but missing",
        "addresses",
        "no number",
        "a unit that shows late",
        "not all per cent",
    ],
)
def test_what_is_not_all_numbers_stays_text(values: Sequence[str], tmp_path: Path) -> None:
    """One value that does not fit says that it is something else."""
    assert read(tmp_path / "a.csv", values, ";") == ("VARCHAR", values)


def test_days_stay_days(tmp_path: Path) -> None:
    """Points between digits are no thousands."""
    found = read(tmp_path / "a.csv", ["31.01.2025", "01.02.2025"], ";")
    assert found == ("DATE", [dt.date(2025, 1, 31), dt.date(2025, 2, 1)])


def test_a_column_with_a_quote_in_its_name_is_read(tmp_path: Path) -> None:
    """Whatever its name is made of."""
    path = tmp_path / "a.csv"
    path.write_text('"a""; x"; b\n"1,5"; 2\n"2,5"; 2\n', encoding="utf-8")
    with comparing.opened(path, lambda _: True) as table:
        assert table.types['a"; x'] == COMMAS


@pytest.mark.parametrize("x", ["X", "x", "is_word"])
def test_a_column_may_have_any_name_that_the_sql_uses_itself(x: str, tmp_path: Path) -> None:
    """Every column is looked at by itself: another one called x does not stand in for it."""
    path = tmp_path / "a.csv"
    path.write_text(f"{x};amount;empty\n1.5;1,5;\n2.5;NA;\nabc;2,5;\n;3,5;\n", encoding="utf-8")
    with comparing.opened(path, lambda _: True) as table:
        assert table.types["amount"] == "DOUBLE (decimal commas; a word where missing)"
        assert table.types[x] == table.types["empty"] == "VARCHAR"
    path.write_text(f"{x};amount;empty\n1.5;1,5;\n2.5;2,5;\n", encoding="utf-8")
    with comparing.opened(path, lambda _: True) as table:
        assert (table.types["amount"], table.types[x]) == (COMMAS, "DOUBLE")
