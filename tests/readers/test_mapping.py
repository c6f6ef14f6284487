"""Raw columns become canonical ones."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import polars as pl
import pytest

from dagster_project.core.errors import SourceError
from dagster_project.readers.mapped import FILE, ROW, IntakeRules, Mapped
from dagster_project.readers.mapping import map_rows, require_columns
from dagster_project.readers.probabilities import BEYOND
from dagster_project.readers.requests import user_hash
from dagster_project.spec.source import Source

INTAKE = IntakeRules("UTC", "salt", dt.datetime(2030, 1, 1, tzinfo=dt.UTC))
TIME = "2024-03-01T12:00:00Z"


def source(**keys: object) -> Source:
    """A source of requests with more keys."""
    columns = {"event_time": "ts", "model_id": "m", **keys.pop("columns", {})}  # type: ignore[dict-item]
    return Source.model_validate({"source": "s", "files": "*", "columns": columns, **keys})


def mapped(of: Source, intake: IntakeRules = INTAKE, /, **values: Sequence[object]) -> Mapped:
    """Rows with these raw values."""
    n = len(next(iter(values.values())))
    frame = pl.DataFrame({"ts": [TIME] * n, "m": ["m"] * n, **values}, strict=False)
    origin = [pl.Series(FILE, [0] * n, dtype=pl.Int64), pl.Series(ROW, range(1, n + 1), dtype=pl.Int64)]
    return map_rows(frame.hstack(origin), of, intake)


@pytest.mark.parametrize(
    ("unit", "ms"), [("s", 2000.0), ("us", 0.002), ("min", 120_000.0), ("1", 2.0), ("ms", 2.0)]
)
def test_latency_becomes_milliseconds(unit: str, ms: float) -> None:
    """Whatever unit the file has."""
    of = source(columns={"latency_ms": {"column": "took", "unit": unit}})
    assert mapped(of, took=[2]).rows["latency_ms"].to_list() == [pytest.approx(ms)]


def test_percent_become_shares() -> None:
    """Scores and features alike."""
    percent = {"column": "p", "unit": "percent"}
    rows = mapped(source(columns={"score": percent}, features={"f": percent}), p=[25]).rows
    assert (rows["score"][0], rows["f:f"][0]) == (0.25, 0.25)


def test_constants_fill_a_column() -> None:
    """What a log does not say, the source may."""
    rows = mapped(source(columns={"version": {"constant": "v7"}}), a=[1, 2]).rows
    assert rows["version"].to_list() == ["v7", "v7"]


def test_dots_reach_into_records_unless_a_column_has_that_name() -> None:
    """`a.b` is the field b of the record a, or the column `a.b`."""
    of = source(columns={"consumer": "who.team"}, features=["in.x"])
    rows = mapped(of, who=[{"team": "T"}], **{"in.x": [1.5]}).rows
    assert (rows["consumer"][0], rows["f:in.x"][0]) == ("T", 1.5)


def test_star_takes_all_columns_not_mapped() -> None:
    """Nested records by dotted names; lists and instants are no features."""
    values: dict[str, list[object]] = {
        "a": [1],
        "r": [{"x": 2, "y": "t"}],
        "l": [[1]],
        "d": [dt.datetime(2024, 1, 1)],  # noqa: DTZ001
    }
    done = mapped(source(features="*"), **values)
    assert [c for c in done.rows.columns if c.startswith("f:")] == ["f:a", "f:r.x", "f:r.y"]
    assert set(done.unused) == {"l", "d"}


def test_wrong_types_reject_the_row_with_its_first_value() -> None:
    """One reason a column and kind, with the first value seen, the count and a sample."""
    of = source(columns={"latency_ms": "took", "records": "n"})
    done = mapped(of, took=["1", "fast", "slow", "4"], n=["1", "1", "1", "-2"])
    assert done.rows.height == 1
    rejects = done.rejects.sort("first_row").select("reason", "n", "first_row").rows()
    assert rejects == [
        ("latency_ms: 'fast' is not a number", 2, 2),
        ("records: '-2.0' is not a whole number from 0 to 10^12", 1, 4),
    ]
    assert '"took": "fast"' in done.rejects["sample"][0]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("0,048", "if commas mark decimals, set decimal: ','"),
        (
            "1,234",
            "if commas separate thousands, set thousands: ','; if they mark decimals, set decimal: ','",
        ),
        ("1 234", "set what separates thousands, thousands: ' ' or \"'\""),
        ("1.234.567", "if points separate thousands, set decimal: ','"),
    ],
)
def test_a_number_written_otherwise_names_the_key_that_reads_it(written: str, remedy: str) -> None:
    """The reason of a German or Swiss file says what to write into the source."""
    done = mapped(source(columns={"latency_ms": "took"}), took=[written])
    assert done.rejects["reason"].to_list() == [f"latency_ms: '{written}' is not a number; {remedy}"]


def test_thousands_beside_a_fraction_are_read_in_both_ways_of_writing() -> None:
    """They can be read in one way only; a feature written so was a category, and every value of it a new one."""
    written = ["1.234,50", "-1,234.50", "12.345.678,9", "999"]
    done = mapped(source(columns={"latency_ms": "took"}, features=["x"]), took=["1,234.5"] * 4, x=written)
    assert done.rows["f:x"].to_list() == [1234.5, -1234.5, 12345678.9, 999.0]
    assert done.rows["latency_ms"].to_list() == [1234.5] * 4
    assert mapped(source(columns={"score": "s"}), s=["12,34.5", "1.2,3"]).rows.is_empty()


@pytest.mark.parametrize(
    ("positive", "raw"),
    [("ja", ["ja ", "nein", "", None]), (["J", "ja"], ["J", "N", "NA", None]), ("2", [2, 1, None, None])],
)
def test_values_that_mean_yes_become_one_and_others_zero(positive: object, raw: list[object]) -> None:
    """Without it, a label written as a text counts for no binary model, and codes 1 and 2 are both positive."""
    done = mapped(source(columns={"label": {"column": "y", "positive": positive}}), y=raw)
    assert done.rows["label"].to_list() == [1.0, 0.0, None, None]
    assert done.rows["label_text"].null_count() == 4


def test_a_score_that_is_no_probability_is_rejected_and_rounding_is_none() -> None:
    """Figures of scores in percent would be wrong and look as if they were not; the reason says what to do."""
    done = mapped(source(columns={"score": "s"}), s=[73.0, -0.2, 1 + 1e-8, -1e-8, 0.5])
    assert done.rows["score"].to_list() == [1.0, 0.0, 0.5]
    assert [(BEYOND in reason, n) for reason, n in done.rejects.select("reason", "n").rows()] == [(True, 2)]


def test_numbers_beyond_reason_are_set_aside_or_infinite() -> None:
    """A latency of years was not measured; a cost or score in billions is a mistake; 1e200 is as good as infinite."""
    of = source(columns={"latency_ms": "l", "score": "s", "cost": "c", "baseline": "b"}, features=["x"])
    done = mapped(
        of, l=[1e12, 5.0, 5.0], s=[0.1, 2e9, 0.1], c=[0.1, 0.1, -2e9], b=[-1e200, 1.0, 1.0], x=[1e200] * 3
    )
    assert done.rows.select("latency_ms", "baseline", "f:x").rows() == [(None, None, math.inf)]
    assert sorted(done.rejects["reason"]) == [
        "cost: '-2000000000.0' is beyond 10^9",
        f"score: '2000000000.0' {BEYOND}; map any other number as prediction or as a feature",
    ]


def test_marks_of_missing_numbers_are_missing() -> None:
    """'NA' is no number and no flaw; a category 'NA' stays."""
    done = mapped(source(columns={"score": "s"}, features=["c"]), s=["NA", "null", ""], c=["NA", "x", "y"])
    assert done.rows["score"].null_count() == 3
    assert done.rows["f:c"].to_list() == ["NA", "x", "y"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (" 503", True),
        ("200", False),
        ("500", True),
        ("503", True),
        ("ERROR", True),
        ("timeout", True),
        ("ok", False),
        (None, None),
        (" ", None),
    ],
)
def test_statuses_that_are_errors(status: str | None, error: bool | None) -> None:
    """Numbers of 500 and above, and the usual words; without a status nobody knows."""
    assert mapped(source(columns={"status": "s"}), s=[status]).rows["error"].to_list() == [error]


def test_a_source_may_say_which_statuses_are_errors() -> None:
    """Then no others are."""
    of = source(columns={"status": "s"}, errors=["429"])
    assert mapped(of, s=["429", "500"]).rows["error"].to_list() == [True, False]


def test_users_are_hashed_with_the_salt() -> None:
    """The first eight bytes of BLAKE2b; another salt, another number; no user, none."""
    rows = mapped(source(columns={"user": "u"}), u=["ann", "bob", None, "ann"]).rows
    assert rows["user_hash"].to_list() == [
        user_hash(u, "salt") if u else None for u in ("ann", "bob", None, "ann")
    ]
    assert user_hash("ann", "salt") != user_hash("ann", "other")
    # BLAKE2b-512 of b"salt\0ann", computed with b2sum.
    assert user_hash("ann", "salt") == int(B2SUM, 16)


B2SUM = "ce4ffe92ffacf131"


def test_ids_read_the_same_from_every_format() -> None:
    """7, 7.0 and '7' are one id."""
    of = source(columns={"request_id": "id"})
    assert {mapped(of, id=[value]).rows["request_id"][0] for value in (7, 7.0, "7")} == {"7"}


def test_feature_types() -> None:
    """Numbers are numbers, text and booleans categories; text that is all numbers is a number only in CSV."""
    typed = mapped(source(features="*"), n=[1, None], t=["1", "2"], b=[True, False])
    assert typed.feature_types == {"n": "number", "t": "category", "b": "category"}
    csv = mapped(source(features="*"), n=["1", None], t=["1", "a"], b=["true", "false"])
    assert csv.feature_types == {"n": "number", "t": "category", "b": "category"}


def test_a_known_feature_type_stays() -> None:
    """A text in a feature known as a number is NaN; a number in a known category is text."""
    intake = IntakeRules(INTAKE.zone, INTAKE.salt, INTAKE.horizon, {"n": "number", "c": "category"})
    rows = mapped(source(features="*"), intake, n=["1", "x"], c=[5, 6]).rows
    assert rows["f:n"].is_nan().to_list() == [False, True]
    assert rows["f:c"].to_list() == ["5", "6"]


def test_a_file_without_a_needed_column_says_what_it_has() -> None:
    """The message names the canonical column, the missing one and those there are."""
    with pytest.raises(SourceError, match="has no column 'm', which model_id comes from; it has ts, other"):
        require_columns(pl.DataFrame({"ts": [1], "other": [1]}), source(), "a.csv")


def test_the_simple_alternative_is_a_column_or_a_constant() -> None:
    """A number beside the prediction; where the log has none it is missing, a text rejects the row."""
    of = source(columns={"baseline": "rule"})
    done = mapped(of, rule=["1.5", "", "soon"])
    assert done.rows["baseline"].to_list() == [1.5, None]
    assert done.rejects["reason"].to_list() == ["baseline: 'soon' is not a number"]
    constant = mapped(source(columns={"baseline": {"constant": -4}}), a=[1, 2]).rows
    assert constant["baseline"].to_list() == [-4.0, -4.0]
    assert mapped(source(), a=[1]).rows["baseline"].to_list() == [None]


def test_eligible_records_are_whole_and_may_be_unsaid() -> None:
    """What a run could have scored: a number on one row and none on the others is no 1; half a record is a flaw."""
    of = source(columns={"eligible": "open"})
    found = mapped(of, open=[40, None, 0])
    assert found.rows["eligible"].to_list() == [40, None, 0]
    assert "eligible" in mapped(of, open=[1.5]).rejects["reason"][0]
