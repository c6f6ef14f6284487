"""Times from text, numbers and wall clocks."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from dagster_project.readers.times import days_of, localized, time_column
from dagster_project.spec.source import Column, Source

NEW_YORK = "America/New_York"


def parsed(values: list[object], zone: str = "UTC", form: str | None = None) -> list[dt.datetime | None]:
    """The instants as naive UTC times."""
    source = Source.model_validate(
        {"source": "s", "files": "*", "timezone": zone, "columns": {"event_time": "t", "model_id": "m"}}
    )
    frame = pl.DataFrame({"t": values})
    instants, _ = time_column(frame, Column(column="t", format=form), source, "event_time")
    return instants.dt.replace_time_zone(None).to_list()


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  compared with naive UTC


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01T12:00:00Z",
        "2024-03-01 12:00:00",
        "2024-03-01T12:00",
        "2024-03-01T07:00:00-05:00",
        "2024-03-01 14:30:00.000 +02:30",
        "2024-03-01T12:00:00.000000+0000",
        " 2024-03-01T12:00:00 ",
    ],
)
def test_iso_8601(text: str) -> None:
    """The forms people write, with and without offset."""
    assert parsed([text]) == [utc(2024, 3, 1, 12)]


def test_forms_may_be_mixed() -> None:
    """One column with several forms: each value is read by the first form that fits."""
    assert parsed(["2024-03-01", "2024-03-01T00:00:00.5", "later", "", None]) == [
        utc(2024, 3, 1), utc(2024, 3, 1, 0, 0, 0, 500_000), None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("epoch_s", 1709294400),
        ("epoch_ms", 1709294400000),
        ("epoch_us", "1709294400000000"),
        ("epoch_s", 1709294400.0),
    ],
)
def test_epochs(form: str, value: object) -> None:
    """Numbers need to say their unit."""
    assert parsed([value], form=form) == [utc(2024, 3, 1, 12)]
    assert parsed([1e300], form=form) == [None]


def test_a_count_of_a_smaller_unit_than_said_is_no_time() -> None:
    """As microseconds it would not fit into 64 bits, and what is left of it would look like a time of 2024."""
    assert parsed([2**64 // 10**6 + 1709294400, 1709294400], form="epoch_s") == [None, utc(2024, 3, 1, 12)]


def test_a_given_format() -> None:
    """strptime, with or without a time of day."""
    assert parsed(["01.03.2024 12:00"], form="%d.%m.%Y %H:%M") == [utc(2024, 3, 1, 12)]
    assert parsed(["01.03.2024"], form="%d.%m.%Y") == [utc(2024, 3, 1)]


def test_wall_clocks_when_the_clock_is_put_forward() -> None:
    """02:30 never came on 10 March 2024 in New York: it is read as 03:30, daylight saving time."""
    assert parsed(["2024-03-10T01:30:00", "2024-03-10T02:30:00", "2024-03-10T03:30:00"], NEW_YORK) == [
        utc(2024, 3, 10, 6, 30), utc(2024, 3, 10, 7, 30), utc(2024, 3, 10, 7, 30),
    ]  # fmt: skip


def test_wall_clocks_when_the_clock_is_put_back() -> None:
    """01:30 came twice on 3 November 2024: the first is taken."""
    assert parsed(["2024-11-03T01:30:00"], NEW_YORK) == [utc(2024, 11, 3, 5, 30)]


@pytest.mark.parametrize(("day", "hours"), [("2024-03-10", 23), ("2024-11-03", 25), ("2024-07-01", 24)])
def test_a_day_is_as_long_as_its_zone_says(day: str, hours: int) -> None:
    """Every hour of a 23, 24 or 25 hour day belongs to that day."""
    start = localized(pl.Series([dt.datetime.fromisoformat(day)]), NEW_YORK)[0]
    around = pl.Series(
        [start + dt.timedelta(hours=h) for h in range(-1, hours + 1)], dtype=pl.Datetime("us", "UTC")
    )
    there = days_of(around, NEW_YORK) == dt.date.fromisoformat(day)
    assert there.to_list() == [False, *[True] * hours, False]


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        ("01.02.2025 20:13", None, "set format, such as '%d.%m.%Y %H:%M'"),
        ("2025-02-01", "%d.%m.%Y", "is not a time in the format %d.%m.%Y"),
        (1709294400, None, "set format to epoch_s, epoch_ms or epoch_us"),
        ("1709294400", None, "set format to epoch_s, epoch_ms or epoch_us"),
        ("20250201", None, "set format, such as '%d.%m.%Y %H:%M'"),
    ],
)
def test_what_is_no_time_is_told_what_would_help(value: object, form: str | None, said: str) -> None:
    """Rejected rows name the setting that would have read them."""
    source = Source.model_validate(
        {"source": "s", "files": "*", "columns": {"event_time": "t", "model_id": "m"}}
    )
    _, (flaw,) = time_column(
        pl.DataFrame({"t": [value]}), Column(column="t", format=form), source, "event_time"
    )
    assert said in flaw.complaint
