"""Rules, truths, required features and patterns, counted day by day, against the raw rows in Python."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_project.core.errors import WorkspaceError
from dagster_project.pipeline.summarise import summarise
from dagster_project.store.warehouse import Warehouse
from tests.pipeline.lakes import day, night, put, requests, workspace

OPERATORS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
NUMBERS = st.one_of(st.none(), st.just(float("nan")), st.integers(-2, 2).map(float))


def counted(tmp_path: Path, model: Mapping[str, object], *days: pl.DataFrame) -> pl.DataFrame:
    """The rows of daily.rule by day and rule."""
    of = workspace(tmp_path, [{"id": "m", **model}])
    with Warehouse.open(None) as warehouse:
        for rows in days:
            put(of, warehouse, "requests", "log", rows)
        summarise(night(of, day(len(days) - 1)), warehouse)
        return warehouse.frame("SELECT * FROM daily.rule ORDER BY day, kind, rule")


def rule(name: str = "r", **changes: object) -> dict[str, object]:
    return {"name": name, "must": {"left": "a", "op": ">=", "right": "b"}, **changes}


def totals(found: pl.DataFrame) -> tuple[int, int, int]:
    return tuple(found.select("passed", "failed", "unjudged").sum().row(0))


@settings(max_examples=4, deadline=None)
@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=20, max_size=40),
    musts=st.lists(
        st.tuples(st.sampled_from(sorted(OPERATORS)), st.integers(-2, 2)), min_size=6, max_size=6, unique=True
    ),
)
def test_a_rule_counts_what_python_counts(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[float | None, float | None, float | None]],
    musts: list[tuple[str, int]],
) -> None:
    """Rows passed, failed and unjudged of `a op b when c > constant`: NULL and NaN are not judged."""
    declared = [
        rule(
            f"{op} when {constant}",
            must={"left": "a", "op": op, "right": "b", "read_as": "number"},
            when={"left": "c", "op": ">", "value": constant},
        )
        for op, constant in musts
    ]
    floats = {
        name: pl.Series(values, dtype=pl.Float64)
        for name, values in zip("abc", zip(*rows, strict=True), strict=True)
    }
    found = counted(
        tmp_path_factory.mktemp("w"), {"rules": declared}, requests("m", day(0), len(rows), floats)
    )
    assert len(found) == len(musts)
    for op, constant in musts:
        assert totals(found.filter(rule=f"{op} when {constant}")) == by_hand(rows, op, constant)


def by_hand(
    rows: list[tuple[float | None, float | None, float | None]], op: str, constant: int
) -> tuple[int, int, int]:
    """Rows passed, failed and unjudged."""

    def there(value: float | None) -> TypeGuard[float]:
        return value is not None and value == value

    expected = [0, 0, 0]
    for left, right, condition in rows:
        if not there(condition):
            expected[2] += 1
        elif condition > constant:
            expected[(0 if OPERATORS[op](left, right) else 1) if there(left) and there(right) else 2] += 1
    return expected[0], expected[1], expected[2]


def test_every_day_and_version_is_counted_alone_and_adds_up(tmp_path: Path) -> None:
    """Keys are those of the other daily tables, so windows are sums."""
    rng = np.random.default_rng(3)
    days = [
        requests(
            "m", day(n), 200, {"a": rng.normal(0, 1, 200), "b": rng.normal(0, 1, 200)},
            version=rng.choice(["1", "2"], 200),
        )
        for n in range(3)
    ]  # fmt: skip
    found = counted(tmp_path, {"rules": [rule()]}, *days)
    raw = pl.concat(days).group_by("day", "version").agg(p=(pl.col("f:a") >= pl.col("f:b")).sum(), n=pl.len())
    joined = found.join(raw, on=["day", "version"])
    assert len(found) == len(joined) == 6
    assert joined["passed"].to_list() == joined["p"].to_list()
    assert (joined["passed"] + joined["failed"] == joined["n"]).all()


def test_words_and_times_are_compared_as_such(tmp_path: Path) -> None:
    """Two columns are compared as text; `time` reads ISO 8601, and anything else is not judged."""
    features = {
        "from": ["JFK", "LGA", "JFK", None],
        "to": ["LGA", "LGA", "EWR", "JFK"],
        "start": ["2024-01-01T10:00:00", "2024-01-01T09:00:00", "soon", None],
        "end": ["2024-01-01T12:00:00", "2024-01-01 08:00", "2024-01-01", "2024-01-01"],
    }
    model = {
        "features": {name: {"type": "category"} for name in features},
        "rules": [
            rule("leaves", must={"left": "from", "op": "!=", "right": "to"}),
            rule("lands after", must={"left": "end", "op": ">", "right": "start", "read_as": "time"}),
            rule("from JFK", must={"left": "from", "op": "=", "value": "JFK"}),
        ],
    }
    found = counted(tmp_path, model, requests("m", day(0), 4, features))
    by_name = {row["rule"]: totals(found.filter(rule=row["rule"])) for row in found.iter_rows(named=True)}
    assert by_name == {"leaves": (2, 1, 1), "lands after": (1, 1, 2), "from JFK": (2, 1, 1)}


def test_columns_of_the_request_itself_can_be_ruled(tmp_path: Path) -> None:
    """A prediction can have a range, just like a feature."""
    rows = requests("m", day(0), 3, prediction=[1.0, -1.0, None])
    found = counted(tmp_path, {"rules": [rule(must={"left": "prediction", "op": ">", "value": 0})]}, rows)
    assert totals(found) == (1, 1, 1)


def test_a_truth_is_held_against_the_column_it_is_of(tmp_path: Path) -> None:
    """As text, or as numbers within a tolerance; kind 'truth' keeps it apart from rules."""
    features = {
        "origin": ["JFK", "LGA", "EWR", None], "true_origin": ["JFK", "JFK", "EWR", "EWR"],
        "price": [10.0, 10.4, 11.0, 12.0], "paid": [10.0, 10.0, 10.0, None],
    }  # fmt: skip
    rules = [
        {"name": "origin", "truth": {"column": "true_origin", "of": "origin"}},
        {"name": "price", "truth": {"column": "paid", "of": "price", "tolerance": 0.5}},
    ]
    found = counted(tmp_path, {"rules": rules}, requests("m", day(0), 4, features))
    assert found["kind"].to_list() == ["truth", "truth"]
    assert [totals(found.filter(rule=name)) for name in ("origin", "price")] == [(2, 1, 1), (2, 1, 1)]


def test_a_request_is_complete_when_all_required_features_are_there(tmp_path: Path) -> None:
    """Optional ones may be missing; a column that the files never had makes every request incomplete."""
    features = {"a": [1.0, None, 1.0], "b": ["x", "x", None], "c": [None, None, 1.0]}
    declared = {"a": {"required": True}, "b": {"required": True}, "c": {}}
    found = counted(tmp_path / "1", {"features": declared}, requests("m", day(0), 3, features))
    assert found.select("kind", "rule", "passed", "failed", "unjudged").rows() == [("complete", "", 1, 2, 0)]
    declared["d"] = {"required": True}
    found = counted(tmp_path / "2", {"features": declared}, requests("m", day(0), 3, features))
    assert totals(found) == (0, 3, 0)


HOSTILE = "x\") FROM lake_rows; DROP TABLE daily.rule; --'"


def test_no_text_of_a_rule_reaches_the_sql(tmp_path: Path) -> None:
    """A column, a constant and a name that try to end the statement are a column, a constant and a name."""
    model = {
        "features": {HOSTILE: {"type": "category"}},
        "rules": [rule(HOSTILE, must={"left": HOSTILE, "op": "=", "value": HOSTILE})],
    }
    found = counted(tmp_path, model, requests("m", day(0), 3, {HOSTILE: [HOSTILE, "y", None]}))
    assert found["rule"].to_list() == [HOSTILE]
    assert totals(found) == (1, 1, 1)


def test_only_the_models_that_declare_a_rule_are_counted(tmp_path: Path) -> None:
    """Two models share a rule, a third has none."""
    of = workspace(tmp_path, [{"id": "a", "rules": [rule()]}, {"id": "b", "rules": [rule()]}])
    with Warehouse.open(None) as warehouse:
        for model_id in ("a", "b", "c"):
            rows = requests(model_id, day(0), 5, {"a": [1.0] * 5, "b": [2.0] * 5})
            put(of, warehouse, "requests", model_id, rows)
        summarise(night(of, day(0)), warehouse)
        found = warehouse.frame("SELECT model_id, source, failed FROM daily.rule ORDER BY ALL").rows()
    assert found == [("a", "a", 5), ("b", "b", 5)]


def test_a_changed_rule_counts_the_model_again(tmp_path: Path) -> None:
    """Its reason alone costs nothing; another operator is another count."""
    rows = requests("m", day(0), 4, {"a": [1.0, 2.0, 3.0, 4.0], "b": [2.0] * 4})

    def again(warehouse: Warehouse, declared: dict[str, object]) -> tuple[int, tuple[int, int, int]]:
        of = workspace(tmp_path, [{"id": "m", "rules": [declared]}])
        done = summarise(night(of, day(0)), warehouse)
        return done.days, totals(warehouse.frame("SELECT * FROM daily.rule"))

    with Warehouse.open(None) as warehouse:
        put(workspace(tmp_path), warehouse, "requests", "log", rows)
        assert again(warehouse, rule()) == (1, (3, 1, 0))
        assert again(warehouse, rule(reason="It flies forward.")) == (0, (3, 1, 0))
        assert again(warehouse, rule(must={"left": "a", "op": ">", "right": "b"})) == (1, (2, 2, 0))


def test_a_category_that_does_not_match_its_pattern_is_invalid(tmp_path: Path) -> None:
    """The whole value must match; a declared list and a pattern both count, missing values do not."""
    codes = ["AA", "aa", "AAA", None, "B6", "ZZ"]
    declared = {"code": {"pattern": "[A-Z0-9]{2}"}, "both": {"pattern": "[A-Z]{2}", "allowed": ["AA", "aa"]}}
    of = workspace(tmp_path, [{"id": "m", "features": declared}])
    with Warehouse.open(None) as warehouse:
        put(of, warehouse, "requests", "log", requests("m", day(0), 6, {"code": codes, "both": codes}))
        summarise(night(of, day(0)), warehouse)
        found = warehouse.frame(
            "SELECT feature, sum(invalid)::BIGINT AS n FROM daily.category_hist GROUP BY ALL ORDER BY ALL"
        )
    assert found.rows() == [("both", 4), ("code", 2)]


def test_a_pattern_that_re2_refuses_stops_the_night_with_its_place(tmp_path: Path) -> None:
    """Python takes a repetition of 2,000; RE2 does not, and says so before anything is counted."""
    of = workspace(tmp_path, [{"id": "m", "features": {"code": {"pattern": "a{2000}"}}}])
    with (
        Warehouse.open(None) as warehouse,
        pytest.raises(WorkspaceError, match=r"model0\.yml.*features\.code\.pattern.*repetition"),
    ):
        summarise(night(of, day(0)), warehouse)
